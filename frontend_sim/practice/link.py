"""One link at the practice bank: its stream, its session, and what leaves on it, also what no honest bank would send.

Belongs here: bytes on their way out. Never here: which word is a lie (misdeeds), decisions (ledger).
"""

from collections.abc import Callable

import trio

from protocol.errors import PeerViolation
from protocol.frame import Frame, make_frame
from protocol.header import Header, new_header
from protocol.keys.signing import Signer
from protocol.limits import REPLY_BYTES_UNSENT_MAX
from protocol.messages.base import Message
from protocol.messages.codec import encode
from protocol.session.bank import BankSession
from protocol.vocabulary import BANK_PARTY, Direction, FrameKind

TICK_SECONDS_MIN = 0.001
TICK_SECONDS_MAX = 0.05
NS_PER_S = 1_000_000_000


class PracticeLink:
    """One link. `is_silent`: nothing leaves any more; `ends_when_sent`: the link is cut behind what is queued."""

    def __init__(
        self, stream: trio.abc.Stream, session: BankSession, signers: dict[int, Signer], now_ns: Callable[[], int]
    ) -> None:
        self.stream = stream
        self.session = session
        self.bell = trio.Event()
        self.scope = trio.CancelScope()
        self.is_silent = False
        self.ends_when_sent = False
        self._signers = signers
        self.now_ns = now_ns
        self._outgoing = bytearray()
        self._has_spoken_last = False

    @property
    def is_unread(self) -> bool:
        """True when the partner has left more unread than a bank bears."""
        return len(self._outgoing) + self.session.unsent_bytes > REPLY_BYTES_UNSENT_MAX

    def collect(self) -> None:
        """What the session has said goes out before anything that is put later."""
        data = self.session.data_to_send()
        if not self._has_spoken_last:
            self._outgoing += data
        self.bell.set()

    def put(self, data: bytes | bytearray) -> None:
        """Queue bytes as they are."""
        self.collect()
        self._outgoing += data

    def last_words(self, data: bytes | bytearray) -> None:
        """Queue bytes behind which the link is cut, whatever the session says meanwhile."""
        self.put(data)
        self._has_spoken_last = self.ends_when_sent = True

    def signed(self, answer: Frame) -> bytearray:
        """The bytes of an outcome frame as the session signs them, not yet queued."""
        self.collect()
        self.session.send_outcomes(answer, self.now_ns())
        return bytearray(self.session.data_to_send())

    def said(self, kind: FrameKind, message: Message, asked: Header, trade_date: int) -> bytes:
        """The bytes of a session frame to whoever asked, past the session's own rules, not yet queued."""
        signer = self._signers[asked.suite]
        header = new_header(
            kind,
            Direction.TO_PARTNER,
            suite=signer.suite,
            key_id=signer.key_id,
            sender=BANK_PARTY,
            recipient=asked.sender,
            seat=asked.seat,
            trade_date=trade_date,
            session_version=self.session.session_version,
            sent_at_ns=self.now_ns(),
        )
        return make_frame(header, encode(message), signer.sign).wire()

    async def send(self) -> None:
        """Send what is queued, until the link is cut."""
        while True:
            await self.bell.wait()
            self.collect()
            self.bell = trio.Event()
            data, self._outgoing = bytes(self._outgoing), bytearray()
            if data and not self.is_silent:
                await self.stream.send_all(data)
            if self.ends_when_sent:
                self.scope.cancel()

    async def watch_deadlines(self) -> None:
        """Heartbeats that are due, and the end of a silent partner."""
        session = self.session
        while True:
            deadline_ns = session.next_deadline_ns()
            wait_seconds = TICK_SECONDS_MAX
            if deadline_ns is not None:
                wait_seconds = min(wait_seconds, (deadline_ns - self.now_ns()) / NS_PER_S)
            await trio.sleep(max(TICK_SECONDS_MIN, wait_seconds))
            try:
                session.on_deadline(self.now_ns())
            except PeerViolation as violation:
                session.terminate(violation.code, violation.detail, self.now_ns())
                self.ends_when_sent = True
            if session.unsent_bytes or self.ends_when_sent:
                self.bell.set()
