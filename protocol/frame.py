"""Frames on a byte stream: header, signature, body. Bytes in, whole verified frames out.

Belongs here: framing, partial input, the order in which parts are believed (header and signature, then length, then
body digest). Never here: keys (handed in as a function), sessions, sockets.
"""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from .codes import ReplyCode
from .errors import PeerViolation
from .header import Header, pack_header, unpack_header
from .limits import HEADER_BYTES, PREFIX_BYTES, SIGNATURE_BYTES

VerifyHeader = Callable[[Header, bytes, bytes], None]
"""(header, the 96 bytes, the 64-byte signature) → None; raises PeerViolation. Called before the body is awaited."""

UNSIGNED = bytes(SIGNATURE_BYTES)  # on the link between gateway and ledger the socket vouches for the peer


class Frame(NamedTuple):
    """One frame as it came: the exact header bytes that were signed, the signature and the body."""

    header: Header
    header_bytes: bytes  # (96,)
    signature: bytes  # (64,)
    body: bytes  # header.body_bytes long, its SHA-256 is header.body_digest

    def wire(self) -> bytes:
        """The frame as one piece of bytes."""
        return b"".join((self.header_bytes, self.signature, self.body))


class FrameReader:
    """Cuts a stream into frames. Holds only bytes that were received: nothing is allocated from a stated length."""

    def __init__(self, verify_header: VerifyHeader) -> None:
        self._verify_header = verify_header
        self._buffer = bytearray()
        self._start = 0
        self._pending: tuple[Header, bytes, bytes] | None = None

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Add received bytes; call `next_frame` until it returns None before feeding again."""
        if self._start:
            del self._buffer[: self._start]
            self._start = 0
        self._buffer += data

    @property
    def buffered_bytes(self) -> int:
        """Bytes received and not yet given out."""
        return len(self._buffer) - self._start

    @property
    def missing_bytes(self) -> int:
        """What the frame under way still lacks, as its verified header says; 0 between frames and within a prefix."""
        if self._pending is None:
            return 0
        return max(0, self._start + self._pending[0].body_bytes - len(self._buffer))

    def next_frame(self) -> Frame | None:
        """The next whole frame, or None when more bytes are needed.

        Raises PeerViolation: MALFORMED_FRAME, what `verify_header` raises, BODY_DIGEST_MISMATCH. After a raise the
        reader must not be used again.
        """
        if self._pending is None and not self._take_prefix():
            return None
        assert self._pending is not None
        header, header_bytes, signature = self._pending
        end = self._start + header.body_bytes
        if len(self._buffer) < end:
            return None
        body = bytes(memoryview(self._buffer)[self._start : end])
        self._start = end
        self._pending = None
        if hashlib.sha256(body).digest() != header.body_digest:
            raise PeerViolation(ReplyCode.BODY_DIGEST_MISMATCH, "the body is not the one that was signed")
        return Frame(header, header_bytes, signature, body)

    def _take_prefix(self) -> bool:
        if len(self._buffer) - self._start < PREFIX_BYTES:
            return False
        header_bytes = bytes(memoryview(self._buffer)[self._start : self._start + HEADER_BYTES])
        signature = bytes(memoryview(self._buffer)[self._start + HEADER_BYTES : self._start + PREFIX_BYTES])
        header = unpack_header(header_bytes)
        self._verify_header(header, header_bytes, signature)
        self._pending = (header, header_bytes, signature)
        self._start += PREFIX_BYTES
        return True


def make_frame(header: Header, body: bytes, sign: Callable[[bytes], bytes]) -> Frame:
    """Build a frame: fills `body_bytes` and `body_digest` into `header`, then signs it with `sign`."""
    filled = header._replace(body_bytes=len(body), body_digest=hashlib.sha256(body).digest())
    header_bytes = pack_header(filled)
    return Frame(filled, header_bytes, sign(header_bytes), body)


def make_unsigned_frame(header: Header, body: bytes) -> Frame:
    """Build a frame whose signature is zero, for the link between gateway and ledger."""
    return make_frame(header, body, lambda _header_bytes: UNSIGNED)
