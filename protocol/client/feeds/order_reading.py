"""The feed of orders of a broker's seat, or of reports of a channel's: each entry once, marked before it is handed out.

Belongs here: what is wanted next, what came, what was handed out and is not done. Never here: an entry as a value
(order_entries), where marks are kept (outbox), frames (session).

Two positions are in the outbox, on the disk. Everything before **done** the program has dealt with. Everything before
**handed** may have been handed to it: the mark is made before. So after a crash nobody need guess: what lies between
the two comes as `unanswered`, for the program to look into, and what lies behind was never handed out. An order behind
its last second that was never handed out is answered REFUSED here, and sent to no exchange.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

import trio

from ...codes import ReplyCode
from ...errors import MisuseError, PeerViolation
from ...limits import STRETCH_ENTRIES
from ...messages.session import OrdersAck
from ...order_pages import NO_STRETCH, OrderPage, digest_behind, first_of, room_behind, stretch_of
from ...session.partner import PartnerSession
from ..errors import SessionEnded
from ..forks import Origin
from ..line.waits import Bell
from ..outbox.outbox import Outbox
from .events import FeedEnded
from .order_entries import NOWHERE, OrderEntry, Position

T = TypeVar("T")
HANDED_AT_ONCE = 64
"""Entries of one mark: each is a write to the disk where the outbox is `power_safe`, and what a program that dies has
to look into."""
Refuse = Callable[[OrderEntry], Awaitable[object]]


class _Came(NamedTuple):
    """An entry, the digest in front of its stretch, and in front of that of the entry behind it."""

    entry: OrderEntry
    digest_before: bytes
    digest_next: bytes


@dataclass(slots=True)
class _Reading:
    """Where the entries that come are: of one stretch, from its beginning."""

    at: Position  # that comes next
    digest_before: bytes  # in front of its stretch
    begun: bytearray = field(default_factory=bytearray)  # of that stretch


class OrderFeed:
    """Of one seat, over all its links. One reader at a time: whoever begins takes the place of the one before."""

    def __init__(self, bell: Bell, outbox: Outbox) -> None:
        self._bell = bell
        self._outbox = outbox
        self._readers = 0
        self._reader = 0  # the number of the one that reads, 0 for none
        self._next = NOWHERE  # that is handed out next, and the digest in front of its stretch
        self._digest = NO_STRETCH
        self._handed_before = NOWHERE  # what is below it and not done was handed out before this reader began
        self._reading = _Reading(NOWHERE, NO_STRETCH)
        self._came: deque[_Came] = deque()
        self._open: dict[Position, bytes] = {}  # handed out and not done, ascending, with the digest of each
        self._unanswered: dict[Position, OrderEntry] = {}
        self._said = NOWHERE
        self._is_begun_anew = False  # and the bank is to be told so
        self._is_settling = False  # pages of before may still come on this link
        self._news = trio.Event()
        self._error: Exception | None = None
        self._ended: SessionEnded | None = None
        self._origin = Origin()

    def begin(self, open_date: int) -> int:
        """A reader of what is not done yet, from the open date on where nothing ever was. Its number."""
        mark = self._outbox.order_mark
        self._readers += 1
        self._reader, self._error = self._readers, None
        self._next, self._digest = Position(open_date, 1), NO_STRETCH
        if mark.done_date:
            self._next, self._digest = Position(mark.done_date, mark.done_number), mark.digest_before
        self._handed_before = Position(mark.handed_date, mark.handed_number)
        self._open.clear()
        self._unanswered.clear()
        self._begin_anew()
        return self._reader

    async def next(self, reader: int, now_s: Callable[[], int], refuse: Refuse) -> OrderEntry:
        """The next entry that was never handed out. Raises FeedEnded, SessionEnded; on cancellation nothing is lost."""
        while True:
            await self._something(reader)
            self._sort_out()
            if not self._came:
                continue
            came = self._came[0]
            if not came.entry.is_order or now_s() <= came.entry.last_second:
                return self._hand_out()
            await refuse(came.entry)
            if self._came and self._came[0] is came:  # else the link broke meanwhile: it comes again
                self._pass()
                self._keep(is_durable=False)

    async def left(self, reader: int) -> list[OrderEntry]:
        """What was handed out before this reader began, and is not done, once all of it is there. Raises as `next`."""
        while self._next < self._handed_before:
            await self._something(reader)
            self._sort_out()
        return list(self._unanswered.values())

    def done(self, position: Position) -> None:
        """The program has dealt with an entry: it never comes again. Raises MisuseError for what is not open."""
        if position not in self._open:
            raise MisuseError(f"entry {position} is not open: it was not handed out, or is done")
        del self._open[position]
        self._unanswered.pop(position, None)
        self._keep(is_durable=False)

    def say(self, session: PartnerSession, now_ns: int) -> None:
        """Tell the bank what is wanted next, when that has changed and all that came was handed out."""
        if not self._reader or self._error is not None:
            return
        if self._is_begun_anew:
            self._is_begun_anew = False
            begin = Position(self._next.trade_date, first_of(stretch_of(self._next.number)))
            self._reading = _Reading(begin, self._digest)
        elif self._came or self._reading.at == self._said:
            return
        self._said = self._reading.at
        session.want_orders(OrdersAck(*self._said, self._reading.digest_before), now_ns)

    def link_up(self) -> None:
        """A link is established: what was not handed out comes again."""
        self._begin_anew()
        self._is_settling = False

    def link_down(self) -> None:
        """What was not handed out comes again."""
        self._came.clear()

    def arrived(self, page: OrderPage) -> None:
        """A page. Raises PeerViolation when it is not what is due, or another history than what came before."""
        head, due = page.head, self._reading
        if not self._reader or self._is_begun_anew or self._error is not None:
            return  # of a reader before this one
        if (head.trade_date, head.first) != due.at:
            if self._is_settling:
                return
            detail = (
                f"entry {head.first} of {head.trade_date} of orders, and {due.at.number} of {due.at.trade_date} is due"
            )
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, detail)
        self._is_settling = False
        if not len(page.entries):
            self._reading = _Reading(Position(head.next_date, 1), NO_STRETCH)
        elif head.digest_before != due.digest_before:
            detail = f"orders in front of {due.at.number} of {due.at.trade_date} are others than were told before"
            self._fail(FeedEnded(detail))
            raise PeerViolation(ReplyCode.BODY_DIGEST_MISMATCH, detail)
        else:
            self._take(page)
        self._wake()
        self._bell.ring()

    def end(self, error: SessionEnded) -> None:
        """No session will come."""
        self._ended = error
        self._wake()

    def _take(self, page: OrderPage) -> None:
        head, reading = page.head, self._reading
        entries = [
            OrderEntry.of(each, Position(head.trade_date, head.first + at)) for at, each in enumerate(page.entries)
        ]
        reading.begun += page.entries.tobytes()
        reading.at, digest_next = Position(head.trade_date, page.end), head.digest_before
        if room_behind(page.end) == STRETCH_ENTRIES:
            digest_next = digest_behind(head.digest_before, reading.begun)
            self._reading = _Reading(reading.at, digest_next)
        for entry in entries:
            if entry.position >= self._next:
                is_last = entry.position.number == page.end - 1
                self._came.append(_Came(entry, head.digest_before, digest_next if is_last else head.digest_before))

    async def _something(self, reader: int) -> None:
        """Returns once something came that is not handed out."""
        self._origin.check_task()
        await trio.lowlevel.checkpoint()
        while True:
            if reader != self._reader:
                raise FeedEnded("another reader of this seat's orders was begun")
            if self._error is not None:
                raise self._error
            if self._came:
                return
            if self._ended is not None:
                raise SessionEnded(self._ended.code, self._ended.detail)
            await self._news.wait()

    def _sort_out(self) -> None:
        """What was handed out before this reader began is not handed out again."""
        while self._came and (entry := self._came[0].entry).position < self._handed_before:
            self._unanswered[entry.position] = entry
            self._open[entry.position] = self._came[0].digest_before
            self._pass()

    def _hand_out(self) -> OrderEntry:
        came = self._came[0]
        mark = self._outbox.order_mark
        self._open[came.entry.position] = came.digest_before
        if came.entry.position >= (mark.handed_date, mark.handed_number):
            self._keep(is_durable=True)
        self._pass()
        return came.entry

    def _pass(self) -> None:
        came = self._came.popleft()
        self._next = Position(came.entry.position.trade_date, came.entry.position.number + 1)
        self._digest = came.digest_next
        if not self._came:
            self._bell.ring()

    def _keep(self, *, is_durable: bool) -> None:
        """Keep what is done; `is_durable`: and, on the disk, that all that came may be handed out from now on."""
        mark = self._outbox.order_mark
        handed = Position(mark.handed_date, mark.handed_number)
        if is_durable:
            last = self._came[min(len(self._came), HANDED_AT_ONCE) - 1].entry.position
            handed = Position(last.trade_date, last.number + 1)
        done, digest = next(iter(self._open.items()), (self._next, self._digest))
        handed = max(handed, done)
        self._outbox.keep_order_mark(
            mark._replace(
                done_date=done.trade_date,
                done_number=done.number,
                digest_before=digest,
                handed_date=handed.trade_date,
                handed_number=handed.number,
            ),
            is_durable=is_durable,
        )

    def _begin_anew(self) -> None:
        self._came.clear()
        self._is_begun_anew = self._is_settling = True
        self._wake()
        self._bell.ring()

    def _fail(self, error: Exception) -> None:
        self._error = error
        self._came.clear()
        self._wake()

    def _wake(self) -> None:
        news, self._news = self._news, trio.Event()
        news.set()


class OrderReader:
    """Entries of a seat's orders or reports, without end: `async for entry in seat.orders()`."""

    def __init__(self, feed: OrderFeed, open_date: int, now_s: Callable[[], int], refuse: Refuse) -> None:
        self._feed = feed
        self._now_s = now_s
        self._refuse = refuse
        self._number = feed.begin(open_date)

    def __aiter__(self) -> "OrderReader":
        return self

    async def __anext__(self) -> OrderEntry:
        return await self.next_entry()

    async def next_entry(self) -> OrderEntry:
        """The next one that was never handed out. Raises FeedEnded, SessionEnded."""
        return await self._feed.next(self._number, self._now_s, self._refuse)

    async def unanswered(self) -> list[OrderEntry]:
        """Entries that were handed out before this reader began, and of which nobody said that they are done: by an
        earlier process that died, so whether they were sent to the exchange only the program can find out. Raises as
        `next_entry`.
        """
        return await self._feed.left(self._number)

    def done(self, entry: OrderEntry) -> None:
        """The program has dealt with an entry where it cannot lose it: it never comes again. Raises MisuseError for one
        that was not handed out, or is done."""
        self._feed.done(entry.position)

    async def done_now(self, entry: OrderEntry) -> None:
        """As `done`, in the seat's own thread."""
        self.done(entry)


class Wait(Protocol):
    """Has a coroutine run where the seat is, and blocks until it ends."""

    def __call__(self, verb: Coroutine[object, object, T], /) -> T:
        """What it gives."""
        ...


class BlockingOrders:
    """An `OrderReader` for threads: `for entry in seat.orders()`."""

    def __init__(self, reader: OrderReader, wait: Wait) -> None:
        self._reader = reader
        self._wait = wait

    def __iter__(self) -> "BlockingOrders":
        return self

    def __next__(self) -> OrderEntry:
        return self._wait(self._reader.next_entry())

    def unanswered(self) -> list[OrderEntry]:
        """As `OrderReader.unanswered`."""
        return self._wait(self._reader.unanswered())

    def done(self, entry: OrderEntry) -> None:
        """As `OrderReader.done`."""
        self._wait(self._reader.done_now(entry))
