"""The cases of the acceptance table, each a function that runs it and says how it stands against its bar.

Belongs here: what each case measures and its bar. Never here: how loads, systems and peers work.
"""

import os
import shutil
import signal
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.load.blocks import BALANCE_FEN
from benchmarks.load.plan import LoadResult
from benchmarks.peers.measure import PeerServer, procedure_per_second, unnest_per_second
from benchmarks.results import MISSED, VOID, CaseResult, fail, from_rounds, judge, ratio_by_rounds
from benchmarks.rig import Books, Shape, differences, one_round, rounds
from benchmarks.stations import as_note
from benchmarks.system import System, Wanted, running
from frontend_sim.market.desks import SAVINGS_SEAT

ROUNDS = 7
CONTRACTS = 100_000
CASE_RECORDS_MAX = 10_000_000
ROUND_RECORDS_MAX = CASE_RECORDS_MAX // ROUNDS - 100_000
ROUND_SECONDS = 5.0
PEER_SECONDS = 5  # as long as one of our rounds
LATENESS_MS_MAX = 5.0
FREE_DISK_BYTES_MIN = 20 * 2**30  # journal, log and read model of 20 million records, with room


@dataclass(slots=True)
class Bench:
    """What the cases share: the peers' server, the rounds wanted, and figures that later cases refer to."""

    peers: PeerServer
    quick: bool
    progress: Callable[[str], None]
    peer_figures: dict[str, list[float]] = field(default_factory=dict)
    block_rate: float = 0.0  # case b

    @property
    def rounds(self) -> int:
        return 1 if self.quick else ROUNDS

    def measure_procedures(self) -> None:
        """One turn of the stored procedure with each number of clients."""
        for clients in (64,) if self.quick else (1, 8, 64):
            rate = procedure_per_second(self.peers, clients, PEER_SECONDS)
            self.peer_figures.setdefault(f"procedure, {clients} clients", []).append(rate)
        self._say("procedure")

    def measure_batches(self) -> None:
        """One turn of each batch."""
        for batch, connections in ((5_000, 4),) if self.quick else ((1_000, 1), (1_000, 4), (5_000, 1), (5_000, 4)):
            rate = unnest_per_second(self.peers, batch, connections, PEER_SECONDS)
            self.peer_figures.setdefault(f"unnest {batch:,}, {connections} connections", []).append(rate)
        self._say("unnest")

    def measure_peers(self) -> None:
        """One turn of every peer."""
        self.measure_procedures()
        self.measure_batches()

    def _say(self, prefix: str) -> None:
        latest = [f"{k} {v[-1]:,.0f}/s" for k, v in self.peer_figures.items() if k.startswith(prefix)]
        self.progress("peers: " + ", ".join(latest))

    def compare(self, result: CaseResult, done: Sequence[LoadResult], *prefixes: str) -> list[float]:
        """Write the peers into the result, and how many times their rate ours is.

        A round is held against the peers' turn behind it, and the median of the rounds counts: the speed of a shared
        machine changes from minute to minute, for both. Returns such a ratio for each of `prefixes`, where in each
        turn the quickest peer counts whose name begins so. `done`: our rounds, as many as the latest turns.
        """
        ours = [one.records_per_second for one in done]
        turns = {name: figures[-len(ours) :] for name, figures in self.peer_figures.items()}
        result.peers = {name: max(figures) for name, figures in turns.items()}
        result.ratios = {name: ratio_by_rounds(ours, [figures]) for name, figures in turns.items()}
        ratios = []
        for prefix in prefixes:
            of_prefix = [figures for name, figures in turns.items() if name.startswith(prefix)]
            ratios.append(ratio_by_rounds(ours, of_prefix))
            best = max(max(figures) for figures in of_prefix)
            result.notes.append(
                f"{ratios[-1]:.2f} × the quickest {prefix} of each turn; our median is "
                f"{result.orders_per_second / best:.2f} × its best of all turns ({best:,.0f}/s)"
            )
        return ratios


def _settle(bench: Bench, system: System, books: Books, result: CaseResult) -> None:
    if books.stations_ns:
        result.notes.append(as_note(books.stations_ns))
    for why in differences(system, books, BALANCE_FEN * system.wanted.contracts_count):
        fail(result, why)
    bench.progress(f"case {result.case}: {result.orders_per_second:,.0f}/s, p99 {result.p99_ms:.1f} ms")


def check_disk(folder: str) -> str | None:
    """One line when there is too little room, else None."""
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < FREE_DISK_BYTES_MIN:
        return f"{folder}: {free_bytes / 2**30:.1f} GiB free, {FREE_DISK_BYTES_MIN / 2**30:.0f} GiB needed"
    return None


def case_a(bench: Bench) -> list[CaseResult]:
    """64 callers, one order each, over 4 links: on a pool of the four seats, and 16 bound to each seat beside it."""
    books = Books()
    with running(Wanted(4, CONTRACTS)) as system:
        pooled, bound = (Shape(kind, 1, 16, ROUND_RECORDS_MAX, ROUND_SECONDS) for kind in ("singles", "bound singles"))
        done = rounds(system, books, pooled, bench.rounds, bench.measure_procedures)
        result = from_rounds("a", "64 callers awaiting one order each, 4 links in a pool", done)
        beside = from_rounds("a-bound", "the same, 16 callers bound to each link", [one_round(system, books, bound)])
        _settle(bench, system, books, result)
    (ratio,) = bench.compare(result, done, "procedure, 64")
    judge(result, ratio >= 1.5, "1.5 × procedure at 64 clients", "4 ×")
    return [result, beside]


def case_b(bench: Bench) -> list[CaseResult]:
    """16 links × 512 records, 2 in flight."""
    books = Books()
    with running(Wanted(16, CONTRACTS)) as system:
        done = rounds(system, books, _block_shape(), bench.rounds)
        result = from_rounds("b", "16 links × 512 records, 2 in flight", done)
        _settle(bench, system, books, result)
    bench.block_rate = result.orders_per_second
    return [result]


def _block_shape() -> Shape:
    return Shape("blocks", 512, 2, ROUND_RECORDS_MAX, ROUND_SECONDS)


def case_c(bench: Bench) -> list[CaseResult]:
    """8 links × 4,096 records, 2 in flight, without and with TLS."""
    results = []
    for tls in (False,) if bench.quick else (False, True):
        books = Books()
        with running(Wanted(8, CONTRACTS, tls=tls)) as system:
            shape = Shape("blocks", 4_096, 2, ROUND_RECORDS_MAX, ROUND_SECONDS)
            done = rounds(system, books, shape, bench.rounds, None if tls else bench.measure_peers)
            what = "8 links × 4,096 records, 2 in flight" + (", TLS" if tls else "")
            result = from_rounds("c-tls" if tls else "c", what, done)
            _settle(bench, system, books, result)
        if not tls:
            of_batch, of_procedure = bench.compare(result, done, "unnest", "procedure")
            reached = of_batch >= 8 and of_procedure >= 50
            judge(result, reached, "8 × best batch, 50 × best procedure", "2,000,000/s")
        results.append(result)
    return results


def case_d(bench: Bench) -> list[CaseResult]:
    """64 links of single-record frames, each suite: our processor time a frame beside the signatures."""
    results = []
    for suite in ("ed25519", "p256"):
        books = Books()
        with running(Wanted(64, CONTRACTS, suite=suite)) as system:
            before = system.cpu_times()
            done = rounds(system, books, Shape("blocks", 1, 1, ROUND_RECORDS_MAX, ROUND_SECONDS), bench.rounds)
            after = system.cpu_times()
            result = from_rounds(f"d-{suite}", f"64 links, single-record frames, {suite}", done)
            _settle(bench, system, books, result)
        frames = sum(one.frames for one in done)
        busy = after.gateway_seconds - before.gateway_seconds + after.ledger_seconds - before.ledger_seconds
        beside_us = (busy - (after.signatures_seconds - before.signatures_seconds)) / frames * 1e6
        result.notes.append(f"gateway + ledger less signatures: {beside_us:.0f} µs a frame")
        judge(result, beside_us <= 200, "≤ 200 µs a frame", "120 µs")
        results.append(result)
    return results


def case_e(bench: Bench) -> list[CaseResult]:
    """Open loop: Poisson arrivals of 64-record frames at half the closed-loop rate of the same run."""
    books = Books()
    with running(Wanted(16, CONTRACTS)) as system:
        closed = Shape("blocks", 64, 4, ROUND_RECORDS_MAX // 4, ROUND_SECONDS)
        capacity = statistics.median(one.records_per_second for one in rounds(system, books, closed, 3))
        arrivals_per_second = capacity / 2 / 64
        shape = Shape("arrivals", 64, 0, ROUND_RECORDS_MAX // 2, ROUND_SECONDS, 0.05, arrivals_per_second)
        done = rounds(system, books, shape, bench.rounds)
        result = from_rounds("e", "Poisson arrivals of 64-record frames at half the rate of 16 × 64 × 4", done)
        _settle(bench, system, books, result)
    lateness_ms = statistics.median(one.lateness_p99_ms for one in done)
    result.notes.append(f"closed loop {capacity:,.0f}/s; generator late by {lateness_ms:.2f} ms at p99")
    judge(result, result.p99_ms <= 20, "p99 ≤ 20 ms", "10 ms")
    if lateness_ms > LATENESS_MS_MAX and result.verdict == MISSED:  # latency counts from the plan: lateness is in it
        result.verdict = VOID
    return [result]


def case_f(bench: Bench) -> list[CaseResult]:
    """Case b with 10 thousand, 1 million and 10 million contracts."""
    results = []
    for contracts in (10_000, 1_000_000, 10_000_000):
        books = Books()
        with running(Wanted(16, contracts)) as system:
            done = rounds(system, books, _block_shape(), max(3, bench.rounds // 2))
            result = from_rounds(f"f-{contracts:,}", f"case b with {contracts:,} contracts", done)
            _settle(bench, system, books, result)
        results.append(result)
    slowest = min(one.orders_per_second for one in results)
    fastest = max(one.orders_per_second for one in results)
    for result in results:
        result.ratios = {"of the fastest": result.orders_per_second / fastest}
        judge(result, slowest >= 0.7 * fastest, "within 30 % of each other", "")
    return results


def case_g(bench: Bench) -> list[CaseResult]:
    """Every order on one account, half of them refused."""
    books = Books()
    with running(Wanted(16, CONTRACTS)) as system:
        done = rounds(system, books, Shape("hot", 512, 2, ROUND_RECORDS_MAX, ROUND_SECONDS), bench.rounds)
        result = from_rounds("g", "case b with every order on one account, half refused", done)
        _settle(bench, system, books, result)
    judge(result, result.orders_per_second >= 50_000, "50,000/s", "200,000/s")
    return [result]


def case_h(bench: Bench) -> list[CaseResult]:
    """Freezes 50 %, fills 30 %, releases 15 %, deposits and withdrawals 5 %."""
    books = Books()
    with running(Wanted(16, CONTRACTS)) as system:
        shape = Shape("mixed", 512, 2, ROUND_RECORDS_MAX, ROUND_SECONDS, seats=[SAVINGS_SEAT, *system.seats])
        done = rounds(system, books, shape, bench.rounds)
        result = from_rounds("h", "freeze 50 %, fill 30 %, release 15 %, deposit and withdrawal 5 %", done)
        _settle(bench, system, books, result)
    ratio = result.orders_per_second / bench.block_rate
    result.ratios = {"of case b": ratio}
    judge(result, ratio >= 0.5, "0.5 × case b", "0.8 ×")
    return [result]


def case_n(bench: Bench) -> list[CaseResult]:
    """1 million contracts, two dates open, 20 million requests of each: the ledger's largest resident size."""
    books = Books()
    with running(Wanted(8, 1_000_000)) as system:
        shape = Shape("blocks", 4_096, 2, 20_000_000, 600.0)
        done = [one_round(system, books, shape)]
        system.open_next_date()
        done.append(one_round(system, books, shape))
        result = from_rounds("n", "1 million contracts, 20 million requests of each of two unsettled dates", done)
        _settle(bench, system, books, result)
        peak_gib = system.peak_resident_bytes("ledger") / 2**30
    records = sum(one.records for one in done)
    result.notes.append(f"the ledger's peak resident memory: {peak_gib:.2f} GiB, {records:,} requests")
    judge(result, peak_gib < 2, "< 2 GiB", "1.5 GiB")
    return [result]


def case_j(bench: Bench) -> list[CaseResult]:
    """Restart with 10 million requests of the date, the newest snapshot 1 million requests old."""
    books = Books()
    with running(Wanted(16, CONTRACTS)) as system:
        done = [one_round(system, books, Shape("blocks", 512, 2, 9_000_000, 600.0))]
        _snapshot_now(system)
        follower_pid = system.supervisor.pid("follower")
        os.kill(follower_pid, signal.SIGSTOP)
        done.append(one_round(system, books, Shape("blocks", 512, 2, 1_000_000, 600.0)))
        begun = time.perf_counter()
        system.supervisor.kill("ledger")
        system.supervisor.wait_ready("ledger")
        seconds = time.perf_counter() - begun
        os.kill(follower_pid, signal.SIGCONT)
        result = from_rounds("j", "restart with 10 million requests, newest snapshot 1 million old", done)
        _settle(bench, system, books, result)
    result.notes.append(f"serving {seconds:.1f} s after SIGKILL, {sum(one.records for one in done):,} requests")
    judge(result, seconds <= 10, "serving in 10 s", "5 s")
    return [result]


def _snapshot_now(system: System) -> None:
    folder = system.config.state_directory / "snapshots"
    system.wait_for_follower(300)
    before = max((int(path.name) for path in folder.glob("[0-9]*")), default=0)
    os.kill(system.supervisor.pid("follower"), signal.SIGUSR1)
    _wait(lambda: max((int(path.name) for path in folder.glob("[0-9]*")), default=0) > before, 60)


def _wait(condition: Callable[[], bool], seconds_max: float) -> None:
    end = time.perf_counter() + seconds_max
    while not condition():
        if time.perf_counter() > end:
            raise TimeoutError("the follower did not get there")
        time.sleep(0.1)
