"""Case i: a minute of load at a steady rate with the follower close behind.

Belongs here: the search for the rate and the watch over the lag. Never here: the other cases.
"""

import time
from collections.abc import Callable

from benchmarks.load.blocks import BALANCE_FEN
from benchmarks.load.plan import LoadResult
from benchmarks.results import CaseResult, fail, from_rounds, judge
from benchmarks.rig import Books, Shape, differences, one_round
from benchmarks.system import System, Wanted, running
from benchmarks.watch import Sampling

RATES = (400_000, 300_000, 200_000, 150_000, 100_000)  # records a second, highest first
SECONDS = 60.0
LAG_SECONDS_MAX = 5.0
DRAIN_SECONDS_MAX = 300.0
RECORDS_MAX = 20_000_000
CONTRACTS = 100_000


class LagWatch(Sampling):
    """Samples the follower's lag twice a second."""

    def __init__(self, system: System) -> None:
        super().__init__(every_seconds=0.5)
        self._system = system
        self.largest_seconds = 0.0

    def _sample(self) -> None:
        lag_seconds = self._system.metric("follower", "yzt_follower_lag_seconds")
        self.largest_seconds = max(self.largest_seconds, lag_seconds)


def _attempt(rate: int) -> tuple[LoadResult, float, float, list[str]]:
    books = Books()
    with running(Wanted(16, CONTRACTS)) as system:
        shape = Shape("arrivals", 512, 0, RECORDS_MAX, min(SECONDS, RECORDS_MAX / rate), 0.05, rate / 512)
        with LagWatch(system) as watch:
            done = one_round(system, books, shape)
        begun = time.perf_counter()
        system.wait_for_follower(DRAIN_SECONDS_MAX)
        drain_seconds = time.perf_counter() - begun
        found = list(differences(system, books, BALANCE_FEN * CONTRACTS))
    return done, watch.largest_seconds, drain_seconds, found


def case_i(progress: Callable[[str], None]) -> list[CaseResult]:
    """The highest of a few rates at which the follower stays within its lag for a minute."""
    notes: list[str] = []
    for rate in RATES:
        done, lag_seconds, drain_seconds, found = _attempt(rate)
        kept = lag_seconds < LAG_SECONDS_MAX and done.records_per_second > 0.95 * rate
        line = (
            f"offered {rate:,}/s: {done.records_per_second:,.0f}/s for {done.seconds:.0f} s, "
            f"lag at most {lag_seconds:.1f} s, drained in {drain_seconds:.1f} s"
        )
        progress(f"case i: {line}")
        notes.append(line)
        if kept or found:
            break
    result = from_rounds("i", "case b's frames, steady for a minute, follower's lag under 5 s", [done])
    result.notes = notes
    for why in found:
        fail(result, why)
    judge(result, kept and done.records_per_second >= 100_000, "100,000/s", "400,000/s")
    return [result]
