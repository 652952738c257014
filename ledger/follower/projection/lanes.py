"""What a batch did to lanes, which are brokers' trade dates, and to their clearing sets.

Belongs here: which lanes and sets were touched, and what the book had of each right after the row that did it: of a set
that is withdrawn, or whose date is settled, it keeps nothing. Never here: SQL (lane_tables), lines one by one
(request_blocks).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ledger.core.control.rows import Told
from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.clearing import Lane, LaneKey
from protocol.messages.control import EndSettlement
from protocol.messages.day import NO_TOTALS, AnnounceSet, CompleteSet, FinishSending, SetTotals, WithdrawSet


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
    """Where a lane stands."""

    state: int
    sets_count: int


class LanesOfBatch:
    """Lanes and sets that rows of a batch touched. Tell it of each row when the book has applied it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.lanes: dict[LaneKey, LaneStands] = {}
        self.sets: dict[SetKey, SetChange] = {}
        self.settled: dict[int, int] = {}
        """The row in which a trade date was settled."""

    def take_block(self, row: Row) -> None:
        """A block row, which may hold lines of sets that are open at its seats. Costs nothing while no set is."""
        clearing = self._book.clearing
        if not clearing.open_at:
            return
        for seat in np.unique(row.prefixes()["seat"]).tolist():
            lane = clearing.collecting_at(seat)
            if lane is not None:
                self._set(lane.key, lane.number).arrived = self._arrived(lane)

    def take(self, told: Told, row: Row) -> None:
        """An accepted control message of a row."""
        party, seat, message, given_no = told
        at = At(row.sequence, row.decided_at_ns)
        if isinstance(message, EndSettlement):
            self.settled[message.trade_date] = row.sequence
        if not isinstance(message, FinishSending | AnnounceSet | CompleteSet | WithdrawSet):
            return
        lane = self._book.clearing.lane(message.trade_date, party)
        self.lanes[lane.key] = LaneStands(lane.state, lane.number)
        match message:
            case AnnounceSet(_, declared_s, totals):
                change = self._set(lane.key, given_no)
                change.announced, change.arrived = Announced(seat, declared_s, totals, at), Arrived(NO_TOTALS, 0)
            case CompleteSet(_, number):
                # As the lane is behind the row: two completions of a lane in one row have the later one's.
                self._set(lane.key, number).completed = Completed(at, lane.last_late_s)
            case WithdrawSet(_, number):
                self._set(lane.key, number).withdrawn = at

    def _set(self, lane: LaneKey, number: int) -> SetChange:
        return self.sets.setdefault(SetKey(*lane, number), SetChange())

    def _arrived(self, lane: Lane) -> Arrived:
        names = [self._book.clearing.listed(lane.inner, is_buy) for is_buy in (False, True)]
        return Arrived(lane.arrived, sum(map(len, names)))
