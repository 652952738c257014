"""All state of the ledger as columns: accounts, contracts, parties, seats, the requests of the date.

Belongs here: the columns, what each means, the roll's shift of them. Never here: rules (decide), who changes
the money (effects, control), how it is written to disk (arrays).

Savings accounts have an index each. A contract stands on one and never changes it, see `account_of_contract`;
an account has one contract after another, of which at most one is not ended.
Columns are allocated for the largest book and mapped lazily, so memory is used as accounts are.
"""

from dataclasses import dataclass, field

import numpy as np

from ledger.core.state.columns import (
    ByteColumn,
    FenColumn,
    IntColumn,
    LongColumn,
    Mask,
    Positions,
    ShortColumn,
    byte_zeros,
    int_zeros,
    long_zeros,
    short_zeros,
)
from ledger.core.state.customers.moved import MovedMoney
from ledger.core.state.customers.pushes import Pushes
from ledger.core.state.customers.restraints import Restraint, Restraints
from ledger.core.state.customers.savings import Savings
from ledger.core.state.day.clearing import Clearing
from ledger.core.state.day.clearing_accounts import ClearingAccounts
from ledger.core.state.day.due_times import DueTimes
from ledger.core.state.day.gated import Gated
from ledger.core.state.day.marked import Marked
from ledger.core.state.day.obligations import Obligations
from ledger.core.state.feeds import Feeds
from ledger.core.state.frame_index import FrameIndex
from ledger.core.state.general_ledger import GeneralLedger
from ledger.core.state.lookups.contracts_of_parties import ContractsOfParties
from ledger.core.state.number_index import NumberIndex
from ledger.core.state.orders.tables import OrderTables
from ledger.core.state.people.outlets import Outlets
from ledger.core.state.people.permits import Permits
from ledger.core.state.people.persons import Persons
from ledger.core.state.requests import RequestTable
from ledger.core.state.unsettled import Unsettled
from protocol.acts.table import BANK_ID_BYTES
from protocol.limits import (
    ACCOUNTS_MAX,
    CONTRACTS_MAX,
    DIGEST_BYTES,
    PARTIES_MAX,
    REQUESTS_PER_DATE_MAX,
    SEATS_MAX,
    UNSETTLED_DATES_MIN,
)
from protocol.messages.control import PartyEntry
from protocol.trade_dates import trade_day
from protocol.vocabulary import AccountStatus, DatePhase, Market, Role
from rules.contracts import ENDED, STATE_CODES, status_told
from rules.day.states import is_market_closed

MARKETS = (Market.XSHG, Market.XSHE)
SCRATCH_BUCKETS = 1 << 16  # 512 KiB: sums over buckets of accounts stay in the second-level cache

# An item of contract_facts, so that one gather reads all: party, state, check digits, index of the account.
WORKS, STOPPED, TERMINATED = 0, 1, 2  # of a party
PARTY_SHIFT = 48
STATE_SHIFT = 40  # see rules.contracts
CHECK_SHIFT = 32
FACT_MASK = 0xFF  # of state and check digits
ACCOUNT_MASK = 0xFFFF_FFFF
assert PARTIES_MAX < 1 << (63 - PARTY_SHIFT)
LAST_CONTRACT_MASK = 0xFFFF_FFFF  # of account_flags
HAD_CONTRACT = 1 << 32  # a contract was signed on the account once
assert max(ACCOUNTS_MAX, CONTRACTS_MAX) < ACCOUNT_MASK
assert STATE_CODES <= FACT_MASK

_STATUS_TOLD: ByteColumn = np.array([status_told(state) for state in range(STATE_CODES)], np.int8)


def statuses_told(facts: LongColumn) -> LongColumn:
    """(n,) ContractStatus that queries and the read model tell, from items of `contract_facts`; a new array."""
    return _STATUS_TOLD.take((facts >> STATE_SHIFT) & FACT_MASK).astype(np.int64)


ACCOUNT_COLUMNS = (
    *("balance_fen", "frozen_fen", "bought_fen", "sold_fen", "restrained_fen"),
    *("account_flags", "bank_account_no", "outlet", "holder"),
)
CONTRACT_COLUMNS = (
    *("contract_facts", "securities_no", "ended_on", "began_day", "ended_day"),
    *("designated_on", "follows"),
)
"""Columns of the book by account and by contract that snapshots keep and slices tell as they stand."""


@dataclass(frozen=True, slots=True)
class BookSize:
    """Room of the tables that a book allocates. Writer and replayers must agree: a full table refuses."""

    contracts_max: int = CONTRACTS_MAX
    requests_max: int = REQUESTS_PER_DATE_MAX  # multiple of REQUEST_PAGE_RECORDS
    accounts_max: int = ACCOUNTS_MAX


@dataclass(slots=True)
class Book:
    """The state after journal row `sequence`."""

    size: BookSize
    bank_id: bytes  # the beginning of the digest of the genesis row
    sequence: int
    ordered_at_ns: int  # of that row, see engine.time_after
    trade_date: int  # yyyymmdd, 0 before the genesis
    previous_date: int  # the trade date before it, 0 when there is none
    phase: DatePhase  # of the open date
    marked_sequence: int  # of the last row at which the bank's two books are compared, 0 for none
    marked_digest: bytes  # of the totals as of it
    marked: Marked  # what is to be known as of it, which is no part of the state: nothing after a start
    roll_sequence: int  # of the row that opened the open date by a roll, 0 for the first date
    accounts_count: int
    contracts_count: int
    # By account.
    balance_fen: FenColumn
    frozen_fen: FenColumn
    bought_fen: FenColumn  # unsettled, over all dates: the sum of what `unsettled` splits
    sold_fen: FenColumn
    restrained_fen: FenColumn
    power_fen: FenColumn  # buying power before it is shown as 0: kept beside its parts, signed
    owned_fen_bound: int  # no balance + sold is above it; spares the lane a look at limits that nothing can reach
    account_flags: LongColumn  # AccountStatus at STATE_SHIFT; HAD_CONTRACT; below, index + 1 of the last contract
    bank_account_no: LongColumn  # the bank's own number
    outlet: IntColumn
    holder: LongColumn  # (accounts, 2): the halves of the holder's keyed digest
    accounts_by_number: NumberIndex  # the bank's own number → account
    # By contract index.
    contract_facts: LongColumn
    securities_no: LongColumn  # (contracts, MARKETS): see number_index, 0 for none
    ended_on: IntColumn  # trade date on which the contract ended or began to run off, 0 for neither
    # The trade day on which it began to be of use, and on which a message ended it then; 0 for neither. Below 0: after
    # the sign-off of that day, so that it counts for the next date.
    began_day: ShortColumn
    ended_day: ShortColumn
    designated_on: IntColumn  # trade date since when its broker is designated in Shanghai, 0: it is not
    follows: IntColumn  # index + 1 of the contract whose card it replaced, 0 for none
    contracts_by_securities_no: tuple[NumberIndex, ...]  # for each market: stale once the contract has ended
    # By party number and by seat number.
    parties: dict[int, PartyEntry]
    role: ByteColumn  # 0: no such party
    registered_on: IntColumn  # the first trade date of which it has a lane, or a number before it; 0 of the bank
    proceeds_at_fill: ByteColumn
    stopped: ByteColumn  # WORKS, or a broker that takes no new orders: STOPPED until it is resumed, TERMINATED
    # What is corrected without an act: of one contract, and of all of a trade date.
    tolerance_contract_fen: FenColumn = field(default_factory=lambda: long_zeros(PARTIES_MAX + 1), kw_only=True)
    tolerance_date_fen: FenColumn = field(default_factory=lambda: long_zeros(PARTIES_MAX + 1), kw_only=True)
    seat_owner: IntColumn  # party, 0: no such seat
    seat_role: ByteColumn  # SeatRole, 0: no such seat
    session_version: LongColumn
    next_number: LongColumn  # of the open date
    previous_next_number: LongColumn  # where the previous date ended
    seat_serial: LongColumn  # the highest of a booked movement or taken push on the open date, 0 for none
    persons: Persons
    permits: Permits
    restraints: Restraints  # of accounts; `restrained_fen` has the sum of each
    outlets: Outlets = field(default_factory=Outlets, kw_only=True)  # an account may name one that is not among them
    general_ledger: GeneralLedger = field(default_factory=GeneralLedger, kw_only=True)
    moved: MovedMoney
    savings: Savings
    clearing: Clearing = field(default_factory=Clearing, kw_only=True)
    feeds: Feeds = field(default_factory=Feeds, kw_only=True)
    requests: RequestTable
    unsettled: Unsettled
    frames: FrameIndex = field(default_factory=FrameIndex, kw_only=True)  # of the open date
    previous_frames: FrameIndex = field(default_factory=FrameIndex, kw_only=True)
    # Scratch of the lane: zero between blocks, no part of the state.
    scratch_fen: FenColumn
    scratch_bucket_fen: FenColumn
    scratch_mark: ByteColumn
    due_times: DueTimes = field(default_factory=DueTimes)  # part of the state again
    obligations: Obligations = field(default_factory=Obligations)  # likewise
    gated: Gated = field(default_factory=Gated)  # likewise
    clearing_accounts: ClearingAccounts = field(default_factory=ClearingAccounts)  # likewise
    pushes: Pushes = field(default_factory=Pushes)  # likewise
    orders: OrderTables = field(default_factory=OrderTables)  # likewise
    contracts_of: ContractsOfParties = field(default_factory=ContractsOfParties)  # no part of it

    @staticmethod
    def empty(size: BookSize | None = None) -> "Book":
        """A book before its genesis row."""
        size = size or BookSize()
        accounts, contracts, seats, parties = size.accounts_max, size.contracts_max, SEATS_MAX + 1, PARTIES_MAX + 1
        return Book(
            size=size,
            bank_id=bytes(BANK_ID_BYTES),
            sequence=0,
            ordered_at_ns=0,
            trade_date=0,
            previous_date=0,
            phase=DatePhase.TRADING,
            marked_sequence=0,
            marked_digest=bytes(DIGEST_BYTES),
            marked=Marked(),
            roll_sequence=0,
            accounts_count=0,
            contracts_count=0,
            balance_fen=long_zeros(accounts),
            frozen_fen=long_zeros(accounts),
            bought_fen=long_zeros(accounts),
            sold_fen=long_zeros(accounts),
            restrained_fen=long_zeros(accounts),
            power_fen=long_zeros(accounts),
            owned_fen_bound=0,
            account_flags=long_zeros(accounts),
            bank_account_no=long_zeros(accounts),
            outlet=int_zeros(accounts),
            holder=long_zeros(2 * accounts).reshape(accounts, 2),
            accounts_by_number=NumberIndex(),
            contract_facts=long_zeros(contracts),
            securities_no=long_zeros(contracts * len(MARKETS)).reshape(contracts, len(MARKETS)),
            ended_on=int_zeros(contracts),
            began_day=short_zeros(contracts),
            ended_day=short_zeros(contracts),
            designated_on=int_zeros(contracts),
            follows=int_zeros(contracts),
            contracts_by_securities_no=tuple(NumberIndex() for _ in MARKETS),
            parties={},
            role=byte_zeros(parties),
            registered_on=int_zeros(parties),
            proceeds_at_fill=byte_zeros(parties),
            stopped=byte_zeros(parties),
            seat_owner=int_zeros(seats),
            seat_role=byte_zeros(seats),
            session_version=long_zeros(seats),
            next_number=np.ones(seats, np.int64),
            previous_next_number=np.ones(seats, np.int64),
            seat_serial=long_zeros(seats),
            persons=Persons(),
            permits=Permits(),
            restraints=Restraints(),
            moved=MovedMoney.empty(accounts),
            savings=Savings.empty(accounts),
            requests=RequestTable.empty(size.requests_max),
            unsettled=Unsettled.empty(accounts, UNSETTLED_DATES_MIN),
            scratch_fen=long_zeros(accounts),
            scratch_bucket_fen=long_zeros(SCRATCH_BUCKETS),
            scratch_mark=byte_zeros(accounts),
        )

    @property
    def account_of_contract(self) -> IntColumn:
        """(contracts,) account of each contract: a strided view, to be indexed; `take` would copy all of it."""
        return self.contract_facts.view(np.int32)[::2]

    def account_status(self, account: int) -> AccountStatus:
        """Status of the account with an index."""
        return AccountStatus(int(self.account_flags[account]) >> STATE_SHIFT)

    def last_contract(self, account: int) -> int:
        """Index of the contract that was signed last on the account and that no message has ended, −1 for none.

        It may have run off to its end: then it counts for its party and forbids no other.
        """
        return (int(self.account_flags[account]) & LAST_CONTRACT_MASK) - 1

    def have_ended(self, contracts: Positions) -> Mask:
        """(m,) whether contracts have ended: no account has anything of theirs."""
        ended: Mask = self.contract_facts[contracts] >> STATE_SHIFT & FACT_MASK == ENDED
        return ended

    def contract_state(self, index: int) -> int:
        """State of a contract, see rules.contracts."""
        return (int(self.contract_facts[index]) >> STATE_SHIFT) & FACT_MASK

    @property
    def event_day(self) -> int:
        """The trade day of what happens to a contract now, as `began_day` and `ended_day` have it."""
        day = trade_day(self.trade_date)
        return -day if is_market_closed(self.phase) else day

    def happened_on(self, days: ShortColumn, trade_date: int) -> Mask:
        """(m,) whether what has these event days counts for an unsettled date."""
        before = self.unsettled.date_before(trade_date)
        on_it: Mask = days == trade_day(trade_date)
        return on_it | (days == -trade_day(before)) if before else on_it

    def brokers(self, trade_date: int) -> list[int]:
        """The brokers that have a lane on this date: registered before it was signed off."""
        is_there = (self.role == Role.BROKER) & (self.registered_on <= trade_date)
        parties: list[int] = np.flatnonzero(is_there).tolist()
        return parties

    def own_contracts(self, party: int, first: int, end: int) -> Positions:
        """Contracts of a party from the index `first` to `end`, ascending."""
        self.contracts_of.take_in(self.contract_facts, PARTY_SHIFT, self.contracts_count)
        return self.contracts_of.between(party, first, end)

    def contract_parties(self) -> LongColumn:
        """(contracts_count,) party of each contract; a new array."""
        return self.contract_facts[: self.contracts_count] >> PARTY_SHIFT

    def contract_statuses(self) -> LongColumn:
        """(contracts_count,) ContractStatus told of each contract; a new array."""
        return statuses_told(self.contract_facts[: self.contracts_count])

    def tighten_bound(self) -> None:
        """Set `owned_fen_bound` to what the columns say."""
        used = slice(self.accounts_count)
        self.owned_fen_bound = int((self.balance_fen[used] + self.sold_fen[used]).max(initial=0))

    def derived_power_fen(self, accounts: slice) -> FenColumn:
        """Buying power of accounts, added up from its parts: balance − frozen − bought + sold − restrained."""
        power_fen: FenColumn = self.balance_fen[accounts] - self.frozen_fen[accounts] - self.bought_fen[accounts]
        power_fen += self.sold_fen[accounts] - self.restrained_fen[accounts]
        return power_fen

    def begin(self, trade_date: int, unsettled_dates_max: int) -> None:
        """Open the first trade date, as the genesis says."""
        self.unsettled = Unsettled.empty(self.size.accounts_max, unsettled_dates_max)
        self.unsettled.open(trade_date, 0)
        self.trade_date = trade_date

    def roll(self, trade_date: int) -> None:
        """Close the open trade date and open a later one, which takes a free slot of the ring: numbers begin at 1, the
        freezes of unsettled dates and every open one are carried. `sequence` is already that of the row that rolls."""
        self.unsettled.open(trade_date, self.trade_date)
        has = (bool(self.clearing.lanes), self.moved.is_used)
        self.requests = self.requests.rolled(self.trade_date, self.unsettled.oldest_date, *has)
        self.moved.forget_tries(self.requests.carried_keys)
        self._change_modes()
        self.clearing.forget_begun()
        self.previous_frames, self.frames = self.frames, FrameIndex()
        self.previous_next_number, self.next_number = self.next_number, np.ones(SEATS_MAX + 1, np.int64)
        self.seat_serial = long_zeros(SEATS_MAX + 1)
        self.pushes.forget_tries()
        self.previous_date, self.trade_date = self.trade_date, trade_date
        self.roll_sequence = self.sequence
        self.phase = DatePhase.TRADING
        self.permits.date_opened(trade_date)
        self.orders.roll(trade_date)
        self.tighten_bound()

    def change_mode(self, party: int, mode: int) -> None:
        """A broker has this mode from the first roll on at which nothing of it is moved; before it has a contract, at
        once."""
        self.moved.next_mode[party] = mode
        if not len(self.own_contracts(party, 0, self.contracts_count)):
            self.moved.mode[party] = mode

    def _change_modes(self) -> None:
        """The modes that wait for a roll hold from now on, of brokers of which nothing is moved."""
        for party, mode in self.moved.waiting():
            if not self.general_ledger.moved_fen(party):
                self.moved.mode[party] = mode

    def lower_restraint(self, restraint: Restraint, amount_fen: int) -> None:
        """An open restraint withholds so much less, at most what it has."""
        self.restraints.lower(restraint, amount_fen)
        self.restrained_fen[restraint.account] -= amount_fen
        self.power_fen[restraint.account] += amount_fen

    def sold_of_ended(self, trade_date: int) -> tuple[Positions, FenColumn]:
        """(m,) ascending contracts that have ended and for which something was booked as sold on a date; how much."""
        cleared = self.clearing.by_contract.get(trade_date)
        if cleared is None:
            return np.zeros(0, np.intp), np.zeros(0, np.int64)
        sold_fen = cleared.moved_sold_fen[: self.contracts_count]
        moved = np.flatnonzero(sold_fen)
        ended = moved[self.contract_facts[moved] >> STATE_SHIFT & FACT_MASK == ENDED]
        return ended, sold_fen[ended]

    def settle(self, trade_date: int) -> None:
        """The customers of a closed date are settled. No money moves, and no total changes."""
        of_ended = self.sold_of_ended(trade_date)
        self.unsettled.settle(trade_date, self.account_flags[: self.accounts_count] & LAST_CONTRACT_MASK, of_ended)
        self.clearing.forget_date(trade_date)
        self.moved.forget_date(trade_date)
