"""`Two schemes, one switch per broker`: what a report of the broker, or a wish to cancel, makes of an order.

Reports are facts: none is refused for what it says. One that fits moves the order on; one that says what is so already
changes nothing, and is no fault of anybody's, for a broker may say everything twice (004 A·三(二)). Anything else is
listed for people to look into, and changes nothing either. Once the clearing set of the order's date is complete, what
both books are compared over stands still: a broker may then still say that it has an order, or that a cancel came to
nothing, and no more. What a set has closed stays as it says, also where the set is withdrawn.

Belongs here: which event a report is, by the state and what was told before. Never here: the states (states), what
fits by quantity and price and what it moves (reports), whose order it is and whether the bank still has it (the core).
"""

from typing import NamedTuple

from protocol.errors import InvariantBroken
from protocol.vocabulary import RecordKind, Side
from rules.money.account import Account
from rules.orders.fees import Traded
from rules.orders.reports import Order, cancel, end, execute
from rules.orders.states import WAITING_TYPES, OrderEvent, OrderState, is_open, next_order_state
from rules.request import DONE, Decision, of_order, of_order_frozen, of_sale

_MAY_MOVE = (RecordKind.REFUSED, RecordKind.EXECUTED, RecordKind.CANCELLED)


class Report(NamedTuple):
    """What a broker says of an order, by its kind."""

    kind: int
    quantity: int  # executed or cancelled, in all
    number: int  # the broker's own of the order, the turnover of all that was executed, or of the cancel it answers


def is_order(kind: int) -> bool:
    """Whether a record of this kind is an order, and no word about one."""
    return kind == RecordKind.ORDER


def is_cancel(kind: int) -> bool:
    """Whether it is the wish to cancel an order, and no report of one."""
    return kind == RecordKind.CANCEL


def tell(report: Report, order: Order, account: Account, is_cleared: bool, booked_fen: int | None = None) -> bool:
    """Something is reported. Returns whether that fits; else nothing changes.

    `is_cleared`: the order's date has a complete set of its broker, or is settled for good. `booked_fen`: of a sale
    what an outcome has told of it, for whoever follows it and does not know what the account bore.
    """
    match report.kind:
        case RecordKind.TAKEN:
            return tell_taken(order, report.number)
        case RecordKind.REFUSED:
            return tell_refused(order, account, is_cleared)
        case RecordKind.EXECUTED:
            return tell_executed(order, account, Traded(report.quantity, report.number), is_cleared, booked_fen)
        case RecordKind.CANCELLED:
            return tell_cancelled(order, account, report.quantity, report.number, is_cleared)
        case RecordKind.CANCEL_REFUSED:
            return tell_cancel_refused(order, report.number)
        case _:
            raise InvariantBroken(f"kind {report.kind} is no report of an order")


def outcome_of(kind: int, order: Order) -> Decision:
    """What is answered to an accepted record about an order, which has acted: of an order what is frozen for it, of a
    report that may have moved something what remains, or what is booked of a sale, of another one nothing.
    """
    if is_order(kind):
        return of_order_frozen(order.remaining_fen)
    if kind in _MAY_MOVE and order.side == Side.SELL:
        return of_sale(order.booked_fen)
    if kind in _MAY_MOVE:
        return of_order(is_open(order.state), order.remaining_fen)
    return DONE


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


def tell_executed(
    order: Order, account: Account, told: Traded, is_cleared: bool, booked_fen: int | None = None
) -> bool:
    """It was executed up to this, in all. Returns whether that fits; else nothing changes. `booked_fen`: see `tell`."""
    if is_cleared or order.state == OrderState.CLOSED:
        return False
    if told == order.traded:
        return True
    if not _is_traded(order) or not execute(order, account, told, booked_fen):
        return False
    _happens(order, OrderEvent.TAKE if order.open_quantity else OrderEvent.FILL)
    return True


def tell_cancelled(order: Order, account: Account, cancelled: int, answers: int, is_cleared: bool) -> bool:
    """So much of it was cancelled, in all, in answer to the cancel under this number, or 0: by the exchange itself.

    Returns whether that fits; else nothing changes.
    """
    if is_cleared or order.state == OrderState.CLOSED:
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
