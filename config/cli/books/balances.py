"""Balances of the general ledger at the end of a trade date or now, of the bank or of one outlet, and what must hold.

Belongs here: which figure stands for a balance, the sums, the faults. Never here: SQL (asking), lines (pages).

The general ledger has what stands now; what was booked behind the asked date is taken off it by its entries. So a wrong
row of the ledger shows on every date. Where the ledger keeps a balance for the whole bank, such as cash, an outlet's
part of it is what its entries come to.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from config.cli.books.pages import both_sides, yuan

SAVINGS = 2110
OWED_TO_CUSTOMERS = 2910


class Key(NamedTuple):
    """Which balance; 0 for what it is not split by. `item` is an outlet, a case, or of 2910 a contract."""

    account_code: int
    party: int
    lane_date: int
    item: int


class Moved(NamedTuple):
    """What entries for one outlet (0: for none) moved a balance by: debits less credits before and behind the asked
    dates, both within them.
    """

    outlet: int
    key: Key
    before_fen: int
    debit_fen: int
    credit_fen: int
    later_fen: int

    @property
    def closing_fen(self) -> int:
        """What entries come to at the end of the asked dates."""
        return self.before_fen + self.debit_fen - self.credit_fen


class OutletSums(NamedTuple):
    """An outlet's name, what its accounts have together now, and what the general ledger has for it."""

    name: str
    accounts_fen: int
    ledger_fen: int


@dataclass(frozen=True, slots=True)
class Books:
    """What was read, all as of one row."""

    as_of: int
    trade_date: int | None
    outlet: int | None  # whose page it is; None: the bank's
    moved: Sequence[Moved]
    ledger_fen: Mapping[Key, int]
    titles: Mapping[int, str]
    by_outlet: frozenset[int]  # codes of which the general ledger has a balance for each outlet
    outlets: Mapping[int, OutletSums]
    apart: Sequence[tuple[int, int, int]]  # the first accounts: what entries come to, what it has
    apart_count: int


class Line(NamedTuple):
    """One balance at the end of the asked dates, debits less credits, and what was moved within them."""

    key: Key
    opening_fen: int
    debit_fen: int
    credit_fen: int
    closing_fen: int


class Sides(NamedTuple):
    """Debit balances and credit balances together."""

    debit_fen: int
    credit_fen: int


@dataclass(frozen=True, slots=True)
class Balances:
    """The balances of a page; `by_outlet` of every outlet, 0 for what is of none."""

    books: Books
    lines: list[Line]
    by_outlet: dict[int, list[Line]]
    unlike: list[tuple[Key, int, int]]
    """Balances of which entries come to another figure than the ledger has: both."""

    @classmethod
    def of(cls, books: Books) -> "Balances":
        """Reckons them."""
        by_key: dict[Key, list[Moved]] = defaultdict(list)
        for moved in books.moved:
            by_key[moved.key].append(moved)
        whole = [_whole(books, key, by_key[key]) for key in sorted({*by_key, *books.ledger_fen})]
        closing_fen = {line.key: line.closing_fen for line in whole}
        by_outlet: dict[int, list[Line]] = defaultdict(list)
        for key in sorted(closing_fen):
            parts = by_key[key]
            if not parts and key.account_code in books.by_outlet and key.party <= 1:
                by_outlet[key.item].append(Line(key, 0, 0, 0, closing_fen[key]))
            of_outlets_fen = sum(part.closing_fen for part in parts if part.outlet)
            for part in parts:
                is_own = part.outlet == key.item != 0 and key.account_code in books.by_outlet
                rest_fen = closing_fen[key] if is_own else closing_fen[key] - of_outlets_fen
                fen = rest_fen if is_own or not part.outlet else part.closing_fen
                by_outlet[part.outlet].append(Line(key, part.before_fen, part.debit_fen, part.credit_fen, fen))
        entries_fen = {key: sum(part.closing_fen for part in by_key[key]) for key in closing_fen}
        unlike = [(key, entries_fen[key], fen) for key, fen in closing_fen.items() if entries_fen[key] != fen]
        lines = whole if books.outlet is None else by_outlet.get(books.outlet, [])
        return cls(books, lines, dict(by_outlet), unlike)

    def title(self, code: int) -> str:
        """Of an account of the general ledger."""
        return self.books.titles.get(code, "")

    def faults(self) -> list[str]:
        """What does not hold, each with both values; of one outlet only what is of it."""
        books, found = self.books, list[str]()
        sums = [(f"outlet {outlet}" if outlet else "no outlet", lines) for outlet, lines in self._asked_outlets()]
        for who, lines in [("the bank", self.lines) if books.outlet is None else ("the outlet", []), *sums]:
            debit_fen, credit_fen = sides(lines)
            if debit_fen != credit_fen:
                found.append(f"{who}: debits are {yuan(debit_fen)}, credits {yuan(credit_fen)}")
        keys = {line.key for line in self.lines}
        for key, entries_fen, has_fen in self.unlike:
            if key in keys:
                name = f"{key.account_code} {self.title(key.account_code)} {of_what(key, books.by_outlet)}".rstrip()
                found.append(f"{name}: entries come to {yuan(entries_fen)}, the general ledger has {yuan(has_fen)}")
        for outlet, each in books.outlets.items():
            if books.outlet in (None, outlet) and each.accounts_fen != each.ledger_fen:
                both = f"accounts have {yuan(each.accounts_fen)}, the general ledger {yuan(each.ledger_fen)}"
                found.append(f"outlet {outlet}: {both}")
        for account_no, entries_fen, has_fen in books.apart:
            found.append(f"account {account_no}: entries come to {yuan(entries_fen)}, it has {yuan(has_fen)}")
        if books.apart_count > len(books.apart):
            found.append(f"{books.apart_count:,} accounts in all")
        return found

    def adds_up_as(self) -> str:
        """What is equal, in figures."""
        debit_fen, credit_fen = sides(self.lines)
        return f"debits {yuan(debit_fen)}, credits {yuan(credit_fen)}"

    def _asked_outlets(self) -> list[tuple[int, list[Line]]]:
        return [
            (number, lines) for number, lines in sorted(self.by_outlet.items()) if self.books.outlet in (None, number)
        ]


def _whole(books: Books, key: Key, parts: Sequence[Moved]) -> Line:
    """The bank's balance: as the ledger has it, less what was booked behind the asked dates."""
    before_fen, debit_fen, credit_fen, later_fen = (
        sum(getattr(part, name) for part in parts) for name in ("before_fen", "debit_fen", "credit_fen", "later_fen")
    )
    return Line(key, before_fen, debit_fen, credit_fen, books.ledger_fen.get(key, 0) - later_fen)


def sides(lines: Sequence[Line]) -> Sides:
    """Debit balances and credit balances of lines."""
    both = [both_sides(line.closing_fen) for line in lines]
    return Sides(sum(debit for debit, _ in both), sum(credit for _, credit in both))


def of_what(key: Key, by_outlet: frozenset[int]) -> str:
    """What a balance is split by, in words."""
    is_outlet = key.account_code in by_outlet and key.party <= 1
    words = [f"outlet {key.item}"] if is_outlet and key.item else []
    if key.party > 1:
        words.append(f"broker {key.party}")
        item = "contract" if key.account_code == OWED_TO_CUSTOMERS else "case"
        words += [f"{item} {key.item}"] if key.item else []
    return " ".join([*words, *([str(key.lane_date)] if key.lane_date else [])])
