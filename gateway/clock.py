"""The only place in the gateway that reads a clock.

Belongs here: wall time for headers and sessions, processor time for what signatures cost, elapsed time for latency.
Never here: deadlines of tasks (trio's clock keeps those), decisions.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """Where the gateway's time comes from; a test hands in one that follows trio's virtual clock."""

    def now_ns(self) -> int:
        """UTC nanoseconds since 1970."""
        ...

    def elapsed_ns(self) -> int:
        """Nanoseconds from an arbitrary origin, never stepped: for differences only."""
        ...

    def processor_ns(self) -> int:
        """Processor time of the calling thread in nanoseconds: for differences only."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now_ns(self) -> int:
        """UTC nanoseconds since 1970."""
        return time.time_ns()

    def elapsed_ns(self) -> int:
        """Monotonic nanoseconds."""
        return time.monotonic_ns()

    def processor_ns(self) -> int:
        """CPU time of this thread: a preempted signature counts only what it used."""
        return time.thread_time_ns()
