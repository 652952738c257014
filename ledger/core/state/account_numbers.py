"""Which savings account numbers are taken: sorted runs that merge as they grow.

Belongs here: the set and its two questions. Never here: which row an account has (book).
A batch is one sorted run; runs of like length merge, so that n numbers lie in at most log2(n) runs and each number
is merged log2(n) times.
"""

import numpy as np

from ledger.core.state.columns import LongColumn


class AccountNumbers:
    """A growing set of positive int64."""

    def __init__(self) -> None:
        self._runs: list[LongColumn] = []

    def any_taken(self, numbers: LongColumn) -> bool:
        """True when one of (m,) `numbers` is in the set or occurs twice among them."""
        ordered = np.sort(numbers)
        if (ordered[1:] == ordered[:-1]).any():
            return True
        return any(bool((run.take(np.searchsorted(run, ordered), mode="clip") == ordered).any()) for run in self._runs)

    def add(self, numbers: LongColumn) -> None:
        """Add numbers of which `any_taken` said False."""
        run = np.sort(numbers)
        while self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = np.sort(np.concatenate((self._runs.pop(), run)), kind="stable")
        if len(run):
            self._runs.append(run)
