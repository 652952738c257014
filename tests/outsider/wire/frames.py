"""Frames of section 3: header, signature, body; made, and believed in the prescribed order.

Belongs here: the form of one frame. Never here: whose frames are believed, sessions, sockets.
"""

import hashlib
import struct
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from tests.outsider.wire.codes import Code, Direction, Kind, Suite
from tests.outsider.wire.signing import SigningKey, VerifyingKey

HEADER = struct.Struct("<4sbbbbiiiiiiqiiqq32s")
HEADER_BYTES, SIGNATURE_BYTES = 96, 64
MAGIC, VERSION = b"YZT1", 1
RECORDS_MAX = 8_192
FIRST_NUMBER_MAX = 2**62
SMALL_BODY_BYTES_MAX = 1_024
BODY_BYTES_MAX: dict[int, int] = {
    Kind.RECORDS: 524_288,
    Kind.OUTCOMES: 80 + 16 * RECORDS_MAX,
    Kind.CONTROL: 524_288,
    Kind.QUERY: 4_096,
    Kind.ANSWER: 65_536,
    Kind.FEED: 131_072,
    Kind.ORDERS: 65_592,
}
KINDS_TO_BANK = {Kind.NEGOTIATE, Kind.ESTABLISH, Kind.RECORDS, Kind.CONTROL, Kind.QUERY, Kind.ORDERS_ACK}
KINDS_BOTH_WAYS = {Kind.HEARTBEAT, Kind.TERMINATE}


class FrameRefused(Exception):
    """A frame that must not be believed; `code` is the reason that section 3 names."""

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(f"{code.name}: {detail}")
        self.code = code


class Header(NamedTuple):
    """The 17 fields in their order."""

    magic: bytes
    version: int
    suite: int
    kind: int
    direction: int
    sender: int
    recipient: int
    seat: int
    trade_date: int
    session_version: int
    key_id: int
    first_number: int
    record_count: int
    body_bytes: int
    sent_at_ns: int
    valid_until_ns: int
    body_digest: bytes


class Frame(NamedTuple):
    """A header as it is signed, its signature, its body."""

    header_bytes: bytes
    signature: bytes
    body: bytes

    @property
    def header(self) -> Header:
        """The header's fields."""
        return Header(*HEADER.unpack(self.header_bytes))

    def packed(self) -> bytes:
        """The bytes on the wire."""
        return self.header_bytes + self.signature + self.body


Trust: TypeAlias = Callable[[Header], VerifyingKey | None]


def make_frame(header: Header, body: bytes, key: SigningKey) -> Frame:
    """Signs a frame; suite, key id, length and digest are filled in."""
    digest = hashlib.sha256(body).digest()
    filled = header._replace(suite=key.suite, key_id=key.key_id, body_bytes=len(body), body_digest=digest)
    header_bytes = HEADER.pack(*filled)
    return Frame(header_bytes, key.sign(header_bytes), body)


def travels(kind: int, direction: int) -> bool:
    """Whether frames of this kind go in this direction."""
    if kind in KINDS_BOTH_WAYS:
        return True
    return (kind in KINDS_TO_BANK) == (direction == Direction.TO_BANK)


def _counts_agree(header: Header) -> bool:
    count, length, first = header.record_count, header.body_bytes, header.first_number
    if header.kind == Kind.RECORDS:
        return 1 <= count <= RECORDS_MAX and length == 64 * count and first >= 1
    if header.kind == Kind.OUTCOMES:
        return 1 <= count <= RECORDS_MAX and length == 80 + 16 * count and first >= 1
    if header.kind == Kind.CONTROL:
        return count == 1 and length >= 1 and first >= 1
    return count == 0


def check_form(header: Header, direction: int) -> None:
    """What the header's own bytes rule out, for a reader of one direction. Raises FrameRefused."""
    numbers = [value for value in header if isinstance(value, int)]
    wrong = (
        ("magic or version", header.magic != MAGIC or header.version != VERSION),
        ("a number outside its set", header.kind not in set(Kind) or header.suite not in set(Suite)),
        ("direction", header.direction != direction or not travels(header.kind, header.direction)),
        ("a negative number", min(numbers) < 0),
        ("first_number", header.first_number > FIRST_NUMBER_MAX),
        ("body_bytes", header.body_bytes > BODY_BYTES_MAX.get(header.kind, SMALL_BODY_BYTES_MAX)),
        ("counts", not _counts_agree(header)),
    )
    for what, is_wrong in wrong:
        if is_wrong:
            raise FrameRefused(Code.MALFORMED_FRAME, what)


class FrameReader:
    """Takes bytes as they come and gives frames that may be believed.

    `trust` names the key that must have signed a header, or None when nobody may send it. After FrameRefused the
    reader must not be fed again.
    """

    def __init__(self, direction: int, trust: Trust) -> None:
        self._direction = direction
        self._trust = trust
        self._bytes = bytearray()
        self._believed: tuple[bytes, bytes, Header] | None = None

    def feed(self, data: bytes) -> None:
        """Adds what came."""
        self._bytes += data

    def _take(self, length: int) -> bytes:
        taken = bytes(self._bytes[:length])
        del self._bytes[:length]
        return taken

    def _believe_header(self) -> tuple[bytes, bytes, Header]:
        header_bytes, signature = self._take(HEADER_BYTES), self._take(SIGNATURE_BYTES)
        header = Header(*HEADER.unpack(header_bytes))
        check_form(header, self._direction)
        key = self._trust(header)
        if key is None or not key.verifies(header_bytes, signature):
            raise FrameRefused(Code.SIGNATURE_INVALID, "no believed key signed this header")
        return header_bytes, signature, header

    def next_frame(self) -> Frame | None:
        """The next whole frame, or None until more bytes came. Raises FrameRefused."""
        if self._believed is None:
            if len(self._bytes) < HEADER_BYTES + SIGNATURE_BYTES:
                return None
            self._believed = self._believe_header()
        header_bytes, signature, header = self._believed
        if len(self._bytes) < header.body_bytes:
            return None
        self._believed = None
        body = self._take(header.body_bytes)
        if hashlib.sha256(body).digest() != header.body_digest:
            raise FrameRefused(Code.BODY_DIGEST_MISMATCH, "the body is not the one that was signed")
        return Frame(header_bytes, signature, body)
