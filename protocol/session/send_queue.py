"""What a session has to say and its owner has not yet taken.

Belongs here: the pieces and their size. Never here: what frames mean, sockets, the bound (the owner of the socket cuts
a link whose peer does not read).
"""

from ..frame import make_frame
from ..header import Header, pack_header
from ..keys.signing import Signer


class SendQueue:
    """Frames in the order in which they were said; taken all at once."""

    __slots__ = ("_pieces", "unsent_bytes")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.unsent_bytes = 0

    def put_signed(self, header: Header, body: bytes, signer: Signer, body_digest: bytes = b"") -> Header:
        """Complete the header with the body's length and digest, sign it, queue the frame. Returns that header.

        `body_digest`: SHA-256 of `body`, (32,), where it is known already; else it is made here.
        """
        if body_digest:
            filled = header._replace(body_bytes=len(body), body_digest=body_digest)
            header_bytes = pack_header(filled)
            self.put_parts(header_bytes, signer.sign(header_bytes), body)
            return filled
        frame = make_frame(header, body, signer.sign)
        self.put_parts(frame.header_bytes, frame.signature, frame.body)
        return frame.header

    def put_parts(self, header_bytes: bytes, signature: bytes, body: bytes) -> None:
        """Queue the three parts of a signed frame without copying them."""
        self._pieces += (header_bytes, signature, body)
        self.unsent_bytes += len(header_bytes) + len(signature) + len(body)

    def take(self) -> bytes:
        """Everything queued, as one piece; the queue is empty afterwards."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        self.unsent_bytes = 0
        return data
