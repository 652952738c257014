"""`Money`: what an order through the bank freezes, and what each report of its broker moves.

A report tells an order's cumulative quantity and turnover, so that one that is doubled, lost or overtaken changes
nothing twice. What it moves is a difference of the order as a whole: of a buy, V after it less V before it is drawn,
and what is needed no more is released at once (004 A·三(二)). A sale brings turnover less fees; where these are
more they cost. What was booked of a sale is one number, β, above 0 in sold and below 0 in bought of the order's own
date, and moves towards turnover less fees as far as the account bears it.

The argument that no report stops the bank. R is what a buy still needs. Turnover and each fee rise with what is traded,
and an execution at most at the limit lowers what all of it may cost, so R never rises and nothing drawn is below 0; a
report that says otherwise does not fit, and is listed. A sale's β falls in two parts, each bounded by what the account
has when it comes to it: sold first, by what no later date has spent of it; then bought, by what no restraint holds
back either.

Belongs here: an order, what fits, what it moves on the account. Never here: its states (states, told), whose it is,
guards of an order before it is accepted (taking), the mirror of securities.
"""

from dataclasses import dataclass, field

from protocol.errors import InvariantBroken
from protocol.limits import COLUMN_FEN_MAX
from protocol.vocabulary import OrderType, Side
from rules.money.account import Account
from rules.orders.fees import FeeTable, Open, Paper, Traded, charge_fen, needed_fen, net_fen
from rules.orders.states import OrderState


@dataclass(slots=True)
class Order:
    """An accepted order; prices for a unit in 1/10,000 yuan. What was master data when it was accepted is its own."""

    side: Side
    trade_date: int
    quantity: int
    limit: int
    low: int
    high: int
    paper: Paper
    fees: FeeTable
    accrued: int = 0  # interest for a unit, paid beside the price
    traded: Traded = field(default_factory=Traded)
    cancelled: int = 0
    remaining_fen: int = 0  # frozen, of a buy
    drawn_fen: int = 0  # likewise
    booked_fen: int = 0  # of a sale: β
    order_type: OrderType = OrderType.LIMIT
    state: OrderState = OrderState.SENT
    broker_number: int = 0  # the broker's own number of it, 0 before it told one
    cancel_position: int = 0  # of the cancel that was asked for last, 0: none was

    @property
    def open_quantity(self) -> int:
        """What may still be executed."""
        return self.quantity - self.traded.quantity - self.cancelled

    @property
    def needed_fen(self) -> int:
        """What a buy must have frozen now."""
        left = Open(self.open_quantity, self.limit + self.accrued)
        return needed_fen(self.fees, self.paper, self.traded, left)


def freeze_order(order: Order, account: Account) -> None:
    """A buy that buying power covers freezes what it costs at most."""
    order.remaining_fen = order.needed_fen
    account.frozen_fen += order.remaining_fen


def execute(order: Order, account: Account, told: Traded, booked_fen: int | None = None) -> bool:
    """The order was executed up to this, cumulative. Returns whether that fits; else nothing moves.

    `booked_fen`: of a sale, what was booked of it by then: how far the account bore it hung on the moment.
    """
    step = Traded(told.quantity - order.traded.quantity, told.turnover - order.traded.turnover)
    if not 0 < step.quantity <= order.open_quantity or not _is_at_a_price(order, step):
        return False
    if order.side == Side.SELL:
        return _sell(order, account, told, booked_fen)
    before, remaining_fen = order.traded, order.remaining_fen
    drawn_fen = charge_fen(order.fees, order.paper, told) - charge_fen(order.fees, order.paper, before)
    order.traded = told
    needed_fen = order.needed_fen
    fits = min(drawn_fen, needed_fen) >= 0 and account.bought_fen + drawn_fen <= COLUMN_FEN_MAX
    if not fits or drawn_fen + needed_fen > remaining_fen:
        order.traded = before
        return False
    # From here the execution must succeed.
    order.drawn_fen += drawn_fen
    account.bought_fen += drawn_fen
    account.later.move(order.trade_date, remaining_fen - drawn_fen - needed_fen)
    _freeze_no_more_than(order, account, needed_fen)
    return True


def cancel(order: Order, account: Account, cancelled: int) -> bool:
    """The exchange has cancelled so much in all. Returns whether that fits; else nothing moves."""
    if not order.cancelled < cancelled <= order.quantity - order.traded.quantity:
        return False
    order.cancelled = cancelled
    if order.side == Side.BUY:
        needed_fen = order.needed_fen
        account.later.move(order.trade_date, order.remaining_fen - needed_fen)
        _freeze_no_more_than(order, account, needed_fen)
    return True


def end(order: Order, account: Account) -> None:
    """Nothing more comes of the order, and what is told of it later does not fit."""
    if order.open_quantity:
        cancel(order, account, order.quantity - order.traded.quantity)


def lower(order: Order, account: Account, true: Traded) -> bool:
    """Two people have signed that less was executed than was reported. Nothing is frozen again: the order is ended.

    Returns whether it is less; else nothing moves.
    """
    if true.quantity > order.traded.quantity or true.turnover > order.traded.turnover or true == order.traded:
        return False
    end(order, account)
    drawn_fen, order.traded = order.drawn_fen, true
    order.cancelled = order.quantity - true.quantity
    if order.side == Side.SELL:
        _book(order, account)
        return True
    order.drawn_fen = charge_fen(order.fees, order.paper, true)
    account.bought_fen -= drawn_fen - order.drawn_fen
    account.later.move(order.trade_date, drawn_fen - order.drawn_fen)
    account.clamp_seniors()
    return True


def _is_at_a_price(order: Order, step: Traded) -> bool:
    """Whether a step is between the limits of its date, and no worse than the order's own: compared as products."""
    lowest, highest = (order.low, order.limit) if order.side == Side.BUY else (order.limit, order.high)
    units = step.quantity * order.paper.units
    return (lowest + order.accrued) * units <= step.turnover <= (highest + order.accrued) * units


def _sell(order: Order, account: Account, told: Traded, booked_fen: int | None) -> bool:
    before_fen, target_fen = order.booked_fen, net_fen(order.fees, order.paper, told)
    if account.sold_fen - max(0, before_fen) + max(0, target_fen) > COLUMN_FEN_MAX:
        return False
    if account.bought_fen - max(0, -before_fen) + max(0, -target_fen) > COLUMN_FEN_MAX:
        return False
    if booked_fen is not None and not _is_on_the_way(before_fen, booked_fen, target_fen):
        return False
    # From here the execution must succeed.
    order.traded = told
    if booked_fen is None:
        _book(order, account)
    else:
        _move_booked(order, account, booked_fen)
    return True


def _is_on_the_way(before_fen: int, booked_fen: int, target_fen: int) -> bool:
    """Whether so much can have been booked: all where it rises, some or nothing where it falls."""
    return booked_fen == target_fen if target_fen >= before_fen else target_fen <= booked_fen <= before_fen


def _freeze_no_more_than(order: Order, account: Account, needed_fen: int) -> None:
    account.frozen_fen -= order.remaining_fen - needed_fen
    order.remaining_fen = needed_fen
    account.clamp_seniors()


def _book(order: Order, account: Account) -> None:
    """What was booked of a sale moves towards what it brings."""
    target_fen = net_fen(order.fees, order.paper, order.traded)
    if target_fen >= order.booked_fen:
        _move_booked(order, account, target_fen)
        return
    # First what counts as sold falls, as far as no later date leans on it.
    proceeds_fen = max(0, order.booked_fen)
    falls_fen = min(proceeds_fen - max(0, target_fen), max(0, _spare_fen(account) - _later_fen(order, account)))
    if falls_fen > 0:
        _move_booked(order, account, order.booked_fen - falls_fen)
    if order.booked_fen > 0 or target_fen >= order.booked_fen:
        return
    # Then the cost rises, as far as nothing holds it back.
    held_fen = max(account.restrained_fen, _later_fen(order, account))
    rises_fen = min(order.booked_fen - target_fen, max(0, _spare_fen(account) - held_fen))
    _move_booked(order, account, order.booked_fen - rises_fen)


def _move_booked(order: Order, account: Account, booked_fen: int) -> None:
    before_fen, order.booked_fen = order.booked_fen, booked_fen
    account.sold_fen += max(0, booked_fen) - max(0, before_fen)
    account.bought_fen += max(0, -booked_fen) - max(0, -before_fen)
    account.later.move(order.trade_date, booked_fen - before_fen)
    account.clamp_seniors()
    if account.sold_fen < 0 or account.bought_fen < 0:
        raise InvariantBroken(f"a sale has left {account.sold_fen} sold and {account.bought_fen} bought")


def _spare_fen(account: Account) -> int:
    """What nothing has claimed but restraints."""
    return account.buying_power_fen + account.restrained_fen


def _later_fen(order: Order, account: Account) -> int:
    """What the account has by later dates alone."""
    return account.later.behind(order.trade_date)
