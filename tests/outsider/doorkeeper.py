"""What the bank says to the first frame of a link, as the page describes it.

Belongs here: just enough of the bank's side to judge the published invalid frames. Never here: an established session.
"""

from tests.outsider.wire.codes import Code, Direction, Kind
from tests.outsider.wire.frames import FrameReader, FrameRefused, Trust
from tests.outsider.wire.messages import MessageRefused, decode

FRESH_NS = 5_000_000_000
LOGON_KINDS = (Kind.NEGOTIATE, Kind.ESTABLISH)


def first_frame(data: bytes, trust: Trust, now_ns: int) -> Code | None:
    """Returns: the code with which the link ends, or None when the logon goes on."""
    reader = FrameReader(Direction.TO_BANK, trust)
    reader.feed(data)
    try:
        frame = reader.next_frame()
    except FrameRefused as refused:
        return refused.code
    assert frame is not None, "the frame is cut short"
    if frame.header.kind not in LOGON_KINDS:
        return Code.SESSION_UNKNOWN
    try:
        decode(frame.header.kind, frame.body)
    except MessageRefused:
        return Code.MALFORMED_FRAME
    return Code.STALE_TIMESTAMP if abs(now_ns - frame.header.sent_at_ns) > FRESH_NS else None
