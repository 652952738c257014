"""Which journal row holds a request number: per seat, one entry for each row in which the seat has frames.

Belongs here: the index of one trade date. Never here: reading rows (journal).
"""

from collections.abc import Iterator

import numpy as np

from ledger.core.state.columns import LongColumn, grown, long_zeros

_FIRST_ROOM = 64
PAGE_ENTRIES = 1_024  # 16 KiB: what a look-up of one number reads


def sequence_in_page(entries: bytes, number: int) -> int:
    """The sequence of the row that would hold `number`, by a page of `FrameIndex.pages`; 0 when it is no such page."""
    if not entries or len(entries) % 16:
        return 0
    table = np.frombuffer(entries, "<i8").reshape(-1, 2)
    place = int(np.searchsorted(table[:, 0], number, side="right"))
    return int(table[place - 1, 1]) if place else 0


class FrameIndex:
    """seat → ascending first numbers and the sequences of their rows."""

    def __init__(self) -> None:
        self._first_numbers: dict[int, LongColumn] = {}
        self._sequences: dict[int, LongColumn] = {}
        self._used: dict[int, int] = {}

    def add(self, seat: int, first_number: int, sequence: int) -> None:
        """The seat's numbers from `first_number` on are in row `sequence`. Both grow from call to call; of a row with
        several frames the first one makes the entry.
        """
        used = self._used.get(seat, 0)
        if used and self._sequences[seat][used - 1] == sequence:
            return
        if not used:
            self._first_numbers[seat] = long_zeros(_FIRST_ROOM)
            self._sequences[seat] = long_zeros(_FIRST_ROOM)
        first_numbers = self._first_numbers[seat] = grown(self._first_numbers[seat], used, used + 1)
        sequences = self._sequences[seat] = grown(self._sequences[seat], used, used + 1)
        first_numbers[used] = first_number
        sequences[used] = sequence
        self._used[seat] = used + 1

    def sequence_of(self, seat: int, number: int) -> int:
        """The sequence of the row that holds `number`, which is below the seat's head; 0 when there is none."""
        used = self._used.get(seat, 0)
        if not used:
            return 0
        place = int(np.searchsorted(self._first_numbers[seat][:used], number, side="right"))
        return int(self._sequences[seat][place - 1]) if place else 0

    def to_array(self) -> LongColumn:
        """(entries, 3) int64: seat, first number, sequence, by seat and number."""
        parts = [
            np.column_stack(
                (
                    np.full(used, seat, np.int64),
                    self._first_numbers[seat][:used],
                    self._sequences[seat][:used],
                )
            )
            for seat, used in sorted(self._used.items())
        ]
        return np.concatenate(parts) if parts else np.zeros((0, 3), np.int64)

    def pages(self) -> Iterator[tuple[int, int, bytes]]:
        """Seat, first number and entries of every page of at most PAGE_ENTRIES, for `sequence_in_page`."""
        for seat, used in sorted(self._used.items()):
            entries = np.column_stack((self._first_numbers[seat][:used], self._sequences[seat][:used]))
            for start in range(0, used, PAGE_ENTRIES):
                yield seat, int(entries[start, 0]), entries[start : start + PAGE_ENTRIES].astype("<i8").tobytes()

    @staticmethod
    def from_array(entries: LongColumn) -> "FrameIndex":
        """The index that `to_array` described."""
        index = FrameIndex()
        for seat in np.unique(entries[:, 0]).tolist():
            mine = entries[entries[:, 0] == seat]
            index._first_numbers[seat] = np.ascontiguousarray(mine[:, 1])
            index._sequences[seat] = np.ascontiguousarray(mine[:, 2])
            index._used[seat] = len(mine)
        return index
