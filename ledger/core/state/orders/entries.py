"""How far each broker's feed of orders is on the open date: orders and cancels that were accepted, numbered densely.

Belongs here: the number of the last entry of each feed. Never here: what takes one (ledger.core.orders.act), the
entries themselves and who has read them.
"""

from dataclasses import dataclass, field

from ledger.core.state.columns import IntColumn, NamedArrays, int_zeros
from protocol.limits import PARTIES_MAX


@dataclass(slots=True)
class OrderEntries:
    """A position is a date and a number: each date begins anew, with 1."""

    last: IntColumn = field(default_factory=lambda: int_zeros(PARTIES_MAX + 1))
    """(PARTIES_MAX + 1,) by party, of the open date; 0: nothing was accepted yet."""

    def take(self, party: int) -> int:
        """The next number of a broker's feed."""
        self.last[party] += 1
        return int(self.last[party])

    def roll(self) -> None:
        """A later date is opened."""
        self.last = int_zeros(PARTIES_MAX + 1)

    def encoded(self) -> bytes:
        """All of them; nothing while nobody has an entry."""
        return self.last.tobytes() if self.last.any() else b""

    def to_arrays(self) -> NamedArrays:
        """Nothing while nobody has an entry."""
        return {"order_entries": self.last} if self.last.any() else {}

    @staticmethod
    def from_arrays(arrays: NamedArrays) -> "OrderEntries":
        """What `to_arrays` described."""
        kept = arrays.get("order_entries")
        return OrderEntries() if kept is None else OrderEntries(kept.astype("<i4"))
