"""What brokers' clearing sets say: the lanes and their sets, and per contract and date what was bought, sold, paid out.

Belongs here: lanes, the columns by contract of each unsettled date, the orders that are not there. Never here: what a
line of a set earns (rules.day.clearing) or does (ledger.core.lines), what is kept per freeze (requests).

Every set has a number of its own inside, never given again. What a line says is kept under it, and reads as nothing
under any other: so a withdrawn set costs nothing, and no line is ever taken back one by one.
"""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np

from ledger.core.state.columns import (
    ByteColumn,
    FenColumn,
    IntColumn,
    LongColumn,
    Mask,
    Positions,
    byte_zeros,
    int_zeros,
    long_zeros,
)
from protocol.limits import DIGEST_BYTES, PARTIES_MAX, SUM_BYTES
from protocol.messages.day.steps import NO_TOTALS, SetTotals
from protocol.messages.queries import CLASSES, CLASSES_OF_A
from protocol.trade_dates import trade_day
from protocol.vocabulary import LaneState

FEN_COLUMNS = ("buys_fen", "proceeds_fen", "credits_fen", "excess_fen", "listed_buys_fen")
ADJUSTED_FEN_COLUMNS = ("moved_bought_fen", "moved_sold_fen", "made_good_buys_fen", "made_good_proceeds_fen")
CLEARED_COLUMNS = (
    *(*FEN_COLUMNS, "inner", "events_told", "drawn_at_close_fen", "comparison"),
    *(*ADJUSTED_FEN_COLUMNS, "adjusted", "case", "settled"),
)
PROCEEDS_BOOKED, CORRECTED, CASE_TOLD = 1, 2, 4  # of `adjusted`
CREDITED, OTHER_GATED = 1, 2  # of `settled`: while its lane is SETTLING
NO_DIFFERENCE = bytes(DIGEST_BYTES)
_LISTED_BUY = 1  # beside the inner number of its set, shifted by one
_PARTY_BITS = 16
assert PARTIES_MAX < 1 << _PARTY_BITS


class LaneKey(NamedTuple):
    """One broker's trade date."""

    trade_date: int
    party: int


class Lane(msgspec.Struct, array_like=True):
    """Where a broker's trade date stands; of its last set, what was announced and what arrived."""

    trade_date: int
    party: int
    state: int = LaneState.TRADING
    number: int = 0  # of the last set that was announced, 0 for none
    inner: int = 0  # the same set's inside, 0 when it was withdrawn
    seat: int = 0  # that announced it
    announced: SetTotals = NO_TOTALS
    arrived: SetTotals = NO_TOTALS
    last_reference: int = 0
    declared_s: int = 0  # the earliest time that was declared
    completed_s: int = 0  # the first time that a set was complete, 0 before
    first_late_s: int = 0
    last_late_s: int = 0
    comparison: int = 0  # the number of the last comparison that was begun, 0 for none
    compared: int = 0  # places that it has gone through, 0 once it is done
    places_before: int = 0  # places before those of contracts when it was begun: with others it cannot go on
    is_compared: bool = False  # to its end
    differences: list[int] = msgspec.field(default_factory=lambda: [0] * CLASSES)  # of each class, so far
    digests: list[bytes] = msgspec.field(default_factory=lambda: [NO_DIFFERENCE] * CLASSES)  # of each, but for sums
    sums_differ: int = 0  # of the differences, those of sums of contracts
    to_correct: int = 0  # contracts for which the bank will not have what the set says, so far
    decided: list[bytes] = msgspec.field(default_factory=lambda: [NO_DIFFERENCE] * CLASSES)  # what people signed for
    proceeds_due: int = 0  # contracts whose proceeds by clearing data are not booked
    is_adjusted: bool = False  # something was booked by its set, or an order closed
    tolerated_fen: int = 0  # by which contracts were corrected without an act
    signed_on_s: int = 0  # when the broker said that it is ready for the date, 0 for not
    is_deferred: bool = False  # by two people: the broker's later dates wait, and another set may be adopted
    withdrawn_by: int = 0  # while what was booked is taken back: the number of the act by which its set was withdrawn
    to_revert: int = 0  # contracts of which that is still to be done
    to_settle: int = 0  # contracts that are still to be settled, while it is SETTLING
    credited: bytes = bytes(SUM_BYTES)  # a SumFen: by outlets to its customers, less what was debited, so far

    def forget_set(self) -> None:
        """Its set counts no more: nothing reads what its lines said, and what people signed is of another set."""
        self.begin_anew()
        self.decided = [NO_DIFFERENCE] * len(self.decided)
        self.inner, self.announced, self.arrived, self.last_reference = 0, NO_TOTALS, NO_TOTALS, 0
        self.is_adjusted, self.tolerated_fen = False, 0

    def begin_anew(self) -> None:
        """Forget what was compared."""
        self.compared, self.is_compared, self.proceeds_due, self.sums_differ, self.to_correct = 0, False, 0, 0, 0
        self.differences, self.digests = [0] * len(self.decided), [NO_DIFFERENCE] * len(self.decided)

    def become_of_a(self) -> None:
        """Its set is one of scheme A: it has one class of differences more."""
        self.differences, self.digests = [0] * CLASSES_OF_A, [NO_DIFFERENCE] * CLASSES_OF_A
        self.decided = [NO_DIFFERENCE] * CLASSES_OF_A

    @property
    def is_of_a(self) -> bool:
        """Whether its set was announced as one of scheme A."""
        return len(self.decided) == CLASSES_OF_A

    @property
    def is_agreed(self) -> bool:
        """Whether all is compared, and agrees or is what people have signed for."""
        pairs = zip(self.digests, self.decided, strict=True)
        is_known = all(found in (NO_DIFFERENCE, signed) for found, signed in pairs)
        return self.is_compared and not (self.sums_differ or self.to_correct) and is_known

    @property
    def key(self) -> LaneKey:
        """Its name."""
        return LaneKey(self.trade_date, self.party)


@dataclass(slots=True)
class ClearedContracts:
    """(contracts,) each, of one trade date. What stands under another inner number than the lane's set is nothing."""

    buys_fen: FenColumn  # with fees, and with what fees of sales took beyond their turnover
    proceeds_fen: FenColumn
    credits_fen: FenColumn  # dividends less tax, and refunds
    excess_fen: FenColumn  # of buys, what came of sales
    listed_buys_fen: FenColumn  # of buys, what names no order that is there
    inner: IntColumn
    events_told: ByteColumn  # 1 << event
    drawn_at_close_fen: FenColumn  # what closing its orders will draw, as the comparison found it
    comparison: IntColumn  # its number; under any other it found nothing
    # What was booked by the date's set; these stand by themselves until it is taken back, contract by contract.
    moved_bought_fen: FenColumn  # added to what was bought, or taken from it
    moved_sold_fen: FenColumn
    made_good_buys_fen: FenColumn  # of the set's buys, what the broker bears
    made_good_proceeds_fen: FenColumn  # beyond the set's proceeds, what the customer had spent
    adjusted: ByteColumn  # the flags above
    case: IntColumn  # of what is made good, 0 for none
    settled: ByteColumn  # 0: not yet, else one of the two above

    @staticmethod
    def empty(contracts: int) -> "ClearedContracts":
        """Nothing said of any; memory is used as contracts are."""
        return ClearedContracts(
            long_zeros(contracts),
            long_zeros(contracts),
            long_zeros(contracts),
            long_zeros(contracts),
            long_zeros(contracts),
            int_zeros(contracts),
            byte_zeros(contracts),
            long_zeros(contracts),
            int_zeros(contracts),
            long_zeros(contracts),
            long_zeros(contracts),
            long_zeros(contracts),
            long_zeros(contracts),
            byte_zeros(contracts),
            int_zeros(contracts),
            byte_zeros(contracts),
        )

    def forget(self, contracts: Positions, inner: int) -> None:
        """Make those of (m,) contracts that stand under another number stand at nothing under `inner`."""
        stale = contracts[self.inner[contracts] != inner]
        if len(stale):
            for name in FEN_COLUMNS:
                getattr(self, name)[stale] = 0
            self.events_told[stale] = 0
            self.inner[stale] = inner


@dataclass(slots=True)
class Clearing:
    """All lanes of unsettled dates of which a broker has said something."""

    lanes: dict[LaneKey, Lane] = field(default_factory=dict)
    inner_given: int = 0  # the highest inner number; never given again
    comparisons: int = 0  # the highest number of a comparison; likewise
    by_contract: dict[int, ClearedContracts] = field(default_factory=dict)  # by trade date, once a set was announced
    # (l,) names of orders that are not there: sorted by set and kind, then by `request_keys`.
    listed_sets: LongColumn = field(default_factory=lambda: long_zeros(0))
    listed_keys: LongColumn = field(default_factory=lambda: long_zeros(0))
    # Derived: by seat the lane whose set it sends; the inner numbers of complete sets, ascending; by trade date which
    # parties have one, (PARTIES_MAX + 1,), and by lane its number. By trade date its parties, ascending; the date of a
    # day. Each is kept up where one lane changes: no block pays for lanes that it does not name.
    open_at: dict[int, LaneKey] = field(default_factory=dict)
    complete: LongColumn = field(default_factory=lambda: long_zeros(0))
    cleared: dict[int, Mask] = field(default_factory=dict)
    complete_of: dict[LaneKey, int] = field(default_factory=dict)
    parties_of: dict[int, list[int]] = field(default_factory=dict)
    date_of_day: dict[int, int] = field(default_factory=dict)

    def lane(self, trade_date: int, party: int) -> Lane:
        """The lane, as it is kept or as it begins."""
        return self.lanes.get(LaneKey(trade_date, party)) or Lane(trade_date, party)

    def put(self, lane: Lane) -> None:
        """Keep the lane as it is now."""
        key = lane.key
        if key not in self.lanes:
            insort(self.parties_of.setdefault(lane.trade_date, []), lane.party)
            self.date_of_day[trade_day(lane.trade_date)] = lane.trade_date
        self.lanes[key] = lane
        if lane.state == LaneState.COLLECTING:
            self.open_at[lane.seat] = key
        elif self.open_at.get(lane.seat) == key:
            del self.open_at[lane.seat]
        self._keep_complete(key, lane.inner if lane.state >= LaneState.COMPLETE else 0)

    def _keep_complete(self, key: LaneKey, inner: int) -> None:
        """The inner number of the lane's complete set, 0 for none."""
        before = self.complete_of.get(key, 0)
        if inner == before:
            return
        if before:
            del self.complete_of[key]
            self.complete = np.delete(self.complete, np.searchsorted(self.complete, before))
        if inner:
            self.complete_of[key] = inner
            self.complete = np.insert(self.complete, np.searchsorted(self.complete, inner), inner)
        if key.trade_date not in self.cleared:
            self.cleared[key.trade_date] = np.zeros(PARTIES_MAX + 1, bool)
        self.cleared[key.trade_date][key.party] = inner != 0

    def collecting_at(self, seat: int) -> Lane | None:
        """The lane whose set this seat announced and is sending."""
        key = self.open_at.get(seat)
        return None if key is None else self.lanes[key]

    def named(self, parties: LongColumn, days: LongColumn) -> Iterator[tuple[Lane, Positions]]:
        """The lanes of (m,) parties on (m,) trade days, in the order of their keys, each with the places that name it.
        Of what has no lane nothing is told.
        """
        names = days.astype(np.int64) << _PARTY_BITS | parties
        found, places = np.unique(names, return_inverse=True)
        order = np.argsort(places, kind="stable")
        ends = np.searchsorted(places, np.arange(len(found)), side="right", sorter=order)
        begins = 0
        for name, end in zip(found.tolist(), ends.tolist(), strict=True):
            day, party = name >> _PARTY_BITS, name & ((1 << _PARTY_BITS) - 1)
            lane = self.lanes.get(LaneKey(self.date_of_day.get(day, 0), party))
            if lane is not None:
                yield lane, order[begins:end]
            begins = end

    def lanes_of(self, trade_date: int) -> list[Lane]:
        """Those of a date, in the order of parties."""
        return [self.lanes[LaneKey(trade_date, party)] for party in self.parties_of.get(trade_date, ())]

    def sorted_lanes(self, first: int = 0, end: int | None = None) -> list[Lane]:
        """In the order of their keys: all of them, or those from the place `first` to the one before `end`."""
        found, end = list[Lane](), len(self.lanes) if end is None else end
        for date, parties in sorted(self.parties_of.items()):
            found += [self.lanes[LaneKey(date, party)] for party in parties[max(0, first) : max(0, end)]]
            first, end = first - len(parties), end - len(parties)
        return found

    def listed(self, inner: int, is_buy: bool) -> LongColumn:
        """(m,) ascending names of the orders of a set that are not there, told by lines of one kind."""
        if not len(self.listed_keys):
            return self.listed_keys
        first, end = np.searchsorted(self.listed_sets, _listed_set(inner, is_buy) + np.arange(2))
        return self.listed_keys[first:end]

    def add_listed(self, inner: int, is_buy: bool, keys: LongColumn) -> None:
        """Add (m,) names, none of which is there. Work for those of the set, and a copy of all: nothing is sorted anew,
        for a sender chooses how few it names at a time.
        """
        own = _listed_set(inner, is_buy)
        first, end = np.searchsorted(self.listed_sets, (own, own + 1))
        ascending = np.sort(keys)
        at = first + np.searchsorted(self.listed_keys[first:end], ascending)
        self.listed_sets = np.insert(self.listed_sets, at, own)
        self.listed_keys = np.insert(self.listed_keys, at, ascending)

    def forget_listed(self, inner: int) -> None:
        """A set counts no more, and its names go."""
        kept = self.listed_sets >> 1 != inner
        self.listed_sets, self.listed_keys = self.listed_sets[kept], self.listed_keys[kept]

    def forget_begun(self) -> None:
        """The freezes of all dates have other places: what was compared of them in part is begun anew."""
        for lane in self.lanes.values():
            if lane.compared:
                lane.begin_anew()

    def forget_date(self, trade_date: int) -> None:
        """The customers of a date are settled: nothing of it is kept."""
        for lane in self.lanes_of(trade_date):
            del self.lanes[lane.key]
            self.forget_listed(lane.inner)
            if self.open_at.get(lane.seat) == lane.key:
                del self.open_at[lane.seat]
            self._keep_complete(lane.key, 0)
        if self.parties_of.pop(trade_date, None) is not None:
            del self.date_of_day[trade_day(trade_date)]
        self.cleared.pop(trade_date, None)
        self.by_contract.pop(trade_date, None)

    def names(self, contract: int, party: int) -> bool:
        """Whether a set that counts says money of the contract of a party, or one has booked some and still has it."""
        return bool(self.said_of(contract, party))

    def said_of(self, contract: int, party: int) -> dict[int, tuple[int, int, int]]:
        """By trade date what a set that counts says of the contract of a party: buys, proceeds, credits; without dates
        of which it says nothing, and nothing was booked. All that is said beside is a part of these."""
        found: dict[int, tuple[int, int, int]] = {}
        for trade_date, columns in self.by_contract.items():
            lane, said = self.lanes.get(LaneKey(trade_date, party)), (0, 0, 0)
            if lane is not None and lane.state >= LaneState.SETTLED:
                continue  # what is left of it is gated
            if columns.settled[contract]:
                said = (0, 0, int(columns.credits_fen[contract]))
                if columns.settled[contract] == OTHER_GATED:
                    found[trade_date] = said
                continue
            if lane is not None and lane.inner and columns.inner[contract] == lane.inner:
                said_fen = (columns.buys_fen, columns.proceeds_fen, columns.credits_fen)
                said = (int(said_fen[0][contract]), int(said_fen[1][contract]), int(said_fen[2][contract]))
            if any(said) or columns.adjusted[contract]:
                found[trade_date] = said
        return found


def _listed_set(inner: int, is_buy: bool) -> int:
    return inner << 1 | (_LISTED_BUY if is_buy else 0)
