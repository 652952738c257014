"""What may go as a request frame, judged before the outbox keeps it and when it is found there.

Belongs here: the bounds of a frame's header that depend on the request. Never here: bodies' meaning, who is asking.
The bank ends a link that carries anything else, so a frame that does not fit was never decided and never will be.
"""

from ...limits import (
    CONTROL_BODY_BYTES_MAX,
    FRAME_RECORDS_MAX,
    RECORD_BYTES,
    REQUEST_NUMBER_MAX,
    TRADE_DATE_MAX,
    TRADE_DATE_MIN,
)
from ...vocabulary import FrameKind
from ..verbs.arguments import INT64_MAX, shown

_RECORDS = int(FrameKind.RECORDS)
_CONTROL = int(FrameKind.CONTROL)


def why_unsendable(
    kind: int, trade_date: int, first_number: int, record_count: int, valid_until_ns: int, body_bytes: int
) -> str:
    """What a frame of these could not be sent for, as half a sentence; empty when it can be."""
    numbers: tuple[object, ...] = (trade_date, first_number, record_count, valid_until_ns)
    for number in numbers:
        if not isinstance(number, int):
            return f"its header would have {shown(number)} for a whole number"
    if kind == _RECORDS:
        fits = 1 <= record_count <= FRAME_RECORDS_MAX and body_bytes == record_count * RECORD_BYTES
    elif kind == _CONTROL:
        fits = record_count == 1 and 1 <= body_bytes <= CONTROL_BODY_BYTES_MAX
    else:
        return f"its kind is {shown(kind)}, which is no request"
    if not fits:
        return f"{shown(record_count)} requests do not fit a body of {body_bytes} bytes"
    if not 1 <= first_number <= REQUEST_NUMBER_MAX:
        return f"its number is {shown(first_number)}, not within 1 to {REQUEST_NUMBER_MAX}"
    if not TRADE_DATE_MIN <= trade_date <= TRADE_DATE_MAX:
        return f"its trade date is {shown(trade_date)}, not within {TRADE_DATE_MIN} to {TRADE_DATE_MAX}"
    if not 0 <= valid_until_ns <= INT64_MAX:
        return f"its valid-until is {shown(valid_until_ns)}, not within 0 to {INT64_MAX}"
    return ""
