"""Who takes part in a simulated day: brokers with their seats, customers with their money; the same by seed.

Belongs here: making them up, registering them, telling the auditor. Never here: trading (trading_session).
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from frontend_sim.auditor.auditor import Auditor
from frontend_sim.market.bank import BrokerEntry, open_contracts, register_broker
from frontend_sim.market.desks import BankDesks
from frontend_sim.market.order_seat import BankSeat
from protocol.messages.control import ContractTerms
from protocol.vocabulary import BANK_PARTY, ContractStatus, Role, contract_no_from_index

ACCOUNT_NO_FIRST = 6_227_000_000_000_000
BALANCE_FEN_MIN = 2_000_000
BALANCE_FEN_MAX = 60_000_000
NOT_ACTIVE_PER_THOUSAND = 10
NOT_ACTIVE = (ContractStatus.PRE_ASSIGNED, ContractStatus.LOSS_REPORTED)


@dataclass(frozen=True, slots=True)
class Customer:
    """One contract to open, and the one seat of its broker that trades for it."""

    contract_no: int
    seat: int
    terms: ContractTerms


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
        terms = ContractTerms(ACCOUNT_NO_FIRST + index, broker.party, int(status), balance_fen)
        customers.append(Customer(contract_no_from_index(index), seat, terms))
    return customers


async def register_all(
    bank: BankSeat, desks: BankDesks, brokers: Sequence[BrokerEntry], customers: Sequence[Customer]
) -> None:
    """Everything into an empty ledger. Raises LoadRefused."""
    await desks.register(bank)
    for broker in brokers:
        await register_broker(bank, broker)
    await open_contracts(bank, [customer.terms for customer in customers])


def informed_auditor(brokers: Sequence[BrokerEntry], customers: Sequence[Customer]) -> Auditor:
    """An auditor that knows who takes part, and with how much money."""
    auditor = Auditor()
    auditor.register_party(BANK_PARTY, Role.BANK, False)
    for broker in brokers:
        auditor.register_party(broker.party, Role.BROKER, broker.proceeds_at_fill)
    for customer in customers:
        terms = customer.terms
        status = ContractStatus(terms.status)
        auditor.open_contract(customer.contract_no, terms.party, status, terms.balance_fen)
    return auditor
