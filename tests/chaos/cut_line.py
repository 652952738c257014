"""A line to the gateway on which something is struck down at a chosen frame.

Belongs here: passing bytes on both ways, counting requests, the moment. Never here: who is struck (the caller says),
what must be true afterwards.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

import trio

from protocol.header import Header, unpack_header
from protocol.limits import HEADER_BYTES, PREFIX_BYTES
from protocol.vocabulary import NUMBERED_KINDS, FrameKind

LOOPBACK = "127.0.0.1"
CHUNK_BYTES = 64 * 1024


class Moment(StrEnum):
    """When it is struck, of the frame that was chosen."""

    HELD = "before the frame goes on"
    SENT = "once the frame has gone on"
    ANSWERED = "once the answer has come, before it goes on"


@dataclass
class CutLine:
    """Takes connections at `port` and passes them on to the gateway's. Requests count when they come first."""

    gateway_port: int
    port: int = 0
    requests: list[tuple[int, int, int]] = field(default_factory=list)  # (seat, trade date, first number)
    _due: tuple[int, Moment, Callable[[], Awaitable[None]]] | None = None
    _awaited: tuple[int, int, int] | None = None
    _counts: bool = True

    def arm(self, place: int, moment: Moment, strike: Callable[[], Awaitable[None]]) -> None:
        """Strike at the `place`-th request from now on, the first being 1."""
        self.requests.clear()
        self._due, self._awaited = (place, moment, strike), None

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """What comes meanwhile is passed on and no more."""
        self._counts = False
        try:
            yield
        finally:
            self._counts = True

    def disarm(self) -> bool:
        """Whether it has struck; no strike is due any more."""
        has_struck, self._due = self._due is None, None
        return has_struck

    async def serve(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Take connections until cancelled."""
        listeners = await trio.open_tcp_listeners(0, host=LOOPBACK)
        self.port = listeners[0].socket.getsockname()[1]
        task_status.started()
        await trio.serve_listeners(self._join, listeners)

    async def _join(self, partner: trio.SocketStream) -> None:
        async with partner:
            try:
                gateway = await trio.open_tcp_stream(LOOPBACK, self.gateway_port)
            except OSError:
                return
            async with gateway, trio.open_nursery() as nursery:
                for come, go, look in ((partner, gateway, self._to_bank), (gateway, partner, self._to_partner)):
                    nursery.start_soon(self._pass_on, come, go, look, nursery.cancel_scope)

    async def _pass_on(
        self,
        come: trio.SocketStream,
        go: trio.SocketStream,
        look: Callable[[Header, bytes, trio.SocketStream], Awaitable[bool]],
        scope: trio.CancelScope,
    ) -> None:
        """Frame by frame, until either end has gone or `look` says that the line is cut."""
        waiting = bytearray()
        try:
            while data := await come.receive_some(CHUNK_BYTES):
                waiting += data
                for header, frame in _frames(waiting):
                    if not await look(header, frame, go):
                        return
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            return
        finally:
            scope.cancel()

    async def _to_bank(self, header: Header, frame: bytes, go: trio.SocketStream) -> bool:
        key = (header.seat, header.trade_date, header.first_number)
        if header.kind not in NUMBERED_KINDS or not self._counts or key in self.requests:
            await go.send_all(frame)
            return True
        self.requests.append(key)
        if self._due is None or len(self.requests) != self._due[0]:
            await go.send_all(frame)
            return True
        _, moment, strike = self._due
        if moment is Moment.ANSWERED:
            self._awaited = key
            await go.send_all(frame)
            return True
        if moment is Moment.SENT:
            await go.send_all(frame)
        await self._strike(strike)
        return moment is Moment.SENT

    async def _to_partner(self, header: Header, frame: bytes, go: trio.SocketStream) -> bool:
        is_answer = header.kind in (FrameKind.OUTCOMES, FrameKind.NOT_APPLIED)
        if is_answer and self._due and self._awaited == (header.seat, header.trade_date, header.first_number):
            await self._strike(self._due[2])
            return False
        await go.send_all(frame)
        return True

    async def _strike(self, strike: Callable[[], Awaitable[None]]) -> None:
        self._due = None
        with trio.CancelScope(shield=True):  # it is done whichever end of the line goes first
            await strike()


def _frames(waiting: bytearray) -> Iterator[tuple[Header, bytes]]:
    """The whole frames at the beginning, which are taken away."""
    while len(waiting) >= PREFIX_BYTES:
        header = unpack_header(bytes(waiting[:HEADER_BYTES]))
        end = PREFIX_BYTES + header.body_bytes
        if len(waiting) < end:
            return
        frame = bytes(waiting[:end])
        del waiting[:end]
        yield header, frame
