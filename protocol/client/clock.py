"""The only place in the SDK that reads a clock.

Belongs here: elapsed time in nanoseconds, and what makes it UTC. Never here: sleeping (trio does that), deadlines (the
session).
"""

import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Source of time. Deadlines, heartbeats and pauses are counted in elapsed time; only header times are UTC."""

    def elapsed_ns(self) -> int:
        """Nanoseconds from an arbitrary origin, never stepped."""
        ...

    def utc_offset_ns(self) -> int:
        """What makes an `elapsed_ns` of now UTC nanoseconds since 1970. It changes when the wall clock is stepped."""
        ...


class SystemClock:
    """The machine's clocks. `utc_ns`: another wall clock, of a bank whose time is simulated."""

    def __init__(self, utc_ns: Callable[[], int] = time.time_ns) -> None:
        """Takes a function that tells UTC nanoseconds since 1970."""
        self._utc_ns = utc_ns

    def elapsed_ns(self) -> int:
        """Monotonic nanoseconds."""
        return time.monotonic_ns()

    def utc_offset_ns(self) -> int:
        """What makes them UTC."""
        return self._utc_ns() - time.monotonic_ns()
