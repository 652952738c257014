"""Fee tables of brokers, and what they have announced.

Belongs here: both by number, which tables are for what. Never here: which one an order has, and which gives way
(rules.orders.fee_tables), who sets one (ledger.core.control.orders.fees).
"""

from collections.abc import Collection
from dataclasses import dataclass, field

import msgspec
import numpy as np

from ledger.core.state.columns import NamedArrays
from protocol.limits import FEE_NOTICES_KEPT_MAX, FEE_TABLES_MAX
from rules.orders.fee_tables import Announced, Charged, Dated, replaced_for_good
from rules.orders.fees import Component, FeeTable


class FeeEntry(msgspec.Struct, array_like=True, frozen=True):
    """A table, or what a broker has announced."""

    number: int
    charged: list[int]  # as rules.orders.fee_tables.Charged
    first_date: int
    fees: list[list[int]]  # as rules.orders.fees.FeeTable
    notice: int = 0  # of a table: the number of the broker's that it is, 0 for none

    @property
    def for_what(self) -> Charged:
        """What it is for."""
        return Charged(*self.charged)

    @property
    def dated(self) -> Dated:
        """As the rules know a table."""
        return Dated(self.number, self.first_date, FeeTable(*(Component(*fee) for fee in self.fees)))

    @property
    def announced(self) -> Announced:
        """As the rules know a notice."""
        return Announced(self.for_what, *self.dated[1:])


def entry_of(number: int, said: Announced, notice: int = 0) -> FeeEntry:
    """What is kept of a table or notice with a number."""
    return FeeEntry(number, list(said.charged), said.first_date, [list(fee) for fee in said.table], notice)


_kept = msgspec.msgpack.Decoder(tuple[int, list[FeeEntry], int, list[FeeEntry]])


@dataclass(slots=True)
class Fees:
    """By number, ascending; numbers are given without gaps."""

    given: int = 0
    tables: dict[int, FeeEntry] = field(default_factory=dict)  # that have not given way
    notices_given: int = 0
    notices: dict[int, FeeEntry] = field(default_factory=dict)  # of each broker the last FEE_NOTICES_KEPT_MAX
    # Derived: the numbers of tables by what they are for, and of notices by broker, ascending.
    numbers_for: dict[Charged, list[int]] = field(default_factory=dict)
    notices_of: dict[int, list[int]] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Whether as many tables are kept as may be."""
        return len(self.tables) >= FEE_TABLES_MAX

    def tables_for(self, charged: Charged) -> list[Dated]:
        """Those for an order on a side of a broker's kind of security, of any date."""
        return [self.tables[number].dated for number in self.numbers_for.get(charged, ())]

    def put(self, said: Announced, notice: int, open_date: int, of_orders: Collection[int] = frozenset()) -> int:
        """Another table; those that it replaces for good give way, unless its number is one `of_orders` that are kept.
        Returns its number."""
        self.given += 1
        self._enter(entry_of(self.given, said, notice))
        for gone in replaced_for_good(self.tables_for(said.charged), open_date):
            if gone.number in of_orders:
                continue
            del self.tables[gone.number]
            self.numbers_for[said.charged].remove(gone.number)
        return self.given

    def announce(self, said: Announced) -> int:
        """A broker's notice; its oldest gives way where it has too many. Returns its number."""
        self.notices_given += 1
        self._keep(entry_of(self.notices_given, said))
        own = self.notices_of[said.charged.party]
        if len(own) > FEE_NOTICES_KEPT_MAX:
            del self.notices[own.pop(0)]
        return self.notices_given

    def encoded_tables(self, first: int, end: int) -> bytes:
        """The tables at places from `first` to `end`, as MessagePack."""
        return msgspec.msgpack.encode(list(self.tables.values())[first:end])

    def encoded_notices(self, first: int, end: int) -> bytes:
        """The notices at places from `first` to `end`, as MessagePack."""
        return msgspec.msgpack.encode(list(self.notices.values())[first:end])

    def to_arrays(self) -> NamedArrays:
        """All of it; nothing where there never was any."""
        if not self.given and not self.notices_given:
            return {}
        kept = (self.given, list(self.tables.values()), self.notices_given, list(self.notices.values()))
        return {"fees": np.frombuffer(msgspec.msgpack.encode(kept), np.int8)}

    @staticmethod
    def from_arrays(arrays: NamedArrays) -> "Fees":
        """What `to_arrays` described. Raises DecodeError when it is none of that."""
        if "fees" not in arrays:
            return Fees()
        given, tables, notices_given, notices = _kept.decode(arrays["fees"].tobytes())
        fees = Fees(given=given, notices_given=notices_given)
        for entry in tables:
            fees._enter(entry)
        for entry in notices:
            fees._keep(entry)
        return fees

    def _enter(self, entry: FeeEntry) -> None:
        self.tables[entry.number] = entry
        self.numbers_for.setdefault(entry.for_what, []).append(entry.number)

    def _keep(self, entry: FeeEntry) -> None:
        self.notices[entry.number] = entry
        self.notices_of.setdefault(entry.for_what.party, []).append(entry.number)
