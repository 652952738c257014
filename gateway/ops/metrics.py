"""Prometheus exposition of the gateway's counters: built when somebody asks, nothing per frame.

Belongs here: metric names, units, the collector. Never here: counting (statistics), HTTP
(config.kit.telling.exposition).
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.ops.statistics import LATENCY_BUCKETS, LATENCY_FIRST_NS, Statistics
from protocol.codes import ReplyCode

PREFIX = "yzt_gateway_"
NS_PER_SECOND = 1e9
Gauge = tuple[str, str, Callable[[], int | float]]
"""(name without prefix, help, current value); the value is read in a handler's thread."""


class GatewayCollector(Collector):
    """Reads the statistics as they are at the moment of asking."""

    def __init__(
        self,
        statistics: Statistics,
        gauges: Sequence[Gauge],
        counters: Sequence[Gauge],
        feeds: Callable[[], dict[int, tuple[int, int]]],
    ) -> None:
        """`feeds`: by party the highest position of its feed, and the one that is acknowledged."""
        self._statistics = statistics
        self._gauges = gauges
        self._counters = counters
        self._feeds = feeds

    def collect(self) -> Iterator[Metric]:
        """All families of the gateway."""
        statistics = self._statistics
        yield _by_code("requests", "Requests by outcome.", statistics.outcomes_by_code)
        yield _by_code("not_applied", "Frames that consumed no number.", statistics.not_applied_by_code)
        yield _by_code("links_ended", "Links that we ended, by reason.", statistics.links_ended_by_code)
        yield _latency(statistics)
        for name, text, value in (
            ("request_frames", "Frames of partners with requests.", statistics.request_frames),
            ("request_bytes", "Bytes of their bodies.", statistics.request_bytes),
            ("answer_frames", "Frames of the ledger passed on or dropped.", statistics.answer_frames),
            ("answer_batches", "Batches of outcomes added to the book.", statistics.batches),
            ("links_opened", "Connections that became links.", statistics.links_opened),
            ("link_faults", "Links ended by an unforeseen exception.", statistics.link_faults),
            (
                "outcomes_without_key",
                "Outcomes journaled under a bank key that is not configured (bank.former_keys).",
                statistics.outcomes_without_key,
            ),
            ("verifications", "Signatures checked.", statistics.verify.count),
            ("signatures", "Signatures made.", statistics.sign.count),
        ):
            yield CounterMetricFamily(PREFIX + name, text, value)
        for name, text, spent in (
            ("verify_cpu_seconds", "Processor time of checking signatures.", statistics.verify),
            ("sign_cpu_seconds", "Processor time of making signatures.", statistics.sign),
        ):
            yield CounterMetricFamily(PREFIX + name, text, spent.total_ns / NS_PER_SECOND)
        for name, text, read in self._counters:
            yield CounterMetricFamily(PREFIX + name, text, read())
        for name, text, read in self._gauges:
            yield GaugeMetricFamily(PREFIX + name, text, read())
        yield from self._of_feeds()

    def _of_feeds(self) -> Iterator[Metric]:
        """Of each party that is sent its feed."""
        told = GaugeMetricFamily(PREFIX + "feed_position", "Highest position of the party's feed.", labels=["party"])
        had = GaugeMetricFamily(PREFIX + "feed_acknowledged", "What of it is acknowledged.", labels=["party"])
        lag = GaugeMetricFamily(PREFIX + "feed_lag", "Entries between the two.", labels=["party"])
        for party, (position, acknowledged) in sorted(self._feeds().items()):
            for family, value in ((told, position), (had, acknowledged), (lag, position - acknowledged)):
                family.add_metric([str(party)], value)
        yield from (told, had, lag)


def _by_code(name: str, text: str, counts: npt.NDArray[np.int64]) -> CounterMetricFamily:
    family = CounterMetricFamily(PREFIX + name, text, labels=["code"])
    for code in ReplyCode:
        count = int(counts[code])
        if count:
            family.add_metric([code.name], count)
    return family


def _latency(statistics: Statistics) -> HistogramMetricFamily:
    """Time from a request frame's arrival to its answer, per frame."""
    buckets: list[tuple[str, float]] = []
    total = 0
    for bucket in range(LATENCY_BUCKETS):
        total += statistics.latency_buckets[bucket]
        bound_seconds = LATENCY_FIRST_NS * 2**bucket / NS_PER_SECOND
        buckets.append((repr(bound_seconds), total))
    buckets.append(("+Inf", total + statistics.latency_buckets[LATENCY_BUCKETS]))
    text = "From the arrival of a request frame to its answer by the ledger."
    return HistogramMetricFamily(PREFIX + "answer_seconds", text, buckets, statistics.latency_total_ns / NS_PER_SECOND)


def registry_of(collector: GatewayCollector) -> CollectorRegistry:
    """What the gateway's port shows: its own figures, and those of its process."""
    registry = CollectorRegistry()
    registry.register(collector)
    ProcessCollector(registry=registry)
    return registry
