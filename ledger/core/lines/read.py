"""The lines of a block: their fields, the orders and sets that they name, looked up once.

Belongs here: reading the layout and every gather by a number that a partner chose, each range-checked before it is
used. Never here: verdicts (decide), changes (apply), what lines share with all records (ledger.core.resolve).
"""

from collections.abc import Iterator
from dataclasses import dataclass
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
from ledger.core.state.book import Book
from ledger.core.state.clearing import Lane
from ledger.core.state.columns import FenColumn, LongColumn, Mask, Positions
from ledger.core.state.requests import request_keys
from protocol.kinds import FEE_FIELDS, WORDS_PER_RECORD
from protocol.limits import (
    AMOUNT_FEN_MAX,
    REQUESTS_PER_SEAT_DATE_MAX,
    SEATS_MAX,
    TRADE_DATE_MAX,
    TRADE_DATE_MIN,
)
from protocol.records import RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import LineSide

_UNUSED_BITS = np.stack(UNUSED_BITS, axis=1)  # (256, words)


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
    amount_fen: FenColumn
    second_fen: FenColumn  # released, commission or tax, by kind
    fees_fen: FenColumn  # (m, 4) beside the commission
    contract: Positions
    order_key: LongColumn  # 0 where the kind names none, or it is outside all limits
    slot: Positions  # of that order, 0 where nothing is kept under its name
    is_held: Mask  # it is an accepted freeze of the contract, and of the set's date
    reference: LongColumn  # 0 for other kinds
    frame: Positions  # of the block
    frames: Frames  # all of them
    sets: list[SetLines]  # no line is in two of them


def read_lines(
    book: Book, frames: Frames, records: RecordArray, kinds: int | Positions, contract: Positions
) -> Lines | None:
    """The lines among (n,) `records` whose contracts are looked up, 0 for one that is not there; None without any."""
    is_line = np.broadcast_to(IS_LINE[kinds], contract.shape)
    if not is_line.any():
        return None
    positions = np.flatnonzero(is_line)
    is_all = len(positions) == len(records)
    lines = records if is_all else records[positions]
    contract = contract if is_all else contract[positions]
    kind = np.broadcast_to(kinds, is_line.shape)[positions].astype(np.int64)
    frame = np.repeat(np.arange(len(frames.seat)), frames.record_count)[positions]
    amount_fen = np.ascontiguousarray(lines["amount_fen"])
    told = _where_used(lines["event"], TOLD_MAX > 0, kind)
    second_fen = _where_used(lines["release_fen"], HAS_SECOND, kind)
    fees_fen = _fees(lines, kind)
    reference = _where_used(lines["reference"], HAS_REFERENCE, kind)
    order_key, slot, dates = _orders(book, lines, kind)
    in_range = (second_fen >= 0) & (second_fen <= AMOUNT_FEN_MAX)
    if fees_fen.any():
        in_range &= fees_fen.min(axis=1) >= 0
    in_range &= _where_used(lines["quantity"], HAS_QUANTITY, kind) >= 0
    in_range &= ~NAMES_ORDER[kind] | (order_key > 0)
    in_range &= ~HAS_REFERENCE[kind] | (reference > 0)
    in_range &= (SIDE[kind] != LineSide.CREDIT) | (second_fen <= amount_fen)
    lanes = [book.clearing.collecting_at(seat) for seat in frames.seat.tolist()]
    set_date = np.array([lane.trade_date if lane is not None else 0 for lane in lanes], np.int64)[frame]
    return Lines(
        positions=positions,
        kind=kind,
        is_malformed=_malformed(lines, kind, told),
        is_in_range=in_range,
        told=told,
        amount_fen=amount_fen,
        second_fen=second_fen,
        fees_fen=fees_fen,
        contract=contract,
        order_key=order_key,
        slot=slot,
        is_held=(order_key > 0) & (dates == set_date) & (book.requests.contract.take(slot) == contract + 1),
        reference=reference,
        frame=frame,
        frames=frames,
        sets=list(_by_set(lanes, frame, lines["trade_day"])),
    )


def _where_used(field: npt.NDArray[np.signedinteger], is_used: Mask, kind: LongColumn) -> LongColumn:
    """A field as int64, 0 where a line's kind does not use it."""
    used = is_used[kind]
    if used.all():
        return field.astype(np.int64)
    return np.where(used, field, 0).astype(np.int64) if used.any() else np.zeros(len(kind), np.int64)


def _fees(lines: RecordArray, kind: LongColumn) -> FenColumn:
    """(m, 4) the fees beside the commission, 0 where a line has none."""
    fees_fen = np.zeros((len(kind), len(FEE_FIELDS)), np.int64)
    if HAS_FEES[kind].any():
        for place, name in enumerate(FEE_FIELDS):
            fees_fen[:, place] = _where_used(lines[name], HAS_FEES, kind)
    return fees_fen


def _malformed(lines: RecordArray, kind: LongColumn, told: LongColumn) -> Mask:
    words = lines.view("<i8").reshape(len(lines), WORDS_PER_RECORD)
    is_one_kind = bool((kind == kind[0]).all())
    unused = words & (_UNUSED_BITS[kind[0]] if is_one_kind else _UNUSED_BITS.take(kind, axis=0))
    is_malformed = np.zeros(len(kind), bool) if not unused.any() else unused.any(axis=1)
    says_nothing: Mask = (TOLD_MAX[kind] > 0) & ((told < 1) | (told > TOLD_MAX[kind]))
    return np.asarray(is_malformed, bool) | says_nothing


def _orders(book: Book, lines: RecordArray, kind: LongColumn) -> tuple[LongColumn, Positions, LongColumn]:
    """(m,) each: name as one number, slot and trade date of the order that a line names."""
    names = NAMES_ORDER[kind]
    if not names.any():
        nothing = np.zeros(len(kind), np.int64)
        return nothing, nothing.astype(np.intp), nothing
    dates, seats = lines["order_date"].astype(np.int64), lines["order_seat"].astype(np.int64)
    numbers = np.ascontiguousarray(lines["order_number"])
    inside = names & (seats >= 1) & (seats <= SEATS_MAX) & (numbers >= 1) & (numbers <= REQUESTS_PER_SEAT_DATE_MAX)
    inside &= (dates >= TRADE_DATE_MIN) & (dates <= TRADE_DATE_MAX)
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
        own = np.flatnonzero(is_own)
        if len(own):
            yield SetLines(lane, own, places)
