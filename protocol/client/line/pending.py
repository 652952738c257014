"""Single calls that are in no frame yet, by their valid-until: a frame has one such time for all of its records.

Belongs here: which calls may go as one frame, in what order. Never here: which seat takes them (seat_turns).
Calls with the same valid-until go together, oldest first; the groups take turns, so that none waits for ever behind
another that is never empty. There are no more entries than callers: each waits for its one record.

Orders through the bank go in frames of their own: while the bank does not know the time it keeps them waiting, and what
takes a risk away must not wait with them. Of these and of what is told of them the bank takes fewer in a frame.
"""

from collections import deque
from itertools import islice

from ...kinds import KIND_CODES, KINDS
from ...limits import ORDERING_PER_FRAME_MAX
from .caller import Call

_SHAPE_BITS = 2
_OTHERS, _TOLD, _ORDERS = range(3)
_OF_ORDERING = {int(kind): _TOLD if row.tells_of_order else _ORDERS for kind, row in KINDS.items() if row.is_ordering}
_SHAPES = bytes(_OF_ORDERING.get(kind, _OTHERS) for kind in range(KIND_CODES))  # by kind: with which it may go


class PendingCalls:
    """Calls without a frame. Not thread-safe."""

    def __init__(self) -> None:
        self._groups: dict[int, deque[Call]] = {}  # see `_group_of`, none empty; the first has its turn

    def __bool__(self) -> bool:
        return bool(self._groups)

    def __len__(self) -> int:
        return sum(map(len, self._groups.values()))

    def append(self, call: Call) -> None:
        """One more caller waits."""
        of = _group_of(call)
        group = self._groups.get(of)
        if group is None:
            self._groups[of] = deque((call,))
        else:
            group.append(call)

    def remove(self, call: Call) -> None:
        """This caller does not wait any more."""
        of = _group_of(call)
        group = self._groups[of]
        group.remove(call)
        if not group:
            del self._groups[of]

    def first(self, count_max: int) -> list[Call]:
        """The calls for the next frame, all with one valid-until, at most `count_max`; they stay until taken."""
        for of, group in self._groups.items():
            is_limited = of & ((1 << _SHAPE_BITS) - 1) != _OTHERS
            return list(islice(group, min(count_max, ORDERING_PER_FRAME_MAX) if is_limited else count_max))
        return []

    def taken(self, count: int) -> None:
        """The first `count` of `first` are in a frame, and the next group has its turn."""
        of, group = next(iter(self._groups.items()))
        for _ in range(count):
            group.popleft().queue = None
        del self._groups[of]
        if group:
            self._groups[of] = group

    def take_all(self) -> list[Call]:
        """Every call; none is pending afterwards."""
        calls = [call for group in self._groups.values() for call in group]
        self._groups.clear()
        return calls


def _group_of(call: Call) -> int:
    """A number that calls have in common which may go together."""
    return call.valid_until_ns << _SHAPE_BITS | _SHAPES[call.body[0]]
