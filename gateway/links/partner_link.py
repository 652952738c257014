"""One partner's connection: a task that receives, one that sends what could not leave at once, one that keeps its
deadlines, and one session.

Belongs here: bytes between stream and session, cutting a partner that does not read, closing with a reason.
Never here: what an event leads to (dispatcher), whose frames are handled next (party_turns), the rules of the session
(protocol.session.bank).
"""

import logging
import os
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import trio

from gateway.clock import Clock
from gateway.dispatch.party_turns import PartyTurns
from gateway.links.owner import Entrance, LinkOwner
from protocol.client.line.waits import Bell, receive
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, PeerViolation
from protocol.keys.key_ring import BankKeyMissing
from protocol.limits import RECEIVE_CHUNK_BYTES, REPLY_BYTES_UNSENT_MAX
from protocol.session.bank import BankSession
from protocol.session.bank_events import FrameSpent

if TYPE_CHECKING:
    from gateway.dispatch.admission import LinkBudget

SMALL_RECEIVE_BYTES = 16 * 1024  # a receive of the full chunk costs an allocation of it; most frames are small
LOW_WATER_BYTES_MAX = 128 * 1024  # a slow line still shows life between two of these
CLOSING_PAUSE_S = 0.02  # between two looks at what still comes on a link that is closing
CLOSE_WITHIN_S = 1.0  # for the last words to leave and the partner to close
PIECE_BYTES_MIN = 512  # less than this, which ends no frame, costs as much as one: a network brings more at once
PIECE = FrameSpent(0, 0)  # such a piece, for its owner
LOGON_PIECES_FREE = 8  # a logon has at most 1,184 bytes
LOGON_PIECE_PAUSE_NS = 50_000_000  # after each further one
DEADLINE_STEP_S = 0.001  # the shortest wait for a deadline, so that a clock that stands still cannot spin
_LOG = logging.getLogger(__name__)


class PartnerLink:
    """`run` is the whole life of the link. Everything else is synchronous and may be called by any task."""

    def __init__(
        self,
        number: int,
        stream: trio.abc.Stream,
        session: BankSession,
        owner: "LinkOwner[PartnerLink]",
        turns: PartyTurns,
        clock: Clock,
        entrance: Entrance,
    ) -> None:
        self.number = number
        self.session = session
        self.entrance = entrance
        self.seat = 0  # set by its owner once established
        self.is_logged_on = False  # set by its owner once the ledger has answered a logon: before, it counts for nobody
        self.budget: LinkBudget | None = None  # set by its owner with the ESTABLISH
        self._is_vouched_for = False
        self._logon_pieces = 0  # of its frames
        self._unread_told_bytes = 0
        self._stream = stream
        self._owner = owner
        self._turns = turns
        self._has_more = False  # it waits for its next turn
        self._is_parked = False  # its receiving task waits for the last of them
        self._turns_over = Bell()
        self._pause_ns = 0  # what it owes
        self._clock = clock
        session.utc_offset_ns = clock.utc_offset_ns()
        self._bell = Bell()
        self._scope = trio.CancelScope()
        self._timer = trio.CancelScope()
        self._low_water_bytes = 1  # what the kernel gathers before it wakes us
        # TLS changes bytes on the way, and only its stream can send them.
        self._plain = stream if isinstance(stream, trio.SocketStream) else None
        self._rest = b""  # what a direct send left over
        self._being_sent_bytes = 0
        self.closing = False
        self.began_ns = clock.elapsed_ns()
        self.frames = self.received_bytes = 0
        self.end_reason = ""  # for the log: who ended it and why, the first word that was said about it

    @property
    def party(self) -> int:
        """Whose key signed its logon, 0: nobody's yet."""
        return self.session.party

    @property
    def address(self) -> str:
        """Where it comes from."""
        return self.entrance.address

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
            self.session.data_to_send()  # never to be sent, and the link may wait long for the garbage collector
            self._rest, self._being_sent_bytes = b"", 0
            self._tell_unread()
            self._owner.link_closed(self)
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
            self._owner.key_missing()
            self.end(ReplyCode.SIGNATURE_INVALID, str(missing))  # a code that does not invite the partner to try again
        except InvariantBroken:
            raise
        except Exception:
            self._failed()
        else:
            self.say_it()

    def say_it(self) -> None:
        """Sends what the session has queued; cuts the link when the partner has left too much unread."""
        session = self.session
        if session.unsent_bytes + self._being_sent_bytes > REPLY_BYTES_UNSENT_MAX:
            self.cut()
            return
        if self._plain is None or self._being_sent_bytes:
            self._bell.ring()
        else:
            self._send_at_once(self._plain)
        if self._being_sent_bytes or self._unread_told_bytes or session.unsent_bytes:
            self._tell_unread()

    def cut(self) -> None:
        """Ends the link without a word: its partner does not read."""
        if not self.closing:
            self._owner.link_ends(ReplyCode.REPLIES_UNREAD)
            self.close("we end it: REPLIES_UNREAD: its partner does not read")

    def _tell_unread(self) -> None:
        """Lets its owner add up what all links of the party have unread."""
        more_bytes, self._unread_told_bytes = self.unsent_bytes - self._unread_told_bytes, self.unsent_bytes
        self._owner.unread_changed(self, more_bytes)

    def _send_at_once(self, plain: trio.SocketStream) -> None:
        """Hands over what the operating system takes without waiting: mostly all of it, and no task has to be woken."""
        data = self.session.data_to_send()
        try:
            sent = os.write(plain.socket.fileno(), data)  # trio's sockets do not block
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self._because(f"the connection broke: {error.strerror}")
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
        self._because(f"we end it: {code.name}: {detail}")
        self._owner.link_ends(code)
        self.session.terminate(code, detail, self._clock.elapsed_ns(), version_in_force)
        self._scope.deadline = trio.current_time() + CLOSE_WITHIN_S
        self._bell.ring()

    def close(self, reason: str) -> None:
        """Closes without a word. `reason`: for the log."""
        self.closing = True
        self._because(reason)
        self._scope.cancel()

    def _because(self, reason: str) -> None:
        self.end_reason = self.end_reason or reason

    def deadline_moved_up(self) -> None:
        """The session's next deadline is earlier than it was."""
        self._timer.cancel()

    def _failed(self) -> None:
        _LOG.exception("link %d: seat %d: an unforeseen exception ends it", self.number, self.seat)
        self._owner.link_failed()
        self.close("we end it: a fault of ours")

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """A connection that breaks, and even a fault of ours on one link, ends that link only."""
        try:
            await work()
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError) as error:
            self._because(f"the connection broke: {error.__cause__ or error}")
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
                self._because("the partner hung up")
                return
            self.received_bytes += len(data)
            size = RECEIVE_CHUNK_BYTES if len(data) == size else SMALL_RECEIVE_BYTES
            if self.closing:
                # Its last bytes are thrown away: closing on unread bytes would reset our last words.
                await trio.sleep(CLOSING_PAUSE_S)
                continue
            handled = self.frames
            self.session.receive_data(bytes(data), self._clock.elapsed_ns())
            await self._take_turns()
            if self.frames == handled and len(data) < PIECE_BYTES_MIN and not self.closing:
                await self._pay_for_piece()
            missing_bytes = self.session.missing_bytes
            if missing_bytes > SMALL_RECEIVE_BYTES:
                size = RECEIVE_CHUNK_BYTES
            self._wait_for_at_least(missing_bytes)

    async def _pay_for_piece(self) -> None:
        """A few bytes that ended no frame: each has woken us, and no frame will ever pay for it."""
        if self.budget is not None:
            await trio.sleep(self._owner.handle(self, PIECE, self._now_ns()) / 1e9)
        elif self._logon_pieces < LOGON_PIECES_FREE:
            self._logon_pieces += 1
        else:
            await trio.sleep(LOGON_PIECE_PAUSE_NS / 1e9)

    def _wait_for_at_least(self, missing_bytes: int) -> None:
        """The rest of a large body wakes us once instead of with every segment. The verified header states its length.

        Only on plain TCP: what TLS needs of the socket is not what its stream gives out.
        """
        wanted_bytes = min(missing_bytes, LOW_WATER_BYTES_MAX) if missing_bytes > SMALL_RECEIVE_BYTES else 1
        if wanted_bytes != self._low_water_bytes and isinstance(self._stream, trio.SocketStream):
            self._stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, wanted_bytes)
            self._low_water_bytes = wanted_bytes

    async def _take_turns(self) -> None:
        """Until everything that came is handled. A link that owes for it waits, and is not read meanwhile."""
        while not self.closing:
            self._has_more = True
            self._turns.put(self.party, self)
            self._turns.run()
            if self._has_more:
                self._is_parked = True
                await self._turns_over.wait()
            if not self._pause_ns:
                break
            pause_s, self._pause_ns = self._pause_ns / 1e9, 0
            await trio.sleep(pause_s)

    def take_turn(self, ends_ns: int) -> bool:
        """Handles frames until the time is `ends_ns`, or one asked for nothing. True: more may be there.

        Whatever goes wrong ends this link. Raises InvariantBroken only.
        """
        has_more = False
        try:
            has_more = self._handle(ends_ns)
        except PeerViolation as violation:
            self.end(violation.code, violation.detail)
        except InvariantBroken:
            raise
        except Exception:
            self._failed()
        self._has_more = has_more
        if self._is_parked and not has_more:
            self._is_parked = False
            self._turns_over.ring()
        return has_more

    def _handle(self, ends_ns: int) -> bool:
        session, elapsed_ns = self.session, self._clock.elapsed_ns
        now_ns = self._now_ns()
        has_more = False
        while not self.closing:
            event = session.take_frame(now_ns)
            if not self._is_vouched_for and session.party:
                self._is_vouched_for = True
                self._owner.header_verified(self)
            if event is None:
                break
            self._pause_ns = self._owner.handle(self, event, now_ns)
            self.frames += 1
            if self._pause_ns:
                break
            if not session.has_received:  # mostly so, and asked for less than the time
                break
            if isinstance(event, FrameSpent) or elapsed_ns() >= ends_ns:
                has_more = True
                break
        if session.unsent_bytes and not self.closing:
            self.say_it()
        return has_more

    def _now_ns(self) -> int:
        """The time for the session, which learns what makes it UTC: the wall clock may have been put right."""
        self.session.utc_offset_ns = self._clock.utc_offset_ns()
        return self._clock.elapsed_ns()

    async def _send(self) -> None:
        """Everything that was said while the last piece was being sent goes together next."""
        while True:
            await self._bell.wait()
            while self._rest or self.session.unsent_bytes:
                data, self._rest = self._rest or self.session.data_to_send(), b""
                self._being_sent_bytes = len(data)
                await self._stream.send_all(data)
                self._being_sent_bytes = 0
                self._tell_unread()
            if self.closing:
                if isinstance(self._stream, trio.abc.HalfCloseableStream):
                    await self._stream.send_eof()
                return

    async def _keep_deadlines(self) -> None:
        """Sleeps towards the session's next deadline; most wake-ups find that it has moved on."""
        while not self.closing:
            deadline_ns = self.session.next_deadline_ns()
            now_ns = self._now_ns()
            if deadline_ns is not None and deadline_ns <= now_ns:
                self.deliver(lambda now_ns=now_ns: self.session.on_deadline(now_ns))  # type: ignore[misc]
                deadline_ns = self.session.next_deadline_ns()
            with trio.CancelScope() as self._timer:
                if deadline_ns is None:
                    await trio.sleep_forever()
                else:
                    await trio.sleep(max((deadline_ns - now_ns) / 1e9, DEADLINE_STEP_S))
