"""Frames that wait to be sent to the ledger: parties in turn, one frame a turn, each party's own in order.

Belongs here: that order, and how much is handed over at once. Never here: the socket (ledger_link), what is unanswered
(in_flight).

The link to the ledger is one pipe, and the ledger can give turns only to what it has read. A party with four seats may
have 16 MiB under way within its credit: were they sent as they come, a logon behind them would wait for all of them.
"""

from collections import deque

from protocol.frame import Frame

SEND_BYTES = 128 * 1024  # at once: what comes meanwhile has its turn behind this, and what the system's buffer holds


class Outgoing:
    """What was taken from partners and not yet handed over to the ledger's link."""

    def __init__(self) -> None:
        self._own: list[bytes] = []
        self._parties: dict[int, deque[Frame]] = {}  # whose turn is next first; none is empty

    def __bool__(self) -> bool:
        return bool(self._own or self._parties)

    def put(self, party: int, frame: Frame) -> None:
        """Behind the others of this party. A seat's frames must all come under one party: they stay in order."""
        waiting = self._parties.get(party)
        if waiting is None:
            self._parties[party] = deque((frame,))
        else:
            waiting.append(frame)

    def put_first(self, wire: bytes) -> None:
        """A word of the gateway's own, before whatever waits."""
        self._own.append(wire)

    def take(self) -> bytes:
        """What is to be sent next: a frame of each party in turn until it has SEND_BYTES; b"" when nothing waits."""
        parts, self._own = self._own, []
        taken_bytes, parties = 0, self._parties
        while parties and taken_bytes < SEND_BYTES:
            party = next(iter(parties))
            waiting = parties.pop(party)
            frame = waiting.popleft()
            if waiting:
                parties[party] = waiting
            parts += (frame.header_bytes, frame.signature, frame.body)
            taken_bytes += len(frame.body)
        return b"".join(parts)

    def clear(self) -> None:
        """Forgets everything: the link is gone, and what is unanswered is put again over the next one."""
        self._own.clear()
        self._parties.clear()
