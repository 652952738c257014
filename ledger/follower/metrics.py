"""What the follower tells Prometheus: how far behind it is, what it wrote and what it compared.

Belongs here: the figures and their names. Never here: decisions taken from them.
"""

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.telling import asking
from config.kit.telling.exposition import Exposition

NS_PER_SECOND = 1_000_000_000


class FollowerMetrics:
    """One set of figures in a registry of its own. Updated once per batch, so plain counters are cheap enough."""

    def __init__(self, utc_ns: Callable[[], int] = time.time_ns) -> None:
        """`utc_ns`: the bank's clock, by which rows are decided."""
        self._utc_ns = utc_ns
        self.registry = CollectorRegistry()
        self._waiting_since_ns = 0
        self._rows_behind = 0
        self._row = 0
        self._snapshot_at_ns = 0
        registry = self.registry
        self._lag_rows = Gauge("yzt_follower_lag_rows", "Committed rows not yet projected", registry=registry)
        self._lag_records = Gauge("yzt_follower_lag_records", "Committed records not yet projected", registry=registry)
        lag = Gauge(
            "yzt_follower_lag_seconds",
            "Age of the oldest committed row not yet projected, 0 when there is none",
            registry=registry,
        )
        lag.set_function(self.lag_seconds)
        self._sequence = Gauge("yzt_follower_sequence", "Last projected journal row", registry=registry)
        self._records = Counter("yzt_follower_records_total", "Records projected to SQL", registry=registry)
        self._batches = Counter("yzt_follower_batches_total", "Transactions of the read model", registry=registry)
        self._write_seconds = Counter(
            "yzt_follower_write_seconds_total", "Time spent in those transactions", registry=registry
        )
        self._last_write = Gauge(
            "yzt_follower_last_write_seconds", "Time of the newest of those transactions", registry=registry
        )
        self._slices = Counter(
            "yzt_follower_slices_compared_total",
            "State slices found equal to the ledger's",
            registry=registry,
        )
        self._rolls_that_differ = Counter(
            "yzt_follower_rolls_that_differ_total",
            "Rolls that the bank confirmed with another state than ours",
            registry=registry,
        )
        self._outlets_apart = Gauge(
            "yzt_follower_outlets_apart",
            "Outlets whose accounts have together something else than the general ledger",
            registry=registry,
        )
        age = Gauge(
            "yzt_follower_snapshot_age_seconds",
            "Age of the newest snapshot of this process, -1 before the first",
            registry=registry,
        )
        age.set_function(self._snapshot_age_seconds)
        self._snapshot_seconds = Gauge(
            "yzt_follower_snapshot_write_seconds", "Time the newest snapshot took", registry=registry
        )

    def serve(self, host: str, port: int) -> int:
        """Serves the figures from threads. Returns: the port, which the system chose if `port` is 0.

        Raises: ProcessFault UNAVAILABLE when the address cannot be had.
        """
        try:
            return Exposition(host, port, self.registry).port
        except OSError as error:
            raise ProcessFault(f"follower.metrics_port {host}:{port}: {error.strerror}", ExitCode.UNAVAILABLE) from None

    def behind(self, rows: int, oldest_decided_at_ns: int) -> None:
        """So many committed rows wait, the oldest of them decided at that time; (0, 0) when caught up."""
        self._lag_rows.set(rows)
        self._rows_behind = rows
        self._waiting_since_ns = oldest_decided_at_ns if rows else 0
        if rows == 0:
            self._lag_records.set(0)

    def behind_records(self, records: int) -> None:
        """So many committed records wait."""
        self._lag_records.set(records)

    def stands_at(self, sequence: int) -> None:
        """The read model is as of this row."""
        self._row = sequence
        self._sequence.set(sequence)

    def said(self) -> bytes:
        """What `yzt status` is told."""
        facts: dict[str, int | float | str] = {
            "row": self._row,
            "rows behind": self._rows_behind,
            "seconds behind": round(self.lag_seconds(), 1),
        }
        return asking.encoded(True, "", facts)

    def wrote(self, sequence: int, records: int, duration_ns: int) -> None:
        """One batch is in the read model."""
        self.stands_at(sequence)
        self._records.inc(records)
        self._batches.inc()
        self._write_seconds.inc(duration_ns / NS_PER_SECOND)
        self._last_write.set(duration_ns / NS_PER_SECOND)

    def compared_slice(self) -> None:
        """One state slice equals what the ledger recorded."""
        self._slices.inc()

    def roll_differs(self) -> None:
        """A ConfirmRoll tells another state than ours."""
        self._rolls_that_differ.inc()

    def outlets_apart(self, count: int) -> None:
        """So many outlets have other accounts than the general ledger has for them."""
        self._outlets_apart.set(count)

    def took_snapshot(self, duration_ns: int) -> None:
        """A snapshot is on disk."""
        self._snapshot_at_ns = time.time_ns()
        self._snapshot_seconds.set(duration_ns / NS_PER_SECOND)

    def lag_seconds(self) -> float:
        """Age of the oldest committed row that is not yet projected."""
        since_ns = self._waiting_since_ns
        return max(0, self._utc_ns() - since_ns) / NS_PER_SECOND if since_ns else 0.0

    def _snapshot_age_seconds(self) -> float:
        return (time.time_ns() - self._snapshot_at_ns) / NS_PER_SECOND if self._snapshot_at_ns else -1.0
