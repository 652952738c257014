"""The restraints of accounts: each that is open by its number and by its account, oldest first.

Belongs here: the table, how deductions, orders and time change it. Never here: what a restraint holds back
(rules.money.restraints), who may set one (control), in which order records change them (withheld), the sum in the
account's column (book).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np

from ledger.core.state.columns import FenColumn
from protocol.vocabulary import RestraintKind
from rules.money import restraints as law


class Restraint(msgspec.Struct, array_like=True):
    """One that is open."""

    number: int
    account: int  # index
    amount_fen: int  # that it still withholds, above 0
    senior_fen: int  # of what is frozen and bought, what ranks before it
    kind: int
    set_on: int  # trade date
    set_by: int = 0  # seat; 0 of CARD, which a record makes
    authority: str = ""
    document: str = ""
    holds_until_s: int = 0  # its last second; 0: until it is lifted
    operators: list[int] = msgspec.field(default_factory=list)  # persons of the act that set it; none where a seat did
    ordered_fen: int = 0  # of the amount, what people have ordered to be deducted, and was not yet


class Moved(NamedTuple):
    """What a record did to a restraint."""

    position: int  # in the block
    number: int
    account: int
    grown_fen: int
    deducted_fen: int


@dataclass(slots=True)
class Restraints:
    """Those that are open; `given` numbers were given so far."""

    given: int = 0
    by_number: dict[int, Restraint] = field(default_factory=dict)  # ascending: numbers only grow
    by_account: dict[int, list[Restraint]] = field(default_factory=dict)  # oldest first
    # No part of the state, for those who follow it: grows with every change; what the last block did.
    version: int = 0
    moved: list[Moved] = field(default_factory=list)

    def put(self, restraint: Restraint) -> None:
        """Take in one whose number is above all others."""
        self.version += 1
        self.by_number[restraint.number] = restraint
        self.by_account.setdefault(restraint.account, []).append(restraint)

    def of(self, account: int) -> list[Restraint]:
        """Those of an account, oldest first."""
        return self.by_account.get(account, [])

    def card_of(self, account: int) -> Restraint | None:
        """What the account owes of card debits that it could not give."""
        return next((each for each in self.of(account) if each.kind == RestraintKind.CARD), None)

    def as_the_law_has_them(self, account: int, is_sealed: bool) -> list[law.Restraint]:
        """Copies of those of an account, oldest first. Before the seal all of each may be deducted."""
        return [
            law.Restraint(
                each.number,
                each.kind,
                each.amount_fen,
                each.senior_fen,
                each.ordered_fen if is_sealed else each.amount_fen,
            )
            for each in self.of(account)
        ]

    def order(self, restraint: Restraint, amount_fen: int) -> None:
        """So much more of it is to be deducted."""
        self.version += 1
        restraint.ordered_fen += amount_fen

    def deduct(self, restraint: Restraint, amount_fen: int) -> None:
        """So much of it was deducted, by an order or before there were any; it is lowered by `lower`."""
        restraint.ordered_fen = max(0, restraint.ordered_fen - amount_fen)

    def lower(self, restraint: Restraint, amount_fen: int) -> None:
        """It withholds so much less, at most what it has; with nothing left it is gone. Orders end with it."""
        self.version += 1
        restraint.amount_fen -= amount_fen
        restraint.ordered_fen = min(restraint.ordered_fen, restraint.amount_fen)
        if restraint.amount_fen:
            return
        del self.by_number[restraint.number]
        left = self.by_account[restraint.account]
        left.remove(restraint)
        if not left:
            del self.by_account[restraint.account]

    def clamp_seniors(self, account: int, committed_fen: int) -> None:
        """What is frozen and bought on an account has become less: no more than that ranks before a restraint."""
        for restraint in self.of(account):
            if restraint.senior_fen > committed_fen:
                self.version += 1
                restraint.senior_fen = committed_fen

    def over_at(self, second: int) -> list[Restraint]:
        """Those whose last second is before this one."""
        return [each for each in self.by_number.values() if 0 < each.holds_until_s < second]

    def ordered(self) -> list[Restraint]:
        """All, by number."""
        return list(self.by_number.values())

    @staticmethod
    def from_list(given: int, restraints: list[Restraint]) -> "Restraints":
        """What `ordered` told."""
        table = Restraints(given)
        for restraint in restraints:
            table.put(restraint)
        return table


def sums_fen(restraints: list[Restraint], accounts: int) -> FenColumn:
    """(accounts,) what these restraints withhold of each account together."""
    found = np.zeros(accounts, np.int64)
    for each in restraints:
        found[each.account] += each.amount_fen
    return found
