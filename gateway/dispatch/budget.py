"""How much of something may be used up per time: a token bucket of whole numbers against monotonic time.

Belongs here: the arithmetic of one bucket. Never here: clocks, what is counted, what follows from an empty one.
"""


class Budget:
    """`burst` units at once, and one more every `interval_ns`. Times are monotonic nanoseconds and are handed in."""

    __slots__ = ("_burst_ns", "_interval_ns", "_used_until_ns")

    def __init__(self, interval_ns: int, burst: int) -> None:
        self._interval_ns = interval_ns
        self._burst_ns = interval_ns * burst
        self._used_until_ns = 0

    def spend(self, units: int, now_ns: int) -> int:
        """Uses `units`, into debt when there are not as many. Returns the ns until nothing is owed; 0: nothing is."""
        self._used_until_ns = max(self._used_until_ns, now_ns) + units * self._interval_ns
        return max(0, self._used_until_ns - self._burst_ns - now_ns)

    def take(self, units: int, now_ns: int) -> int:
        """Uses `units` when there are as many, and returns 0; else uses none and returns the ns until there are."""
        used_until_ns = max(self._used_until_ns, now_ns) + units * self._interval_ns
        missing_ns = used_until_ns - self._burst_ns - now_ns
        if missing_ns > 0:
            return missing_ns
        self._used_until_ns = used_until_ns
        return 0
