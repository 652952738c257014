"""The lines of a block: their fields, the orders and sets that they name, looked up once.

Belongs here: reading the layout and every gather by a number that a partner chose, each range-checked before it is
used. Never here: verdicts (decide), changes (apply), what lines share with all records (ledger.core.resolve).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ledger.core.frames import Frames
from ledger.core.kind_tables import (
    HAS_FEES,
    HAS_QUANTITY,
    HAS_REFERENCE,
    HAS_SECOND,
    IS_LINE,
    NAMES_ORDER,
    SIDE,
    TOLD_MAX,
    UNUSED_BITS,
)
from ledger.core.lines.waiting import may_be_named
from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn, LongColumn, Mask, Positions, is_some
from ledger.core.state.day.clearing import Lane
from ledger.core.state.requests import request_keys
from protocol.kinds import FEE_FIELDS, WORDS_PER_RECORD
from protocol.limits import (
    AMOUNT_FEN_MAX,
    REQUESTS_PER_SEAT_DATE_MAX,
    SEATS_MAX,
    TRADE_DATE_MAX,
    TRADE_DATE_MIN,
)
from protocol.records import RECORD, RecordArray, records_at
from protocol.trade_dates import trade_day
from protocol.vocabulary import LineSide

_UNUSED_BITS = np.stack(UNUSED_BITS, axis=1)  # (256, words)
_RUN_LINES_MIN = 256  # of one kind side by side, on average, that are looked at for themselves
_FOLDED_LINES = 64  # combined by one wide operation; a reduction over single lines pays for each
_ORDER_WORD = 6  # date and seat of the order that a line names
assert RECORD.fields is not None
assert (RECORD.fields["order_date"][1], RECORD.fields["order_seat"][1]) == (8 * _ORDER_WORD, 8 * _ORDER_WORD + 4)
_IS_CREDIT: Mask = SIDE == LineSide.CREDIT


class SetLines(NamedTuple):
    """The lines of a block that belong to one open set: they come from its seat, and are of its date."""

    lane: Lane
    places: Positions  # among the lines, ascending
    frames: list[int]  # of its seat, in the block


@dataclass(slots=True)
class Lines:
    """(m,) each: the lines of a block, in its order."""

    positions: Positions  # in the block
    kind: LongColumn
    is_malformed: Mask
    is_in_range: Mask  # as far as lines alone have it: fees, quantity, names and references
    told: LongColumn  # fate or event, 0 for other kinds
    quantity: LongColumn  # 0 for kinds without one
    amount_fen: FenColumn
    second_fen: FenColumn  # released, commission or tax, by kind
    fees_fen: FenColumn  # (4, m) beside the commission
    beside_fen: FenColumn  # their sum
    contract: Positions
    order_key: LongColumn  # 0 where the kind names none, or it is outside all limits
    slot: Positions  # of that order, 0 where nothing is kept under its name
    is_held: Mask  # it is an accepted freeze of the contract, and of the set's date or waiting for its allotment
    reference: LongColumn  # 0 for other kinds
    frame: Positions  # of the block
    frames: Frames  # all of them
    sets: list[SetLines]  # no line is in two of them
    kinds: "KindsThere"


class KindsThere:
    """Which kinds there are among (m,) lines: mostly one or two: what holds of all or of none is seen at once."""

    def __init__(self, kind: LongColumn) -> None:
        """Nothing is copied."""
        self._kind = kind
        first = int(kind[0])
        is_one = bool((kind == first).all())
        self.each: LongColumn = kind[:1] if is_one else np.flatnonzero(np.bincount(kind))

    def any(self, table: Mask) -> bool:
        """Whether it holds of some line; `table` is (256,) by kind."""
        return is_some(table[self.each])

    def where(self, table: Mask) -> bool | Mask:
        """(m,) where it holds, or one word for all."""
        of_each = table[self.each]
        if of_each.all():
            return True
        return table[self._kind] if is_some(of_each) else False

    def runs(self) -> list[tuple[int, int, int]]:
        """(kind, begin, end) of the lines of one kind that stand side by side; one for all when there are many."""
        if len(self.each) == 1:
            return [(int(self.each[0]), 0, len(self._kind))]
        edges = (np.flatnonzero(self._kind[1:] != self._kind[:-1]) + 1).tolist()
        if len(edges) * _RUN_LINES_MIN > len(self._kind):
            return []
        return [(int(self._kind[begin]), begin, end) for begin, end in pairwise([0, *edges, len(self._kind)])]


def read_lines(
    book: Book, frames: Frames, records: RecordArray, kinds: int | Positions, contract: Positions
) -> Lines | None:
    """The lines among (n,) `records` whose contracts are looked up, 0 for one that is not there; None without any."""
    if not is_some(IS_LINE[kinds]):
        return None
    is_line = np.broadcast_to(IS_LINE[kinds], contract.shape)
    is_all = bool(is_line.all())
    positions = np.arange(len(records)) if is_all else is_line.nonzero()[0]
    lines = records if is_all else records_at(records, positions)
    contract = contract if is_all else contract[positions]
    kind = np.full(len(lines), kinds) if isinstance(kinds, int) else kinds if is_all else kinds[positions]
    frame = np.repeat(np.arange(len(frames.seat)), frames.record_count)
    frame = frame if is_all else frame[positions]
    there = KindsThere(kind)
    amount_fen = np.ascontiguousarray(lines["amount_fen"])
    told = _where_used(lines["event"], there.where(TOLD_MAX > 0))
    quantity = _where_used(lines["quantity"], there.where(HAS_QUANTITY))
    second_fen = _where_used(lines["release_fen"], there.where(HAS_SECOND))
    fees_fen = _fees(lines, there)
    reference = _where_used(lines["reference"], there.where(HAS_REFERENCE))
    order_key, slot, dates = _orders(book, lines, there.where(NAMES_ORDER))
    in_range = _is_within(second_fen, 0, AMOUNT_FEN_MAX)
    if is_some(fees_fen):
        in_range &= fees_fen.min(axis=0) >= 0
    if there.any(HAS_QUANTITY):
        in_range &= quantity >= 0
    if there.any(NAMES_ORDER):
        in_range &= (order_key > 0) | np.logical_not(there.where(NAMES_ORDER))
    if there.any(HAS_REFERENCE):
        in_range &= (reference > 0) | np.logical_not(there.where(HAS_REFERENCE))
    if there.any(_IS_CREDIT):
        in_range &= (second_fen <= amount_fen) | np.logical_not(there.where(_IS_CREDIT))
    lanes = [book.clearing.collecting_at(seat) for seat in frames.seat.tolist()]
    set_dates = np.array([lane.trade_date if lane is not None else 0 for lane in lanes], np.int64)
    set_date = set_dates[:1] if (set_dates == set_dates[0]).all() else set_dates[frame]
    is_there = (order_key > 0) & (book.requests.contract.take(slot) == contract + 1)
    return Lines(
        positions=positions,
        kind=kind,
        is_malformed=_malformed(lines, kind, told, there),
        is_in_range=in_range,
        told=told,
        quantity=quantity,
        amount_fen=amount_fen,
        second_fen=second_fen,
        fees_fen=fees_fen,
        beside_fen=fees_fen.sum(axis=0),
        contract=contract,
        order_key=order_key,
        slot=slot,
        is_held=_held(book, lanes, frame, slot, is_there, dates, set_date),
        reference=reference,
        frame=frame,
        frames=frames,
        sets=list(_by_set(lanes, frame, lines["trade_day"])),
        kinds=there,
    )


def _held(
    book: Book,
    lanes: list[Lane | None],
    frame: Positions,
    slot: Positions,
    is_there: Mask,
    dates: LongColumn,
    set_date: LongColumn,
) -> Mask:
    """(m,) whether a set may name the order of its contract that is there; of (1,) `dates` each is of that one."""
    is_held: Mask = is_there & (dates == set_date)
    before = np.flatnonzero(is_there & (dates < set_date))
    if len(before):
        of_order = np.broadcast_to(dates, is_there.shape)[before]
        is_held[before] = may_be_named(book, lanes, frame[before], slot[before], of_order)
    return is_held


def _is_within(column: LongColumn, low: int, high: int) -> Mask:
    """(m,) whether each is one of `low` to `high`."""
    within: Mask = (column >= low) & (column <= high)
    return within


def _where_used(field: npt.NDArray[np.signedinteger], used: bool | Mask) -> LongColumn:
    """A field as int64, 0 where a line's kind does not use it."""
    if isinstance(used, bool):
        return field.astype(np.int64) if used else np.zeros(len(field), np.int64)
    return np.where(used, field, 0).astype(np.int64, copy=False)


def _fees(lines: RecordArray, there: KindsThere) -> FenColumn:
    """(4, m) the fees beside the commission, 0 where a line has none."""
    fees_fen = np.zeros((len(FEE_FIELDS), len(lines)), np.int64)
    if there.any(HAS_FEES):
        used = there.where(HAS_FEES)
        for place, name in enumerate(FEE_FIELDS):
            fees_fen[place] = _where_used(lines[name], used)
    return fees_fen


def _malformed(lines: RecordArray, kind: LongColumn, told: LongColumn, there: KindsThere) -> Mask:
    words = lines.view("<i8").reshape(len(lines), WORDS_PER_RECORD)
    is_malformed = np.zeros(len(kind), bool)
    runs = there.runs()
    for of_kind, begin, end in runs:
        if is_some(_bits_set(words[begin:end]) & _UNUSED_BITS[of_kind]):
            is_malformed[begin:end] = (words[begin:end] & _UNUSED_BITS[of_kind]).any(axis=1)
    if not runs:
        is_malformed[:] = (words & _UNUSED_BITS.take(kind, axis=0)).any(axis=1)
    if there.any(TOLD_MAX > 0):
        told_max = TOLD_MAX.take(kind)
        is_malformed |= (told_max > 0) & ((told < 1) | (told > told_max))
    return is_malformed


def _bits_set(words: LongColumn) -> LongColumn:
    """(words,) which bits some of (m, words) records have."""
    folded = len(words) // _FOLDED_LINES * _FOLDED_LINES
    wide = words[:folded].reshape(-1, _FOLDED_LINES * WORDS_PER_RECORD)
    bits: LongColumn = np.bitwise_or.reduce(np.bitwise_or.reduce(wide, 0).reshape(-1, WORDS_PER_RECORD), 0)
    bits |= np.bitwise_or.reduce(words[folded:], 0)
    return bits


def _orders(book: Book, lines: RecordArray, names: bool | Mask) -> tuple[LongColumn, Positions, LongColumn]:
    """(m,) each: name as one number, slot and trade date of the order that a line names."""
    if names is False:
        nothing = np.zeros(len(lines), np.int64)
        return nothing, nothing, nothing
    whose = lines.view("<i8").reshape(len(lines), WORDS_PER_RECORD)[:, _ORDER_WORD]
    # Mostly all are of one date and seat, which then stand for columns of them.
    named = lines[:1] if (whose == whose[0]).all() else lines
    dates, seats = named["order_date"].astype(np.int64), named["order_seat"].astype(np.int64)
    numbers = np.ascontiguousarray(lines["order_number"])
    is_possible = _is_within(seats, 1, SEATS_MAX) & _is_within(dates, TRADE_DATE_MIN, TRADE_DATE_MAX)
    inside = names & is_possible & _is_within(numbers, 1, REQUESTS_PER_SEAT_DATE_MAX)
    slot = book.requests.slots_named(book.trade_date, dates, seats, numbers, inside)
    keys = request_keys(dates, seats, numbers)
    return keys if inside.all() else np.where(inside, keys, 0), slot, dates


def _by_set(lanes: list[Lane | None], frame: Positions, day: LongColumn) -> Iterator[SetLines]:
    frames_of: dict[tuple[int, int], list[int]] = {}
    for place, lane in enumerate(lanes):
        if lane is not None:
            frames_of.setdefault(lane.key, []).append(place)
    for places in frames_of.values():
        lane = lanes[places[0]]
        assert lane is not None
        is_own: Mask = day == trade_day(lane.trade_date)
        if len(places) < len(lanes):
            is_own = is_own & np.isin(frame, places)
        own = is_own.nonzero()[0]
        if len(own):
            yield SetLines(lane, own, places)
