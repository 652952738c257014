"""The one gate: nothing leaves before everything decided before it is durable, and what leaves does so in
order.

Belongs here: answers that wait, by the journal sequence that they depend on. Never here: making answers,
sockets.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol


class Outlet(Protocol):
    """Where answers go."""

    def send(self, parts: Sequence[bytes]) -> None:
        """Takes the parts of one or more whole frames; drops them when the link is gone."""
        ...


class Gate:
    """Answers in the order of decision; each batch waits for the sequence that was the last one decided
    then. What comes from memory alone waits for a recent look at the journal as well: the row of any other batch
    proves by its commit that the journal is ours.
    """

    def __init__(self, durable: int, is_recent: Callable[[], bool]) -> None:
        self.durable = durable
        self.waiting_bytes = 0
        self._is_recent = is_recent
        self._waiting: deque[tuple[int, Outlet, list[bytes], int, bool]] = deque()

    def put(self, sequence: int, outlet: Outlet, parts: list[bytes], *, from_memory: bool = False) -> None:
        """Adds a batch that may leave once `sequence` is durable; sequences never go down. `from_memory`: no row that
        was decided with it proves anything.
        """
        size = sum(map(len, parts))
        self.waiting_bytes += size
        self._waiting.append((sequence, outlet, parts, size, from_memory))

    def release_after(self, sequence: int) -> None:
        """Everything up to `sequence` is durable: lets out what waited for it, one write per outlet in a
        row.
        """
        self.durable = sequence
        waiting = self._waiting
        while waiting and waiting[0][0] <= sequence:
            if waiting[0][4] and not self._is_recent():
                return
            _sequence, outlet, parts, size, _from_memory = waiting.popleft()
            self.waiting_bytes -= size
            while waiting and waiting[0][0] <= sequence and waiting[0][1] is outlet:
                if waiting[0][4] and not self._is_recent():
                    break
                more = waiting.popleft()
                parts += more[2]
                self.waiting_bytes -= more[3]
            outlet.send(parts)
