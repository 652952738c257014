"""A bank for the SDK's tests: the real `BankSession` over loopback TCP, in front of a naive ledger in memory.

Belongs here: the smallest gateway that keeps the wire's promises, and switches that make it late, busy or gone.
Never here: decisions (fake_ledger).
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol.bank_events import (
    EstablishReceived,
    NegotiateReceived,
    PeerTerminated,
    QueryReceived,
    RequestReceived,
    SessionPolicy,
)
from protocol.bank_session import BankSession
from protocol.client import SeatSettings, SystemClock
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import Frame
from protocol.limits import CREDIT_RECORDS_DEFAULT, HEARTBEAT_NS_MAX, HEARTBEAT_NS_MIN
from protocol.messages import PartyEntry, PartyKey, encode
from protocol.registry import PartyRegistry
from protocol.signing import Ed25519Signer, Verifier, verifier_from_bytes
from protocol.vocabulary import BANK_PARTY, Role, Suite
from tests.client.fake_ledger import BANK_KEY_ID, FakeLedger

BROKER = 2
BROKER_KEY_ID = 7
SEATS = list(range(11, 19))
SEAT = SEATS[0]
RETRY_NS = 1_000_000
BANK_SIGNER = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(b"b" * 32), BANK_KEY_ID)
BROKER_SIGNER = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(b"c" * 32), BROKER_KEY_ID)


def bank_verifiers() -> dict[int, Verifier]:
    """What a broker knows of the bank."""
    return {BANK_KEY_ID: verifier_from_bytes(Suite.ED25519_SHA256, BANK_SIGNER.public_key())}


class FakeBank:
    """Serves any number of links. Use `run`.

    Switches: `is_deaf` keeps decided answers back until `speak`, `silent_to` those of some seats; `busy_frames` is how
    many requests are still turned away BUSY; `cut_before_answer` drops the link once, after deciding and before
    answering; `cut` drops all links; `away` are seats whose links are dropped at their logon.
    """

    def __init__(self, credit_records: int = CREDIT_RECORDS_DEFAULT) -> None:
        self.ledger = FakeLedger()
        self.port = 0
        self.is_deaf = False
        self.silent_to: set[int] = set()
        self.busy_frames = 0
        self.cut_before_answer = False
        self.tampers_digest = False  # answer what was not asked
        self.is_silent_to_queries = False
        self.away: set[int] = set()
        self.sent_away: set[int] = set()  # seats that tried to log on while they were `away`
        self.logons = 0
        self.requests: list[Frame] = []  # every request frame that was given out, repeats too
        self._request_came = trio.Event()
        self.bytes_came = trio.Event()
        self.question_came = trio.Event()
        self._kept: list[tuple[_Desk, Frame]] = []
        self._desks: list[_Desk] = []
        self._clock = SystemClock()
        self._policy = SessionPolicy(credit_records, HEARTBEAT_NS_MIN, HEARTBEAT_NS_MAX, "fake bank")
        key = PartyKey(BROKER_KEY_ID, BROKER_SIGNER.public_key(), 0, 2**62)
        broker = PartyEntry(BROKER, Role.BROKER, Suite.ED25519_SHA256, "broker", False, [key], SEATS)
        bank_key = PartyKey(BANK_KEY_ID, BANK_SIGNER.public_key(), 0, 2**62)
        bank = PartyEntry(BANK_PARTY, Role.BANK, Suite.ED25519_SHA256, "bank", False, [bank_key], [1])
        self._registry = PartyRegistry([bank, broker])

    @classmethod
    @asynccontextmanager
    async def run(
        cls, credit_records: int = CREDIT_RECORDS_DEFAULT, tls: ssl.SSLContext | None = None
    ) -> AsyncIterator["FakeBank"]:
        """A bank that listens on a port of its own until the block is left."""
        bank = cls(credit_records)
        async with trio.open_nursery() as nursery:
            listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
            bank.port = listeners[0].socket.getsockname()[1]
            if tls is None:
                nursery.start_soon(trio.serve_listeners, bank.serve, listeners)
            else:
                secured = [trio.SSLListener(listener, tls) for listener in listeners]
                nursery.start_soon(trio.serve_listeners, bank.serve, secured)
            yield bank
            nursery.cancel_scope.cancel()

    def settings(self, directory: Path, seat: int = SEAT) -> SeatSettings:
        """Settings of a broker's seat at this bank, with short pauses."""
        return SeatSettings(
            "127.0.0.1",
            self.port,
            BROKER,
            seat,
            BROKER_SIGNER,
            bank_verifiers(),
            directory / f"seat{seat}.outbox",
            backoff_first_ns=1_000_000,
            backoff_last_ns=2_000_000,
        )

    async def serve(self, stream: trio.abc.Stream) -> None:
        """One link."""
        desk = _Desk(stream, BankSession(self._registry, {Suite.ED25519_SHA256: BANK_SIGNER}, self._policy, self.now()))
        self._desks.append(desk)
        try:
            async with trio.open_nursery() as nursery:
                desk.scope = nursery.cancel_scope
                nursery.start_soon(desk.send)
                await self._receive(desk)
                nursery.cancel_scope.cancel()
        except* (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        finally:
            self._desks.remove(desk)
            await trio.aclose_forcefully(stream)

    def now(self) -> int:
        """UTC nanoseconds."""
        return self._clock.now_ns()

    async def came(self, count: int) -> None:
        """Return when `count` request frames have been given out, repeats too."""
        while len(self.requests) < count:
            self._request_came = trio.Event()
            await self._request_came.wait()

    def speak_first(self, count: int) -> None:
        """Say the first `count` answers of what was kept back."""
        for desk, frame in self._kept[:count]:
            self._answer(desk, frame)
        del self._kept[:count]

    async def heartbeats_came(self, count: int) -> None:
        """Return when a partner that asks nothing has spoken `count` times."""
        for _ in range(count):
            self.bytes_came = trio.Event()
            await self.bytes_came.wait()

    def speak(self) -> None:
        """Say what was kept back, in order, on the links that still are; and keep nothing back from now on."""
        self.is_deaf = False
        self.silent_to.clear()
        for desk, frame in self._kept:
            self._answer(desk, frame)
        self._kept.clear()

    def cut(self, seat: int = 0) -> None:
        """Drop the links of `seat`, or every link, as a broken line does. What was kept back on them is never said."""
        self._kept = [(desk, frame) for desk, frame in self._kept if seat not in (0, desk.session.seat)]
        for desk in self._desks:
            if seat in (0, desk.session.seat):
                desk.scope.cancel()

    def terminate(self, code: ReplyCode, seat: int = 0) -> None:
        """End the links of `seat`, or every link, with a reason."""
        for desk in self._desks:
            if seat not in (0, desk.session.seat):
                continue
            desk.session.terminate(code, "said by the test", self.now())
            desk.bell.set()

    async def _receive(self, desk: "_Desk") -> None:
        session = desk.session
        while True:
            data = await desk.stream.receive_some(64 * 1024)
            if not data:
                return
            self.bytes_came.set()
            try:
                session.receive_data(bytes(data), self.now())
                event = session.next_event(self.now())
                while event is not None:
                    if isinstance(event, PeerTerminated) or not self._handle(desk, event):
                        return
                    event = session.next_event(self.now())
            except PeerViolation as violation:
                session.terminate(violation.code, violation.detail, self.now())
            desk.bell.set()

    def _handle(
        self, desk: "_Desk", event: NegotiateReceived | EstablishReceived | RequestReceived | QueryReceived
    ) -> bool:
        session, frame, now_ns = desk.session, event.frame, self.now()
        if frame.header.seat in self.away:
            self.sent_away.add(frame.header.seat)
            return False
        if isinstance(event, NegotiateReceived):
            self.logons += 1
            session.negotiated(self.ledger.negotiate(frame.header), now_ns)
        elif isinstance(event, EstablishReceived):
            session.established(self.ledger.head(frame.header.seat), now_ns)
        elif isinstance(event, QueryReceived):
            self.question_came.set()
            if self.is_silent_to_queries:
                return True
            answer = self.ledger.query(frame.header.seat, event.query)
            session.send_answer(frame.header.first_number, encode(answer), now_ns)
        else:
            return self._take_request(desk, frame)
        return True

    def _take_request(self, desk: "_Desk", frame: Frame) -> bool:
        self.requests.append(frame)
        self._request_came.set()
        if self.busy_frames:
            self.busy_frames -= 1
            desk.session.refuse_busy(frame, ReplyCode.BUSY, RETRY_NS, self.now())
        elif self.cut_before_answer:
            self.cut_before_answer = False
            self.ledger.take(frame, self.now())
            return False
        elif self.is_deaf or frame.header.seat in self.silent_to:
            self._kept.append((desk, frame))
        else:
            self._answer(desk, frame)
        return True

    def _answer(self, desk: "_Desk", frame: Frame) -> None:
        answer = self.ledger.take(frame, self.now())
        if isinstance(answer, Frame):
            if self.tampers_digest:
                body = bytearray(answer.body)
                body[48] ^= 1
                answer = self.ledger.reframed(answer, bytes(body))
            desk.session.send_outcomes(answer, self.now())
        else:
            desk.session.send_not_applied(answer[0], answer[1], self.now())
        desk.bell.set()


class _Desk:
    """One link at the bank: its stream, its session, and a task that sends."""

    def __init__(self, stream: trio.abc.Stream, session: BankSession) -> None:
        self.stream = stream
        self.session = session
        self.bell = trio.Event()
        self.scope = trio.CancelScope()

    async def send(self) -> None:
        while True:
            await self.bell.wait()
            self.bell = trio.Event()
            data = self.session.data_to_send()
            if data:
                await self.stream.send_all(data)
