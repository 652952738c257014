"""Acts that permit one record each, and wait for it.

Belongs here: which are open, their order, as an array and back. Never here: who may sign one (rules.tellers), whether
a record fits its permit (the page of its kind).

A permit is granted by the act that says what a record may do, under the number of the act; the record names that
number, and its effect uses the permit up. So the record does nothing that two people did not sign, and what they signed
happens at most once. It holds to the end of a trade date, which no clock decides, and goes at the roll behind it.
"""

from dataclasses import dataclass, field

import msgspec
import numpy as np

from ledger.core.state.columns import ByteColumn
from protocol.limits import PERMITS_MAX


class Permit(msgspec.Struct, array_like=True, frozen=True):
    """What one record may do."""

    number: int  # of the act
    kind: int  # RecordKind
    contract_no: int
    trade_date: int  # that it is about
    amounts_fen: list[int]  # as the kind orders them
    digest: bytes  # SHA-256 of the text of the act
    last_date: int  # the last trade date on which it may be used


@dataclass(slots=True)
class Permits:
    """Those that are open by number, which is also the order in which they came."""

    entries: dict[int, Permit] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another one."""
        return len(self.entries) >= PERMITS_MAX

    def grant(self, permit: Permit) -> None:
        """A new one, whose number is above all before it."""
        self.entries[permit.number] = permit

    def find(self, number: int) -> Permit | None:
        """The open one with this number."""
        return self.entries.get(number)

    def use(self, number: int) -> None:
        """Its record took effect. Raises KeyError for one that is not open."""
        del self.entries[number]

    def date_opened(self, trade_date: int) -> None:
        """Those that held to an earlier date are gone."""
        self.entries = {number: permit for number, permit in self.entries.items() if trade_date <= permit.last_date}

    def encoded(self, first: int, end: int) -> bytes:
        """Those at places `first` to `end` of the order, as MessagePack."""
        return msgspec.msgpack.encode(list(self.entries.values())[first:end])

    def to_array(self) -> ByteColumn:
        """All of them."""
        return np.frombuffer(self.encoded(0, len(self.entries)), np.int8)

    @staticmethod
    def from_array(array: ByteColumn) -> "Permits":
        """What `to_array` described. Raises DecodeError when it is none of that."""
        return Permits({permit.number: permit for permit in _permits.decode(array.tobytes())})


_permits = msgspec.msgpack.Decoder(list[Permit])
