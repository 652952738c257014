"""What both ends of a link do alike: bytes in and out, the violation that ends reading, the deadlines.

Belongs here: what neither end does differently. Never here: which frame may come when (states), what is said (bank,
partner).
"""

from abc import ABC, abstractmethod

from ..codes import ReplyCode
from ..errors import PeerViolation
from ..frame import FrameReader
from ..limits import LOGON_NS_MAX, NONCE_BYTES
from .heartbeat import LifeSigns, Sign
from .send_queue import SendQueue


class LinkEnd(ABC):
    """One end of one link, sans I/O. Times are ns of the owner's monotonic clock."""

    LATE_LOGON = ""
    """What a peer is told that lets a step of the logon wait for too long."""

    def __init__(self, reader: FrameReader, heartbeat_ns: int, now_ns: int) -> None:
        self.utc_offset_ns = 0
        """What makes a `now_ns` UTC; its owner keeps it true."""
        self._reader = reader
        self._queue = SendQueue()
        self._is_broken = False  # a violation was raised: nothing of the peer is read any more
        self._nonce = bytes(NONCE_BYTES)  # of the logon under way, or done
        self._logon_deadline_ns = now_ns + LOGON_NS_MAX
        self._life = LifeSigns(heartbeat_ns, now_ns)

    @property
    def unsent_bytes(self) -> int:
        """Bytes queued and not yet taken with `data_to_send`."""
        return self._queue.unsent_bytes

    def receive_data(self, data: bytes, now_ns: int) -> None:
        """Take bytes of the peer. Ignored once the link is over."""
        if self._is_over():
            return
        self._reader.feed(data)
        self._life.heard(now_ns)

    def data_to_send(self) -> bytes:
        """Everything queued for the peer; the queue is empty afterwards."""
        return self._queue.take()

    def next_deadline_ns(self) -> int | None:
        """When `on_deadline` is to be called; None while there is nothing of the peer to wait for."""
        if self._is_over():
            return None
        if self._awaits_logon():
            return self._logon_deadline_ns
        return self._life.next_deadline_ns() if self._is_established() else None

    def on_deadline(self, now_ns: int) -> None:
        """Queue the heartbeat that is due. Raises PeerViolation PEER_SILENT for a dead peer or a late logon."""
        if self._is_over():
            return
        try:
            if self._awaits_logon() and now_ns >= self._logon_deadline_ns:
                raise PeerViolation(ReplyCode.PEER_SILENT, self.LATE_LOGON)
            if self._is_established():
                sign = self._life.on_deadline(now_ns)
                if sign is not Sign.NOTHING:
                    self._say_heartbeat(sign is Sign.DEMAND, now_ns)
        except PeerViolation:
            self._is_broken = True
            raise

    def _is_over(self) -> bool:
        return self._is_broken or self._has_ended()

    @abstractmethod
    def _awaits_logon(self) -> bool:
        """Whether the next step of the logon is the peer's."""

    @abstractmethod
    def _is_established(self) -> bool: ...

    @abstractmethod
    def _has_ended(self) -> bool: ...

    @abstractmethod
    def _say_heartbeat(self, answer_wanted: bool, now_ns: int) -> None: ...
