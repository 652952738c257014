"""What an outsider expects to be found where a broker's date is compared with its complete clearing set, and what two
people sign of it.

Belongs here: the rules of differences as docs/protocol.md has them (17.6), written as simply as possible. Never here:
anything of ledger, rules or gateway, as in `auditor`; the lines of the set (clearing), what moves (reconciling).
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from frontend_sim.auditor.accounts.audited_account import Contract
from frontend_sim.auditor.accounts.freeze import Freeze, FreezeKey
from frontend_sim.auditor.day.clearing import OfContract, SetAudit
from protocol.trade_dates import trade_day
from protocol.vocabulary import ClearedEvent, ComparedField, ContractStatus, DifferenceClass, Fate

SUMS = (ComparedField.BOUGHT, ComparedField.SOLD)
NO_ORDER = (0, 0, 0)


class Expected(NamedTuple):
    """A difference, with both values; the order's name is zeros where it is about a contract."""

    difference_class: int
    compared_field: int
    contract_no: int
    order: FreezeKey
    bank_has: int
    set_says: int


class Moved(NamedTuple):
    """Where a contract's date stands once it is corrected, and what its broker makes good."""

    bought_fen: int
    sold_fen: int
    good_buys_fen: int
    good_proceeds_fen: int


@dataclass(slots=True)
class Compared:
    """One broker's date beside one set of it, from the moment when that is complete."""

    told: SetAudit
    corrected: dict[int, Moved] = field(default_factory=dict)
    """By contract."""
    booked: set[int] = field(default_factory=set)
    """Contracts whose proceeds came with the set, by PROCEEDS."""
    _closed_fen: dict[FreezeKey, int] = field(default_factory=dict)
    """What closing released, by any set of the date: the broker released none of it."""
    _released_fen: dict[FreezeKey, int] = field(default_factory=dict)
    """What the broker had released when the set was complete."""

    def __post_init__(self) -> None:
        for key, _, freeze in self._freezes():
            self._released_fen[key] = freeze.released_fen - self._closed_fen.get(key, 0)

    @property
    def day(self) -> int:
        """The trade day."""
        return trade_day(self.told.trade_date)

    def differences(self) -> list[Expected]:
        """All that the comparison should find now, in the order in which it is told."""
        found = [*self._strays(), *self._of_orders()]
        for contract_no in sorted(self._contracts()):
            found += self._of_events(contract_no)
            found += self._of_sums(contract_no)
        return found

    def to_sign(self, difference_class: DifferenceClass) -> tuple[int, str]:
        """How many differences of a class two people sign for, and the digest of their list, in hexadecimal."""
        digest, count = bytes(32), 0
        for each in self.differences():
            if each.difference_class == difference_class and each.compared_field not in SUMS:
                values = (each.compared_field, each.contract_no, *each.order, each.bank_has, each.set_says)
                digest = hashlib.sha256(digest + struct.pack("<7q", *values)).digest()
                count += 1
        return count, digest.hex()

    def _contracts(self) -> dict[int, Contract]:
        known = self.told.auditor.contracts.items()
        return {number: contract for number, contract in known if contract.party == self.told.party}

    def _freezes(self) -> list[tuple[FreezeKey, int, Freeze]]:
        """Those of the date, by seat and number; then earlier ones that waited, and that the set names."""
        named, date = self.told.orders.keys() | self.told.cleared_fen.keys(), self.told.trade_date
        found = (
            (key, number, freeze)
            for number, contract in self._contracts().items()
            for key, freeze in contract.freezes.items()
            if key[0] == date or (key in named and self.told.has(contract, key))
        )
        return sorted(found, key=lambda each: (each[0][0] != date, each[0]))

    def _strays(self) -> list[Expected]:
        there = {key for key, _, _ in self._freezes()}
        of = ((self.told.orders, ComparedField.ORDER), (self.told.cleared_fen, ComparedField.BUY))
        return [
            Expected(DifferenceClass.MISSING_HERE, what, 0, key, 0, 1)
            for names, what in of
            for key in sorted(names.keys() - there)
        ]

    def _of_orders(self) -> list[Expected]:
        found = []
        for key, number, freeze in self._freezes():
            told, cleared_fen = self.told.orders.get(key), self.told.cleared_fen.get(key, 0)
            if told is None:
                found.append(Expected(DifferenceClass.MISSING_THERE, ComparedField.ORDER, number, key, 1, 0))
                continue
            amount, state = DifferenceClass.AMOUNT, DifferenceClass.STATE
            if freeze.amount_fen != told.frozen_fen:
                values = (freeze.amount_fen, told.frozen_fen)
                found.append(Expected(amount, ComparedField.FROZEN, number, key, *values))
            released_fen = self._released_fen.get(key, 0)
            if released_fen != told.released_fen:
                values = (released_fen, told.released_fen)
                found.append(Expected(amount, ComparedField.RELEASED, number, key, *values))
            nothing = told.fate in (Fate.REFUSED, Fate.CANCELLED) and max(freeze.drawn_fen, cleared_fen) > 0
            something = told.fate in (Fate.FILLED, Fate.PARTLY) and cleared_fen == 0
            if nothing or something:
                found.append(Expected(state, ComparedField.FATE, number, key, freeze.drawn_fen, told.fate))
        return found

    def _of_events(self, number: int) -> Iterator[Expected]:
        """Whether the contract began and ended on the date, against what the set says."""
        contract = self._contracts()[number]
        for event, what, on in (
            (ClearedEvent.OPENED, ComparedField.OPENED, contract.began),
            (ClearedEvent.CLOSED, ComparedField.CLOSED, contract.ended),
        ):
            values = (int(on == self.told.trade_date), int((number, event) in self.told.events))
            if values[0] != values[1]:
                missing = DifferenceClass.MISSING_THERE if values[0] else DifferenceClass.MISSING_HERE
                yield Expected(missing, what, number, NO_ORDER, *values)

    def _of_sums(self, number: int) -> list[Expected]:
        """What will have been bought and sold, against the set less, or plus, what is made good."""
        contract, says = self._contracts()[number], self.told.of_contract.get(number, OfContract())
        done, found = self.corrected.get(number), list[Expected]()
        bought_fen, sold_fen = self.has(contract)
        bought_fen += sum(self._draws(key, each)[0] for key, each in contract.freezes.items())
        buys_fen = says.buys_fen - (done.good_buys_fen if done else says.listed_fen)
        proceeds_fen = says.proceeds_fen + (done.good_proceeds_fen if done else 0)
        comes = not (self._at_fill(contract) or done or number in self.booked)
        buys_fen -= says.excess_fen if comes else 0
        amount = DifferenceClass.AMOUNT
        if bought_fen != buys_fen:
            found.append(Expected(amount, ComparedField.BOUGHT, number, NO_ORDER, bought_fen, buys_fen))
        if sold_fen > proceeds_fen if comes else sold_fen != proceeds_fen:
            found.append(Expected(amount, ComparedField.SOLD, number, NO_ORDER, sold_fen, proceeds_fen))
        return found

    def _at_fill(self, contract: Contract) -> bool:
        """Whether proceeds are compared from the beginning: else they come with the set, but not to one that ended."""
        has_ended = contract.status == ContractStatus.TERMINATED
        return has_ended or self.told.auditor.members[self.told.party].proceeds_at_fill

    def has(self, contract: Contract) -> tuple[int, int]:
        """Bought and sold of the contract's date. Of one that has ended nothing is bought, and sold stands apart."""
        if contract.status == ContractStatus.TERMINATED:
            return 0, contract.sold_apart_fen.get(self.day, 0)
        of_day = contract.account.of(self.day)
        return of_day.bought_fen, of_day.sold_fen

    def _draws(self, key: FreezeKey, freeze: Freeze) -> tuple[int, int]:
        """What closing an order of the date draws and releases."""
        if not self.told.ends(key):
            return 0, 0
        due_fen = max(0, self.told.cleared_fen.get(key, 0) - freeze.drawn_fen)
        drawn_fen = min(freeze.remaining_fen, due_fen)
        return drawn_fen, freeze.remaining_fen - drawn_fen


def differ(expected: Sequence[Expected], found: Sequence[Expected]) -> str:
    """In words how what was found is not what was expected; nothing when it is."""
    more, less = [each for each in found if each not in expected], [each for each in expected if each not in found]
    if more or less:
        return f"found and not expected: {more[:3]}; expected and not found: {less[:3]}"
    return "" if list(expected) == list(found) else "found in another order"
