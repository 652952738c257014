"""The exception of a row that began to act and did not come to its end.

Belongs here: this one type. Never here: what is done about it (ledger.watch.suspects).
"""

from protocol.errors import InvariantBroken


class HalfActed(InvariantBroken):
    """The book in memory is wrong, and no row says so: the journal's book is the one before these frames.

    `headers`: (f × 160) bytes of the frames that were acting, one of which may do the same again.
    """

    def __init__(self, sequence: int, headers: bytes, error: Exception) -> None:
        super().__init__(f"row {sequence} did not act as a whole: {error!r}")
        self.headers = headers
