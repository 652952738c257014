"""The bank's own seats: master data before the day, deposits and withdrawals that race the brokers' freezes.

Belongs here: what the bank itself sends. Never here: files (config.cli.load), the brokers' side (broker).
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import trio

from frontend_sim.auditor.observations import ControlKind
from frontend_sim.market.desks import KEY_VALID_UNTIL_NS, SAVINGS_SEAT, TELLER_SEAT, must_accept
from frontend_sim.market.order_seat import BankSeat, OutcomeLike
from frontend_sim.market.request_blocks import Request, record_block
from frontend_sim.trading_session.session_log import SessionLog, seen_of_bank
from protocol.keys.signing import Signer
from protocol.limits import ACCOUNTS_PER_CONTROL_MAX, CONTRACTS_PER_CONTROL_MAX
from protocol.messages.control import ChangeMode, RegisterKey, RegisterParty, RegisterSeat
from protocol.messages.customers.accounts import (
    AccountTerms,
    ChangeAccount,
    ChangeContract,
    ContractTerms,
    OpenAccounts,
    SignContracts,
)
from protocol.messages.customers.restraints import Restrain
from protocol.vocabulary import (
    BANK_PARTY,
    AccountEvent,
    ContractEvent,
    Mode,
    RecordKind,
    RestraintKind,
    Role,
    SeatRole,
    Way,
)

Terms = TypeVar("Terms")
DEPOSITS_PER_THOUSAND = 500
TOLD_TWICE_PER_THOUSAND = 20  # under the serial of the movement before: the bank books none of them again
MOVEMENT_FEN_MAX = 3_000_000


@dataclass(frozen=True, slots=True)
class BrokerEntry:
    """A broker to register."""

    party: int
    name: str
    seats: tuple[int, ...]
    signer: Signer
    proceeds_at_fill: bool = True
    mode: Mode = Mode.FREEZE


async def register_broker(bank: BankSeat, entry: BrokerEntry) -> None:
    """Register a broker with its mode, key and seats."""
    suite, name = int(entry.signer.suite), entry.name
    party = RegisterParty(entry.party, int(Role.BROKER), suite, name, entry.proceeds_at_fill)
    await must_accept(bank, party, f"party {entry.party}")
    if entry.mode != Mode.FREEZE:
        await must_accept(bank, ChangeMode(entry.party, entry.mode), f"mode of party {entry.party}")
    key = RegisterKey(entry.party, entry.signer.key_id, entry.signer.public_key(), 0, KEY_VALID_UNTIL_NS, 0)
    await must_accept(bank, key, f"key of party {entry.party}")
    for seat in entry.seats:
        await must_accept(bank, RegisterSeat(seat, entry.party, SeatRole.BROKER), f"seat {seat}")


async def open_accounts(bank: BankSeat, terms: Sequence[AccountTerms]) -> int:
    """Open accounts, at least one, in control frames of the largest size. Returns: the number of the first."""
    parts = _parts(terms, ACCOUNTS_PER_CONTROL_MAX)
    told = [await must_accept(bank, OpenAccounts(part), f"accounts from {part[0].bank_account_no}") for part in parts]
    return told[0].remaining_fen


async def sign_contracts(bank: BankSeat, terms: Sequence[ContractTerms]) -> int:
    """Sign contracts, at least one, in control frames of the largest size. Returns: the number of the first."""
    parts = _parts(terms, CONTRACTS_PER_CONTROL_MAX)
    told = [await must_accept(bank, SignContracts(part), f"contracts from {part[0].account_no}") for part in parts]
    return told[0].remaining_fen


def _parts(terms: Sequence[Terms], count_max: int) -> list[list[Terms]]:
    """The terms in their order, at most so many together."""
    return [list(terms[first : first + count_max]) for first in range(0, len(terms), count_max)]


BOTH_WAYS = (Way.CASH, Way.CARD, Way.TRANSFER)  # in which money comes and leaves


@dataclass(slots=True)
class BankDesk:
    """Customers' cash and card business, and a few acts on contracts, while the brokers trade."""

    savings: BankSeat
    teller: BankSeat
    account_nos: Sequence[int]
    contract_nos: Sequence[int]
    chance: random.Random
    log: SessionLog
    clock_ns: Callable[[], int]
    restraints: list[tuple[int, int]] = field(default_factory=list)  # account and number of each that was set
    serial: int = 0  # of the last movement, by the desk's own count

    async def restrain(self, account_nos: Iterable[int], restrained_fen: int) -> None:
        """Set a judicial restraint on each."""
        kind = RestraintKind.JUDICIAL
        for account_no in account_nos:
            message = Restrain(account_no, restrained_fen, kind, "西湖区人民法院", "(2026)浙0106执12号", 0)
            outcome = await self.savings.control(message)
            self._note_control(SAVINGS_SEAT, ControlKind.RESTRAINT, account_no, restrained_fen, outcome, kind)
            self.restraints.append((account_no, outcome.remaining_fen))

    async def change(self, contract_no: int, event: ContractEvent) -> None:
        """One event on one contract."""
        outcome = await self.teller.control(ChangeContract(contract_no, int(event)))
        self._note_control(TELLER_SEAT, ControlKind.EVENT, contract_no, int(event), outcome)

    async def change_account(self, account_no: int, event: AccountEvent) -> None:
        """One event on one account."""
        outcome = await self.savings.control(ChangeAccount(account_no, int(event)))
        self._note_control(SAVINGS_SEAT, ControlKind.ACCOUNT_EVENT, account_no, int(event), outcome)

    async def serve(self, block_records: int, pause_seconds: float, may_go_on: Callable[[], bool]) -> None:
        """Deposits and withdrawals in blocks, and now and then a suspension and a loss that are lifted again soon."""
        while may_go_on():
            await self.serve_once(block_records)
            contract_no, account_no = self.chance.choice(self.contract_nos), self.chance.choice(self.account_nos)
            await self.change(contract_no, ContractEvent.SUSPEND)
            await self.change_account(account_no, AccountEvent.REPORT_LOSS)
            await trio.sleep(pause_seconds)
            await self.change_account(account_no, AccountEvent.LIFT_LOSS)
            await self.change(contract_no, ContractEvent.RESUME)

    async def serve_once(self, block_records: int) -> None:
        """One block of deposits and withdrawals."""
        records = record_block([self._movement() for _ in range(block_records)])
        began_ns = self.clock_ns()
        answer = await self.savings.submit_block(records)
        self.log.note_block(BANK_PARTY, SAVINGS_SEAT, records, answer, self.clock_ns() - began_ns)

    def _movement(self) -> Request:
        kind = RecordKind.DEPOSIT
        if self.chance.randrange(1000) >= DEPOSITS_PER_THOUSAND:
            kind = RecordKind.WITHDRAWAL
        if not self.serial or self.chance.randrange(1000) >= TOLD_TWICE_PER_THOUSAND:
            self.serial += 1
        account_no, amount_fen = self.chance.choice(self.account_nos), 1 + self.chance.randrange(MOVEMENT_FEN_MAX)
        ways = BOTH_WAYS if kind == RecordKind.DEPOSIT else list(Way)
        way, restraint_no = self.chance.choice(ways), 0  # the way is in the market's byte
        if way == Way.JUDICIAL and self.restraints:
            account_no, restraint_no = self.chance.choice(self.restraints)
        target = (0, 0, restraint_no)  # the restraint is in the bytes of a target's number
        return Request(kind, account_no, amount_fen, market=way, target=target, partner_ref=self.serial)

    def _note_control(
        self,
        seat: int,
        kind: ControlKind,
        named_no: int,
        amount: int,
        outcome: OutcomeLike,
        restraint_kind: int = 0,
    ) -> None:
        seen = seen_of_bank(seat, kind, named_no, amount, outcome)
        self.log.seen.append(seen._replace(target_seat=restraint_kind))
