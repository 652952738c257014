"""Case k1: the close of a day of 20 brokers: sets in, compared, published; beside it the same comparison in SQL.

Belongs here: the course of the case, what is timed, its bars. Never here: the trade (trade), the peer (sql_peer).
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TypeVar

import trio

from benchmarks.day.sql_peer import SqlDay, compared_in_sql
from benchmarks.day.trade import BrokerTrade
from benchmarks.results import CaseResult, fail, judge
from benchmarks.stations import as_note, ns_a_record
from benchmarks.system import TRADE_DATE, System, Wanted, running
from benchmarks.watch import PeakMemory, seconds_so_far
from gateway.day.desk import DayDesk, LaneSeen
from protocol.client import Seat
from protocol.vocabulary import LaneState

Subject = TypeVar("Subject")
BROKERS = 20
CONTRACTS, ORDERS = 1_000_000, 2_000_000
QUICK_PART = 10  # a quick run has so much less of both
SECONDS_MAX, BYTES_MAX = 30.0, 4 * 2**30
AT_ONCE = 4  # brokers that send at a time: more would only wait for each other on so few cores


@dataclass(slots=True)
class Closed:
    """What the close of the day took, by step, and what came out."""

    lines: int = 0
    sets_seconds: float = 0.0
    compare_seconds: float = 0.0
    publish_seconds: float = 0.0
    peak_bytes: int = 0
    stations_ns: dict[str, int] = field(default_factory=dict)  # processor time a line, by station
    lanes: list[LaneSeen] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Of all steps."""
        return self.sets_seconds + self.compare_seconds + self.publish_seconds


def case_k1(dsn: str, quick: bool, progress: Callable[[str], None]) -> list[CaseResult]:
    """The whole close on our system, then the same day in SQL on `dsn`."""
    part = QUICK_PART if quick else 1
    contracts, orders = CONTRACTS // part // BROKERS, ORDERS // part // BROKERS
    trades = [BrokerTrade.drawn(place, TRADE_DATE, contracts, orders) for place in range(BROKERS)]
    with running(Wanted(BROKERS, contracts * BROKERS, brokers_count=BROKERS)) as system:
        progress(f"case k1: {contracts * BROKERS:,} contracts are there; {orders * BROKERS:,} orders come")
        trio.run(_trade, system, trades)
        system.wait_for_follower(600)
        with PeakMemory(system.supervisor) as watch:
            closed = trio.run(_close, system, trades, watch, progress)
        closed.peak_bytes = watch.peak_bytes
    sql = compared_in_sql(dsn, trades)
    return [_judged(closed, sql, trades, quick)]


async def _trade(system: System, trades: Sequence[BrokerTrade]) -> None:
    """The day's orders and what became of them."""

    async def one(trade: BrokerTrade) -> None:
        async with Seat.open(system.broker_settings(trade.party, trade.seat)) as seat:
            for blocks in (trade.order_blocks(), trade.event_blocks()):
                for block in blocks:
                    codes = (await seat.submit_block(block)).outcomes["code"]
                    if codes.any():
                        raise RuntimeError(f"broker {trade.party}: {int(codes.max())} for an order or its event")

    await _a_few_at_once(one, trades)


async def _close(
    system: System, trades: Sequence[BrokerTrade], watch: PeakMemory, progress: Callable[[str], None]
) -> Closed:
    closed = Closed()
    sets = {trade.party: trade.lines() for trade in trades}
    closed.lines = sum(len(lines) for lines in sets.values())
    async with AsyncExitStack() as stack:
        desk = DayDesk(await stack.enter_async_context(Seat.open(system.day_desk_settings())), lambda _line: None)
        seats = {
            trade.party: await stack.enter_async_context(Seat.open(system.broker_settings(trade.party, trade.seat)))
            for trade in trades
        }
        trade_date, _ = await desk.sign_off()
        before = seconds_so_far(system.supervisor)
        begun, begun_cpu = time.perf_counter(), time.process_time() - watch.own_seconds

        async def send(party: int) -> None:
            sent = await seats[party].send_clearing_set(trade_date, int(time.time()), sets[party])
            if not sent.is_complete:
                raise RuntimeError(f"set of broker {party}: {sent.last.code.name}, {sent.refused} refused")

        await _a_few_at_once(send, list(sets))
        sent_at = time.perf_counter()
        load_seconds = time.process_time() - watch.own_seconds - begun_cpu
        after = seconds_so_far(system.supervisor)
        closed.stations_ns = ns_a_record(before, after, load_seconds, closed.lines)
        progress(f"case k1: {closed.lines:,} lines in {sent_at - begun:.1f} s")
        await desk.each(list(sets), lambda party: desk.reconcile(trade_date, party))
        await desk.agree(trade_date)
        compared_at = time.perf_counter()
        progress(f"case k1: compared in {compared_at - sent_at:.1f} s")
        closed.lanes = await desk.each(list(sets), lambda party: desk.close_lane(trade_date, party))
        done_at = time.perf_counter()
    closed.sets_seconds, closed.compare_seconds = sent_at - begun, compared_at - sent_at
    closed.publish_seconds = done_at - compared_at
    return closed


async def _a_few_at_once(does: Callable[[Subject], Awaitable[None]], subjects: Sequence[Subject]) -> None:
    """Run an async function on each subject, AT_ONCE at a time."""
    limit = trio.CapacityLimiter(AT_ONCE)

    async def run(subject: Subject) -> None:
        async with limit:
            await does(subject)

    async with trio.open_nursery() as nursery:
        for subject in subjects:
            nursery.start_soon(run, subject)


def _judged(closed: Closed, sql: SqlDay, trades: Sequence[BrokerTrade], quick: bool) -> CaseResult:
    result = CaseResult(
        case="k1",
        what=f"a day of {BROKERS} brokers closed: {closed.lines:,} lines in, compared, published",
        orders_per_second=closed.lines / closed.seconds,
        p50_ms=0.0,
        p99_ms=0.0,
        peers={"the same in SQL, COPY and joins": closed.lines / sql.seconds},
        ratios={"the same in SQL, COPY and joins": sql.seconds / closed.seconds},
        notes=[
            f"sets {closed.sets_seconds:.1f} s, compared {closed.compare_seconds:.1f} s, published "
            f"{closed.publish_seconds:.1f} s: {closed.seconds:.1f} s in all; "
            f"{closed.peak_bytes / 2**30:.2f} GiB at most in all processes",
            f"sets: {as_note(closed.stations_ns)}",
            f"in SQL: COPY {sql.copy_seconds:.1f} s, joins {sql.compare_seconds:.1f} s, net {sql.net_seconds:.1f} s",
        ],
    )
    nets_fen = [trade.net_fen for trade in trades]
    if [lane.net_fen for lane in closed.lanes] != nets_fen or sql.nets_fen != nets_fen or sql.differences:
        fail(result, "what is owed is not what was traded")
    if any(lane.state != LaneState.PUBLISHED for lane in closed.lanes):
        fail(result, "a lane is not published")
    is_small = closed.peak_bytes <= BYTES_MAX
    is_fast = closed.seconds <= SECONDS_MAX and closed.seconds <= sql.seconds
    judge(result, is_small and (is_fast or quick), "30 s, 4 GiB, not slower than SQL", "10 s")
    return result
