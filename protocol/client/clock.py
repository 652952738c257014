"""The only place in the SDK that reads a clock.

Belongs here: wall time in nanoseconds. Never here: sleeping (trio does that), deadlines (the session).
"""

import time
from typing import Protocol


class Clock(Protocol):
    """Source of UTC wall time."""

    def now_ns(self) -> int:
        """UTC nanoseconds since 1970, greater than every value told before."""
        ...


class SystemClock:
    """The machine's clock, made strictly increasing: two logons of one seat never carry the same time."""

    def __init__(self) -> None:
        self._last_ns = 0

    def now_ns(self) -> int:
        """UTC nanoseconds since 1970, greater than every value told before."""
        now_ns = time.time_ns()
        if now_ns <= self._last_ns:
            now_ns = self._last_ns + 1
        self._last_ns = now_ns
        return now_ns
