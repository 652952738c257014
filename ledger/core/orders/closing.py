"""What closing its date makes of the words of an order: it has ended, and nothing of it is open.

Belongs here: the words. Never here: what closing draws and releases, which is as of any freeze (effects), what may be
closed (rules.day.corrections, ledger.core.corrections).
"""

import numpy as np

from ledger.core.orders.cleared import take_said
from ledger.core.orders.mirrored import follow_orders, parts_of
from ledger.core.state.book import Book
from ledger.core.state.columns import Positions
from protocol.errors import InvariantBroken
from rules.orders.states import OrderEvent, OrderState, next_order_state

_AFTER = np.zeros(max(OrderState) + 1, np.int8)
"""By state the one behind the close, 0 where that cannot be."""
for _state in OrderState:
    _AFTER[_state] = next_order_state(_state, OrderEvent.CLOSE) or 0


def end_orders(book: Book, slots: Positions) -> None:
    """Closing has ended what these slots hold: orders among it have ended, with what their set says of them, and what
    is told of them later does not fit.

    Raises InvariantBroken, with nothing changed, where one had ended before, or is closed twice.
    """
    words = book.requests.orders
    if not words.are_kept:
        return
    orders = slots[words.are_orders(slots)]
    after = _AFTER[words.state[orders]]
    if not after.all() or len(np.unique(orders)) < len(orders):
        raise InvariantBroken("an order was closed that had ended")
    before = parts_of(book, orders.tolist())
    take_said(book, orders)
    words.state[orders] = after
    words.cancelled[orders] = words.quantity[orders] - words.traded[orders]
    follow_orders(book, orders.tolist(), before)
