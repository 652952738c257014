"""`Two schemes, one switch per broker`: what a report of the broker, or a wish to cancel, makes of an order.

Reports are facts: none is refused for what it says. One that fits moves the order on; one that says what is so already
changes nothing, and is no fault of anybody's, for a broker may say everything twice (004 A·三(二)). Anything else is
listed for people to look into, and changes nothing either. Once the clearing set of the order's date is complete, what
both books are compared over stands still: a broker may then still say that it has an order, or that a cancel came to
nothing, and no more.

Belongs here: which event a report is, by the state and what was told before. Never here: the states (states), what
fits by quantity and price and what it moves (reports), whose order it is and whether the bank still has it (the core).
"""

from protocol.errors import InvariantBroken
from rules.money.account import Account
from rules.orders.fees import Traded
from rules.orders.reports import Order, cancel, end, execute
from rules.orders.states import WAITING_TYPES, OrderEvent, OrderState, next_order_state


def ask_cancel(order: Order, position: int) -> None:
    """A cancel under this number, above 0, was accepted."""
    _happens(order, OrderEvent.CANCEL)
    order.cancel_position = position


def tell_taken(order: Order, broker_number: int) -> bool:
    """The broker has it under a number of its own. Returns whether that fits; else nothing changes."""
    if order.broker_number not in (0, broker_number):
        return False
    if _is_under_way(order):
        _happens(order, OrderEvent.TAKE)
        order.broker_number = broker_number
    return True


def tell_executed(order: Order, account: Account, told: Traded, is_cleared: bool) -> bool:
    """It was executed up to this, in all. Returns whether that fits; else nothing changes."""
    if is_cleared:
        return False
    if told == order.traded:
        return True
    if not _is_traded(order) or not execute(order, account, told):
        return False
    _happens(order, OrderEvent.TAKE if order.open_quantity else OrderEvent.FILL)
    return True


def tell_cancelled(order: Order, account: Account, cancelled: int, answers: int, is_cleared: bool) -> bool:
    """So much of it was cancelled, in all, in answer to the cancel under this number, or 0: by the exchange itself.

    Returns whether that fits; else nothing changes.
    """
    if is_cleared:
        return False
    if cancelled == order.cancelled:
        return True
    if not _is_traded(order) or not cancel(order, account, cancelled):
        return False
    if not order.open_quantity:
        _happens(order, OrderEvent.CANCEL_REST)
    elif order.state == OrderState.ENDING and answers == order.cancel_position:
        _happens(order, OrderEvent.END_CANCEL)
    return True


def tell_refused(order: Order, account: Account, is_cleared: bool) -> bool:
    """Nothing comes of the order. Returns whether that fits; else nothing changes."""
    if is_cleared:
        return False
    if order.state == OrderState.REFUSED:
        return True
    if not _is_under_way(order) or order.traded.quantity or order.cancelled:
        return False
    end(order, account)
    _happens(order, OrderEvent.REFUSE)
    return True


def tell_cancel_refused(order: Order, answers: int) -> bool:
    """Nothing came of the cancel under this number. Returns whether it was the last one; else nothing changes."""
    if not answers or answers != order.cancel_position:
        return False
    if order.state == OrderState.ENDING:
        _happens(order, OrderEvent.END_CANCEL)
    return True


def _is_under_way(order: Order) -> bool:
    """Whether it is at the exchange, or on the way there."""
    return next_order_state(order.state, OrderEvent.TAKE) is not None


def _is_traded(order: Order) -> bool:
    """Likewise, and not one that waits for its allotment."""
    return _is_under_way(order) and order.order_type not in WAITING_TYPES


def _happens(order: Order, event: OrderEvent) -> None:
    state = next_order_state(order.state, event)
    if state is None:
        raise InvariantBroken(f"{event.name} of an order that is {order.state.name}")
    order.state = state
