"""One TCP connection to the bank: signed frames out, believed frames in, and heartbeats that keep it alive.

Belongs here: what ends with the connection. Never here: numbers of requests, repeats, queries.
"""

import select
import socket
import time
from collections import deque
from dataclasses import dataclass

from tests.outsider.trust import BANK, BankAsSeenByPartner
from tests.outsider.wire.codes import Code, Direction, Kind
from tests.outsider.wire.frames import MAGIC, VERSION, Frame, FrameReader, FrameRefused, Header, make_frame
from tests.outsider.wire.messages import Message, decode, encode
from tests.outsider.wire.signing import SigningKey, VerifyingKey

SECOND_NS = 1_000_000_000
ANSWER_SECONDS_MAX = 5.0
RECEIVE_BYTES = 65_536


class LinkEnded(Exception):
    """The link is over. `message` is the bank's TERMINATE, None when it closed without a word."""

    def __init__(self, message: Message | None) -> None:
        super().__init__(str(message))
        self.message = message

    @property
    def code(self) -> int | None:
        """The reason, when one was given: of `Code`, or newer."""
        return None if self.message is None else self.message.int("code")


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are, where the bank is, and which keys of the bank we were given."""

    host: str
    port: int
    party: int
    seat: int
    key: SigningKey
    bank_keys: dict[int, VerifyingKey]


@dataclass(slots=True)
class Session:
    """What outlives a link. `next_number` is what we send next on `trade_date`; `open_date`: last told to be open."""

    version: int = 0
    trade_date: int = 0
    next_number: int = 1
    open_date: int = 0


class Link:
    """A connection of one seat. Its methods raise LinkEnded when the bank is gone."""

    def __init__(self, account: Account, session: Session) -> None:
        self.account = account
        self.session = session
        self.heartbeat_ns = SECOND_NS
        self.next_position = 0  # of our party's feed, that we want next; 0: none
        self.nonce = bytes(16)  # of our last NEGOTIATE or ESTABLISH on this link
        self._trust = BankAsSeenByPartner(account.party, account.seat, account.key.suite, account.bank_keys)
        self._reader = FrameReader(Direction.TO_PARTNER, self._trust)
        self._received: deque[Frame] = deque()
        self._asked_for_life = False
        self._said_at_ns = 0  # of the bank's newest word on this link, OUTCOMES apart
        self._sent_ns = self._heard_ns = time.monotonic_ns()
        self._socket = socket.create_connection((account.host, account.port), ANSWER_SECONDS_MAX)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def established(self, heartbeat_ns: int) -> None:
        """From now on heartbeats bind, and a TERMINATE to nobody no longer counts."""
        self.heartbeat_ns = heartbeat_ns
        self._trust.established = True

    def close(self) -> None:
        """Ends the connection without a word."""
        self._socket.close()

    def frame(
        self,
        kind: Kind,
        body: bytes,
        *,
        first_number: int = 0,
        record_count: int = 0,
        valid_until_ns: int = 0,
        trade_date: int | None = None,
    ) -> Frame:
        """A signed frame, not sent."""
        session, account = self.session, self.account
        header = Header(
            magic=MAGIC,
            version=VERSION,
            suite=account.key.suite,
            kind=kind,
            direction=Direction.TO_BANK,
            sender=account.party,
            recipient=BANK,
            seat=account.seat,
            trade_date=session.trade_date if trade_date is None else trade_date,
            session_version=session.version,
            key_id=account.key.key_id,
            first_number=first_number,
            record_count=record_count,
            body_bytes=0,
            sent_at_ns=time.time_ns(),
            valid_until_ns=valid_until_ns,
            body_digest=b"",
        )
        return make_frame(header, body, account.key)

    def send(self, data: bytes) -> None:
        """Sends bytes as they are."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise LinkEnded(None) from error
        self._sent_ns = time.monotonic_ns()

    def say(self, kind: Kind, message: Message) -> None:
        """Sends a message that has no number."""
        if kind in (Kind.NEGOTIATE, Kind.ESTABLISH):
            self.nonce = message.bytes("nonce")
        self.send(self.frame(kind, encode(message)).packed())

    def beat(self, *, answer_wanted: bool) -> None:
        """Sends a HEARTBEAT."""
        self.say(Kind.HEARTBEAT, Message("Heartbeat", (self.session.next_number, answer_wanted, self.next_position)))

    def terminate(self, code: Code) -> None:
        """Says TERMINATE, waits until the bank closed, and closes."""
        self.say(Kind.TERMINATE, Message("Terminate", (code, self.session.version, "", self.nonce)))
        try:
            while True:
                self.receive(alive=False)
        except LinkEnded:
            self.close()

    def _keep_alive(self) -> None:
        now = time.monotonic_ns()
        silent_intervals = (now - self._heard_ns) // self.heartbeat_ns
        if silent_intervals >= 3:
            self.say(Kind.TERMINATE, Message("Terminate", (Code.PEER_SILENT, self.session.version, "", self.nonce)))
            self.close()
            raise LinkEnded(None)
        if silent_intervals >= 2 and not self._asked_for_life:
            self._asked_for_life = True
            self.beat(answer_wanted=True)
        elif now - self._sent_ns >= self.heartbeat_ns:
            self.beat(answer_wanted=False)

    def _read(self, seconds: float) -> None:
        try:
            data = self._socket.recv(RECEIVE_BYTES) if select.select([self._socket], [], [], seconds)[0] else None
        except (OSError, ValueError) as error:  # ValueError: closed on our side
            raise LinkEnded(None) from error
        if data == b"":
            self.close()
            raise LinkEnded(None)
        if data is None:
            return
        self._heard_ns = time.monotonic_ns()
        self._asked_for_life = False
        self._reader.feed(data)
        while (frame := self._reader.next_frame()) is not None:
            self._received.append(frame)

    def receive(self, *, alive: bool = True) -> Frame:
        """The next believed frame of any kind but TERMINATE, in form and of this session.

        `alive` false sends no heartbeats of ours and answers none. Raises LinkEnded, TimeoutError when no frame came
        in time, FrameRefused and MessageRefused when the bank broke the rules.
        """
        until = time.monotonic() + ANSWER_SECONDS_MAX
        while not self._received:
            if time.monotonic() >= until:
                raise TimeoutError("the bank did not answer")
            if alive and self._trust.established:
                self._keep_alive()
            self._read(min(self.heartbeat_ns / SECOND_NS / 4, max(0.0, until - time.monotonic())))
        frame = self._received.popleft()
        kind = frame.header.kind
        if kind == Kind.OUTCOMES:
            return frame
        message = None if kind == Kind.ORDERS else decode(kind, frame.body)
        if self._trust.established and frame.header.session_version != self.session.version:
            raise FrameRefused(Code.SESSION_UNKNOWN, "a frame of another session")
        if self._trust.established and frame.header.sent_at_ns <= self._said_at_ns:
            raise FrameRefused(Code.STALE_TIMESTAMP, "not later than what the bank said before it")
        self._said_at_ns = frame.header.sent_at_ns
        if message is None:
            return frame
        if kind == Kind.TERMINATE:
            self.close()
            raise LinkEnded(message if message.bytes("nonce") == self.nonce else None)  # else it is not about us
        if kind == Kind.HEARTBEAT and frame.header.trade_date > self.session.trade_date:
            self.session.trade_date, self.session.next_number = frame.header.trade_date, message.int("next_number")
            self.session.open_date = frame.header.trade_date
        if alive and kind == Kind.HEARTBEAT and message.int("answer_wanted"):
            self.beat(answer_wanted=False)
        return frame
