"""One TCP or TLS connection of a seat, from logon to its end.

Belongs here: connecting, pumping bytes between socket and session, deadlines. Never here: what is
sent (traffic), whether to come back (seat).
"""

import math
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio

from ...codes import ReplyCode
from ...errors import PeerViolation
from ...limits import NONCE_BYTES
from ...session.partner import PartnerSession
from ...session.partner_events import (
    AnswerReceived,
    EstablishedEvent,
    FeedElsewhere,
    FeedReceived,
    NegotiatedEvent,
    NotAppliedReceived,
    OrdersReceived,
    OutcomesReceived,
    PartnerEvent,
    Terminated,
    TradeDateOpened,
)
from ...session.states import PartnerState
from ..clock import Clock
from ..forks import Origin
from ..outbox.outbox import Outbox
from ..settings import SeatSettings
from .ends import LinkEnd, broken, found, told
from .traffic import Traffic
from .waits import receive, send

RECEIVE_BYTES = 64 * 1024  # the outcomes of a 4,096-record frame; larger buffers are mapped anew for each read
TICKS_PER_HEARTBEAT = 4  # how late a deadline may be noticed: a quarter of an interval
TICK_NS_MIN = 1_000_000
FAREWELL_NS = 500_000_000  # a bank that does not read our TERMINATE is not waited for
NS_PER_S = 1_000_000_000


async def connect(settings: SeatSettings) -> trio.abc.Stream | LinkEnd:
    """Connect, with TLS when configured. Returns the stream, or why there is none."""
    where = f"{settings.host}:{settings.port}"
    try:
        with trio.fail_after(settings.connect_timeout_ns / NS_PER_S):
            stream = await trio.open_tcp_stream(settings.host, settings.port)
            if settings.tls is None:
                return stream
            try:
                name = settings.tls_server_name or settings.host
                secure = trio.SSLStream(stream, settings.tls, server_hostname=name)
                await secure.do_handshake()
            except BaseException:
                await trio.aclose_forcefully(stream)
                raise
            return secure
    except (OSError, UnicodeError, trio.TooSlowError, trio.BrokenResourceError) as error:
        reason = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error
        return broken(f"{where}: {reason or 'no connection in time'}")


@asynccontextmanager
async def closing(stream: trio.abc.Stream) -> AsyncIterator[None]:
    """Leave no connection behind, however the block is left."""
    try:
        yield
    finally:
        await trio.aclose_forcefully(stream)


class Link:
    """Runs one connected stream until it ends. `on_progress` is called after everything that came was handled."""

    def __init__(
        self,
        settings: SeatSettings,
        clock: Clock,
        traffic: Traffic,
        outbox: Outbox,
        session_version: int,
        on_progress: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._traffic = traffic
        self._outbox = outbox
        self._on_progress = on_progress
        self._session = PartnerSession(
            settings.party,
            settings.seat,
            settings.signer,
            settings.bank_verifiers,
            settings.software,
            settings.heartbeat_ns,
            session_version,
            clock.elapsed_ns(),
        )
        self._tick_ns = settings.heartbeat_ns // TICKS_PER_HEARTBEAT
        self._calm_seconds = settings.backoff_last_ns / NS_PER_S
        self._is_mid_send = False
        self._end: LinkEnd | None = None
        self._origin = Origin()
        self.has_negotiated = False
        self.was_established = False
        self._was_answered = False
        self._established_at = math.inf

    @property
    def was_of_use(self) -> bool:
        """Whether anything was answered on this link, or it stood for as long as the longest pause between two.

        Only then may the pauses begin anew: else a bank that establishes and closes at once would be asked without end
        as often as at first. A link on which something was wrong was of no use, whatever else came on it.
        """
        if self._end is not None and self._end.unproven is not None:
            return False
        return self._was_answered or trio.current_time() - self._established_at >= self._calm_seconds

    async def run(self, stream: trio.abc.Stream, negotiate: bool) -> LinkEnd:
        """Log on (a new session version if `negotiate`, else the session goes on) and serve until the link ends.

        Raises OutboxError when the disk fails. On cancellation the bank is told FINISHED.
        """
        if negotiate:
            self._session.negotiate(fresh_nonce(), self._now_ns())
        else:
            self._establish(self._now_ns())
        self._traffic.bell.ring()
        try:
            async with trio.open_nursery() as nursery:
                for pump in (self._send, self._receive, self._watch_deadlines):
                    nursery.start_soon(self._until_end, pump, stream, nursery.cancel_scope)
        except BaseExceptionGroup as group:
            if len(group.exceptions) > 1:
                raise
            raise group.exceptions[0] from group.exceptions[0].__cause__  # the nursery's wrapping of a pump's fault
        finally:
            self._traffic.link_down()
            await self._say_farewell(stream)
        return self._end or LinkEnd(ReplyCode.FINISHED, 0, "the seat was closed")

    @trio.lowlevel.enable_ki_protection
    async def _until_end(
        self,
        pump: Callable[[trio.abc.Stream], Awaitable[None]],
        stream: trio.abc.Stream,
        scope: trio.CancelScope,
    ) -> None:
        try:
            await pump(stream)
            end = broken("the bank closed the connection")
        except PeerViolation as violation:
            self._session.terminate(violation.code, violation.detail, self._now_ns())
            end = found(violation)
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            end = broken("the connection broke")
        if self._end is None:
            self._end = end
        scope.cancel()

    async def _send(self, stream: trio.abc.Stream) -> None:
        session, traffic = self._session, self._traffic
        while True:
            now_ns = self._now_ns()
            is_established = session.state is PartnerState.ESTABLISHED
            if is_established:
                traffic.feed(session, now_ns)
            data = session.data_to_send()
            if data:
                self._is_mid_send = True
                if isinstance(stream, trio.SocketStream):
                    await send(stream, data)
                    await trio.lowlevel.cancel_shielded_checkpoint()  # what was told ages by these turns: one in a pass
                else:
                    await stream.send_all(data)
                self._is_mid_send = False
            elif is_established and now_ns < traffic.resume_at_ns:
                with trio.move_on_after((traffic.resume_at_ns - now_ns) / NS_PER_S):
                    await traffic.bell.wait()
            else:
                await traffic.bell.wait()

    async def _receive(self, stream: trio.abc.Stream) -> None:
        session = self._session
        while self._end is None:
            if isinstance(stream, trio.SocketStream):
                data = await receive(stream, RECEIVE_BYTES)
            else:
                data = bytes(await stream.receive_some(RECEIVE_BYTES))
            if not data:
                return
            now_ns = self._now_ns()
            session.receive_data(data, now_ns)
            event = session.next_event(now_ns)
            while event is not None:
                self._handle(event, now_ns)
                event = session.next_event(now_ns)
            if session.unsent_bytes:
                self._traffic.bell.ring()
            self._on_progress()

    async def _watch_deadlines(self, _stream: trio.abc.Stream) -> None:
        session = self._session
        while True:
            deadline_ns = session.next_deadline_ns()
            wait_ns = self._tick_ns
            if deadline_ns is not None:
                wait_ns = min(wait_ns, max(deadline_ns - self._now_ns(), TICK_NS_MIN))
            await trio.sleep(wait_ns / NS_PER_S)
            session.on_deadline(self._now_ns())
            self._traffic.tick()
            if session.unsent_bytes:
                self._traffic.bell.ring()

    def _now_ns(self) -> int:
        """The time for the session, which learns what makes it UTC: a wall clock that was put right counts at once."""
        self._session.utc_offset_ns = self._clock.utc_offset_ns()
        return self._clock.elapsed_ns()

    def _handle(self, event: PartnerEvent, now_ns: int) -> None:
        if isinstance(event, OutcomesReceived):
            self._was_answered = True
            self._traffic.outcomes(event)
        elif isinstance(event, NotAppliedReceived):
            self._traffic.not_applied(event, now_ns)
        elif isinstance(event, AnswerReceived):
            self._was_answered = True
            self._traffic.queries.answered(event.correlation_id, event.body)
        elif isinstance(event, FeedReceived):
            self._was_answered = True
            self._traffic.feed_of_party.arrived(event.page)
        elif isinstance(event, OrdersReceived):
            self._was_answered = True
            self._traffic.feed_of_orders.arrived(event.page)
        elif isinstance(event, FeedElsewhere):
            self._traffic.feed_of_party.taken_elsewhere()
        elif isinstance(event, NegotiatedEvent):
            self.has_negotiated = True
            self._outbox.keep_session(event.session_version, event.trade_date)
            self._establish(now_ns)
        elif isinstance(event, EstablishedEvent):
            self.was_established = True
            self._established_at = trio.current_time()
            self._traffic.established(event)
        elif isinstance(event, TradeDateOpened):
            self._traffic.date_opened(event)
        elif isinstance(event, Terminated):
            self._end = told(event.code, event.session_version, event.detail)

    def _establish(self, now_ns: int) -> None:
        self._traffic.feed_of_party.say(self._session, now_ns)
        self._session.establish(fresh_nonce(), max(1, self._traffic.window.next_number), now_ns)

    async def _say_farewell(self, stream: trio.abc.Stream) -> None:
        self._session.terminate(ReplyCode.FINISHED, "", self._now_ns())
        data = self._session.data_to_send()
        try:
            if data and not self._is_mid_send and self._origin.is_here:  # a forked child says nothing on this link
                with trio.move_on_after(FAREWELL_NS / NS_PER_S, shield=True):
                    await stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return


def fresh_nonce() -> bytes:
    """The only randomness of the SDK that guards something: (16,) bytes nobody can foresee."""
    return secrets.token_bytes(NONCE_BYTES)
