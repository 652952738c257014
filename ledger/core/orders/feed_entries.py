"""What a row tells of orders: accepted orders and cancels to their broker, reports that fit to who ordered.

Belongs here: which entry goes to which feed, its bytes. Never here: numbers and digests of feeds (ledger.core.state),
what an outcome is and does (decide, act), who is told what is there (ledger.order_path).
"""

from typing import NamedTuple

import numpy as np

from ledger.core.frames import Frames
from ledger.core.kind_tables import TELLS_OF_ORDER
from ledger.core.orders.act import closed_by
from ledger.core.orders.read import Ordering
from ledger.core.resolve import Block
from ledger.core.state.book import Book
from ledger.core.state.columns import LongColumn, Mask, Positions
from ledger.core.state.orders.order_feeds import FeedOf
from ledger.core.state.requests import key_parts
from protocol.errors import InvariantBroken
from protocol.given_numbers import contract_no_from_index
from protocol.limits import ORDER_ENTRY_BYTES
from protocol.records import OutcomeArray
from protocol.vocabulary import MARKET_SHIFT, SeatRole

_WORDS = ORDER_ENTRY_BYTES // 8
_WORD_ASKER, _WORD_NUMBER, _WORD_CODE, _WORD_FROZEN, _WORD_LAST_SECOND = 2, 3, 4, 5, 6
_WORD_TARGET = _WORD_FROZEN  # date and seat of the order that others name
_SEAT_SHIFT = 32  # of the seat of a target, and of the number of an asker, in their words


class _Told(NamedTuple):
    """Entries of one feed, and where in the block what they tell of stands."""

    positions: Positions
    entries: LongColumn  # (k, 8)


_ByFeed = dict[FeedOf, list[_Told]]


def tell_orders(book: Book, frames: Frames, block: Block, outcomes: OutcomeArray) -> None:
    """Make the entries of a block row that has acted, those of each feed in the order of the block.

    Raises InvariantBroken where a broker's are not as the orders have them numbered.
    """
    by_feed: _ByFeed = {}
    if block.ordering is not None:
        _tell_ordering(book, frames, block.ordering, outcomes, by_feed)
    if block.corrections is not None:
        _tell_closed(book, frames, block, outcomes, by_feed)
    for feed in sorted(by_feed):
        positions = np.concatenate([each.positions for each in by_feed[feed]])
        entries = np.concatenate([each.entries for each in by_feed[feed]])[np.argsort(positions)]
        book.orders.feeds.append(book.sequence + 1, feed, book.trade_date, entries.tobytes())
        if not feed.seat and book.orders.feeds.feeds[feed].next_number - 1 != int(book.orders.entries.last[feed.party]):
            raise InvariantBroken(f"party {feed.party} is told entries where orders have another number of them")


def _tell_ordering(book: Book, frames: Frames, ordering: Ordering, outcomes: OutcomeArray, by_feed: _ByFeed) -> None:
    own = outcomes[ordering.positions]
    told = np.flatnonzero(own["code"] == 0)
    if not len(told):
        return
    entries = _entries(book, frames, ordering, told, own["remaining_fen"][told])
    to_broker = ordering.entries[told] > 0
    for party in np.unique(ordering.party[told[to_broker]]).tolist():
        at = to_broker & (ordering.party[told] == party)
        by_feed[FeedOf(party, 0)] = [_Told(ordering.positions[told[at]], entries[at])]
    _tell_reports(book, ordering, told, entries, ~to_broker, by_feed)


def _tell_closed(book: Book, frames: Frames, block: Block, outcomes: OutcomeArray, by_feed: _ByFeed) -> None:
    """Whose seat ordered hears that its order has ended with its date, by what the set has of it."""
    words, requests = book.requests.orders, book.requests
    closed = closed_by(block, outcomes) if words.are_kept else {}
    for slot, position in closed.items():
        if not words.order_type[slot]:
            continue
        date, seat, number = key_parts(int(requests.keys_of(np.array([slot]), book.trade_date)[0]))
        market, code = book.orders.securities.named_by(int(words.version[slot]))
        entry = np.zeros(_WORDS, np.int64)
        sided = market << MARKET_SHIFT | int(words.side[slot])
        entry[0] = _kind_at(block, position) | sided << 8 | int(words.traded[slot]) << _SEAT_SHIFT
        entry[1] = contract_no_from_index(int(requests.contract[slot]) - 1)
        entry[_WORD_ASKER] = _askers(frames, np.array([position]))[0]
        entry[_WORD_NUMBER], entry[_WORD_CODE] = words.turnover[slot], code
        entry[_WORD_TARGET], entry[_WORD_LAST_SECOND] = date | seat << _SEAT_SHIFT, number
        feed = FeedOf(int(book.seat_owner[seat]), seat)
        by_feed.setdefault(feed, []).append(_Told(np.array([position]), entry[None]))


def _kind_at(block: Block, position: int) -> int:
    return block.kind if isinstance(block.kind, int) else int(block.kind[position])


def _askers(frames: Frames, positions: Positions) -> LongColumn:
    """(k,) the seat and number by which records of the block came, as one word."""
    begins = np.cumsum(frames.record_count) - frames.record_count
    frame = np.searchsorted(begins, positions, side="right") - 1
    number = frames.first_number[frame] + positions - begins[frame]
    askers: LongColumn = frames.seat[frame] | number << _SEAT_SHIFT
    return askers


def _entries(book: Book, frames: Frames, ordering: Ordering, told: Positions, left_fen: LongColumn) -> LongColumn:
    """(k, 8) the records at these places of the ordering ones as entries have them."""
    words = np.array(ordering.said[told].view("<i8").reshape(len(told), _WORDS))
    words[:, _WORD_ASKER] = _askers(frames, ordering.positions[told])
    orders = np.flatnonzero(~TELLS_OF_ORDER[ordering.kind[told]])
    words[orders, _WORD_FROZEN] = left_fen[orders]
    words[orders, _WORD_LAST_SECOND] = book.requests.orders.last_second[ordering.slot[told[orders]]]
    return words


def _tell_reports(
    book: Book, ordering: Ordering, told: Positions, entries: LongColumn, are_reports: Mask, by_feed: _ByFeed
) -> None:
    """Whose seat ordered hears, and whose seat asked for the cancel that is answered, where that is another one."""
    reports = np.flatnonzero(are_reports)
    if not len(reports):
        return
    orderers, cancelers = entries[reports, _WORD_TARGET] >> _SEAT_SHIFT, ordering.cancelers[told[reports]]
    for seat in np.unique(np.concatenate((orderers, cancelers))).tolist():
        if seat and int(book.seat_role[seat]) == SeatRole.CHANNEL:
            at = reports[(orderers == seat) | (cancelers == seat)]
            feed = FeedOf(int(book.seat_owner[seat]), seat)
            by_feed.setdefault(feed, []).append(_Told(ordering.positions[told[at]], entries[at]))
