"""The only place in the gateway that reads a clock.

Belongs here: elapsed time for sessions and latency, what makes it UTC for headers, processor time for what signatures
cost. Never here: deadlines of tasks (trio's clock keeps those), decisions.
"""

import time
from typing import Protocol

from protocol.client import clock


class Clock(clock.Clock, Protocol):
    """Where the gateway's time comes from; a test hands in one that follows trio's virtual clock."""

    def processor_ns(self) -> int:
        """Processor time of the calling thread in nanoseconds: for differences only."""
        ...


class SystemClock(clock.SystemClock):
    """The machine's clocks, as at the other end of a link, and the processor's."""

    def processor_ns(self) -> int:
        """CPU time of this thread: a preempted signature counts only what it used."""
        return time.thread_time_ns()
