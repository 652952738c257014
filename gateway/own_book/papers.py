"""What orders through the bank are reckoned by, as the gateway's own book was told: fee tables, securities, interest.

An order has what was newest in front of its own journal row. What is told live may be here before what is older and is
fed, so each entry keeps its place in the journal and is looked up when it is asked for.

Belongs here: these entries, which an order has, what no order will have, as arrays and back. Never here: what is
charged (fees), whether an order may be (ledger), orders (orders).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gateway.own_book.fees import FEES, NUMBERS, Numbers
from protocol.errors import InvariantBroken
from protocol.messages.orders.fees import SetFees, components_of
from protocol.messages.orders.securities import RegisterSecurities, SetPrices
from protocol.vocabulary import LineSide

_CODE_BYTES = 8
_TABLES, _DATED, _PRICED = "paper_tables", ("paper_fees", "paper_versions"), "paper_interest"
NAMES = (_TABLES, *_DATED, _PRICED)
"""Of the arrays that it makes."""


class Place(NamedTuple):
    """Where something stands in the journal."""

    row: int
    frame: int  # among those of the row


class Dated(NamedTuple):
    """What holds from a date on: of fees the number of a table, of a security its product, units and par."""

    first_date: int
    place: Place
    told: tuple[int, int, int]


class Ordered(NamedTuple):
    """What an order names."""

    party: int  # the broker of its contract
    market: int
    security: int  # as `number_of` has it
    trade_date: int


class Found(NamedTuple):
    """What a buy is reckoned by."""

    table: int  # its number, from 1
    units: int  # in one of quantity
    par: int  # of a unit
    accrued: int  # interest for a unit


def number_of(code: str) -> int:
    """The eight bytes that a record has of a security's code, as one number."""
    return int.from_bytes(code.encode("ascii").ljust(_CODE_BYTES, b"\0"), "little")


@dataclass(slots=True)
class Papers:
    """Nothing in a bank through which nobody orders."""

    tables: Numbers = field(default_factory=lambda: np.zeros((0, FEES, NUMBERS), np.int64))
    """By number less 1; longer than there are, so that growing is paid once for each."""
    _tables: int = 0
    _fees: dict[tuple[int, ...], list[Dated]] = field(default_factory=dict)  # by party, market, product and side
    _versions: dict[tuple[int, ...], list[Dated]] = field(default_factory=dict)  # by market and security
    _interest: dict[tuple[int, ...], dict[Place, int]] = field(default_factory=dict)  # by these and trade date
    _last_row: int = 0  # that has told anything
    _newest: dict[Ordered, Found] = field(default_factory=dict)  # for orders behind that row

    def hear(self, message: SetFees | RegisterSecurities | SetPrices, place: Place, *, is_last: bool) -> None:
        """What the bank has set. `is_last`: nothing of an earlier row comes any more, and each order of one was found,
        so that what this follows for good is not kept.
        """
        match message:
            case SetFees(first_date=first_date):
                key = (message.party, message.market, message.product, message.side)
                _put(self._fees, key, Dated(first_date, place, (self._keep(message), 0, 0)), is_last)
            case RegisterSecurities(versions=versions):
                for each in versions:  # of two from one date the later one counts
                    told = Dated(each.first_date, place, (each.product, each.multiplier, each.par))
                    _put(self._versions, (each.market, number_of(each.security)), told, is_last)
            case SetPrices(trade_date=trade_date, prices=prices):
                for line in prices:
                    interest = self._interest.setdefault((line.market, number_of(line.security), trade_date), {})
                    if is_last:
                        interest.clear()
                    interest[place] = line.accrued
        self._changed(place)

    def _keep(self, message: SetFees) -> int:
        """Returns the number of the table."""
        if self._tables == len(self.tables):
            self.tables = np.concatenate((self.tables, np.zeros((self._tables + 1, FEES, NUMBERS), np.int64)))
        self.tables[self._tables] = [
            (fee.on_turnover, fee.on_par, fee.a_unit, fee.flat_fen, fee.least_fen, fee.most_fen)
            for fee in components_of(message)
        ]
        self._tables += 1
        return self._tables

    def found(self, ordered: Ordered, row: int) -> Found:
        """What a buy has that was taken in a journal row. Raises InvariantBroken where nothing was told of it."""
        if row <= self._last_row:
            return self._look_up(ordered, row)
        found = self._newest.get(ordered)
        if found is None:
            found = self._newest[ordered] = self._look_up(ordered, row)
        return found

    def forget(self, open_date: int, used: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """Drop what no order of this date or a later one will have. `used`: numbers of tables that kept orders have.

        Returns: by number of a table the number that it has from now on. All orders of earlier rows have been found.
        """
        for kept in (self._fees, self._versions):
            for key, told in kept.items():
                kept[key] = [each for each in told if not any(_takes_its_place(x, each, open_date) for x in told)]
        self._interest = {key: told for key, told in self._interest.items() if key[-1] >= open_date}
        charged = [each.told[0] for told in self._fees.values() for each in told]
        numbers = np.unique(np.concatenate((used.astype(np.int64), np.array(charged, np.int64))))
        numbers = numbers[numbers > 0]
        again = np.zeros(self._tables + 1, np.int32)
        again[numbers] = np.arange(1, len(numbers) + 1)
        self.tables, self._tables = self.tables[numbers - 1], len(numbers)
        for key, told in self._fees.items():
            self._fees[key] = [each._replace(told=(int(again[each.told[0]]), 0, 0)) for each in told]
        self._newest.clear()
        return again

    def arrays(self) -> dict[str, npt.NDArray[np.signedinteger]]:
        """All of it; nothing where nothing was told."""
        if not self._last_row:
            return {}
        dated = [
            [(*key, each.first_date, *each.place, *each.told) for key, told in kept.items() for each in told]
            for kept in (self._fees, self._versions)
        ]
        priced = [(*key, *place, fen) for key, told in self._interest.items() for place, fen in told.items()]
        rows = {name: np.array(each, np.int64) for name, each in zip(_DATED, dated, strict=True)}
        return {_TABLES: self.tables[: self._tables].copy(), **rows, _PRICED: np.array(priced, np.int64)}

    @staticmethod
    def from_arrays(arrays: dict[str, npt.NDArray[np.signedinteger]]) -> "Papers":
        """What `arrays` described. Raises KeyError or ValueError for arrays that do not fit."""
        papers = Papers()
        if _TABLES not in arrays:
            return papers
        papers.tables = arrays[_TABLES].astype(np.int64).reshape(-1, FEES, NUMBERS)
        papers._tables = len(papers.tables)
        for name, kept in zip(_DATED, (papers._fees, papers._versions), strict=True):
            for *key, first_date, row, frame, one, two, three in arrays[name].tolist():
                kept.setdefault(tuple(key), []).append(Dated(first_date, Place(row, frame), (one, two, three)))
                papers._changed(Place(row, frame))
        for *key, row, frame, accrued in arrays[_PRICED].tolist():
            papers._interest.setdefault(tuple(key), {})[Place(row, frame)] = accrued
            papers._changed(Place(row, frame))
        if any(not 1 <= each.told[0] <= papers._tables for told in papers._fees.values() for each in told):
            raise ValueError("a fee table that is not there")
        return papers

    def _look_up(self, ordered: Ordered, row: int) -> Found:
        party, market, security, trade_date = ordered
        version = _newest(self._versions.get((market, security), ()), trade_date, row)
        interest = self._interest.get((market, security, trade_date), {})
        behind = max((place for place in interest if place.row < row), default=None)
        if version is not None and behind is not None:
            product, units, par = version.told
            fees = _newest(self._fees.get((party, market, product, LineSide.BUY), ()), trade_date, row)
            if fees is not None:
                return Found(fees.told[0], units, par, interest[behind])
        raise InvariantBroken(f"book: row {row} took an order that nothing was told of: {ordered}")

    def _changed(self, place: Place) -> None:
        self._last_row = max(self._last_row, place.row)
        self._newest.clear()


def _put(kept: dict[tuple[int, ...], list[Dated]], key: tuple[int, ...], told: Dated, is_last: bool) -> None:
    """Beside the others of its key; in place of those that it follows for good, and of one of the same frame."""
    stay = [
        each
        for each in kept.get(key, ())
        if each.first_date != told.first_date or not (is_last or each.place == told.place)
    ]
    kept[key] = [*stay, told]


def _newest(told: Iterable[Dated], trade_date: int, row: int) -> Dated | None:
    """What an order of a date has that was taken in a row: of what was told in front of it, the last to begin."""
    begun = (each for each in told if each.first_date <= trade_date and each.place.row < row)
    return max(begun, key=lambda each: each[:2], default=None)


def _takes_its_place(other: Dated, told: Dated, open_date: int) -> bool:
    """Whether another one holds for every order of this date or a later one."""
    if other.first_date == told.first_date:
        return other.place > told.place
    return told.first_date < other.first_date <= open_date
