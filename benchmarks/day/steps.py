"""The steps of a day's end, each named once for us and for the peer, and the seconds that each took.

Belongs here: the names, taking the time. Never here: what a step does.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

SETS, COMPARED, PUBLISHED = "sets", "compared", "published"
CLOSED, SETTLED, PAID, CREDITED = "closed", "settled", "paid", "credited"
UP_TO_PUBLISHING = (SETS, COMPARED, PUBLISHED)
STEPS = (*UP_TO_PUBLISHING, CLOSED, SETTLED, PAID, CREDITED)


@dataclass(slots=True)
class Steps:
    """Seconds by step."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """What the block takes is of this step, beside what others took of it."""
        begun = time.perf_counter()
        yield
        self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - begun

    def of(self, *steps: str) -> float:
        """Of these steps together."""
        return sum(self.seconds[step] for step in steps)

    @property
    def words(self) -> str:
        """Each of them for a line."""
        each = ", ".join(f"{step} {self.seconds[step]:.1f}" for step in STEPS)
        return f"{each}: {self.of(*STEPS):.1f} s in all"
