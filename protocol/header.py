"""The 96-byte frame header: layout, packing, and what can be judged of it before anything is believed.

Belongs here: the header's fields and their static bounds. Never here: signatures (signing), reading from a stream
(frame), the order of frames (session).
"""

import struct
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .codes import ReplyCode
from .errors import PeerViolation
from .limits import (
    ANSWER_BODY_BYTES_MAX,
    BODY_BYTES_MAX,
    BOOK_FEED_BODY_BYTES_MAX,
    CONTROL_BODY_BYTES_MAX,
    DIGEST_BYTES,
    FRAME_RECORDS_MAX,
    HEADER_BYTES,
    ORDER_PAGE_BODY_BYTES_MAX,
    OUTCOME_BYTES,
    OUTCOMES_PREAMBLE_BYTES,
    PREFIX_BYTES,
    QUERY_BODY_BYTES_MAX,
    RECORD_BYTES,
    REQUEST_NUMBER_MAX,
    SESSION_BODY_BYTES_MAX,
    SIGNATURE_BYTES,
)
from .vocabulary import BANK_PARTY, Direction, FrameKind, Suite

MAGIC = b"YZT1"
PROTOCOL_VERSION = 1
_LAYOUT = struct.Struct("<4sbbbbiiiiiiqiiqq32s")
assert _LAYOUT.size == HEADER_BYTES

# Header and signature as one numpy item, so that the headers of a whole journal row are one array.
PREFIX = np.dtype(
    [
        ("magic", "S4"),
        ("version", "<i1"),
        ("suite", "<i1"),
        ("kind", "<i1"),
        ("direction", "<i1"),
        ("sender", "<i4"),
        ("recipient", "<i4"),
        ("seat", "<i4"),
        ("trade_date", "<i4"),
        ("session_version", "<i4"),
        ("key_id", "<i4"),
        ("first_number", "<i8"),
        ("record_count", "<i4"),
        ("body_bytes", "<i4"),
        ("sent_at_ns", "<i8"),
        ("valid_until_ns", "<i8"),
        ("body_digest", f"V{DIGEST_BYTES}"),
        ("signature", f"V{SIGNATURE_BYTES}"),
    ]
)
PrefixArray = npt.NDArray[np.void]
assert PREFIX.itemsize == PREFIX_BYTES


class Header(NamedTuple):
    """The signed header, in wire order. `first_number` is a query's correlation id where `kind` is QUERY or ANSWER."""

    magic: bytes
    version: int
    suite: int
    kind: int
    direction: int
    sender: int  # party number
    recipient: int  # party number
    seat: int
    trade_date: int  # yyyymmdd
    session_version: int
    key_id: int  # the sender's key
    first_number: int  # request number of record 0
    record_count: int  # records (or outcomes) in the body; 1 for CONTROL, 0 for session messages
    body_bytes: int
    sent_at_ns: int  # UTC nanoseconds since 1970; in OUTCOMES the time of decision
    valid_until_ns: int  # 0: no bound
    body_digest: bytes  # (32,) SHA-256 of the body


def new_header(
    kind: int,
    direction: int,
    *,
    suite: int = Suite.ED25519_SHA256,
    sender: int = 0,
    recipient: int = 0,
    seat: int = 0,
    trade_date: int = 0,
    session_version: int = 0,
    key_id: int = 0,
    first_number: int = 0,
    record_count: int = 0,
    sent_at_ns: int = 0,
    valid_until_ns: int = 0,
) -> Header:
    """A header of this version of the protocol; what a frame does not use is sent as 0.

    Length and digest of the body are filled in when the frame is made.
    """
    numbers = (sender, recipient, seat, trade_date, session_version, key_id, first_number, record_count)
    return Header(MAGIC, PROTOCOL_VERSION, suite, kind, direction, *numbers, 0, sent_at_ns, valid_until_ns, b"")


def answer_header(
    request: Header, kind: int, sent_at_ns: int, trade_date: int, *, key_id: int = 0, record_count: int = 0
) -> Header:
    """What the bank says to a frame of a partner: of the same suite, seat, session and first number."""
    return request._replace(
        kind=kind,
        direction=Direction.TO_PARTNER,
        sender=BANK_PARTY,
        recipient=request.sender,
        trade_date=trade_date,
        key_id=key_id,
        record_count=record_count,
        sent_at_ns=sent_at_ns,
        valid_until_ns=0,
    )


_BODY_BYTES_MAX: dict[int, int] = {
    FrameKind.RECORDS: BODY_BYTES_MAX,
    FrameKind.OUTCOMES: OUTCOMES_PREAMBLE_BYTES + FRAME_RECORDS_MAX * OUTCOME_BYTES,
    FrameKind.CONTROL: CONTROL_BODY_BYTES_MAX,
    FrameKind.QUERY: QUERY_BODY_BYTES_MAX,
    FrameKind.ANSWER: ANSWER_BODY_BYTES_MAX,
    FrameKind.FEED: ANSWER_BODY_BYTES_MAX,
    FrameKind.FEED_TOLD: ANSWER_BODY_BYTES_MAX,
    FrameKind.FEED_NEWS: ANSWER_BODY_BYTES_MAX,
    FrameKind.ORDERS: ORDER_PAGE_BODY_BYTES_MAX,
    FrameKind.ORDERS_TOLD: ANSWER_BODY_BYTES_MAX,
    FrameKind.ORDERS_NEWS: ANSWER_BODY_BYTES_MAX,
    FrameKind.REGISTERED: BOOK_FEED_BODY_BYTES_MAX,
    FrameKind.BOOK_FEED: BOOK_FEED_BODY_BYTES_MAX,
}
_KINDS = frozenset(int(kind) for kind in FrameKind)
_SUITES = frozenset(int(suite) for suite in Suite)
_DIRECTIONS = frozenset(int(direction) for direction in Direction)


def body_bytes_max(kind: int) -> int:
    """The longest body that a frame of this kind may have."""
    return _BODY_BYTES_MAX.get(kind, SESSION_BODY_BYTES_MAX)


def pack_header(header: Header) -> bytes:
    """The 96 bytes that are signed."""
    return _LAYOUT.pack(*header)


def unpack_header(data: bytes | bytearray | memoryview, offset: int = 0) -> Header:
    """Read 96 bytes at `offset` and judge each field alone.

    Raises PeerViolation MALFORMED_FRAME for a foreign magic or version, an unknown kind, suite or direction, a
    negative number, a first number above 2^62, a body longer than its kind allows, or a count that does not fit the
    body.
    """
    header = Header._make(_LAYOUT.unpack_from(data, offset))
    if header.magic != MAGIC or header.version != PROTOCOL_VERSION:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "magic or version is not ours")
    if header.kind not in _KINDS or header.suite not in _SUITES or header.direction not in _DIRECTIONS:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "unknown kind, suite or direction")
    if min(header[5:16]) < 0:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "a negative number in the header")
    if header.first_number > REQUEST_NUMBER_MAX:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "the first number is out of range")
    _check_extent(header)
    return header


def _check_extent(header: Header) -> None:
    kind, count, body_bytes = header.kind, header.record_count, header.body_bytes
    if body_bytes > body_bytes_max(kind):
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"a body of {body_bytes} bytes is too long for kind {kind}")
    if kind == FrameKind.RECORDS:
        fits = 1 <= count <= FRAME_RECORDS_MAX and body_bytes == count * RECORD_BYTES and header.first_number >= 1
    elif kind == FrameKind.OUTCOMES:
        fits = (
            1 <= count <= FRAME_RECORDS_MAX
            and body_bytes == OUTCOMES_PREAMBLE_BYTES + count * OUTCOME_BYTES
            and header.first_number >= 1
        )
    elif kind == FrameKind.CONTROL:
        fits = count == 1 and body_bytes >= 1 and header.first_number >= 1
    else:
        fits = count == 0 or kind >= FrameKind.REGISTER
    if not fits:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "record count, number and body length do not fit")
