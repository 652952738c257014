"""A broker of scheme A at work: it reads what its customers order through the bank, and reports what became of it.

Belongs here: answering entries, orders that are open there, what is kept of a date. Never here: what becomes of an
order (courses), orders of scheme B (broker), which orders come (channel), money (the bank
reckons it).

Entries are dealt to desks by the order that they are about: of one order everything is said in turn, of several at
once. A broker that died answers what it was handed once more, by the same courses: nothing is told twice.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import trio

from frontend_sim.market.through_bank.courses import (
    CANCELLED_AS_ASKED,
    NOT_TRADED,
    SHORT_SALE,
    TOO_LATE,
    Course,
    CourseOf,
    Name,
    Report,
    by_one_price,
    name_of,
    refused,
)
from frontend_sim.market.through_bank.telling import say
from protocol.client import BankOrder, OrderEntry, OrderReader, Outcome, Seat
from protocol.codes import ReplyCode
from protocol.vocabulary import RecordKind, Side

ENTRIES_PER_DESK = 64
"""That wait for a desk; the reader waits for them."""
MOVING = (RecordKind.EXECUTED, RecordKind.CANCELLED, RecordKind.REFUSED)
"""Reports whose answers tell what remains frozen."""


@dataclass(slots=True)
class Open:
    """What a broker has of an order; its numbers as the exchange told them, whatever it has said of them."""

    entry: OrderEntry
    course: Course
    cancelled: int = 0
    held_back: tuple[Report, ...] = ()
    remaining_fen: int = 0
    """Of what is frozen, as the bank answered last."""

    @property
    def left(self) -> int:
        """So much of it is on the exchange."""
        if self.course.is_refused:
            return 0
        return self.entry.quantity - self.course.executed.quantity - self.cancelled


Hear = Callable[[BankOrder, Report, Outcome, int], None]
"""An order, what was said of it, what the bank answered, how many ns that took."""


def _hear_nothing(order: BankOrder, report: Report, outcome: Outcome, duration_ns: int) -> None:
    """Nobody else wants to know."""


@dataclass
class OrderBroker:
    """`prices`: by security, in 1/10,000 yuan a unit. `shares`: what a contract may sell of one."""

    seat: Seat
    prices: dict[bytes, int]
    shares: dict[tuple[int, bytes], int] = field(default_factory=dict)
    course_of: CourseOf = by_one_price
    hear: Hear = _hear_nothing
    desks: int = 1
    orders: dict[Name, Open] = field(default_factory=dict)
    """Of the date, by name."""
    places: dict[Name, int] = field(default_factory=dict)
    """In the feed, of each order and each cancel by its own name."""
    not_fitting: list[Outcome] = field(default_factory=list)
    """Answers to reports that the bank has only listed, or refused."""
    answered: int = 0
    """Entries."""
    _news: trio.Event = field(default_factory=trio.Event)

    async def work(self) -> None:
        """Answer every entry, without end. Raises FeedEnded, SessionEnded, OutcomeUnknown."""
        reader = self.seat.orders()
        async with trio.open_nursery() as nursery:
            ways = [trio.open_memory_channel[OrderEntry](ENTRIES_PER_DESK) for _ in range(self.desks)]
            for _, come in ways:
                nursery.start_soon(self._answer_all, reader, come)
            for entry in await reader.unanswered():
                await self._deal(entry, [way for way, _ in ways])
            async for entry in reader:
                await self._deal(entry, [way for way, _ in ways])

    async def answered_all(self, count: int) -> None:
        """Returns once so many entries are answered, and what was to be said of them at once is said."""
        while self.answered < count:
            self._news = trio.Event()
            await self._news.wait()

    async def tell_late(self) -> None:
        """Say of every order what was held back until now: once trading has ended."""
        for one in self.orders.values():
            await self._tell_held_back(one)

    async def _deal(self, entry: OrderEntry, ways: list[trio.MemorySendChannel[OrderEntry]]) -> None:
        self.places[entry.position.trade_date, entry.seat, entry.number] = entry.position.number
        await ways[name_of(entry.order)[2] % len(ways)].send(entry)

    async def _answer_all(self, reader: OrderReader, come: trio.MemoryReceiveChannel[OrderEntry]) -> None:
        async for entry in come:
            if entry.is_cancel:
                await self._cancel(entry)
            else:
                await self._order(entry)
            reader.done(entry)
            self.answered += 1
            self._news.set()

    async def _order(self, entry: OrderEntry) -> None:
        course = self._course(entry)
        one = Open(entry, course, course.cancelled, course.held_back, entry.frozen_fen)
        self.orders[name_of(entry.order)] = one
        for report in course.reports:
            await self._tell(entry.order, report)

    def _course(self, entry: OrderEntry) -> Course:
        order = entry.order
        price, name = self.prices.get(order.security), (order.contract_no, order.security)
        if price is None:
            return refused(NOT_TRADED)
        if order.side == Side.SELL:
            if self.shares.get(name, 0) < entry.quantity:
                return refused(SHORT_SALE)
            self.shares[name] -= entry.quantity
        return self.course_of(entry, price)

    async def _cancel(self, entry: OrderEntry) -> None:
        """What is on the exchange is cancelled, in all with what was before; what was held back comes behind it."""
        one, place = self.orders.get(name_of(entry.order)), entry.position.number
        left = one.left if one is not None else 0
        if one is None or not left:
            await self._tell(entry.order, Report(RecordKind.CANCEL_REFUSED, number=place, reason=TOO_LATE))
        else:
            one.cancelled += left
            await self._tell(entry.order, Report(RecordKind.CANCELLED, one.cancelled, place, CANCELLED_AS_ASKED))
        if one is not None:
            await self._tell_held_back(one)

    async def _tell_held_back(self, one: Open) -> None:
        held_back, one.held_back = one.held_back, ()
        for report in held_back:
            await self._tell(one.entry.order, report)

    async def _tell(self, order: BankOrder, report: Report) -> None:
        began_ns = time.monotonic_ns()
        outcome = await say(self.seat, order, report)
        self.hear(order, report, outcome, time.monotonic_ns() - began_ns)
        one = self.orders.get(name_of(order))
        if outcome.code != ReplyCode.ACCEPTED:
            self.not_fitting.append(outcome)
        elif one is not None and report.kind in MOVING:
            one.remaining_fen = outcome.remaining_fen
