"""What a run of the benchmark found: figures per case, bars, and how they are judged.

Belongs here: result structs, medians, ratios, verdicts. Never here: running, printing.
"""

import statistics
from collections.abc import Sequence

import msgspec

from benchmarks.load.plan import LoadResult

GOOD, MISSED, FAILED, VOID, PRINTED = "ok", "MISSED", "FAILED", "void", "printed"


class CaseResult(msgspec.Struct, kw_only=True):
    """One row of the table. `ratios` are ours over the peer's, round by round, or over the figure named."""

    case: str
    what: str
    orders_per_second: float
    p50_ms: float
    p99_ms: float
    peers: dict[str, float]
    ratios: dict[str, float]
    bar: str = ""
    goal: str = ""
    verdict: str = PRINTED
    notes: list[str] = []


class Run(msgspec.Struct, kw_only=True):
    """A whole run, as it stands in build/bench/latest.json."""

    quotable: bool  # False for the quick run: one round is not for quoting
    cases: list[CaseResult]
    machine: dict[str, str]
    versions: dict[str, str]
    settings: dict[str, str]

    @property
    def passed(self) -> bool:
        """False when a case failed, was void or missed its bar."""
        return all(case.verdict in (GOOD, PRINTED) for case in self.cases)


def from_rounds(case: str, what: str, rounds: Sequence[LoadResult]) -> CaseResult:
    """The medians over the rounds of one case, without peers and bars."""
    return CaseResult(
        case=case,
        what=what,
        orders_per_second=statistics.median(one.records_per_second for one in rounds),
        p50_ms=statistics.median(one.p50_ms for one in rounds),
        p99_ms=statistics.median(one.p99_ms for one in rounds),
        peers={},
        ratios={},
    )


def ratio_by_rounds(ours: Sequence[float], peers: Sequence[Sequence[float]]) -> float:
    """The median over the rounds of our figure over the best of `peers` in the same round."""
    best = [max(turn) for turn in zip(*peers, strict=True)]
    ratios: list[float] = [own / peer for own, peer in zip(ours, best, strict=True)]
    return statistics.median(ratios)


def judge(result: CaseResult, reached: bool, bar: str, goal: str) -> None:
    """Write the bar, the goal and the verdict; a case that has already failed stays failed."""
    result.bar, result.goal = bar, goal
    if result.verdict not in (FAILED, VOID):
        result.verdict = GOOD if reached else MISSED


def fail(result: CaseResult, why: str) -> None:
    """The case is worth nothing: say why."""
    result.verdict = FAILED
    result.notes.append(why)
