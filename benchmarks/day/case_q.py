"""Case q: what was gated of a million contracts is credited at its due time while orders of the next date come in.

Belongs here: the course of the case, what is measured, its bar. Never here: the day before (whole_day), the load.

One broker owes for all. Orders arrive at half of case b's rate in frames as case b has them, from a process of its own,
before the due time and until the last credit is posted: what they wait is told apart by when they arrived.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
import trio

from benchmarks.day import whole_day
from benchmarks.day.beside import orders_beside
from benchmarks.day.spans import Span, Times, latencies_ms
from benchmarks.day.trade import BrokerTrade
from benchmarks.day.whole_day import DayEnd, due_times, fund, must_be_in_time
from benchmarks.load.plan import LoadResult
from benchmarks.results import CaseResult, fail, judge
from benchmarks.rig import Books, Shape, one_round, plan_for
from benchmarks.stations import ns_a_record
from benchmarks.system import System, Wanted, running
from benchmarks.watch import POSTGRES, PROCESSES, PeakMemory, seconds_so_far
from gateway.day.desk import DayDesk
from gateway.day.payments import let_act

SEATS, RECORDS, IN_FLIGHT = 16, 512, 2  # of case b
CONTRACTS, QUICK_PART = 1_000_000, 10
ORDERS_PART = 5  # of the day before: one order for so many contracts
RATE_RECORDS_MAX, RATE_SECONDS = 4_000_000, 5.0
ALONE_SECONDS, BEGUN_SECONDS = 12.0, 2.0  # orders alone are counted, and before those they settle
LOAD_SECONDS_MAX = 180.0
ORDERS_PER_SECOND_MAX = 420_000.0  # one broker may have some 24 million orders on a date, the rest are refused
DUE_AT_LEAST_S = 60
LOG_FILES_AHEAD = 256  # as many as a server that has run for days overwrites: none is made while orders are counted
SECONDS_MAX, RATIO_MAX = 60.0, 2.0


@dataclass(slots=True)
class Seen:
    """What the case saw."""

    block_rate: float = 0.0
    alone: Span = (0, 0)
    beside: Span = (0, 0)
    credits: int = 0
    times_ns: Times = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    codes_wrong: int = 0
    spent: list[dict[str, int]] = field(default_factory=list)  # processor time by station, without credits and with

    @property
    def orders_per_second(self) -> float:
        """Half of case b's rate, or as many as one broker may order for long enough."""
        return min(self.block_rate / 2, ORDERS_PER_SECOND_MAX)

    @property
    def seconds(self) -> float:
        """From the due second to the last credit."""
        return (self.beside[1] - self.beside[0]) / 1e9


def case_q(block_rate: float, quick: bool, progress: Callable[[str], None]) -> list[CaseResult]:
    """`block_rate`: of case b in the same run, 0 where it was none: it is then measured before."""
    contracts = CONTRACTS // (QUICK_PART if quick else 1)
    drawn = BrokerTrade.drawn(0, whole_day.trade_date_of_day(), contracts, contracts // ORDERS_PART)
    trade = drawn.of_a_whole_day(owes=True, some_lean=False)
    seen = Seen(block_rate)
    with running(
        Wanted(SEATS, contracts, trade_date=whole_day.days_before(2), log_files_ahead=LOG_FILES_AHEAD)
    ) as system:
        trio.run(_measure, system, trade, seen, lambda line: progress(f"case q: {line}"))
    return [_judged(seen, contracts)]


async def _measure(system: System, trade: BrokerTrade, seen: Seen, progress: Callable[[str], None]) -> None:
    first_due_s = await whole_day.trade_day_of(system, [trade], DUE_AT_LEAST_S)
    with PeakMemory(system.supervisor) as watch:
        async with AsyncExitStack() as stack:
            desk, _ = await DayEnd(system, [trade], watch, progress).until_settled(stack)
            await desk.open_date(whole_day.days_before(0), due_times(first_due_s + whole_day.DAY_S))
            if not seen.block_rate:
                shape = Shape("blocks", RECORDS, IN_FLIGHT, RATE_RECORDS_MAX, RATE_SECONDS)
                done = await trio.to_thread.run_sync(one_round, system, Books(), shape)
                seen.block_rate = done.records_per_second
            progress(f"orders come at {seen.orders_per_second:,.0f}/s, case b at {seen.block_rate:,.0f}/s")
            await fund(system, [trade])
            await trio.to_thread.run_sync(system.wait_for_follower, whole_day.FOLLOWER_SECONDS_MAX)
            await _credit_beside_orders(system, trade, desk, first_due_s, seen)
            progress(f"{seen.credits:,} credits in {seen.seconds:.1f} s")


async def _credit_beside_orders(
    system: System, trade: BrokerTrade, desk: DayDesk, first_due_s: int, seen: Seen
) -> None:
    begins_s = first_due_s - ALONE_SECONDS - BEGUN_SECONDS
    must_be_in_time(int(begins_s))
    await trio.sleep(begins_s - time.time())
    with _orders(system, seen):
        await trio.sleep(BEGUN_SECONDS)
        begun_ns, before = time.monotonic_ns(), seconds_so_far(system.supervisor)
        await trio.sleep(first_due_s + whole_day.DUE_AFTER_S - time.time())
        due_ns, at_due = time.monotonic_ns(), seconds_so_far(system.supervisor)
        await let_act(desk, trade.party)
        seen.credits = await desk.credit(trade.party)
        seen.alone, seen.beside = (begun_ns, due_ns), (due_ns, time.monotonic_ns())
        seen.spent = [
            ns_a_record(before, at_due, 0.0, 1),
            ns_a_record(at_due, seconds_so_far(system.supervisor), 0.0, 1),
        ]


@contextmanager
def _orders(system: System, seen: Seen) -> Iterator[None]:
    """Orders come while the block runs. Raises RuntimeError when their process failed."""
    times, plan_file, result_file = (system.folder / name for name in ("times.npy", "arrivals.json", "arrived.json"))
    arrivals_per_second = seen.orders_per_second / RECORDS
    shape = Shape("arrivals", RECORDS, 0, 2**40, LOAD_SECONDS_MAX, 0.05, arrivals_per_second)
    plan = msgspec.structs.replace(plan_for(system, shape, 7), until_told=True, times_file=str(times))
    plan_file.write_bytes(msgspec.json.encode(plan))
    command = [sys.executable, "-m", "benchmarks.load.client", str(plan_file), str(result_file)]
    with orders_beside(command):
        yield
    seen.times_ns, seen.codes_wrong = np.load(times), _result(result_file).codes_wrong


def _result(file: Path) -> LoadResult:
    return msgspec.json.decode(file.read_bytes(), type=LoadResult)


def _shares(seen: Seen) -> Iterator[str]:
    """What of a processor each process used in both spans."""
    spans = (("without", seen.alone), ("beside credits", seen.beside))
    for (name, (begin_ns, end_ns)), spent in zip(spans, seen.spent, strict=True):
        shares = (f"{station} {spent[station] / (end_ns - begin_ns):.2f}" for station in (*PROCESSES, POSTGRES))
        yield f"of a processor, {name}: " + ", ".join(shares)


def _judged(seen: Seen, contracts: int) -> CaseResult:
    alone_ms, beside_ms = latencies_ms(seen.times_ns, [seen.alone]), latencies_ms(seen.times_ns, [seen.beside])
    alone_p99, beside_p99 = (float(np.percentile(each, 99)) for each in (alone_ms, beside_ms))
    result = CaseResult(
        case="q",
        what=f"gated credits of {contracts:,} contracts while orders run at half of case b's rate",
        orders_per_second=len(beside_ms) * RECORDS / seen.seconds,
        p50_ms=float(np.percentile(beside_ms, 50)),
        p99_ms=beside_p99,
        peers={},
        ratios={"p99 without": beside_p99 / alone_p99},
        notes=[
            f"{seen.credits:,} credits posted in {seen.seconds:.1f} s",
            f"orders at {seen.orders_per_second:,.0f}/s, case b {seen.block_rate:,.0f}/s",
            f"without: p50 {np.percentile(alone_ms, 50):.2f} ms, p99 {alone_p99:.2f} ms of {len(alone_ms):,} frames; "
            f"beside credits: p50 {np.percentile(beside_ms, 50):.2f} ms, p99 {beside_p99:.2f} ms of {len(beside_ms):,}",
            *_shares(seen),
        ],
    )
    if seen.credits != contracts or seen.codes_wrong:
        fail(result, f"{seen.credits:,} credits, {seen.codes_wrong} orders answered otherwise than they should")
    judge(result, seen.seconds <= SECONDS_MAX and beside_p99 <= RATIO_MAX * alone_p99, "60 s, p99 ≤ 2 × without", "")
    return result
