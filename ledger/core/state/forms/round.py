"""Which slice of the state the next row tells, and when: all of them in turn, none too often.

Belongs here: the round and its pace; pure, time is an argument. Never here: what a slice is (slices), rows.
See docs/decisions/0004.
"""

from collections.abc import Callable
from dataclasses import dataclass

ROUND_NS = 10_000_000_000
"""In this time every slice is told once, as long as rows come so often."""
SLICE_NS = 10_000_000
"""But one slice at most this often: about 64 KiB are hashed each time. With more than 1,000 slices a round is longer
for it."""


@dataclass(slots=True)
class StateRound:
    """Begins at slice 0, at once."""

    told_ns: int = 0
    """When a slice was told last."""
    _next: int = 0

    def due(self, count: Callable[[], int], now_ns: int) -> int | None:
        """The slice to tell now, or None. What it gives out counts as told. `count`: how many there are, at least one;
        it is asked only when one may be due.
        """
        if now_ns - self.told_ns < SLICE_NS:
            return None
        slices = count()
        if now_ns - self.told_ns < ROUND_NS // slices:
            return None
        self.told_ns = now_ns
        place = self._next % slices
        self._next = place + 1
        return place
