"""A bank to practise on: the protocol's own `BankSession` on TCP, before a ledger in memory.

Belongs here: the smallest gateway that keeps the wire's promises, and switches that make it late, busy or gone. Never
here: decisions (ledger), lies (misdeeds).
"""

from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ssl import SSLContext
from typing import Self

import trio
from msgspec.structs import replace

from frontend_sim.practice import cast
from frontend_sim.practice.feed import PracticeFeeds
from frontend_sim.practice.ledger import PracticeLedger
from frontend_sim.practice.link import PracticeLink
from frontend_sim.practice.misdeeds import MISDEEDS, Plan
from frontend_sim.practice.naive_ledger import attend, say
from frontend_sim.practice.order_feed import PracticeOrders
from protocol.client import SystemClock
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import Frame
from protocol.limits import CREDIT_RECORDS_DEFAULT, HEARTBEAT_NS_MAX, HEARTBEAT_NS_MIN
from protocol.messages.codec import encode
from protocol.messages.feeds import DateOpened, FeedQuery
from protocol.session.bank import BankSession
from protocol.session.bank_events import (
    EstablishReceived,
    FeedWanted,
    NegotiateReceived,
    OrdersAsked,
    PeerTerminated,
    QueryReceived,
    RequestReceived,
    SessionPolicy,
)
from protocol.vocabulary import FeedKind

RECEIVE_BYTES = 64 * 1024
REQUESTS_KEPT_MAX = 65_536
RETRY_NS = 50_000_000
LATE_SECONDS = 0.5


def _nobody_listens(_line: str) -> None:
    """Nobody wants to be told of misdeeds."""


class PracticeBank:
    """Serves any number of links. Use `run`.

    `plan` makes it misbehave. Switches: `is_deaf` keeps decided answers back until `speak`, `silent_to` those of some
    seats; `busy_frames` is how many requests are still turned away BUSY; `cut_before_answer` drops the link once, after
    deciding and before answering; `cut` drops all links; `away` are seats whose links are dropped at their logon.
    """

    def __init__(self, credit_records: int = CREDIT_RECORDS_DEFAULT) -> None:
        self.ledger = PracticeLedger()
        self.feeds = PracticeFeeds()
        self.orders = PracticeOrders()
        self.plan: Plan | None = None
        self.tell: Callable[[str], None] = _nobody_listens
        self.port = 0
        self.retry_ns = RETRY_NS
        self.late_seconds = LATE_SECONDS
        self.is_deaf = False
        self.silent_to: set[int] = set()
        self.busy_frames = 0
        self.cut_before_answer = False
        self.is_silent_to_queries = False
        self.away: set[int] = set()
        self.sent_away: set[int] = set()  # seats that tried to log on while they were `away`
        self.logons = 0
        self.violations: Counter[ReplyCode] = Counter()  # why links were ended that broke the rules
        self.requests: deque[Frame] = deque(maxlen=REQUESTS_KEPT_MAX)  # that were given out, repeats too
        self.requests_count = 0
        self._request_came = trio.Event()
        self.bytes_came = trio.Event()
        self.question_came = trio.Event()
        self._kept: list[tuple[PracticeLink, Frame]] = []
        self._links: dict[PracticeLink, trio.Nursery] = {}
        self._clock = SystemClock()
        self._began_utc_ns = self._clock.utc_offset_ns()
        self._policy = SessionPolicy(credit_records, HEARTBEAT_NS_MIN, HEARTBEAT_NS_MAX, "practice bank")
        self._signers = cast.bank_signers()
        self._registry = cast.registry()

    @classmethod
    @asynccontextmanager
    async def run(
        cls, credit_records: int = CREDIT_RECORDS_DEFAULT, tls: SSLContext | None = None
    ) -> AsyncIterator[Self]:
        """A bank that listens on a loopback port of its own until the block is left."""
        bank = cls(credit_records)
        async with trio.open_nursery() as nursery:
            await bank.listen(nursery, "127.0.0.1", 0, tls)
            yield bank
            nursery.cancel_scope.cancel()

    async def listen(self, nursery: trio.Nursery, host: str, port: int, tls: SSLContext | None = None) -> None:
        """Serve links in `nursery` until it is cancelled. `port` 0: any. Raises OSError when the port is taken."""
        listeners = await trio.open_tcp_listeners(port, host=host)
        self.port = listeners[0].socket.getsockname()[1]
        if tls is None:
            nursery.start_soon(trio.serve_listeners, self.serve, listeners)
        else:
            secured = [trio.SSLListener(listener, tls) for listener in listeners]
            nursery.start_soon(trio.serve_listeners, self.serve, secured)

    async def serve(self, stream: trio.abc.Stream) -> None:
        """One link."""
        session = BankSession(self._registry, self._signers, self._policy, self.now())
        link = PracticeLink(stream, session, {int(suite): signer for suite, signer in self._signers.items()}, self.now)
        try:
            async with trio.open_nursery() as nursery:
                self._links[link] = nursery
                link.scope = nursery.cancel_scope
                nursery.start_soon(link.send)
                nursery.start_soon(link.watch_deadlines)
                await self._receive(link)
                nursery.cancel_scope.cancel()
        except* (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        finally:
            self._links.pop(link, None)
            self.feeds.forget(link)
            self.orders.forget(link)
            await trio.aclose_forcefully(stream)

    def now(self) -> int:
        """UTC nanoseconds, as the clock was when this bank began: never stepped."""
        return self._began_utc_ns + self._clock.elapsed_ns()

    def later(self, link: PracticeLink, act: Callable[[], None]) -> None:
        """Do it after `late_seconds`, if the link still is."""
        self._links[link].start_soon(self._act_later, link, act)

    def answer(self, link: PracticeLink, frame: Frame) -> None:
        """Decide a request and say what became of it."""
        say(link.session, self.ledger.take(frame, self.now()), self.now())
        link.bell.set()

    async def came(self, count: int) -> None:
        """Return when `count` request frames have been given out, repeats too."""
        while self.requests_count < count:
            self._request_came = trio.Event()
            await self._request_came.wait()

    def speak_first(self, count: int) -> None:
        """Say the first `count` answers of what was kept back."""
        for link, frame in self._kept[:count]:
            self.answer(link, frame)
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
        for link, frame in self._kept:
            self.answer(link, frame)
        self._kept.clear()

    def roll(self) -> None:
        """Open the next trade date and tell every link."""
        before = self.ledger.trade_date
        self.ledger.roll()
        for link in self._links:
            link.session.trade_date_opened(self.ledger.trade_date, self.now())
            link.bell.set()
        for party in cast.SEATS:
            self.feeds.tell(party, FeedKind.DATE_OPENED, self.ledger.trade_date, DateOpened(before))

    def cut(self, seat: int = 0) -> None:
        """Drop the links of `seat`, or every link, as a broken line does. What was kept back on them is never said."""
        self._kept = [(link, frame) for link, frame in self._kept if seat not in (0, link.session.seat)]
        for link in self._links:
            if seat in (0, link.session.seat):
                link.scope.cancel()

    def terminate(self, code: ReplyCode, seat: int = 0) -> None:
        """End the links of `seat`, or every link, with a reason."""
        for link in self._links:
            if seat not in (0, link.session.seat):
                continue
            link.session.terminate(code, "said by the test", self.now())
            link.bell.set()

    async def _act_later(self, link: PracticeLink, act: Callable[[], None]) -> None:
        await trio.sleep(self.late_seconds)
        act()
        link.bell.set()

    async def _receive(self, link: PracticeLink) -> None:
        session = link.session
        while not link.is_unread:
            data = await link.stream.receive_some(RECEIVE_BYTES)
            if not data:
                return
            self.bytes_came.set()
            try:
                session.receive_data(bytes(data), self.now())
                event = session.next_event(self.now())
                while event is not None:
                    if isinstance(event, FeedWanted):
                        self.feeds.wanted(link)
                    elif isinstance(event, OrdersAsked):
                        self.orders.wanted(link, event.wanted)
                    elif isinstance(event, PeerTerminated) or not self._handle(link, event):
                        return
                    event = session.next_event(self.now())
            except PeerViolation as violation:
                self.violations[violation.code] += 1
                session.terminate(violation.code, violation.detail, self.now())
                link.ends_when_sent = True
            link.bell.set()

    def _handle(
        self, link: PracticeLink, event: NegotiateReceived | EstablishReceived | RequestReceived | QueryReceived
    ) -> bool:
        seat = event.frame.header.seat
        if seat in self.away:
            self.sent_away.add(seat)
            return False
        if isinstance(event, RequestReceived):
            return self._take_request(link, event.frame)
        if isinstance(event, NegotiateReceived):
            self.logons += 1
        elif isinstance(event, QueryReceived):
            self.question_came.set()
            if self.is_silent_to_queries:
                return True
            if isinstance(event.query, FeedQuery):
                page = self.feeds.page(link.session.party, event.query.first)
                link.session.send_answer(event.frame.header.first_number, encode(page), self.now())
                return True
        if isinstance(event, EstablishReceived):
            next_position = self.feeds.next_position(link.session.party)
            link.session.established(replace(self.ledger.head(seat), next_position=next_position), self.now())
            self.feeds.wanted(link)
        else:
            attend(self.ledger, link.session, event, self.now())
        return True

    def _take_request(self, link: PracticeLink, frame: Frame) -> bool:
        self.requests.append(frame)
        self.requests_count += 1
        self._request_came.set()
        misdeed = None if self.plan is None else self.plan.next_misdeed()
        if misdeed is not None:
            header = frame.header
            last = header.first_number + header.record_count - 1
            self.tell(f"{misdeed}: seat {header.seat}, {header.first_number} to {last} of {header.trade_date}")
            return MISDEEDS[misdeed](self, link, frame)
        if self.busy_frames:
            self.busy_frames -= 1
            link.session.refuse_busy(frame, ReplyCode.BUSY, self.retry_ns, self.now())
        elif self.cut_before_answer:
            self.cut_before_answer = False
            self.ledger.take(frame, self.now())
            return False
        elif self.is_deaf or frame.header.seat in self.silent_to:
            self._kept.append((link, frame))
        else:
            self.answer(link, frame)
        return True
