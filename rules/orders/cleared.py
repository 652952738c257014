"""`The business day`: what a clearing set says of an order through the bank, against what the bank has of it.

The bank has computed what the order froze and what each report drew (004 A·三(二)), so it compares more than it does of
a freeze that a broker named: quantity, turnover, and each fee by the order's own table (004 A·三(六)1). What was
released is the bank's own reckoning, and not compared. What a report might still have told is no difference: closing
takes it from the set. Nobody tolerates anything here: what is tolerated of a contract's sums is so order by order.

Belongs here: what is compared of one order, when it differs, what closing makes of it. Never here: sums of contracts
(rules.day.reconciliation), what a correction moves (rules.day.corrections), columns (ledger.core.orders).
"""

from typing import NamedTuple

from protocol.vocabulary import ComparedField as Of
from protocol.vocabulary import DifferenceClass as Class
from protocol.vocabulary import Fate, Side
from rules.day.reconciliation import Found
from rules.orders.fees import TURNOVER_PARTS, Traded, fees_fen
from rules.orders.reports import Order
from rules.orders.states import WAITING_TYPES

FEES = (Of.COMMISSION, Of.STAMP, Of.TRANSFER, Of.HANDLING, Of.REGULATORY)
"""In the order of a table."""


class Line(NamedTuple):
    """What a set says that an order bought."""

    quantity: int = 0
    turnover_fen: int = 0
    fees_fen: tuple[int, ...] = (0, 0, 0, 0, 0)


class Said(NamedTuple):
    """What a set says of an order."""

    is_of_date: bool  # the order's own, else of a later one that names it
    fate: int = 0  # 0: it has no line for the order
    frozen_fen: int = 0
    bought: Line | None = None


def order_differences(order: Order, frozen_fen: int, said: Said) -> list[Found]:
    """What differs of an order of scheme A, for which so much was frozen."""
    found = []
    if not said.fate:
        found.append(Found(Class.MISSING_THERE, Of.ORDER, 1, 0))
    elif said.frozen_fen != frozen_fen:
        found.append(Found(Class.AMOUNT, Of.FROZEN, frozen_fen, said.frozen_fen))
    line = said.bought or Line()
    if said.fate and _is_wrong(order, said, line.quantity):
        found.append(Found(Class.STATE, Of.FATE, order.drawn_fen, said.fate))
    if order.side != Side.BUY or not (said.fate or said.bought):
        return found
    turnover_fen, is_later = order.traded.turnover_fen, _may_come(order, said, line)
    if line.quantity != order.traded.quantity and not is_later:
        found.append(Found(Class.AMOUNT, Of.QUANTITY, order.traded.quantity, line.quantity))
    if line.turnover_fen != turnover_fen and not (is_later and _is_at_a_price(order, line)):
        found.append(Found(Class.AMOUNT, Of.TURNOVER, turnover_fen, line.turnover_fen))
    # A quantity that was never ordered differs by itself, and is no number that fees are reckoned on.
    charged_fen = fees_fen(order.fees, order.paper, _traded(min(line.quantity, order.quantity), line.turnover_fen))
    for field, fen, told_fen in zip(FEES, charged_fen, line.fees_fen, strict=True):
        if fen != told_fen:
            found.append(Found(Class.FEE, field, fen, told_fen))
    return found


def closed_at(order: Order, line: Line) -> Traded:
    """What of an order is traded once a set that names it has closed it: what that says, where an order can have it."""
    if line.quantity > order.quantity or (line.quantity > 0) != (line.turnover_fen > 0):
        return order.traded
    if (line.quantity, line.turnover_fen) == (order.traded.quantity, order.traded.turnover_fen):
        return order.traded
    return _traded(line.quantity, line.turnover_fen)


def _traded(quantity: int, turnover_fen: int) -> Traded:
    return Traded(quantity, turnover_fen * TURNOVER_PARTS)


def _is_wrong(order: Order, said: Said, bought: int) -> bool:
    """Whether what is said to have become of it cannot be, by its type and by what the set itself says was bought."""
    waits = order.order_type in WAITING_TYPES
    if said.fate == Fate.HELD or (waits and said.is_of_date):
        return (said.fate == Fate.HELD) != waits
    if order.side != Side.BUY:
        return False
    is_all = bought >= order.quantity
    expected = {Fate.FILLED: is_all, Fate.PARTLY: bought > 0 and not is_all}
    return not expected.get(Fate(said.fate), bought == 0)


def _may_come(order: Order, said: Said, line: Line) -> bool:
    """Whether a report might still have told so much more of it."""
    waits = order.order_type in WAITING_TYPES and said.is_of_date
    return order.traded.quantity < line.quantity <= order.quantity - order.cancelled and not waits


def _is_at_a_price(order: Order, line: Line) -> bool:
    """Whether some turnover that is this in fen lies between the limits of the date for what is more: a line has no
    parts of a fen."""
    units = (line.quantity - order.traded.quantity) * order.paper.units
    exact, most_below = line.turnover_fen * TURNOVER_PARTS, TURNOVER_PARTS // 2
    least = order.traded.turnover + (order.low + order.accrued) * units
    most = order.traded.turnover + (order.limit + order.accrued) * units
    return least <= exact + most_below - 1 and exact - most_below <= most
