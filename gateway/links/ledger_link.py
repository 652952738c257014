"""The one link to the ledger: registered, kept, made again after every loss, nothing unanswered ever forgotten.

Belongs here: the Unix socket, registering, coalesced sending, reading many frames at once, resending in order.
Never here: what an answer means (dispatcher), the book.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import trio

from gateway.clock import Clock
from gateway.links.in_flight import InFlight, UnaskedAnswer, Waiting
from gateway.links.outgoing import Outgoing
from gateway.own_book.book_intake import FeedBroken
from protocol.client.line.waits import Bell, receive, send
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import Frame, FrameReader, make_unsigned_frame
from protocol.header import Header, new_header
from protocol.limits import LINK_BEAT_NS, LINK_SILENT_BEATS_MAX
from protocol.messages.base import Message
from protocol.messages.codec import decode_link, encode
from protocol.messages.gateway_link import Register, Registered
from protocol.vocabulary import BANK_PARTY, Direction, FrameKind

BACKOFF_FIRST_S = 0.05
BACKOFF_MAX_S = 0.25  # a restarted ledger is found again within this; an attempt on a Unix socket costs little
REGISTERED_WITHIN_S = 60.0  # the ledger first makes durable what it had decided for the predecessor
BEAT_S = LINK_BEAT_NS / 1e9
RECEIVE_BYTES = 64 * 1024
FRAMES_AT_ONCE = 64  # taken in before other tasks run; what they cost most, signatures, waits for its party's turn
_LOG = logging.getLogger(__name__)
_LOSSES = (OSError, trio.BrokenResourceError, trio.ClosedResourceError, PeerViolation, FeedBroken, UnaskedAnswer)


Said = tuple[Waiting | None, Frame]
"""A frame of the ledger and what it answers; the feed answers nothing."""


class LedgerOwner(Protocol):
    """Who decides what to say to the ledger and what its words mean. None of these waits."""

    def registration(self) -> Register:
        """The message that opens a new link."""
        ...

    def registered(self, registered: Registered) -> None:
        """The link stands; afterwards everything unanswered is sent again."""
        ...

    def ledger_said(self, said: Iterator[Said]) -> None:
        """Frames of the ledger in order. Raises one of the losses to have the link made anew: what `said` has not given
        out by then stays unanswered, and is sent again.
        """
        ...

    def is_open(self, link_number: int) -> bool:
        """Whether a partner's link is still there to be answered."""
        ...


def link_frame(kind: FrameKind, seat: int, message: Message | None, number: int = 0) -> Frame:
    """A frame of the gateway's own to the ledger: unsigned, because the socket vouches for both ends. None: no body.
    `number`: comes again with the answer."""
    header = new_header(
        kind, Direction.TO_BANK, sender=BANK_PARTY, recipient=BANK_PARTY, seat=seat, first_number=number
    )
    return make_unsigned_frame(header, encode(message) if message is not None else b"")


_UNASKED = frozenset({FrameKind.BOOK_FEED, FrameKind.FEED_NEWS, FrameKind.ORDERS_NEWS})  # these answer nothing
BEAT = link_frame(FrameKind.LIFE_SIGN, 0, None).wire()


class LedgerLink:
    """Submit frames at any time; while no ledger is there they wait in `in_flight`."""

    def __init__(self, socket: Path, owner: LedgerOwner, clock: Clock) -> None:
        self._socket = socket
        self._owner = owner
        self._clock = clock
        self._outgoing = Outgoing()
        self._bell = Bell()
        self._silent_beats = 0
        self._scope: trio.CancelScope | None = None  # of the link that is up
        self._stream: trio.SocketStream | None = None  # the link that is registered
        self._is_sending = False  # its task is in the middle of a piece
        self._rest = b""  # of a piece that the system did not take whole
        self.in_flight = InFlight()
        self.registered = False
        self.first_registered = trio.Event()
        self.links_made = 0
        self.links_lost = 0

    def submit(self, frame: Frame, owner: int, party: int) -> bool:
        """Forwards a frame for the link with number `owner`, in the turn of the party that owns its seat.

        Returns False, and does nothing, when a bound is met.
        """
        if not self.in_flight.has_room(frame):
            return False
        is_awaited = not self.in_flight.records
        self.in_flight.add(frame, owner, self._clock.elapsed_ns(), party)
        if self.registered:
            self._outgoing.put(party, frame)
            if is_awaited and self._stream is not None and not self._is_sending:
                self._send_at_once(self._stream)
            else:
                self._bell.ring()
        return True

    def _send_at_once(self, stream: trio.SocketStream) -> None:
        """Nothing is under way, so the ledger waits for this frame, and nothing could be gathered with it: it does not
        wait until a task is woken. What the system does not take, and what is wrong with the socket, is the task's.
        """
        data = self._rest + self._outgoing.take()
        try:
            sent = os.write(stream.socket.fileno(), data)  # trio's sockets do not block
        except OSError:
            sent = 0
        self._rest = data[sent:]
        if self._rest or self._outgoing:
            self._bell.ring()

    def renew(self) -> None:
        """Drops the link; the next one is registered as after any loss."""
        if self._scope is not None:
            self._scope.cancel()

    def link_ended(self) -> None:
        """A partner's link ended. While the ledger is away its logons and queries would wait for nobody."""
        if not self.registered:
            self.in_flight.drop_logons_and_queries(self._owner.is_open)

    async def keep(self) -> None:
        """Keeps a registered link until cancelled. Raises InvariantBroken when an answer proves the books wrong."""
        backoff_s = BACKOFF_FIRST_S
        missing = ""
        while True:
            made = self.links_made
            try:
                stream = await trio.open_unix_socket(str(self._socket))
            except OSError as error:
                if missing != str(error):
                    _LOG.warning("ledger: %s: %s; trying on", self._socket, error)
                missing = str(error)
            else:
                missing = ""
                await self._serve(stream)
                _LOG.warning("ledger: link lost, %d records unanswered", self.in_flight.records)
            backoff_s = BACKOFF_FIRST_S if self.links_made > made else min(2 * backoff_s, BACKOFF_MAX_S)
            await trio.sleep(backoff_s)

    async def _serve(self, stream: trio.SocketStream) -> None:
        """One link from its registration to its loss."""
        reader = FrameReader(_believe_socket)
        try:
            with trio.fail_after(REGISTERED_WITHIN_S):
                await self._register(stream, reader)
            async with trio.open_nursery() as nursery:
                self._scope = nursery.cancel_scope
                nursery.start_soon(self._send, stream, nursery.cancel_scope)
                nursery.start_soon(self._beat, nursery.cancel_scope)
                try:
                    await self._receive(stream, reader)
                except _LOSSES as error:
                    _LOG.warning("ledger: %s", error)
                nursery.cancel_scope.cancel()
        except _LOSSES as error:
            _LOG.warning("ledger: %s", error)
        except trio.TooSlowError:
            _LOG.warning("ledger: not registered within %.0f s", REGISTERED_WITHIN_S)
        finally:
            if self.registered:
                self.links_lost += 1
            self.registered = False
            self._stream, self._is_sending, self._rest = None, False, b""
            self._outgoing.clear()
            self.in_flight.drop_logons_and_queries(self._owner.is_open)
            await trio.aclose_forcefully(stream)

    async def _register(self, stream: trio.SocketStream, reader: FrameReader) -> None:
        await stream.send_all(link_frame(FrameKind.REGISTER, 0, self._owner.registration()).wire())
        while (first := reader.next_frame()) is None:
            data = await stream.receive_some(RECEIVE_BYTES)
            if not data:
                raise UnaskedAnswer("the ledger closed the link instead of registering it")
            reader.feed(data)
        message = decode_link(first.body)
        if not isinstance(message, Registered):
            raise UnaskedAnswer(f"the ledger's first frame is of kind {first.header.kind}")
        self._owner.registered(message)
        self.registered = True
        self.links_made += 1
        self._stream = stream
        self._outgoing.clear()
        for waiting in self.in_flight.in_order():
            self._outgoing.put(waiting.party, waiting.frame)
        self._bell.ring()
        self.first_registered.set()

    async def _send(self, stream: trio.SocketStream, scope: trio.CancelScope) -> None:
        """What came while the last piece was being sent goes together next, as far as its turn has come."""
        try:
            while True:
                await self._bell.wait()
                self._is_sending = True
                while self._rest or self._outgoing:
                    data, self._rest = self._rest or self._outgoing.take(), b""
                    await send(stream, data)
                self._is_sending = False
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            scope.cancel()

    async def _beat(self, scope: trio.CancelScope) -> None:
        """Tells the ledger that we live, and gives a link up on which it says nothing.

        Beats are counted and not time, so that the ledger is not blamed for a pause of our own.
        """
        self._silent_beats = 0
        while self._silent_beats <= LINK_SILENT_BEATS_MAX:
            await trio.sleep(BEAT_S)
            self._silent_beats += 1
            self._outgoing.put_first(BEAT)
            self._bell.ring()
        _LOG.warning("ledger: it says nothing for %.0f s", LINK_SILENT_BEATS_MAX * BEAT_S)
        scope.cancel()

    async def _receive(self, stream: trio.SocketStream, reader: FrameReader) -> None:
        while True:
            frames: list[Frame] = []
            while (frame := reader.next_frame()) is not None:
                if frame.header.kind != FrameKind.LIFE_SIGN:
                    frames.append(frame)
                if len(frames) >= FRAMES_AT_ONCE:
                    self._owner.ledger_said(self._matched(frames))
                    frames = []
                    await trio.lowlevel.checkpoint()
            if frames:
                self._owner.ledger_said(self._matched(frames))
            data = await receive(stream, RECEIVE_BYTES)
            if not data:
                return
            self._silent_beats = 0
            reader.feed(data)

    def _matched(self, frames: list[Frame]) -> Iterator[Said]:
        """Each frame with what it answers, which is under way no more once it is given out. Raises UnaskedAnswer."""
        for frame in frames:
            yield None if frame.header.kind in _UNASKED else self.in_flight.answered(frame), frame


def _believe_socket(header: Header, header_bytes: bytes, signature: bytes) -> None:
    """The file mode of the socket vouches for the ledger; only the direction is checked."""
    if header.direction != Direction.TO_PARTNER and header.kind < FrameKind.REGISTER:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "a frame of the ledger points to the bank")
