"""The shapes of load, each one a trio function over open seats: the shipped SDK, outbox and verification on.

Belongs here: closed and open loops and what they tally. Never here: starting systems, statistics over rounds.
"""

import sys
import time
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
import trio

from benchmarks.load.blocks import KnownBlock, OpenFreezes, bank_block, freeze_block, hot_block, mixed_block, opened_by
from benchmarks.load.plan import LoadPlan, LoadResult
from frontend_sim.market.desks import SAVINGS_SEAT
from protocol.client import Outcome, Seat
from protocol.client.verbs.single import AwaitedVerbs

POOL_BLOCKS_MAX = 64  # blocks made ahead of the clock and sent again and again: making them is not what is measured
POOL_RECORDS_MAX = 262_144
SINGLES_POOL = 16_384
SAVINGS_SHARE = 0.05  # of all records: deposits and withdrawals from the bank's own seat
SAVINGS_PAUSE_SECONDS = 0.002


class Tally:
    """Counts and latencies of one load; ends it when the plan's bounds are reached."""

    def __init__(self, plan: LoadPlan) -> None:
        self._plan = plan
        self.latencies_ns: list[int] = []
        self.answered_ns: list[int] = []  # of a load that keeps times
        self.lateness_ns: list[int] = []
        self.records = 0
        self.started = 0  # records handed to the SDK: bounds the load exactly
        self.frozen_fen = 0
        self.bought_fen = 0
        self.codes_wrong = 0
        self.begun_ns = time.perf_counter_ns()
        self._cpu_begun_ns = time.process_time_ns()
        self.ended_ns = self.begun_ns
        self._end_ns = self.begun_ns + int(plan.seconds_max * 1e9)

    def may_start(self, records: int, now_ns: int) -> bool:
        """Whether another block may be sent; counts it as started when it may."""
        if self.started + records > self._plan.records_max or now_ns >= self._end_ns:
            return False
        self.started += records
        return True

    def finish(self, block: KnownBlock, codes: np.ndarray, since_ns: int) -> None:
        """Book one answered block."""
        now_ns = time.perf_counter_ns()
        self.latencies_ns.append(now_ns - since_ns)
        if self._plan.times_file:
            self.answered_ns.append(now_ns)
        self.ended_ns = now_ns
        self.records += len(codes)
        self.frozen_fen += block.frozen_fen
        self.codes_wrong += int(np.count_nonzero(codes != block.codes))

    def result(self) -> LoadResult:
        """The figures of the whole load; its times are in their file."""
        if self._plan.times_file:
            answered_ns = np.array(self.answered_ns, np.int64)
            arrived_ns = answered_ns - np.array(self.latencies_ns, np.int64)
            np.save(self._plan.times_file, np.stack((arrived_ns, answered_ns), axis=1))
        latencies = np.array(self.latencies_ns or [0]) / 1e6
        lateness = np.array(self.lateness_ns or [0]) / 1e6
        return LoadResult(
            records=self.records,
            frames=len(self.latencies_ns),
            seconds=(self.ended_ns - self.begun_ns) / 1e9,
            cpu_seconds=(time.process_time_ns() - self._cpu_begun_ns) / 1e9,
            p50_ms=float(np.percentile(latencies, 50)),
            p99_ms=float(np.percentile(latencies, 99)),
            lateness_p99_ms=float(np.percentile(lateness, 99)),
            lateness_max_ms=float(lateness.max()),
            codes_wrong=self.codes_wrong,
            frozen_fen=self.frozen_fen,
            bought_fen=self.bought_fen,
            balance_change_fen=0,
        )


def _pool(plan: LoadPlan) -> list[KnownBlock]:
    rng = np.random.default_rng(plan.seed)
    count = max(4, min(POOL_BLOCKS_MAX, POOL_RECORDS_MAX // plan.record_count))
    if plan.shape == "hot":
        return [hot_block(rng, plan.record_count) for _ in range(count)]
    return [freeze_block(rng, plan.record_count, plan.contracts_count, plan.refused_share) for _ in range(count)]


async def run_blocks(seats: Sequence[Seat], plan: LoadPlan) -> LoadResult:
    """Closed loop: per seat `in_flight` blocks under way at any time."""
    pool = _pool(plan)
    tally = Tally(plan)

    async def stream(seat: Seat, position: int) -> None:
        while tally.may_start(plan.record_count, time.perf_counter_ns()):
            position = (position + 1) % len(pool)
            block = pool[position]
            since_ns = time.perf_counter_ns()
            answer = await seat.submit_block(block.records)
            tally.finish(block, answer.outcomes["code"], since_ns)

    async with trio.open_nursery() as nursery:
        for number, seat in enumerate(seats):
            for lane in range(plan.in_flight):
                nursery.start_soon(stream, seat, number * 7 + lane)
    return tally.result()


async def run_singles(faces: Sequence[AwaitedVerbs], plan: LoadPlan) -> LoadResult:
    """Closed loop: `in_flight` callers for each seat of the plan, each awaiting one order at a time; the SDK coalesces.

    `faces`: a pool of the seats, or the seats themselves, each with callers of its own.
    """
    rng = np.random.default_rng(plan.seed)
    block = freeze_block(rng, SINGLES_POOL, plan.contracts_count, plan.refused_share)
    orders = list(
        zip(
            block.records["contract_no"].tolist(),
            block.records["amount_fen"].tolist(),
            block.codes.tolist(),
            strict=True,
        )
    )
    tally = Tally(plan)

    async def call(freeze: Callable[[int, int], Awaitable[Outcome]], position: int) -> None:
        latencies_ns: list[int] = []
        since_ns = time.perf_counter_ns()
        while tally.may_start(1, since_ns):
            position = (position + 1) % SINGLES_POOL
            contract_no, amount_fen, code = orders[position]
            outcome = await freeze(contract_no, amount_fen)
            begun_ns, since_ns = since_ns, time.perf_counter_ns()
            latencies_ns.append(since_ns - begun_ns)
            if outcome.code == code:
                tally.frozen_fen += 0 if code else amount_fen
            else:
                tally.codes_wrong += 1
        tally.ended_ns = max(tally.ended_ns, since_ns)
        tally.records += len(latencies_ns)
        tally.latencies_ns += latencies_ns

    async with trio.open_nursery() as nursery:
        for caller in range(len(plan.seats) * plan.in_flight):
            nursery.start_soon(call, faces[caller % len(faces)].freeze, caller * 97)
    return tally.result()


async def run_arrivals(seats: Sequence[Seat], plan: LoadPlan) -> LoadResult:
    """Open loop: blocks arrive as a Poisson process whatever the answers do; latency counts from the plan. It says that
    it has begun, where somebody waits for that.
    """
    pool = _pool(plan)
    rng = np.random.default_rng(plan.seed + 1)
    frames_max = int(plan.arrivals_per_second * plan.seconds_max)
    gaps_ns = rng.exponential(1e9 / plan.arrivals_per_second, frames_max)
    offsets_ns = np.cumsum(gaps_ns).astype(np.int64).tolist()
    tally = Tally(plan)

    async def arrive(seat: Seat, block: KnownBlock, intended_ns: int) -> None:
        answer = await seat.submit_block(block.records)
        tally.finish(block, answer.outcomes["code"], intended_ns)

    is_over = trio.Event()

    async def hear() -> None:
        print("begun", flush=True)
        await trio.to_thread.run_sync(sys.stdin.read, abandon_on_cancel=True)
        is_over.set()

    async with trio.open_nursery() as nursery:
        if plan.until_told:
            nursery.start_soon(hear)
        for number, offset_ns in enumerate(offsets_ns):
            if is_over.is_set():
                break
            intended_ns = tally.begun_ns + offset_ns
            ahead_ns = intended_ns - time.perf_counter_ns()
            if ahead_ns > 0:
                await trio.sleep(ahead_ns / 1e9)
            tally.lateness_ns.append(max(0, time.perf_counter_ns() - intended_ns))
            nursery.start_soon(arrive, seats[number % len(seats)], pool[number % len(pool)], intended_ns)
            if ahead_ns <= 0:
                await trio.lowlevel.checkpoint()
    return tally.result()


async def run_mixed(seats: Sequence[Seat], plan: LoadPlan) -> LoadResult:
    """Closed loop: freezes, then fills and releases of what was frozen before, deposits beside them.

    Of a broker's block half are freezes; fills and releases touch each freeze once. The savings desk, if among
    the seats, deposits and withdraws.
    """
    tally = Tally(plan)
    brokers = [seat for seat in seats if seat.settings.seat != SAVINGS_SEAT]
    bank = [seat for seat in seats if seat.settings.seat == SAVINGS_SEAT]
    fresh_count = plan.record_count // 2
    freed_fen = 0

    async def trade(seat: Seat, seed: int) -> None:
        nonlocal freed_fen
        rng = np.random.default_rng(seed)
        fresh_pool = [
            freeze_block(rng, fresh_count, plan.contracts_count, plan.refused_share) for _ in range(POOL_BLOCKS_MAX)
        ]
        empty = np.zeros(0, np.int64)
        open_freezes = OpenFreezes(empty, empty, empty)
        turn = 0
        while tally.may_start(plan.record_count, time.perf_counter_ns()):
            turn += 1
            mixed = mixed_block(
                rng, fresh_pool[turn % POOL_BLOCKS_MAX], open_freezes, seat.settings.seat, seat.trade_date
            )
            since_ns = time.perf_counter_ns()
            answer = await seat.submit_block(mixed.known.records)
            codes = answer.outcomes["code"]
            tally.finish(mixed.known, codes, since_ns)
            tally.bought_fen += mixed.bought_fen
            freed_fen += mixed.freed_fen
            open_freezes = opened_by(mixed.known.records, codes, answer.first_number)

    async def save(seat: Seat) -> None:
        block = bank_block(np.random.default_rng(plan.seed), plan.record_count, plan.contracts_count)
        sent = 0
        while tally.may_start(plan.record_count, time.perf_counter_ns()):
            if sent > SAVINGS_SHARE * tally.records:
                tally.started -= plan.record_count
                await trio.sleep(SAVINGS_PAUSE_SECONDS)
                continue
            since_ns = time.perf_counter_ns()
            answer = await seat.submit_block(block.records)
            tally.finish(block, answer.outcomes["code"], since_ns)
            sent += plan.record_count

    async with trio.open_nursery() as nursery:
        for number, seat in enumerate(brokers):
            for lane in range(plan.in_flight):
                nursery.start_soon(trade, seat, plan.seed + number * 16 + lane)
        for seat in bank:
            nursery.start_soon(save, seat)
    tally.frozen_fen -= freed_fen
    return tally.result()
