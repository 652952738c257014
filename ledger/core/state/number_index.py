"""From numbers that others gave to our own indices: sorted runs that merge as they grow.

Belongs here: the look-up, a securities account's text as a number. Never here: what stands at an index (book), whether
it still counts (control).
A batch is one sorted run; runs of like length merge, so that n numbers lie in at most log2(n) runs and each number
is merged log2(n) times. Nothing is ever taken out: of several entries under a number the highest index counts.
"""

import numpy as np

from ledger.core.state.columns import LongColumn
from protocol.limits import SECURITIES_ACCOUNT_CHARS_MAX

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BASE = len(_DIGITS) + 1  # digits are 1 to 36, so that leading zeros count
_CHARACTERS = np.frombuffer(b"\0" + _DIGITS.encode(), np.uint8)  # of each digit, 0 stands for none
_VALUES = {ord(digit): place + 1 for place, digit in enumerate(_DIGITS)}
assert _BASE**SECURITIES_ACCOUNT_CHARS_MAX < 2**63


def packed(text: str) -> int:
    """A securities account, 1 to 10 of 0–9 and A–Z, as a positive int64; 0 for the empty text: none."""
    value = 0
    for character in text.encode():
        value = value * _BASE + _VALUES[character]
    return value


def unpacked_all(values: LongColumn) -> list[bytes]:
    """(n,) the texts that `packed` was given, in ASCII; empty for 0."""
    digits = np.empty((len(values), SECURITIES_ACCOUNT_CHARS_MAX), np.uint8)
    for place in range(SECURITIES_ACCOUNT_CHARS_MAX - 1, -1, -1):
        values, digits[:, place] = np.divmod(values, _BASE)
    return [bytes(row).lstrip(b"\0") for row in _CHARACTERS[digits].view(f"V{SECURITIES_ACCOUNT_CHARS_MAX}")[:, 0]]


class NumberIndex:
    """number → index, both int64 and not below 0."""

    def __init__(self) -> None:
        self._runs: list[tuple[LongColumn, LongColumn]] = []

    def find(self, numbers: LongColumn) -> LongColumn:
        """(m,) the highest index under each of (m,) `numbers`, −1 where there is none."""
        found = np.full(len(numbers), -1, np.int64)
        for keys, indices in self._runs:
            place = np.searchsorted(keys, numbers, side="right") - 1
            hit = (place >= 0) & (keys.take(place, mode="clip") == numbers)
            np.maximum(found, np.where(hit, indices.take(place, mode="clip"), -1), out=found)
        return found

    def add(self, numbers: LongColumn, indices: LongColumn) -> None:
        """Enter (m,) numbers with (m,) indices, ascending and higher than all that were added under these numbers."""
        if not len(numbers):
            return
        while self._runs and len(self._runs[-1][0]) <= 2 * len(numbers):
            keys, older = self._runs.pop()
            numbers, indices = np.concatenate((keys, numbers)), np.concatenate((older, indices))
        order = np.argsort(numbers, kind="stable")
        self._runs.append((numbers[order], indices[order]))
