"""The kinds of records of orders through the bank: an order, the wish to cancel one, what its broker reports of it.

Belongs here: these rows, with the ranges of what they say. Never here: the form of a row (row), what an order earns and
a report makes of it (the bank's rules).

None has an amount: what an order freezes and a report moves the bank alone reckons. Prices and turnovers are in
1/10,000 yuan, the price of a unit, the turnover of all that was executed.
"""

from ..limits import ORDER_TURNOVER_MAX
from ..vocabulary import OrderType, RecordKind, SeatRole
from .row import CANCEL_FIELD, OF_A, QUANTITY_FIELD, REASON_FIELD, SIDED_FIELDS, TARGET_FIELDS, Family, WireKind

_BROKER, _CHANNEL = frozenset({SeatRole.BROKER}), frozenset({SeatRole.CHANNEL})
_OF_CHANNELS_AND_TELLERS = _CHANNEL | {SeatRole.TELLER_DESK}  # a teller cancels for whoever has lost the password

_ANY = (1, 2**31 - 1)
_REASONS = (1, 255)
_NAMED = (*SIDED_FIELDS, *TARGET_FIELDS)

ORDERING = (
    WireKind(
        RecordKind.ORDER,
        "ORDER 委托",
        "a customer orders through the bank",
        senders=_CHANNEL,
        verb="order",
        fields=(*SIDED_FIELDS, "order_type", QUANTITY_FIELD, "limit"),
        ranges={"order_type": (min(OrderType), max(OrderType)), QUANTITY_FIELD: _ANY, "limit": _ANY},
        family=Family.ORDERING,
        schemes=OF_A,
        expires=True,
    ),
    WireKind(
        RecordKind.CANCEL,
        "CANCEL 撤单",
        "a customer wishes that what is open of an order is cancelled",
        senders=_OF_CHANNELS_AND_TELLERS,
        verb="cancel",
        fields=_NAMED,
        family=Family.ORDERING,
        schemes=OF_A,
    ),
    WireKind(
        RecordKind.TAKEN,
        "TAKEN 委托确认",
        "the broker has the order, under a number of its own",
        senders=_BROKER,
        verb="taken",
        fields=(*_NAMED, "broker_number"),
        ranges={"broker_number": (1, 2**63 - 1)},
        family=Family.ORDERING,
        schemes=OF_A,
    ),
    WireKind(
        RecordKind.REFUSED,
        "REFUSED 废单",
        "nothing comes of the order: the broker or the exchange refused it",
        senders=_BROKER,
        verb="refused_order",
        fields=(*_NAMED, REASON_FIELD),
        ranges={REASON_FIELD: _REASONS},
        family=Family.ORDERING,
        schemes=OF_A,
    ),
    WireKind(
        RecordKind.EXECUTED,
        "EXECUTED 成交回报",
        "what of the order was executed up to now, in all",
        senders=_BROKER,
        verb="executed",
        fields=(*_NAMED, QUANTITY_FIELD, "turnover"),
        ranges={QUANTITY_FIELD: _ANY, "turnover": (0, ORDER_TURNOVER_MAX)},
        family=Family.ORDERING,
        schemes=OF_A,
    ),
    WireKind(
        RecordKind.CANCELLED,
        "CANCELLED 撤单成功",
        "what of the order the exchange has cancelled up to now, in all",
        senders=_BROKER,
        verb="cancelled",
        fields=(*_NAMED, REASON_FIELD, QUANTITY_FIELD, CANCEL_FIELD),
        ranges={REASON_FIELD: _REASONS, QUANTITY_FIELD: _ANY, CANCEL_FIELD: (0, _ANY[1])},
        family=Family.ORDERING,
        schemes=OF_A,
    ),
    WireKind(
        RecordKind.CANCEL_REFUSED,
        "CANCEL_REFUSED 撤单失败",
        "nothing came of a cancel: it was too late, or nobody heard of it",
        senders=_BROKER,
        verb="cancel_refused",
        fields=(*_NAMED, REASON_FIELD, CANCEL_FIELD),
        ranges={REASON_FIELD: _REASONS, CANCEL_FIELD: _ANY},
        family=Family.ORDERING,
        schemes=OF_A,
    ),
)
