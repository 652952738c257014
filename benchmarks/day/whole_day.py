"""A day of many brokers on our system, traded and ended to its last credit: set in, compared, published, orders left
open closed, customers settled, what is owed paid at its due time, what was gated credited.

Belongs here: the course of the day, what is timed. Never here: the trade (trade), the peer (sql_peer), bars (case_k).

The date has due times of real seconds: what is owed falls due so long after its opening as the day is thought to take,
and nothing is timed while it is waited for. Every request is of its own seat: brokers, savings desk, day desk.
"""

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import trio

from benchmarks.day import steps
from benchmarks.day.steps import Steps
from benchmarks.day.trade import BrokerTrade
from benchmarks.stations import ns_a_record
from benchmarks.system import System
from benchmarks.watch import PeakMemory, seconds_so_far
from frontend_sim.market.desks import DAY_SEAT, SAVINGS_SEAT
from gateway.day.desk import LEDGER_SOURCE, DayDesk
from gateway.day.lane_seen import LaneSeen
from gateway.day.payments import let_act, pay
from protocol.client import Seat
from protocol.limits import WINDOWS_PER_DATE
from protocol.messages.day.paying import Fund
from protocol.messages.day.steps import Window
from protocol.records import RecordArray
from protocol.trade_dates import date_of_day

Subject = TypeVar("Subject")
AT_ONCE = 4  # brokers that send at a time: more would only wait for each other on so few cores
DUE_AT_LEAST_S, DONE_PER_S = 40, 40_000  # what falls due does so long behind the opening, and as the day needs more
PAY_AHEAD_S = 10  # of that the bank pays what it owes
DUE_AFTER_S = 0.1  # behind the due second it is asked for, so that it is over
DAY_S = 86_400
FOLLOWER_SECONDS_MAX = 1_200.0


@dataclass(slots=True)
class Ended:
    """What the end of the day took, and what came out."""

    steps: Steps = field(default_factory=Steps)
    lines: int = 0
    read_model_seconds: dict[str, float] = field(default_factory=dict)  # behind a step, until it has all of it
    stations_ns: dict[str, dict[str, int]] = field(default_factory=dict)  # processor time by step and station
    published: list[LaneSeen] = field(default_factory=list)
    settled: list[LaneSeen] = field(default_factory=list)
    over: list[LaneSeen] = field(default_factory=list)
    credits: int = 0
    gated_fen: int = 0  # proceeds, once all are settled


def days_before(days: int) -> int:
    """The trade date so many days before today."""
    return date_of_day(int(time.time()) // DAY_S - days)


def trade_date_of_day() -> int:
    """Of the day that is ended: yesterday, so that its due times may be of any second of today."""
    return days_before(1)


def due_times(first_due_s: int) -> list[Window]:
    """Of a date whose money falls due at this second; the days behind it follow."""
    return [
        Window(due_s - PAY_AHEAD_S, due_s - 1, due_s, due_s + DAY_S // 6, due_s + DAY_S // 2)
        for due_s in range(first_due_s, first_due_s + WINDOWS_PER_DATE * DAY_S, DAY_S)
    ]


async def trade_day_of(system: System, trades: Sequence[BrokerTrade], due_at_least_s: int = DUE_AT_LEAST_S) -> int:
    """Open the date behind the first one, and trade. Returns the second at which what is owed falls due."""
    to_do = sum(len(trade.who) + trade.contracts for trade in trades)
    first_due_s = int(time.time()) + due_at_least_s + to_do // DONE_PER_S
    async with Seat.open(system.desk_settings(DAY_SEAT)) as seat:
        desk = DayDesk(seat, lambda _line: None)
        await desk.open_date(trades[0].trade_date, due_times(first_due_s))
        await desk.end_settlement(system.wanted.trade_date)
    async with Seat.open(system.desk_settings(SAVINGS_SEAT)) as savings:
        for trade in trades:
            for block in trade.withdrawals():
                await _must(savings, block, "a withdrawal")

    async def one(trade: BrokerTrade) -> None:
        async with Seat.open(system.broker_settings(trade.party, trade.seat)) as seat:
            for blocks in (trade.sale_blocks(), trade.order_blocks(), trade.event_blocks()):
                for block in blocks:
                    await _must(seat, block, f"broker {trade.party}")

    await a_few_at_once(one, trades)
    return first_due_s


def must_be_in_time(due_s: int) -> None:
    """Raises RuntimeError when a due time is over before the day has come so far."""
    late_s = time.time() - due_s
    if late_s > 0:
        raise RuntimeError(f"what is owed fell due {late_s:.0f} s before the customers were settled")


async def fund(system: System, trades: Sequence[BrokerTrade]) -> None:
    """Brokers bring what they owe to their clearing accounts."""
    async with Seat.open(system.desk_settings(SAVINGS_SEAT)) as savings:
        for trade in trades:
            if trade.net_fen > 0:
                outcome = await savings.control(Fund(trade.party, trade.net_fen, 1))
                if not outcome.accepted:
                    raise RuntimeError(f"what broker {trade.party} brought: {outcome.code.name}")


async def _must(seat: Seat, block: RecordArray, who: str) -> None:
    codes = (await seat.submit_block(block)).outcomes["code"]
    if codes.any():
        raise RuntimeError(f"{who}: {int(codes.max())} for a record")


@dataclass(slots=True)
class DayEnd:
    """The end of a traded day, step by step, over seats that stay open."""

    system: System
    trades: Sequence[BrokerTrade]
    watch: PeakMemory
    progress: Callable[[str], None]
    ended: Ended = field(default_factory=Ended)

    async def run(self, first_due_s: int) -> Ended:
        """All steps."""
        parties = [trade.party for trade in self.trades]
        async with AsyncExitStack() as stack:
            desk, trade_date = await self.until_settled(stack)
            await self._wait_for_read_model(steps.SETTLED)
            await self._pay(desk, trade_date, first_due_s)
            with self._timed(steps.CREDITED):
                await a_few_at_once(lambda party: self._credit(desk, party), parties)
            await self._wait_for_read_model(steps.CREDITED)
            self.ended.over = await desk.each(parties, lambda party: desk.lane(trade_date, party))
        return self.ended

    async def until_settled(self, stack: AsyncExitStack) -> tuple[DayDesk, int]:
        """All steps before what is owed falls due. Returns the day desk, whose seat the stack closes, and the date."""
        parties = [trade.party for trade in self.trades]
        seat = await stack.enter_async_context(Seat.open(self.system.desk_settings(DAY_SEAT)))
        desk = DayDesk(seat, lambda _line: None)
        trade_date, _ = await desk.sign_off()
        await self._publish(desk, trade_date)
        with self._timed(steps.CLOSED):
            await desk.each(parties, lambda party: desk.close(trade_date, party))
        with self._timed(steps.SETTLED):
            self.ended.settled = await desk.each(parties, lambda party: desk.settle(trade_date, party))
        totals = await seat.totals(LEDGER_SOURCE)
        self.ended.gated_fen = sum(entry.amounts_fen[-1] for entry in totals.parties)
        return desk, trade_date

    async def _publish(self, desk: DayDesk, trade_date: int) -> None:
        """Sets in, compared and published."""
        sets = {trade.party: trade.lines() for trade in self.trades}
        self.ended.lines = sum(len(lines) for lines in sets.values())
        async with AsyncExitStack() as stack:
            seats = {
                each.party: await stack.enter_async_context(
                    Seat.open(self.system.broker_settings(each.party, each.seat))
                )
                for each in self.trades
            }

            async def send(party: int) -> None:
                sent = await seats[party].send_clearing_set(trade_date, int(time.time()), sets[party])
                if not sent.is_complete:
                    raise RuntimeError(f"set of broker {party}: {sent.last.code.name}, {sent.refused} refused")

            with self._timed(steps.SETS):
                await a_few_at_once(send, list(sets))
        with self._timed(steps.COMPARED):
            await desk.each(list(sets), lambda party: desk.reconcile(trade_date, party))
            await desk.agree(trade_date)
        with self._timed(steps.PUBLISHED):
            self.ended.published = await desk.each(list(sets), lambda party: desk.publish(trade_date, party))

    async def _pay(self, desk: DayDesk, trade_date: int, first_due_s: int) -> None:
        """What the bank owes is paid, brokers bring what they owe, and at the due time it is taken."""
        must_be_in_time(first_due_s - PAY_AHEAD_S)
        await trio.sleep(max(0.0, first_due_s - PAY_AHEAD_S - time.time()))
        with self._timed(steps.PAID):
            for trade in self.trades:
                if trade.net_fen < 0:
                    await pay(desk, trade_date, trade.party)
            await fund(self.system, self.trades)
        await trio.sleep(max(0.0, first_due_s + DUE_AFTER_S - time.time()))
        with self._timed(steps.PAID):
            for trade in self.trades:
                await let_act(desk, trade.party)

    async def _credit(self, desk: DayDesk, party: int) -> None:
        posted = await desk.credit(party)
        self.ended.credits += posted

    async def _wait_for_read_model(self, step: str) -> None:
        begun = time.perf_counter()
        if not await trio.to_thread.run_sync(self.system.wait_for_follower, FOLLOWER_SECONDS_MAX):
            raise RuntimeError(f"the follower does not take in what was {step}")
        self.ended.read_model_seconds[step] = time.perf_counter() - begun

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        """Time of a step, and the processor time of each process in it."""
        before, own_before = seconds_so_far(self.system.supervisor), time.process_time() - self.watch.own_seconds
        with self.ended.steps.timed(step):
            yield
        load_seconds = time.process_time() - self.watch.own_seconds - own_before
        after = seconds_so_far(self.system.supervisor)
        self.ended.stations_ns[step] = ns_a_record(before, after, load_seconds, 1)
        self.progress(f"{step} in {self.ended.steps.seconds[step]:.1f} s")


async def a_few_at_once(does: Callable[[Subject], Awaitable[None]], subjects: Sequence[Subject]) -> None:
    """Run an async function on each subject, AT_ONCE at a time."""
    limit = trio.CapacityLimiter(AT_ONCE)

    async def run(subject: Subject) -> None:
        async with limit:
            await does(subject)

    async with trio.open_nursery() as nursery:
        for subject in subjects:
            nursery.start_soon(run, subject)
