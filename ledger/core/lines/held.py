"""Freezes and orders that a clearing set leaves open: they wait for their allotment.

Belongs here: which they are. Never here: what becomes of the others (ledger.core.corrections), which of an earlier date
a set may name (waiting).

Of a freeze of scheme B the set says so. Of an order of scheme A its type does, whatever a set says: a subscription that
is held, and a placing, are ended by no set of their own date; by one of a later date that names them, or once they are
allotted, by one that does not tell that they are held.
"""

import numpy as np

from ledger.core.state.book import Book
from ledger.core.state.columns import Mask, Positions
from ledger.core.state.day.clearing import Lane
from ledger.core.state.requests import FATE_MASK
from protocol.vocabulary import Fate, OrderType
from rules.orders.states import WAITING_TYPES, OrderState

_WAITS: Mask = np.isin(np.arange(max(OrderType) + 1), list(WAITING_TYPES))
"""By type; 0 is none."""


def are_held(book: Book, lane: Lane, slots: Positions | slice) -> Mask:
    """Which of the freezes in these slots, of a lane's date or named by its set, that leaves open."""
    requests, words = book.requests, book.requests.orders
    is_named = requests.cleared_in[slots] == lane.inner
    is_held: Mask = is_named & (requests.told[slots] & FATE_MASK == Fate.HELD)
    if not words.are_kept:
        return is_held
    is_earlier = _places(slots) < requests.carried_before(lane.trade_date).stop
    may_end = is_named & ~is_held & (is_earlier | (words.state[slots] == OrderState.ALLOTTED))
    return np.where(words.are_orders(slots), _WAITS[words.order_type[slots]] & ~may_end, is_held)


def _places(slots: Positions | slice) -> Positions:
    return np.arange(slots.start, slots.stop) if isinstance(slots, slice) else slots
