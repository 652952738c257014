"""Which contract goes on for one whose card was replaced.

Belongs here: finding it. Never here: what a contract follows (book), what is asked of which of the two.

Memory, and no part of the state: a contract never changes what it follows and indices only rise, so what is new is
taken in when somebody asks.
"""

from dataclasses import dataclass, field

import numpy as np

from ledger.core.state.columns import IntColumn


@dataclass(slots=True)
class Successors:
    """By the index of the contract whose card was replaced."""

    _seen: int = 0
    _of: dict[int, int] = field(default_factory=dict)

    def find(self, contract: int, follows: IntColumn, count: int) -> int | None:
        """The contract that goes on for one; None: it needs none.

        `follows`: of (count,) contracts the index + 1 of what each goes on for, 0 for nothing.
        """
        new = np.flatnonzero(follows[self._seen : count]) + self._seen
        self._of.update(zip((follows[new] - 1).tolist(), new.tolist(), strict=True))
        self._seen = count
        return self._of.get(contract)
