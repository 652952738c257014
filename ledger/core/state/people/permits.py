"""Acts that permit one record each, or one for each line of a list, and wait for them.

Belongs here: which are open, their order, as arrays and back. Never here: who may sign one (rules.tellers), whether
a record fits its permit (the page of its kind), whether lines are those that were signed (ledger.core.control).

A permit is granted by the act that says what a record may do, under the number of the act and the contract; the record
names that number, and its effect uses the permit up. So the record does nothing that two people did not sign, and what
they signed happens at most once. It holds to the end of a trade date, which no clock decides, and goes at the roll
behind it. Of a list only the digest of what is still to be told is kept until a line is told: then it is a permit.
"""

from dataclasses import dataclass, field

import msgspec
import numpy as np

from ledger.core.state.columns import ByteColumn
from protocol.limits import PERMITS_MAX

PermitKey = tuple[int, int]
"""Number of the act, and the contract."""


class Permit(msgspec.Struct, array_like=True, frozen=True):
    """What one record may do."""

    number: int  # of the act
    kind: int  # RecordKind
    contract_no: int
    trade_date: int  # that it is about
    amounts_fen: list[int]  # as the kind orders them
    digest: bytes  # SHA-256 of the text of the act
    last_date: int  # the last trade date on which it may be used


class PermitList(msgspec.Struct, array_like=True, frozen=True):
    """A list that an act permits, as far as its lines were not told yet."""

    number: int  # of the act
    party: int
    trade_date: int
    set_number: int
    told: int  # lines so far
    left: int
    rest: bytes  # the digest of those that are left
    last_contract_no: int  # of the lines so far, which rise
    digest: bytes  # SHA-256 of the text of the act
    last_date: int


@dataclass(slots=True)
class Permits:
    """Those that are open, in the order in which they came; and the lists, by the number of their act."""

    entries: dict[PermitKey, Permit] = field(default_factory=dict)
    lists: dict[int, PermitList] = field(default_factory=dict)

    def has_room(self, count: int) -> bool:
        """Whether so many more fit, beside what lists may still bring; each list counts as one at least."""
        promised = sum(max(1, each.left) for each in self.lists.values())
        return len(self.entries) + promised + count <= PERMITS_MAX

    def grant(self, permit: Permit) -> None:
        """A new one."""
        self.entries[permit.number, permit.contract_no] = permit

    def put_list(self, known: PermitList) -> None:
        """A new list, or what is left of one."""
        self.lists[known.number] = known

    def find(self, number: int, contract_no: int) -> Permit | None:
        """The open one of an act for a contract."""
        return self.entries.get((number, contract_no))

    def use(self, number: int, contract_no: int) -> None:
        """Its record took effect. Raises KeyError for one that is not open."""
        del self.entries[number, contract_no]

    def date_opened(self, trade_date: int) -> None:
        """Those that held to an earlier date are gone."""
        self.entries = {key: permit for key, permit in self.entries.items() if trade_date <= permit.last_date}
        self.lists = {number: known for number, known in self.lists.items() if trade_date <= known.last_date}

    def encoded(self, first: int, end: int) -> bytes:
        """Those at places `first` to `end` of the order, as MessagePack."""
        return msgspec.msgpack.encode(list(self.entries.values())[first:end])

    def encoded_lists(self, first: int, end: int) -> bytes:
        """The lists at places `first` to `end` of their order, likewise."""
        return msgspec.msgpack.encode(list(self.lists.values())[first:end])

    def to_arrays(self) -> tuple[ByteColumn, ByteColumn]:
        """All of them, and the lists."""
        permits, lists = self.encoded(0, len(self.entries)), self.encoded_lists(0, len(self.lists))
        return np.frombuffer(permits, np.int8), np.frombuffer(lists, np.int8)

    @staticmethod
    def from_arrays(permits: ByteColumn, lists: ByteColumn) -> "Permits":
        """What `to_arrays` described. Raises DecodeError when it is none of that."""
        entries = {(each.number, each.contract_no): each for each in _permits.decode(permits.tobytes())}
        return Permits(entries, {each.number: each for each in _lists.decode(lists.tobytes())})


_permits = msgspec.msgpack.Decoder(list[Permit])
_lists = msgspec.msgpack.Decoder(list[PermitList])
