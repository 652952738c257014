"""What a ledger counts, and how Prometheus reads it.

Belongs here: plain counters filled once per group, and their exposition. Never here: anything per record or
frame on the order path; a library counter costs more than a record.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.telling.exposition import Exposition
from ledger.database.boot_clock import boot_ns
from protocol.codes import ReplyCode
from protocol.records import OUTCOME

GROUP_RECORDS_BOUNDS = tuple(4**power for power in range(9))  # 1 to 65,536
COMMIT_MS_BOUNDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0)
_CODES = max(ReplyCode) + 1


class Histogram:
    """Counts by upper bound, and the sum; one observation per commit."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.sum: float = 0

    def observe(self, value: float) -> None:
        """Counts one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def buckets(self) -> list[tuple[str, float]]:
        """Cumulative counts as the exposition format wants them."""
        names = [*(f"{bound:g}" for bound in self.bounds), "+Inf"]
        cumulative = np.cumsum(self.counts).tolist()
        return list(zip(names, map(float, cumulative), strict=True))


@dataclass(slots=True)
class LedgerMetrics:
    """All figures of one ledger. Written by the order path alone; a scrape may read them a moment apart."""

    codes: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(_CODES, np.int64))
    group_records: Histogram = field(default_factory=lambda: Histogram(GROUP_RECORDS_BOUNDS))
    commit_ms: Histogram = field(default_factory=lambda: Histogram(COMMIT_MS_BOUNDS))
    frames: int = 0
    records: int = 0
    commits: int = 0
    repeats: int = 0
    quarantined: int = 0
    sequence: int = 0
    epoch: int = 0
    queue_frames: int = 0
    queue_records: int = 0
    oldest_arrival_ns: int = 0  # 0: nothing is queued
    group_records_cap: int = 0
    links: int = 0
    clock_is_sure: bool = True
    clock_steps: int = 0
    clock_is_simulated: bool = False
    unsettled_dates: int = 0
    unsettled_dates_max: int = 0

    def committed(self, outcomes: bytes, frames: int, commit_ns: int) -> None:
        """Counts one durable row."""
        found = np.bincount(np.frombuffer(outcomes, OUTCOME)["code"], minlength=_CODES)
        self.codes += found
        records = len(outcomes) // OUTCOME.itemsize
        self.frames += frames
        self.records += records
        self.commits += 1
        self.group_records.observe(records)
        self.commit_ms.observe(commit_ns / 1e6)

    def not_applied(self, code: ReplyCode) -> None:
        """Counts one frame that consumed nothing."""
        self.codes[code] += 1


class LedgerCollector(Collector):
    """Turns the plain figures into metric families when somebody asks."""

    def __init__(self, metrics: LedgerMetrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """One family after the other."""
        figures = self._metrics
        requests = CounterMetricFamily(
            "yzt_ledger_requests", "Requests by outcome; codes of the 200s count frames", labels=["outcome"]
        )
        for code in ReplyCode:
            if figures.codes[code]:
                requests.add_metric([code.name], float(figures.codes[code]))
        yield requests
        counters = (
            ("frames", "Request frames decided and durable", figures.frames),
            ("records", "Requests decided and durable", figures.records),
            ("commits", "Journal rows committed", figures.commits),
            ("repeats", "Frames answered from the journal", figures.repeats),
            ("clock_steps", "Times that the wall clock was put forward or back", figures.clock_steps),
            ("quarantined", "Frames that could not be decided or answered; alarm on any", figures.quarantined),
        )
        for name, text, value in counters:
            yield CounterMetricFamily(f"yzt_ledger_{name}", text, value=value)
        oldest = figures.oldest_arrival_ns
        gauges = (
            ("sequence", "Last durable journal row", float(figures.sequence)),
            ("epoch", "Epoch of this writer", float(figures.epoch)),
            ("queue_frames", "Frames not yet decided", float(figures.queue_frames)),
            ("queue_records", "Records not yet decided", float(figures.queue_records)),
            ("queue_oldest_seconds", "Age of the oldest undecided frame", _age_seconds(oldest)),
            ("group_records_cap", "Largest group at present", float(figures.group_records_cap)),
            ("links", "Gateway links that are registered", float(figures.links)),
            ("unsettled_dates", "Trade dates that are open or not customer-settled", float(figures.unsettled_dates)),
            ("unsettled_dates_max", "As many there may be: then none is opened", float(figures.unsettled_dates_max)),
            ("clock_sure", "1 while the wall clock decides what has expired", float(figures.clock_is_sure)),
            ("clock_simulated", "1 where time is simulated", float(figures.clock_is_simulated)),
        )
        for name, text, gauge in gauges:
            yield GaugeMetricFamily(f"yzt_ledger_{name}", text, value=gauge)
        for name, text, histogram in (
            ("group_records", "Records per journal row", figures.group_records),
            ("commit_milliseconds", "From sending a row to its commit", figures.commit_ms),
        ):
            yield HistogramMetricFamily(
                f"yzt_ledger_{name}", text, buckets=histogram.buckets(), sum_value=histogram.sum
            )


def serve(metrics: LedgerMetrics, host: str, port: int) -> Exposition:
    """Serves the figures; the system chooses a port for 0.

    Raises: ProcessFault UNAVAILABLE when the address cannot be had.
    """
    registry = CollectorRegistry()
    registry.register(LedgerCollector(metrics))
    try:
        return Exposition(host, port, registry)
    except OSError as error:
        raise ProcessFault(f"ledger.metrics_port {host}:{port}: {error.strerror}", ExitCode.UNAVAILABLE) from None


def _age_seconds(arrived_ns: int) -> float:
    return (boot_ns() - arrived_ns) / 1e9 if arrived_ns else 0.0
