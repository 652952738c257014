"""Who takes part in a simulated day: brokers with their seats, customers with their money; the same by seed.

Belongs here: making them up, registering them, telling the auditor. Never here: trading (trading_session).
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from frontend_sim.auditor.auditor import Auditor
from frontend_sim.market.bank import BrokerEntry, open_accounts, sign_contracts
from frontend_sim.market.desks import LoadRefused
from frontend_sim.market.order_seat import BankSeat
from frontend_sim.market.outlets import OUTLETS
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.limits import HOLDER_BYTES
from protocol.messages.customers.accounts import AccountTerms, ContractTerms
from protocol.vocabulary import BANK_PARTY, ContractStatus, Role

BANK_ACCOUNT_NO_FIRST = 6_227_000_000_000_000
SAVERS = 7
"""Accounts that nobody trades on, opened first: so that an account and the contract on it differ in their index."""
BALANCE_FEN_MIN = 2_000_000
BALANCE_FEN_MAX = 60_000_000
NOT_ACTIVE_PER_THOUSAND = 10
NOT_ACTIVE = (ContractStatus.PRE_ASSIGNED, ContractStatus.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Customer:
    """An account, the contract on it, and the one seat of its broker that trades for it."""

    seat: int
    account: AccountTerms
    contract_no: int
    terms: ContractTerms

    @property
    def account_no(self) -> int:
        """The account's number."""
        return self.terms.account_no


def make_account(index: int, balance_fen: int) -> AccountTerms:
    """The account at `index`, of a made-up person of its own."""
    holder = index.to_bytes(HOLDER_BYTES, "little")
    return AccountTerms(BANK_ACCOUNT_NO_FIRST + index, 1 + index % OUTLETS, holder, balance_fen)


def make_customer(index: int, seat: int, party: int, status: ContractStatus, balance_fen: int) -> Customer:
    """The customer whose contract has this index; the account comes after those of the savers."""
    row = SAVERS + index
    terms = ContractTerms(account_no_from_index(row), party, [], int(status))
    return Customer(seat, make_account(row, balance_fen), contract_no_from_index(index), terms)


def savers() -> list[AccountTerms]:
    """The accounts that nobody trades on."""
    return [make_account(index, BALANCE_FEN_MIN) for index in range(SAVERS)]


def saver_nos() -> list[int]:
    """Their numbers."""
    return [account_no_from_index(index) for index in range(SAVERS)]


def make_customers(seed: int, brokers: Sequence[BrokerEntry], count: int) -> list[Customer]:
    """`count` customers with contract indices from 0, dealt to the brokers and their seats in turn."""
    chance = random.Random(seed)
    customers = []
    for index in range(count):
        broker = brokers[index % len(brokers)]
        seat = broker.seats[index // len(brokers) % len(broker.seats)]
        status = ContractStatus.ACTIVE
        if chance.randrange(1000) < NOT_ACTIVE_PER_THOUSAND:
            status = chance.choice(NOT_ACTIVE)
        balance_fen = chance.randrange(BALANCE_FEN_MIN, BALANCE_FEN_MAX)
        customers.append(make_customer(index, seat, broker.party, status, balance_fen))
    return customers


async def open_customers(bank: BankSeat, customers: Sequence[Customer]) -> None:
    """The savers' accounts, the customers' and the contracts. Raises LoadRefused, also when others were there."""
    first_account_no = await open_accounts(bank, [*savers(), *(customer.account for customer in customers)])
    first_contract_no = await sign_contracts(bank, [customer.terms for customer in customers])
    if (first_account_no, first_contract_no) != (account_no_from_index(0), contract_no_from_index(0)):
        raise LoadRefused("customers: the ledger was not empty")


def informed_auditor(
    brokers: Sequence[BrokerEntry],
    customers: Sequence[Customer],
    on: int = 0,
    tell_more: Callable[[Auditor], None] | None = None,
) -> Auditor:
    """An auditor that knows who takes part, with how much money, and since when: a trade date, 0 before all of them.
    `tell_more`: what it must know before there are customers.
    """
    auditor = Auditor()
    auditor.register_party(BANK_PARTY, Role.BANK, False)
    for broker in brokers:
        auditor.register_party(broker.party, Role.BROKER, broker.proceeds_at_fill)
        auditor.change_mode(broker.party, broker.mode)
    if tell_more is not None:
        tell_more(auditor)
    for account_no, saver in zip(saver_nos(), savers(), strict=True):
        auditor.open_account(account_no, saver.balance_fen, saver.outlet)
    for customer in customers:
        terms = customer.terms
        auditor.open_account(customer.account_no, customer.account.balance_fen, customer.account.outlet)
        auditor.sign_contract(customer.contract_no, customer.account_no, terms.party, ContractStatus(terms.status), on)
    return auditor
