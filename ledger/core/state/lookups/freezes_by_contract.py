"""Where the freezes of a contract are, of one broker's date: the slots of a request table, sorted by contract.

Belongs here: sorting them once, finding some. Never here: which slots a broker's date has (requests), what becomes of a
freeze (decide).

Memory, and no part of the state. Of a date that is over no freeze is made any more and none moves before the roll,
which begins another table; of the open date they are sorted anew once one was made. So a record costs by the freezes
of its contract, and whoever asks first of a broker's date sorts all that it has. The latest SLOTS_KEPT_MAX are kept.
"""

from collections.abc import Iterable

import numpy as np

from ledger.core.state.columns import IntColumn, LongColumn, Positions

SLOTS_KEPT_MAX = 1 << 23  # 64 MiB; and those of one broker's date, however many it has
_SLOT_BITS = 32
_SLOT_MASK = (1 << _SLOT_BITS) - 1

BrokersDate = tuple[int, int]
"""Trade date and party."""


class FreezesByContract:
    """Of the brokers' dates that were asked for."""

    def __init__(self) -> None:
        self._kept: dict[BrokersDate, tuple[int, LongColumn]] = {}  # in the order in which they were last asked for
        self._slots = 0

    def find(
        self, of: BrokersDate, version: int, contract: IntColumn, freezes: Iterable[range], contracts: Positions
    ) -> Positions:
        """The slots among those of `freezes` that hold a freeze of (m,) ascending contract indices: by contract, and
        for each in the order of `freezes`. `contract` is the table's column; `version` another number once it changed.
        """
        made, keys = self._kept.pop(of, (-1, None))
        if keys is not None:
            self._slots -= len(keys)
        if keys is None or made != version:
            keys = _sorted(contract, freezes)
        while self._kept and self._slots + len(keys) > SLOTS_KEPT_MAX:
            self._slots -= len(self._kept.pop(next(iter(self._kept)))[1])
        self._kept[of] = (version, keys)
        self._slots += len(keys)
        wanted = (contracts.astype(np.int64) + 1) << _SLOT_BITS
        begins, ends = np.searchsorted(keys, wanted), np.searchsorted(keys, wanted + (1 << _SLOT_BITS))
        counts = ends - begins
        before = np.cumsum(counts) - counts
        places = np.arange(int(counts.sum())) + np.repeat(begins - before, counts)
        slots: Positions = (keys[places] & _SLOT_MASK).astype(np.intp)
        return slots


def _sorted(contract: IntColumn, freezes: Iterable[range]) -> LongColumn:
    """(k,) ascending contract index + 1 and slot, as one number, of what holds a freeze."""
    parts = [np.zeros(0, np.int64)]
    for one in freezes:
        owners = contract[one.start : one.stop]
        held = np.flatnonzero(owners)
        parts.append(owners[held].astype(np.int64) << _SLOT_BITS | (held + one.start))
    keys = np.concatenate(parts)
    keys.sort()
    return keys
