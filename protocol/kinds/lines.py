"""The kinds of lines of a clearing set: a row each, in the order in which a set counts them.

Belongs here: these rows. Never here: the form of a row (row), what a line comes to (the bank's rules).
"""

from ..vocabulary import RecordKind, SeatRole
from .row import FEE_FIELDS, ORDER_KEY_FIELDS, REFERENCE_FIELDS, RELEASE_FIELD, Family, WireKind

_OF_SETS = frozenset({SeatRole.BROKER, SeatRole.DAY_DESK})
"""The day desk sends lines in a set that two people adopt for a deferred lane."""

LINES = (
    WireKind(
        RecordKind.CLEAR_ORDER,
        "CLEAR_ORDER 委托结果",
        "what became of an order, also of one without a fill",
        senders=_OF_SETS,
        amount="what was frozen for it",
        amount_fen_min=0,
        fields=("fate", "quantity", "amount_fen", RELEASE_FIELD, *ORDER_KEY_FIELDS),
        family=Family.LINE,
    ),
    WireKind(
        RecordKind.CLEAR_BUY,
        "CLEAR_BUY 买入清算",
        "what an order bought in all, with its fees",
        senders=_OF_SETS,
        amount="turnover",
        amount_fen_min=0,
        fields=("market", "quantity", "amount_fen", "commission_fen", *FEE_FIELDS, *ORDER_KEY_FIELDS),
        family=Family.LINE,
    ),
    WireKind(
        RecordKind.CLEAR_SELL,
        "CLEAR_SELL 卖出清算",
        "what was sold, with its fees",
        senders=_OF_SETS,
        amount="turnover",
        amount_fen_min=0,
        fields=("market", "quantity", "amount_fen", "commission_fen", *FEE_FIELDS, *REFERENCE_FIELDS),
        family=Family.LINE,
    ),
    WireKind(
        RecordKind.CLEAR_DIVIDEND,
        "CLEAR_DIVIDEND 红利",
        "a dividend and its tax",
        senders=_OF_SETS,
        amount="gross",
        amount_fen_min=0,
        fields=("market", "quantity", "amount_fen", "tax_fen", *REFERENCE_FIELDS),
        family=Family.LINE,
    ),
    WireKind(
        RecordKind.CLEAR_REFUND,
        "CLEAR_REFUND 退款",
        "what comes back of a subscription",
        senders=_OF_SETS,
        amount="",
        amount_fen_min=0,
        fields=("market", "quantity", "amount_fen", *REFERENCE_FIELDS),
        family=Family.LINE,
    ),
    WireKind(
        RecordKind.CLEAR_CONTRACT,
        "CLEAR_CONTRACT 签约变动",
        "a contract that began or ended on the date",
        senders=_OF_SETS,
        amount="",
        amount_fen_min=0,
        fields=("event",),
        family=Family.LINE,
    ),
)
