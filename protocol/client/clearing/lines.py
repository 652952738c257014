"""Building one line of a clearing set from what it says: 64 bytes.

Belongs here: the layout of a line as structs (a test compares it with `protocol.records.RECORD`), and which numbers
have a place in it. Never here: rules about lines (the bank decides), sending (sending).

`on`: the trade date that the set is of, yyyymmdd. Each raises MisuseError for a value that has no place in the record:
a wrong type, negative, too large, no request.
"""

import struct

from ...errors import MisuseError
from ...limits import LINE_FEE_FEN_MAX, RECORD_BYTES
from ...trade_dates import trade_day
from ...vocabulary import ClearedEvent, Fate, RecordKind
from ..outcomes import Outcome, RequestKey
from ..verbs.arguments import INT32_MAX, INT64_MAX, calendar_date, short_bytes, target_key, whole_number

_OF_ORDER = struct.Struct("<bbhiqqqiiiiiiq")  # names an order
_OF_SECURITY = struct.Struct("<bbhiqqqiiii8sq")  # a security and the sender's own reference
assert _OF_ORDER.size == _OF_SECURITY.size == RECORD_BYTES

LINE_WORDS = {
    "order": RecordKind.CLEAR_ORDER,
    "buy": RecordKind.CLEAR_BUY,
    "sell": RecordKind.CLEAR_SELL,
    "dividend": RecordKind.CLEAR_DIVIDEND,
    "refund": RecordKind.CLEAR_REFUND,
    "contract": RecordKind.CLEAR_CONTRACT,
}
"""The kinds of lines by the words that a file has for them."""
_INT8_MAX = 127
_NO_FEES = (0, 0, 0, 0)


def order_line(
    target: RequestKey | Outcome,
    contract_no: int,
    fate: int,
    *,
    on: int,
    frozen_fen: int,
    released_fen: int = 0,
    cancelled: int = 0,
) -> bytes:
    """What became of an order, a `Fate`.

    `released_fen`: all that was released of its freeze, also beside fills; `cancelled`: in shares.
    """
    fate = whole_number("fate", fate, min(Fate), max(Fate))
    amounts = (_fen("frozen_fen", frozen_fen), _fen("released_fen", released_fen))
    head = _head(RecordKind.CLEAR_ORDER, fate, on, cancelled, contract_no)
    return _named(head, amounts, _NO_FEES, target)


def buy_line(
    target: RequestKey | Outcome,
    contract_no: int,
    *,
    on: int,
    turnover_fen: int,
    commission_fen: int = 0,
    stamp_fen: int = 0,
    transfer_fen: int = 0,
    handling_fen: int = 0,
    regulatory_fen: int = 0,
    market: int = 0,
    quantity: int = 0,
) -> bytes:
    """What an order bought in all; `quantity`: in shares."""
    amounts = (_fen("turnover_fen", turnover_fen), _fen("commission_fen", commission_fen))
    head = _head(RecordKind.CLEAR_BUY, market, on, quantity, contract_no)
    return _named(head, amounts, _fees(stamp_fen, transfer_fen, handling_fen, regulatory_fen), target)


def sell_line(
    reference: int,
    contract_no: int,
    *,
    on: int,
    turnover_fen: int,
    commission_fen: int = 0,
    stamp_fen: int = 0,
    transfer_fen: int = 0,
    handling_fen: int = 0,
    regulatory_fen: int = 0,
    market: int = 0,
    quantity: int = 0,
    security: bytes = b"",
) -> bytes:
    """What was sold; `reference`: the sender's own, rising over the lines of a set that have one."""
    amounts = (_fen("turnover_fen", turnover_fen), _fen("commission_fen", commission_fen))
    head = _head(RecordKind.CLEAR_SELL, market, on, quantity, contract_no)
    fees = _fees(stamp_fen, transfer_fen, handling_fen, regulatory_fen)
    return _referring(head, amounts, fees, security, reference)


def dividend_line(
    reference: int,
    contract_no: int,
    *,
    on: int,
    gross_fen: int,
    tax_fen: int = 0,
    market: int = 0,
    quantity: int = 0,
    security: bytes = b"",
) -> bytes:
    """A dividend and its tax; `reference`: as of a sale."""
    amounts = (_fen("gross_fen", gross_fen), _fen("tax_fen", tax_fen))
    head = _head(RecordKind.CLEAR_DIVIDEND, market, on, quantity, contract_no)
    return _referring(head, amounts, _NO_FEES, security, reference)


def refund_line(
    reference: int,
    contract_no: int,
    *,
    on: int,
    amount_fen: int,
    market: int = 0,
    quantity: int = 0,
    security: bytes = b"",
) -> bytes:
    """What comes back of a subscription; `reference`: as of a sale."""
    head = _head(RecordKind.CLEAR_REFUND, market, on, quantity, contract_no)
    return _referring(head, (_fen("amount_fen", amount_fen), 0), _NO_FEES, security, reference)


def contract_line(contract_no: int, event: int, *, on: int) -> bytes:
    """A contract began or ended on the date, a `ClearedEvent`."""
    event = whole_number("event", event, min(ClearedEvent), max(ClearedEvent))
    head = _head(RecordKind.CLEAR_CONTRACT, event, on, 0, contract_no)
    return _OF_ORDER.pack(*head, 0, 0, *_NO_FEES, 0, 0, 0)


def _head(kind: RecordKind, told: int, on: int, quantity: int, contract_no: int) -> tuple[int, int, int, int, int]:
    return (
        int(kind),
        whole_number("market", told, 0, _INT8_MAX),
        trade_day(calendar_date("on", on)),
        whole_number("quantity", quantity, 0, INT32_MAX),
        whole_number("contract_no", contract_no, 0, INT64_MAX),
    )


def _fen(name: str, value: int) -> int:
    return whole_number(name, value, 0, INT64_MAX)


def _fees(stamp_fen: int, transfer_fen: int, handling_fen: int, regulatory_fen: int) -> tuple[int, int, int, int]:
    return (
        whole_number("stamp_fen", stamp_fen, 0, LINE_FEE_FEN_MAX),
        whole_number("transfer_fen", transfer_fen, 0, LINE_FEE_FEN_MAX),
        whole_number("handling_fen", handling_fen, 0, LINE_FEE_FEN_MAX),
        whole_number("regulatory_fen", regulatory_fen, 0, LINE_FEE_FEN_MAX),
    )


def _named(
    head: tuple[int, ...], amounts: tuple[int, int], fees: tuple[int, int, int, int], target: RequestKey | Outcome
) -> bytes:
    try:
        return _OF_ORDER.pack(*head, *amounts, *fees, *target_key(target))
    except struct.error as error:
        raise MisuseError(f"a line does not fit its record: {error}") from error


def _referring(
    head: tuple[int, ...],
    amounts: tuple[int, int],
    fees: tuple[int, int, int, int],
    security: bytes,
    reference: int,
) -> bytes:
    number = whole_number("reference", reference, 1, INT64_MAX)
    return _OF_SECURITY.pack(*head, *amounts, *fees, short_bytes("security", security), number)
