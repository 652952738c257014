"""How many connections each place has, and which has most: at the same cost however many places there are.

Belongs here: counting. Never here: what a place is (places), who has to go (waiting_room, entry_order).

The question is asked for every connection of a flood, so a look at all places would be what strangers pay us with.
"""


class Crowds:
    """Counts by name."""

    def __init__(self) -> None:
        self._count: dict[str, int] = {}
        self._names: dict[int, dict[str, None]] = {}  # by count: who has so many, the longest first
        self._most = 0

    def __len__(self) -> int:
        """Names that have any."""
        return len(self._count)

    def count(self, name: str) -> int:
        """How many it has."""
        return self._count.get(name, 0)

    def add(self, name: str) -> None:
        """One more."""
        self._put(name, self.count(name) + 1)

    def remove(self, name: str) -> None:
        """One less; it must have one."""
        self._put(name, self._count[name] - 1)

    def largest(self) -> str | None:
        """The name that has most, of several the one that has had so many for longest; None when nobody has any."""
        return next(iter(self._names[self._most])) if self._most else None

    def _put(self, name: str, count: int) -> None:
        if before := self._count.pop(name, 0):
            names = self._names[before]
            del names[name]
            if not names:
                del self._names[before]
        if count:
            self._count[name] = count
            self._names.setdefault(count, {})[name] = None
        if count > self._most or (before == self._most and before not in self._names):
            self._most = count
