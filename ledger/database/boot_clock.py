"""The clock that never stands still: also while the machine sleeps or this process is stopped.

Belongs here: reading it. Never here: times of the day, what is made of a duration.
"""

import time


def boot_ns() -> int:
    """Nanoseconds since the machine was started, its sleep included."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
