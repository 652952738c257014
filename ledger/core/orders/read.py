"""Records about orders through the bank among those of a block: their columns, and which slot each is about.

Belongs here: reading their layout, looking up what they name, each number range-checked before it is used. Never here:
what they earn (decide), what they do (act), what they share with all records (ledger.core.resolve).
"""

from dataclasses import dataclass

import numpy as np

from ledger.core.frames import Frames
from ledger.core.kind_tables import IS_ORDERING, TELLS_OF_ORDER, UNUSED_BITS
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.columns import FenColumn, LongColumn, Mask, Positions, is_some
from protocol.kinds import KINDS, WORDS_PER_RECORD
from protocol.limits import ORDERING_PER_FRAME_MAX, REQUESTS_PER_SEAT_DATE_MAX, SEATS_MAX
from protocol.records import RecordArray, records_at
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import MARKET_SHIFT, MARKETS_AND_SIDES, SIDE_MASK, OrderType, Side
from rules.orders.taking import Ordered

_UNUSED = np.stack(UNUSED_BITS, axis=1)  # (256, words)
_RANGES = {int(kind): tuple(row.ranges.items()) for kind, row in KINDS.items() if row.is_ordering}
_WORD_NUMBER, _WORD_SECURITY = 3, 4  # a price, a turnover, the broker's number, or that of a cancel; the code


@dataclass(slots=True)
class Ordering:
    """(m,) each: the records of a block about orders through the bank, in its order."""

    positions: Positions  # in the block
    said: RecordArray  # as they came
    kind: LongColumn
    is_malformed: Mask
    order_type: LongColumn  # of an order, in the bytes of a report's reason
    market: LongColumn
    side: LongColumn
    security: LongColumn  # its code as one number
    quantity: LongColumn
    number: LongColumn
    contract: Positions
    party: LongColumn  # the broker whose contract it names
    slot: Positions  # an order's own, or that of the order which is named; one that holds none where none is there
    may_be_gone: Mask  # what it names may have been an order that is not kept any more
    # What they do, once it is known (act): what each adds to frozen and to bought, its number in the broker's feed, and
    # the seat that asked for the cancel which it answers, 0 for none.
    frozen_fen: FenColumn
    bought_fen: FenColumn
    entries: LongColumn
    cancelers: LongColumn


def ordered_by(ordering: Ordering, place: int) -> Ordered:
    """What the record at a place says, where it is an order and not malformed."""
    return Ordered(
        side=Side(int(ordering.side[place])),
        order_type=OrderType(int(ordering.order_type[place])),
        quantity=int(ordering.quantity[place]),
        limit=int(ordering.number[place]),
    )


def read_ordering(
    book: Book,
    frames: Frames,
    records: RecordArray,
    kinds: int | Positions,
    contract: Positions,
    own_slot: Positions | None,
) -> Ordering | None:
    """Those among (n,) `records`, None without any; `own_slot`: (n,) where each of them would be kept."""
    if not is_some(IS_ORDERING[kinds]):
        return None
    positions = np.flatnonzero(np.broadcast_to(IS_ORDERING[kinds], len(records)))
    own = records_at(records, positions)
    kind = own["kind"].astype(np.int64)
    words = own.view("<i8").reshape(len(own), WORDS_PER_RECORD)
    sided = own["market_and_side"].astype(np.int64)
    contract = contract[positions]
    party = book.contract_facts[contract] >> PARTY_SHIFT
    slot, may_be_gone = _named(book, own, kind, party)
    if own_slot is not None:
        slot = np.where(TELLS_OF_ORDER[kind], slot, own_slot[positions])
    malformed = (words & _UNUSED.take(kind, axis=0)).any(axis=1) | ~np.isin(sided, MARKETS_AND_SIDES)
    malformed |= _out_of_range(own, kind) | _beyond(frames, positions)
    return Ordering(
        positions=positions,
        said=own,
        kind=kind,
        is_malformed=malformed,
        order_type=own["order_type"].astype(np.int64),
        market=sided >> MARKET_SHIFT,
        side=sided & SIDE_MASK,
        security=words[:, _WORD_SECURITY],
        quantity=own["quantity"].astype(np.int64),
        number=words[:, _WORD_NUMBER],
        contract=contract,
        party=party,
        slot=slot,
        may_be_gone=may_be_gone,
        frozen_fen=np.zeros(len(own), np.int64),
        bought_fen=np.zeros(len(own), np.int64),
        entries=np.zeros(len(own), np.int64),
        cancelers=np.zeros(len(own), np.int64),
    )


def _out_of_range(own: RecordArray, kind: LongColumn) -> Mask:
    """Whether a field says what its kind could not mean."""
    found = np.zeros(len(own), bool)
    for each in np.unique(kind).tolist():
        at = np.flatnonzero(kind == each)
        for name, (least, most) in _RANGES[each]:
            values = own[name][at].astype(np.int64)
            found[at] |= (values < least) | (values > most)
    return found


def _beyond(frames: Frames, positions: Positions) -> Mask:
    """Whether a record is one too many of its frame: the law decides them one by one, and everybody else waits."""
    found = np.zeros(len(positions), bool)
    if int(frames.record_count.max()) <= ORDERING_PER_FRAME_MAX:
        return found
    begins = np.cumsum(frames.record_count) - frames.record_count
    frame = np.searchsorted(begins, positions, side="right") - 1
    found[:] = np.arange(len(positions)) - np.searchsorted(frame, frame) >= ORDERING_PER_FRAME_MAX
    return found


def _named(book: Book, own: RecordArray, kind: LongColumn, party: LongColumn) -> tuple[Positions, Mask]:
    """(m,) each: the slot of the order that is named, and whether it may have been one that is not kept any more: of a
    settled date, by a seat for customers of that broker."""
    dates, seats = own["target_date"].astype(np.int64), own["target_seat"].astype(np.int64)
    numbers = own["target_number"]
    inside = TELLS_OF_ORDER[kind] & (seats >= 1) & (seats <= SEATS_MAX)
    inside &= (numbers >= 1) & (numbers <= REQUESTS_PER_SEAT_DATE_MAX)
    slot = book.requests.slots_named(book.trade_date, dates, seats, numbers, inside)
    gone = inside & (dates < book.unsettled.oldest_date)
    gone &= book.orders.channels.broker[np.where(inside, seats, 0)] == party
    at = np.flatnonzero(gone)
    gone[at] = [is_trade_date(date) for date in dates[at].tolist()]
    return slot, gone
