"""What a batch did to lanes, which are brokers' trade dates, to their clearing sets, and to due times of dates.

Belongs here: which lanes and sets were touched, and what the book had of each right after the row that did it: of a set
that is withdrawn, or whose date is settled, it keeps nothing. Never here: SQL (lane_tables), lines one by one
(request_blocks).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ledger.core.control.rows import Told
from ledger.core.kind_tables import BOOKS_PROCEEDS, BY_SET, IS_CORRECTION
from ledger.core.rows.row import Row
from ledger.core.state.book import FACT_MASK, PARTY_SHIFT, STATE_SHIFT, Book
from ledger.core.state.day.clearing import Lane, LaneKey
from ledger.core.state.day.due_times import Seconds, seconds_of
from protocol.acts.corrections import DecideAct, WithdrawSetAct
from protocol.acts.day import AdoptSetAct, ChangeDueTimesAct, DeferAct, ExchangeData, ResumeLaneAct
from protocol.acts.table import Made, made_by_text
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.messages.control import EndSettlement, OpenTradeDate, ServesAgain
from protocol.messages.day.steps import (
    NO_TOTALS,
    AnnounceSet,
    CompleteSet,
    FinishSending,
    Publish,
    Reconcile,
    SetTotals,
    SignOn,
    WithdrawSet,
)
from protocol.messages.persons import Act
from protocol.records import OUTCOME, RECORD
from protocol.vocabulary import BANK_PARTY, LaneState, SeatRole
from rules.contracts import ENDED

_BOOKS = BOOKS_PROCEEDS | BY_SET  # what moves a lane on


class SetKey(NamedTuple):
    """One clearing set that was announced."""

    trade_date: int
    party: int
    number: int


class At(NamedTuple):
    """A journal row and its time."""

    sequence: int
    decided_at_ns: int


class Announced(NamedTuple):
    """How a set began."""

    seat: int
    declared_s: int
    totals: SetTotals
    at: At


class Arrived(NamedTuple):
    """What a set has."""

    totals: SetTotals
    listed_count: int


class Completed(NamedTuple):
    """When it was complete."""

    at: At
    late_s: int


@dataclass(slots=True)
class SetChange:
    """What happened to a set; None: not in this batch."""

    announced: Announced | None = None
    arrived: Arrived | None = None
    completed: Completed | None = None
    withdrawn: At | None = None


class LaneStands(NamedTuple):
    """Where a lane stands, and what the comparison of its set has found. None: not in this batch."""

    state: int
    sets_count: int
    differences: list[int]
    is_compared: bool
    proceeds_due: int
    is_deferred: bool
    signed_on_s: int
    reconciled: At | None
    published: At | None


class LanesOfBatch:
    """Lanes and sets that rows of a batch touched. Tell it of each row when the book has applied it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._adopted = dict(book.clearing.open_at)  # by the seat of a day desk: the lane whose set it sends
        self.lanes: dict[LaneKey, LaneStands] = {}
        self.sets: dict[SetKey, SetChange] = {}
        self.settled: dict[int, int] = {}
        """The row in which a trade date was settled."""
        self.accounts_of_ended: set[int] = set()
        """Accounts of contracts that have ended and were corrected: no account has what is sold for them."""
        self.due_times: dict[int, tuple[int, list[Seconds]]] = {}
        """Of a trade date: the row that said its windows last, and they."""

    def take_block(self, row: Row) -> None:
        """A block row, which may hold lines of sets that are open at its seats, or what a day desk books and corrects
        by sets that are complete, or takes back. Costs nothing while there is no lane.
        """
        clearing = self._book.clearing
        if not clearing.lanes:
            return
        seats = np.unique(row.prefixes()["seat"])
        for seat in seats.tolist() if clearing.open_at else []:
            lane = clearing.collecting_at(seat)
            if lane is not None:
                self._set(lane.key, lane.number).arrived = self._arrived(lane)
        if (self._book.seat_role[seats] == SeatRole.DAY_DESK).any():
            self._take_booked(row)

    def _take_booked(self, row: Row) -> None:
        """The lanes that its records name, and the accounts of ended contracts among those that were corrected."""
        records, outcomes = np.frombuffer(row.records, RECORD), np.frombuffer(row.outcomes, OUTCOME)
        at = np.flatnonzero(_BOOKS[records["kind"].view(np.uint8)] & (outcomes["code"] == 0))
        if not len(at):
            return
        contracts, kinds = records["contract_no"][at] // CONTRACT_NUMBER_STEP, records["kind"][at]
        facts = self._book.contract_facts[contracts]
        for lane, _ in self._book.clearing.named(facts >> PARTY_SHIFT, records["trade_day"][at]):
            self._stands(lane)
        ended = contracts[IS_CORRECTION[kinds] & (facts >> STATE_SHIFT & FACT_MASK == ENDED)]
        self.accounts_of_ended.update(self._book.account_of_contract[ended].tolist())

    def take(self, told: Told, row: Row) -> None:
        """An accepted control message of a row."""
        party, seat, message, given_no, _ = told
        at = At(row.sequence, row.decided_at_ns)
        if isinstance(message, Act):
            self._take_act(made_by_text(message.text), seat, given_no, at)
            return
        if isinstance(message, EndSettlement):
            self.settled[message.trade_date] = row.sequence
        if isinstance(message, ServesAgain):
            of_all = self._book.due_times.windows
            self.due_times.update({date: (row.sequence, windows) for date, windows in of_all.items()})
        if isinstance(message, OpenTradeDate) and message.windows:
            self.due_times[message.trade_date] = row.sequence, seconds_of(message.windows)
        if isinstance(message, Reconcile | Publish):
            party = message.party
        elif not isinstance(message, SignOn | FinishSending | AnnounceSet | CompleteSet | WithdrawSet):
            return
        elif party == BANK_PARTY:
            party = self._adopted.pop(seat).party
        lane = self._book.clearing.lane(message.trade_date, party)
        self._stands(lane)
        match message:
            # Of several in a row the lane is as the last one left it: what came to nothing in it leaves nothing.
            case Reconcile() if lane.state >= LaneState.RECONCILED:
                self.lanes[lane.key] = self.lanes[lane.key]._replace(reconciled=at)
            case Publish():
                self.lanes[lane.key] = self.lanes[lane.key]._replace(published=at)
            case AnnounceSet(_, declared_s, totals):
                change = self._set(lane.key, given_no)
                change.announced, change.arrived = Announced(seat, declared_s, totals, at), Arrived(NO_TOTALS, 0)
            case CompleteSet(_, number):
                # As the lane is behind the row: two completions of a lane in one row have the later one's.
                self._set(lane.key, number).completed = Completed(at, lane.last_late_s)
            case WithdrawSet(_, number):
                self._set(lane.key, number).withdrawn = at

    def _take_act(self, made: Made, seat: int, given_no: int, at: At) -> None:
        """What people decided. With the last decision that it waited for a lane is reconciled."""
        if isinstance(made, DecideAct):
            lane = self._book.clearing.lane(made.trade_date, made.party)
            self._stands(lane)
            if lane.state >= LaneState.RECONCILED:
                self.lanes[lane.key] = self.lanes[lane.key]._replace(reconciled=at)
        elif isinstance(made, WithdrawSetAct):
            lane = self._book.clearing.lane(made.trade_date, made.party)
            self._stands(lane)
            self._set(lane.key, made.set_number).withdrawn = at
        elif isinstance(made, ChangeDueTimesAct):
            self.due_times[made.trade_date] = at.sequence, self._book.due_times.of(made.trade_date)
        elif isinstance(made, DeferAct | ResumeLaneAct | AdoptSetAct):
            lane = self._book.clearing.lane(made.trade_date, made.party)
            self._stands(lane)
            if isinstance(made, AdoptSetAct):
                change = self._set(lane.key, given_no)
                change.arrived = Arrived(NO_TOTALS, 0)
                if isinstance(made.data, ExchangeData):
                    change.announced = Announced(seat, made.data.declared_s, made.data.totals, at)
                    self._adopted[seat] = lane.key
                else:
                    change.announced = Announced(seat, lane.declared_s, NO_TOTALS, at)
                    change.completed = Completed(at, lane.last_late_s)

    def _stands(self, lane: Lane) -> None:
        """As it is behind the row, and as this batch found it before."""
        before = self.lanes.get(lane.key)
        reconciled = before.reconciled if before is not None and lane.state >= LaneState.RECONCILED else None
        published = before.published if before is not None and lane.state >= LaneState.PUBLISHED else None
        self.lanes[lane.key] = LaneStands(
            state=lane.state,
            sets_count=lane.number,
            differences=list(lane.differences),
            is_compared=lane.is_compared,
            proceeds_due=lane.proceeds_due,
            is_deferred=lane.is_deferred,
            signed_on_s=lane.signed_on_s,
            reconciled=reconciled,
            published=published,
        )

    def _set(self, lane: LaneKey, number: int) -> SetChange:
        return self.sets.setdefault(SetKey(*lane, number), SetChange())

    def _arrived(self, lane: Lane) -> Arrived:
        names = [self._book.clearing.listed(lane.inner, is_buy) for is_buy in (False, True)]
        return Arrived(lane.arrived, sum(map(len, names)))
