"""The only place in the gateway that reads a clock.

Belongs here: elapsed time for sessions and latency, what makes it UTC for headers, processor time for what signatures
cost. Never here: deadlines of tasks (trio's clock keeps those), decisions.
"""

import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Where the gateway's time comes from; a test hands in one that follows trio's virtual clock."""

    def elapsed_ns(self) -> int:
        """Nanoseconds from an arbitrary origin, never stepped."""
        ...

    def utc_offset_ns(self) -> int:
        """What makes an `elapsed_ns` of now UTC nanoseconds since 1970. It changes when the wall clock is stepped."""
        ...

    def processor_ns(self) -> int:
        """Processor time of the calling thread in nanoseconds: for differences only."""
        ...


class SystemClock:
    """The machine's clocks; UTC by `utc_ns`, which may be a simulated one's."""

    def __init__(self, utc_ns: Callable[[], int] = time.time_ns) -> None:
        self._utc_ns = utc_ns

    def elapsed_ns(self) -> int:
        """Monotonic nanoseconds."""
        return time.monotonic_ns()

    def utc_offset_ns(self) -> int:
        """What makes them UTC."""
        return self._utc_ns() - time.monotonic_ns()

    def processor_ns(self) -> int:
        """CPU time of this thread: a preempted signature counts only what it used."""
        return time.thread_time_ns()
