"""`Two schemes, one switch per broker`: two people put right what was reported of an order before its day is cleared.

Reports are facts and are never taken back (004 A·三(二)), so a wrong one would stand until the clearing set of its
date. Two people may lower it before: they sign for what the bank has and for what is so. The order has ended with
that, whatever became of it, so that no report that comes twice raises it again; what was executed after all comes
with the set. Nothing is frozen once more, for the customer may have spent what it was.

Belongs here: what such an act earns, what becomes of the order. Never here: what lowering moves (reports), who signs
(rules.tellers), corrections by a set (rules.day.corrections).
"""

from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from rules.money.account import Account
from rules.orders.fees import Traded
from rules.orders.reports import Order, lower
from rules.orders.states import OrderEvent, next_order_state


class Lowered(NamedTuple):
    """What two people say was executed of an order, in all."""

    has: Traded  # as it was reported
    true: Traded


def code_of_lowering(order: Order | None, says: Lowered, is_due: bool) -> ReplyCode:
    """What the act earns. `is_due`: no set of the order's date is complete, and nothing stands that one has booked."""
    if order is None:
        return ReplyCode.ORDER_UNKNOWN
    has, true = says
    is_less = true.quantity <= has.quantity and true.turnover <= has.turnover and true != has
    if not is_less or (true.quantity > 0) != (true.turnover > 0):
        return ReplyCode.AMOUNT_OUT_OF_RANGE
    if not is_due:
        return ReplyCode.STEP_NOT_DUE
    if order.traded != has or next_order_state(order.state, OrderEvent.CORRECT) is None:
        return ReplyCode.DECISION_DIFFERS
    return ReplyCode.ACCEPTED


def lower_reported(order: Order, account: Account, true: Traded) -> None:
    """Let an accepted act lower what was reported: the order has ended. Raises InvariantBroken where it cannot."""
    state = next_order_state(order.state, OrderEvent.CORRECT)
    if state is None or not lower(order, account, true):
        raise InvariantBroken(f"what was reported of an order that is {order.state.name} is not lowered to {true}")
    order.state = state
