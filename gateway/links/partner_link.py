"""One partner's connection: a task that receives, one that sends what could not leave at once, one that keeps its
deadlines, and one session.

Belongs here: bytes between stream and session, cutting a partner that does not read, closing with a reason.
Never here: what an event leads to (front_desk), the rules of the session (protocol.bank_session).
"""

import logging
import os
import socket
from collections.abc import Awaitable, Callable
from typing import Protocol

import trio

from gateway.clock import Clock
from protocol.bank_events import BankEvent
from protocol.bank_session import BankSession
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, PeerViolation
from protocol.key_ring import BankKeyMissing
from protocol.limits import RECEIVE_CHUNK_BYTES, REPLY_BYTES_UNSENT_MAX
from protocol.lowlevel import Bell, receive

SMALL_RECEIVE_BYTES = 16 * 1024  # a receive of the full chunk costs an allocation of it; most frames are small
LOW_WATER_BYTES_MAX = 128 * 1024  # a slow line still shows life between two of these
FRAMES_PER_TURN = 32  # frames of one link handled before other tasks run: about 5 ms of signatures
CLOSE_WITHIN_S = 1.0  # for the last words to leave and the partner to close
DEADLINE_STEP_S = 0.001  # the shortest wait for a deadline, so that a clock that stands still cannot spin
_LOG = logging.getLogger(__name__)


class Desk(Protocol):
    """Who handles what a session says. Neither method waits."""

    def handle(self, link: "PartnerLink", event: BankEvent, now_ns: int) -> None:
        """An event of the link's session. Raises PeerViolation to end the link."""
        ...

    def link_closed(self, link: "PartnerLink") -> None:
        """The link is gone; nothing can be said on it any more."""
        ...

    def link_ends(self, code: ReplyCode) -> None:
        """We end a link for this reason."""
        ...

    def key_missing(self) -> None:
        """An outcome could not be signed: its bank key was not given to this gateway."""
        ...

    def link_failed(self) -> None:
        """An exception that nobody foresaw ended a link."""
        ...


class PartnerLink:
    """`run` is the whole life of the link. Everything else is synchronous and may be called by any task."""

    def __init__(
        self,
        number: int,
        stream: trio.abc.Stream,
        session: BankSession,
        desk: Desk,
        clock: Clock,
        certified_parties: frozenset[int] | None,
    ) -> None:
        """`certified_parties`: whom the peer's certificate may speak for; None: its certificate binds nobody."""
        self.number = number
        self.session = session
        self.certified_parties = certified_parties
        self.seat = 0  # set by the desk once established
        self._stream = stream
        self._desk = desk
        self._clock = clock
        self._bell = Bell()
        self._scope = trio.CancelScope()
        self._timer = trio.CancelScope()
        self._low_water_bytes = 1  # what the kernel gathers before it wakes us
        # TLS changes bytes on the way, and only its stream can send them.
        self._plain = stream if isinstance(stream, trio.SocketStream) else None
        self._rest = b""  # what a direct send left over
        self._being_sent_bytes = 0
        self.closing = False

    @property
    def unsent_bytes(self) -> int:
        """Bytes said that the operating system has not taken yet."""
        return self.session.unsent_bytes + self._being_sent_bytes

    async def run(self) -> None:
        """Serves the link until it ends, for whatever reason. Raises InvariantBroken only.

        On cancellation the connection is closed at once.
        """
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._guarded, self._send)
                    nursery.start_soon(self._guarded, self._keep_deadlines)
                    await self._guarded(self._receive)
                    self._scope.cancel()
        finally:
            self.closing = True
            self._desk.link_closed(self)
            self.session.data_to_send()  # never to be sent, and the link may wait long for the garbage collector
            await trio.aclose_forcefully(self._stream)

    def deliver(self, say: Callable[[], None]) -> None:
        """Lets the session say something; what goes wrong there ends this link and nothing else."""
        if self.closing:
            return
        try:
            say()
        except PeerViolation as violation:
            self.end(violation.code, violation.detail)
        except BankKeyMissing as missing:
            _LOG.error("link %d: %s: name its file in bank.former_keys", self.number, missing)
            self._desk.key_missing()
            self.end(ReplyCode.SIGNATURE_INVALID, str(missing))  # a code that does not invite the partner to try again
        except InvariantBroken:
            raise
        except Exception:
            self._failed()
        else:
            self.say_it()

    def say_it(self) -> None:
        """Sends what the session has queued; cuts the link when the partner has left too much unread."""
        if self.unsent_bytes > REPLY_BYTES_UNSENT_MAX:
            self._desk.link_ends(ReplyCode.REPLIES_UNREAD)
            self.closing = True
            self._scope.cancel()
            return
        if self._plain is None or self._being_sent_bytes:
            self._bell.ring()
        else:
            self._send_at_once(self._plain)

    def _send_at_once(self, plain: trio.SocketStream) -> None:
        """Hands over what the operating system takes without waiting: mostly all of it, and no task has to be woken."""
        data = self.session.data_to_send()
        try:
            sent = os.write(plain.socket.fileno(), data)  # trio's sockets do not block
        except BlockingIOError:
            sent = 0
        except OSError:
            self._scope.cancel()
            return
        if sent < len(data):
            self._rest = data[sent:]
            self._being_sent_bytes = len(self._rest)
            self._bell.ring()

    def end(self, code: ReplyCode, detail: str, version_in_force: int = 0) -> None:
        """Says TERMINATE with this reason and closes; the peer has CLOSE_WITHIN_S to take it.

        `version_in_force`: of the seat's session, when it is another than this link's.
        """
        if self.closing:
            return
        self.closing = True
        self._desk.link_ends(code)
        self.session.terminate(code, detail, self._clock.now_ns(), version_in_force)
        self._scope.deadline = trio.current_time() + CLOSE_WITHIN_S
        self._bell.ring()

    def close(self) -> None:
        """Closes without a word: the peer has ended the link."""
        self.closing = True
        self._scope.cancel()

    def deadline_moved_up(self) -> None:
        """The session's next deadline is earlier than it was."""
        self._timer.cancel()

    def _failed(self) -> None:
        _LOG.exception("link %d: seat %d: an unforeseen exception ends it", self.number, self.seat)
        self._desk.link_failed()
        self.close()

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """A connection that breaks, and even a fault of ours on one link, ends that link only."""
        try:
            await work()
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            self._scope.cancel()
        except InvariantBroken:
            raise
        except Exception:
            self._failed()

    async def _receive(self) -> None:
        size, plain = SMALL_RECEIVE_BYTES, self._plain
        while True:
            data = await (self._stream.receive_some(size) if plain is None else receive(plain, size))
            if not data:
                return
            size = RECEIVE_CHUNK_BYTES if len(data) == size else SMALL_RECEIVE_BYTES
            if self.closing:
                continue  # its last bytes are thrown away: closing on unread bytes would reset our last words
            try:
                await self._handle(bytes(data))
            except PeerViolation as violation:
                self.end(violation.code, violation.detail)
                continue
            missing_bytes = self.session.missing_bytes
            if missing_bytes > SMALL_RECEIVE_BYTES:
                size = RECEIVE_CHUNK_BYTES
            self._wait_for_at_least(missing_bytes)

    def _wait_for_at_least(self, missing_bytes: int) -> None:
        """The rest of a large body wakes us once instead of with every segment. The verified header states its length.

        Only on plain TCP: what TLS needs of the socket is not what its stream gives out.
        """
        wanted_bytes = min(missing_bytes, LOW_WATER_BYTES_MAX) if missing_bytes > SMALL_RECEIVE_BYTES else 1
        if wanted_bytes != self._low_water_bytes and isinstance(self._stream, trio.SocketStream):
            self._stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, wanted_bytes)
            self._low_water_bytes = wanted_bytes

    async def _handle(self, data: bytes) -> None:
        session, desk = self.session, self._desk
        now_ns = self._clock.now_ns()
        session.receive_data(data, now_ns)
        handled = 0
        while not self.closing and (event := session.next_event(now_ns)) is not None:
            desk.handle(self, event, now_ns)
            handled += 1
            if handled % FRAMES_PER_TURN == 0:
                await trio.lowlevel.checkpoint()
                now_ns = self._clock.now_ns()
        if session.unsent_bytes and not self.closing:
            self.say_it()

    async def _send(self) -> None:
        """Everything that was said while the last piece was being sent goes together next."""
        while True:
            await self._bell.wait()
            while self._rest or self.session.unsent_bytes:
                data, self._rest = self._rest or self.session.data_to_send(), b""
                self._being_sent_bytes = len(data)
                await self._stream.send_all(data)
                self._being_sent_bytes = 0
            if self.closing:
                if isinstance(self._stream, trio.abc.HalfCloseableStream):
                    await self._stream.send_eof()
                return

    async def _keep_deadlines(self) -> None:
        """Sleeps towards the session's next deadline; most wake-ups find that it has moved on."""
        while not self.closing:
            deadline_ns = self.session.next_deadline_ns()
            now_ns = self._clock.now_ns()
            if deadline_ns is not None and deadline_ns <= now_ns:
                self.deliver(lambda now_ns=now_ns: self.session.on_deadline(now_ns))  # type: ignore[misc]
                deadline_ns = self.session.next_deadline_ns()
            with trio.CancelScope() as self._timer:
                if deadline_ns is None:
                    await trio.sleep_forever()
                else:
                    await trio.sleep(max((deadline_ns - now_ns) / 1e9, DEADLINE_STEP_S))
