"""Which contracts a party has: their indices by party, ascending.

Belongs here: keeping them up, finding some. Never here: what a contract is (book), whether it still counts (control).

Memory, and no part of the state: a contract never changes its party and indices only rise, so what is new is added when
somebody asks. 4 bytes a contract.
"""

import numpy as np

from ledger.core.state.columns import IntColumn, LongColumn, Positions, int_zeros

_ADDED_AT_ONCE = 1 << 18
_FIRST_ROOM = 16


class ContractsOfParties:
    """By party."""

    def __init__(self) -> None:
        self._seen = 0
        self._columns: dict[int, IntColumn] = {}  # with room behind what is used
        self._counts: dict[int, int] = {}

    def between(self, party: int, first: int, end: int) -> Positions:
        """Those of a party from the index `first` to `end`, as far as they were taken in."""
        column = self._columns.get(party)
        if column is None:
            return np.zeros(0, np.intp)
        own = column[: self._counts[party]]
        begins, ends = np.searchsorted(own, [first, end]).tolist()
        return own[begins:ends].astype(np.intp)

    def take_in(self, parties_from: LongColumn, shift: int, count: int) -> None:
        """Add what is new among (count,) contracts, whose party stands in `parties_from` above `shift` bits."""
        while self._seen < count:
            end = min(count, self._seen + _ADDED_AT_ONCE)
            parties = (parties_from[self._seen : end] >> shift).astype(np.int16)
            order = np.argsort(parties, kind="stable")
            found, begins = np.unique(parties[order], return_index=True)
            for party, own in zip(found.tolist(), np.split(order, begins[1:]), strict=True):
                self._append(party, own + self._seen)
            self._seen = end

    def _append(self, party: int, indices: Positions) -> None:
        count = self._counts.get(party, 0)
        column = self._columns.get(party)
        if column is None or count + len(indices) > len(column):
            grown = int_zeros(max(_FIRST_ROOM, 2 * count, count + len(indices)))
            if column is not None:
                grown[:count] = column[:count]
            column = self._columns[party] = grown
        column[count : count + len(indices)] = indices
        self._counts[party] = count + len(indices)
