"""The tree of the bank's outlets as it is registered.

Belongs here: which outlets there are, their order, as an array and back. Never here: what may stand under what
(rules.outlets), who registers (control), the accounts and balances of an outlet (book, general_ledger).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
import numpy as np

from ledger.core.state.columns import ByteColumn
from protocol.messages.outlets import OutletEntry
from rules.outlets import NONE

_entries = msgspec.msgpack.Decoder(list[OutletEntry])


@dataclass(slots=True)
class Outlets:
    """Every registered outlet by its number; `numbers` are theirs, ascending."""

    entries: dict[int, OutletEntry] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)

    def put(self, entries: Iterable[OutletEntry]) -> None:
        """Enter outlets, in place of those of the same numbers; of several with one number the last stays."""
        self.entries.update({entry.outlet: entry for entry in entries})
        if len(self.entries) > len(self.numbers):
            self.numbers = sorted(self.entries)

    def level(self, outlet: int) -> int:
        """The OutletLevel of one, NONE when it is not registered."""
        entry = self.entries.get(outlet)
        return NONE if entry is None else entry.level

    def way_up(self, outlet: int) -> list[int]:
        """An outlet and all that it stands under, from below; nothing for NONE. Levels keep it from being a circle."""
        way: list[int] = []
        while outlet != NONE:
            way.append(outlet)
            entry = self.entries.get(outlet)
            outlet = NONE if entry is None else entry.parent
        return way

    def encoded(self, first: int, end: int) -> bytes:
        """Those at places `first` to `end` of the order, as MessagePack."""
        return msgspec.msgpack.encode([self.entries[number] for number in self.numbers[first:end]])

    def to_array(self) -> ByteColumn:
        """All of them."""
        return np.frombuffer(self.encoded(0, len(self.numbers)), np.int8)

    @staticmethod
    def from_array(array: ByteColumn) -> "Outlets":
        """What `to_array` described. Raises DecodeError when it is none of that."""
        outlets = Outlets()
        outlets.put(_entries.decode(array.tobytes()))
        return outlets
