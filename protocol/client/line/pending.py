"""Single calls that are in no frame yet, by their valid-until: a frame has one such time for all of its records.

Belongs here: which calls may go as one frame, in what order. Never here: which seat takes them (seat_turns).
Calls with the same valid-until go together, oldest first; the groups take turns, so that none waits for ever behind
another that is never empty. There are no more entries than callers: each waits for its one record.
"""

from collections import deque
from itertools import islice

from .caller import Call


class PendingCalls:
    """Calls without a frame. Not thread-safe."""

    def __init__(self) -> None:
        self._groups: dict[int, deque[Call]] = {}  # by valid_until_ns, none empty; the first has its turn

    def __bool__(self) -> bool:
        return bool(self._groups)

    def __len__(self) -> int:
        return sum(map(len, self._groups.values()))

    def append(self, call: Call) -> None:
        """One more caller waits."""
        group = self._groups.get(call.valid_until_ns)
        if group is None:
            self._groups[call.valid_until_ns] = deque((call,))
        else:
            group.append(call)

    def remove(self, call: Call) -> None:
        """This caller does not wait any more."""
        group = self._groups[call.valid_until_ns]
        group.remove(call)
        if not group:
            del self._groups[call.valid_until_ns]

    def first(self, count_max: int) -> list[Call]:
        """The calls for the next frame, all with one valid-until, at most `count_max`; they stay until taken."""
        for group in self._groups.values():
            return list(islice(group, count_max))
        return []

    def taken(self, count: int) -> None:
        """The first `count` of `first` are in a frame, and the next group has its turn."""
        valid_until_ns, group = next(iter(self._groups.items()))
        for _ in range(count):
            group.popleft().queue = None
        del self._groups[valid_until_ns]
        if group:
            self._groups[valid_until_ns] = group

    def take_all(self) -> list[Call]:
        """Every call; none is pending afterwards."""
        calls = [call for group in self._groups.values() for call in group]
        self._groups.clear()
        return calls
