"""How long answers took, kept in a fixed number of counters.

Belongs here: a histogram with buckets about 2 % wide. Never here: a clock (durations come as arguments).
"""

import math

LOWEST_NS = 1_000
STEP = math.log(1.02)
BUCKETS = 1_200  # 1 µs × 1.02^1200 is over four hours


class LatencyHistogram:
    """Counts durations; percentiles are right to one bucket."""

    def __init__(self) -> None:
        self._counts = [0] * BUCKETS
        self.count = 0

    def add(self, duration_ns: int, times: int = 1) -> None:
        """Count a duration `times` times (a block of orders that were all answered at once)."""
        ratio = max(duration_ns, LOWEST_NS) / LOWEST_NS
        bucket = min(int(math.log(ratio) / STEP), BUCKETS - 1)
        self._counts[bucket] += times
        self.count += times

    def percentile_ms(self, percent: float) -> float:
        """The duration in ms that `percent` of all were not above; 0 when nothing was counted."""
        wanted = self.count * percent / 100
        below = 0
        for bucket, times in enumerate(self._counts):
            below += times
            if times and below >= wanted:
                return LOWEST_NS * math.exp((bucket + 1) * STEP) / 1e6
        return 0.0
