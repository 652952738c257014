"""`Two schemes, one switch per broker`: what an order of a channel and the wish to cancel one earn, and what is frozen.

The bank validates an order that comes through it and reckons what it freezes (004 A·三(二)); whoever is not signed on
with the channel learns nothing of a contract, not even that it is none. What is wrong with an order is told in the rank
of the codes, and an order that is right in itself is told last that its broker is away, or its money or its shares are
short. Orders at a limit price are taken, and nothing else yet. A sale freezes nothing: its shares are held in the
mirror, where the bank knows of any, and its broker holds them for good.

A cancel takes risk away. So it is refused for nothing that is about new business: no stop, suspension, loss, phase or
sign-off of the date. Whether something can still be cancelled only the exchange knows: a wish moves nothing.

Belongs here: these guards, in rank. Never here: those that all kinds share in front of them, form, role and expiry
(the core); what a state of a contract forbids (kinds); fees, versions, states (pages of their own).
"""

from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX, LINE_FEE_FEN_MAX
from protocol.vocabulary import OrderType, Scheme, Side
from rules.money.account import Account
from rules.orders.fees import FeeTable, Paper, Traded, fees_fen
from rules.orders.mirror import Position, code_of_sale, may_be_sold
from rules.orders.reports import Order, freeze_order
from rules.orders.securities import Limits, Terms, are_lots
from rules.orders.states import OrderEvent, OrderState, next_order_state


class Ordered(NamedTuple):
    """What an order says; its price for a unit, in 1/10,000 yuan."""

    side: Side
    order_type: OrderType
    quantity: int
    limit: int


class Customer(NamedTuple):
    """Who orders. Of a contract that the channel's broker does not have, nobody is signed on."""

    is_signed_on: bool  # with this channel
    scheme: Scheme  # by which the broker's orders come
    state_code: ReplyCode  # what the state of the contract earns an order by the table of kinds, else ACCEPTED


class Trading(NamedTuple):
    """Whether orders are taken now."""

    is_stopped: bool  # the broker, by two people
    takes_orders: bool  # the date is not signed off, and a phase of the market takes orders
    is_away: bool  # the broker has not signed on for the date, or has not signed for the contract


class Known(NamedTuple):
    """What the bank knows of the security on the date; None: there is none."""

    terms: Terms | None
    is_suspended: bool
    limits: Limits | None
    fees: FeeTable | None  # of the broker, for this kind of security and side


class Taken(NamedTuple):
    """What became of an order; None: it is refused by the code."""

    code: ReplyCode
    order: Order | None


class Cancellable(NamedTuple):
    """An order of the contract that a cancel names, or of the one that its card was replaced for."""

    order_type: OrderType
    trade_date: int
    state: OrderState


def take(
    ordered: Ordered, customer: Customer, trading: Trading, known: Known, trade_date: int, account: Account
) -> Taken:
    """Freeze for an order what it costs at most, or say why not. Refused, it moves nothing."""
    code, order = _validated(Side.BUY, ordered, customer, trading, known, trade_date)
    if order is None:
        return Taken(code, None)
    needed = order.needed_fen
    if account.frozen_fen + needed > COLUMN_FEN_MAX:
        return Taken(ReplyCode.LIMIT_EXCEEDED, None)
    if needed > account.buying_power_fen:
        return Taken(ReplyCode(account.not_covered(needed)[0]), None)
    # From here the order must succeed.
    freeze_order(order, account)
    return Taken(ReplyCode.ACCEPTED, order)


def take_sale(
    ordered: Ordered,
    customer: Customer,
    trading: Trading,
    known: Known,
    trade_date: int,
    position: Position | None,
) -> Taken:
    """Hold for an order what it sells, or say why not. Refused, it moves nothing. `position`: None where nobody knows
    what the securities account has; the broker alone checks that then."""
    code, order = _validated(Side.SELL, ordered, customer, trading, known, trade_date)
    if order is None or known.terms is None:
        return Taken(code, None)
    code = code_of_sale(ordered.quantity, known.terms, position)
    if code != ReplyCode.ACCEPTED:
        return Taken(code, None)
    # From here the order must succeed.
    if position is not None:
        position.held += ordered.quantity
    return Taken(ReplyCode.ACCEPTED, order)


def order_of(ordered: Ordered, known: Known, trade_date: int) -> Order | None:
    """An order with all that it keeps of what was known of its security; None where something was not."""
    terms, limits, fees = known.terms, known.limits, known.fees
    if terms is None or limits is None or fees is None:
        return None
    paper = Paper(terms.multiplier, terms.par)
    return Order(
        ordered.side, trade_date, ordered.quantity, ordered.limit, limits.low, limits.high, paper, fees, limits.accrued
    )


def code_of_cancel(is_signed_on: bool, order: Cancellable | None, open_date: int) -> ReplyCode:
    """What the wish to cancel earns. Once none of this applies the order is being cancelled."""
    if not is_signed_on:
        return ReplyCode.NOT_SIGNED_ON
    if order is None:
        return ReplyCode.ORDER_UNKNOWN
    if order.order_type != OrderType.LIMIT:
        return ReplyCode.CANNOT_BE_CANCELLED
    if order.trade_date < open_date:
        return ReplyCode.CANCEL_CLOSED
    if order.state == OrderState.ENDING:
        return ReplyCode.CANCEL_UNDER_WAY
    can_end = next_order_state(order.state, OrderEvent.CANCEL) is not None
    return ReplyCode.ACCEPTED if can_end else ReplyCode.ORDER_ENDED


def _validated(
    side: Side, ordered: Ordered, customer: Customer, trading: Trading, known: Known, trade_date: int
) -> tuple[ReplyCode, Order | None]:
    """The order, if nothing is wrong with it but its money or its shares."""
    code = _code_of_customer(customer, trading)
    if code == ReplyCode.ACCEPTED:
        code = _code_of_order(side, ordered, known)
    if code == ReplyCode.ACCEPTED and trading.is_away:
        code = ReplyCode.BROKER_AWAY
    return code, order_of(ordered, known, trade_date) if code == ReplyCode.ACCEPTED else None


def _code_of_customer(customer: Customer, trading: Trading) -> ReplyCode:
    if not customer.is_signed_on:
        return ReplyCode.NOT_SIGNED_ON
    if customer.scheme != Scheme.A:
        return ReplyCode.SCHEME_FORBIDS
    if customer.state_code != ReplyCode.ACCEPTED:
        return customer.state_code
    if trading.is_stopped:
        return ReplyCode.BROKER_STOPPED
    return ReplyCode.ACCEPTED if trading.takes_orders else ReplyCode.MARKET_CLOSED


def _code_of_order(side: Side, ordered: Ordered, known: Known) -> ReplyCode:
    if known.terms is None:
        return ReplyCode.SECURITY_UNKNOWN
    if known.is_suspended:
        return ReplyCode.SECURITY_SUSPENDED
    if known.limits is None:
        return ReplyCode.PRICE_LIMITS_MISSING
    if ordered.side != side or ordered.order_type != OrderType.LIMIT:
        return ReplyCode.ORDER_TYPE_NOT_TAKEN
    is_sale, quantity = side == Side.SELL, ordered.quantity
    if not (may_be_sold(quantity, known.terms) if is_sale else are_lots(quantity, known.terms.buy)):
        return ReplyCode.QUANTITY_OUT_OF_LOTS
    if ordered.limit % known.terms.tick:
        return ReplyCode.PRICE_OFF_TICK
    if not known.limits.low <= ordered.limit <= known.limits.high:
        return ReplyCode.PRICE_OUT_OF_LIMITS
    if known.fees is None:
        return ReplyCode.FEES_MISSING
    in_range = _is_in_range(ordered, known.terms, known.limits, known.fees)
    return ReplyCode.ACCEPTED if in_range else ReplyCode.AMOUNT_OUT_OF_RANGE


def _is_in_range(ordered: Ordered, terms: Terms, limits: Limits, fees: FeeTable) -> bool:
    """Whether what a buy costs at most, or a sale turns over at most, is an amount, and a line of a clearing set has
    room for each fee."""
    is_sale = ordered.side == Side.SELL
    paper, payable = Paper(terms.multiplier, terms.par), (limits.high if is_sale else ordered.limit) + limits.accrued
    all_of_it = Traded(ordered.quantity, payable * terms.multiplier * ordered.quantity)
    commission_fen, *smaller_fen = fees_fen(fees, paper, all_of_it)
    most_fen = all_of_it.turnover_fen + (0 if is_sale else commission_fen + sum(smaller_fen))
    return max(most_fen, commission_fen) <= AMOUNT_FEN_MAX and max(smaller_fen) <= LINE_FEE_FEN_MAX
