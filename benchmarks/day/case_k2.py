"""Case k2: what an order waits while a clearing set of a million lines of yesterday comes in, and what it waits alone.

Belongs here: the course of the case, what is measured, its bar. Never here: the trade (trade), sending orders
(lone_orders).

Both in the same run and in turn: orders alone, a set, orders alone, a set, and so on; each set is withdrawn again, so
that the next one comes in as the first did. Orders and sets come from processes of their own, as in life.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import trio

from benchmarks.day.beside import orders_beside
from benchmarks.day.spans import Span, latencies_ms
from benchmarks.day.trade import BrokerTrade
from benchmarks.results import CaseResult, judge
from benchmarks.system import TRADE_DATE, System, Wanted, running
from frontend_sim.market.desks import DAY_SEAT
from gateway.day.desk import DayDesk
from protocol.client import Seat
from protocol.messages.day.steps import WithdrawSet
from protocol.records import RecordArray

CONTRACTS, ORDERS = 100_000, 540_000  # of each of two brokers; an order brings a line, two of three another one
ROUNDS, QUICK_ROUNDS, QUICK_PART = 5, 2, 5
ALONE_SECONDS = 4.0  # as long as a set takes
FOLLOWER_SECONDS_MAX = 300.0
RATIO_MAX = 2.0


@dataclass(slots=True)
class Seen:
    """What the case saw."""

    lines: int = 0
    alone: list[Span] = field(default_factory=list)
    beside: list[Span] = field(default_factory=list)
    times_ns: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 2), np.int64))


def case_k2(quick: bool, progress: Callable[[str], None]) -> list[CaseResult]:
    """Orders of one broker today, the clearing set of another for yesterday."""
    orders = ORDERS // (QUICK_PART if quick else 1)
    trade = BrokerTrade.drawn(1, TRADE_DATE, CONTRACTS, orders)
    with running(Wanted(2, 2 * CONTRACTS, brokers_count=2)) as system:
        seen = Seen()
        trio.run(_measure, system, trade, QUICK_ROUNDS if quick else ROUNDS, seen, progress)
    return [_judged(seen)]


async def _measure(
    system: System, trade: BrokerTrade, rounds: int, seen: Seen, progress: Callable[[str], None]
) -> None:
    lines = trade.lines()
    seen.lines = len(lines)
    async with Seat.open(system.broker_settings(trade.party, trade.seat)) as seat:
        for blocks in (trade.order_blocks(), trade.event_blocks()):
            for block in blocks:
                await seat.submit_block(block)
    async with Seat.open(system.desk_settings(DAY_SEAT)) as desk:
        await DayDesk(desk, lambda _line: None).sign_off()
    await trio.to_thread.run_sync(system.open_next_date)
    result = system.folder / "orders.npy"
    with _orders(system, result):
        for place in range(rounds):
            await trio.to_thread.run_sync(system.wait_for_follower, FOLLOWER_SECONDS_MAX)
            begin_ns = time.monotonic_ns()
            await trio.sleep(ALONE_SECONDS)
            seen.alone.append((begin_ns, time.monotonic_ns()))
            seen.beside.append(await _a_set(system, trade, lines))
            progress(f"case k2: set {place + 1} in {(seen.beside[-1][1] - seen.beside[-1][0]) / 1e9:.1f} s")
    seen.times_ns = np.load(result)


async def _a_set(system: System, trade: BrokerTrade, lines: RecordArray) -> Span:
    """Sends the set and withdraws it. Returns from when to when its lines came."""
    async with Seat.open(system.broker_settings(trade.party, trade.seat)) as seat:
        begin_ns = time.monotonic_ns()
        sent = await seat.send_clearing_set(TRADE_DATE, int(time.time()), lines)
        end_ns = time.monotonic_ns()
        if not sent.is_complete:
            raise RuntimeError(f"the set is not complete: {sent.last.code.name}, {sent.refused} refused")
        if not (await seat.control(WithdrawSet(TRADE_DATE, sent.number))).accepted:
            raise RuntimeError("the set could not be withdrawn")
    return begin_ns, end_ns


@contextmanager
def _orders(system: System, result: Path) -> Iterator[None]:
    """The other broker orders while the block runs. Raises RuntimeError when its process failed."""
    party, seat = next(iter(system.brokers)), system.seats[0]
    command = [sys.executable, "-m", "benchmarks.day.lone_orders", str(system.folder / "yzt.toml")]
    command += [str(party), str(seat), str(CONTRACTS), str(result)]
    with orders_beside(command):
        yield


def _judged(seen: Seen) -> CaseResult:
    alone_ms, beside_ms = latencies_ms(seen.times_ns, seen.alone), latencies_ms(seen.times_ns, seen.beside)
    alone_p99, beside_p99 = (float(np.percentile(each, 99)) for each in (alone_ms, beside_ms))
    seconds = sum(end - begin for begin, end in seen.beside) / 1e9
    result = CaseResult(
        case="k2",
        what=f"single orders while sets of {seen.lines:,} lines come in",
        orders_per_second=seen.lines * len(seen.beside) / seconds,
        p50_ms=float(np.percentile(beside_ms, 50)),
        p99_ms=beside_p99,
        peers={},
        ratios={"p99 alone": beside_p99 / alone_p99},
        notes=[
            f"alone: p50 {np.percentile(alone_ms, 50):.2f} ms, p99 {alone_p99:.2f} ms of {len(alone_ms):,} orders; "
            f"beside a set: p50 {np.percentile(beside_ms, 50):.2f} ms, p99 {beside_p99:.2f} ms of {len(beside_ms):,}",
            "p99 by set: "
            + ", ".join(f"{np.percentile(latencies_ms(seen.times_ns, [one]), 99):.2f}" for one in seen.beside),
        ],
    )
    judge(result, beside_p99 <= RATIO_MAX * alone_p99, "p99 ≤ 2 × alone", "")
    return result
