"""What arrived within some spans of time, and how long it waited: orders beside work of the day, and alone.

Belongs here: choosing by time. Never here: sending, bars.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Span = tuple[int, int]
"""From when to when, monotonic ns."""
Times = npt.NDArray[np.int64]
"""(n, 2) when each arrived and was answered, monotonic ns."""


def latencies_ms(times_ns: Times, spans: Sequence[Span]) -> npt.NDArray[np.float64]:
    """Of those that arrived within any of the spans."""
    arrived_ns, answered_ns = times_ns.T
    inside = np.zeros(len(arrived_ns), bool)
    for begin_ns, end_ns in spans:
        inside |= (arrived_ns >= begin_ns) & (arrived_ns < end_ns)
    return np.asarray((answered_ns - arrived_ns)[inside] / 1e6, np.float64)
