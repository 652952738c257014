"""The mirror of securities: positions of securities accounts, in sorted pages, and of which day each account was told.

Belongs here: the rows, by account and security, as arrays and back. Never here: what becomes of a position and what may
be sold (rules.orders.mirror), whose a securities account is (book), who tells (the lines of a set).

A row is 32 bytes. An account that is known has a head, in front of its positions, with the date whose end its broker
told; one without a head is unknown, which is not the same as one that has nothing. A position of which all is 0 has no
row. Pages are full after a given number of rows, so that one more row moves no more than a page; one that is full is
parted, and two neighbours that together fill no half are joined. So pages are at most four times as many as they would
be if all were full. Which row is in which page hangs on how they came about: it is state. A bank without scheme A has
no page.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ledger.core.state.columns import IntColumn, LongColumn, NamedArrays, int_zeros, long_zeros
from protocol.errors import InvariantBroken
from rules.orders.mirror import Position

MIRROR_PAGE_ROWS = 2_048  # 64 KiB, and a slice of the state
MIRROR_ROWS_MAX = 2**22  # 128 MiB when all of them are used
HEAD = 0
"""In place of a security: no code is 0."""
UNKNOWN = 0
"""In place of a date."""
_MARKET_SHIFT = 56  # a securities account is below 2^53
_NUMBERS = 4
_SELLABLE, _BOUGHT_TODAY = 1, 3
_FIRST = attrgetter("first")


class Key(NamedTuple):
    """Where a row stands: of an account on a market, and a code as `number_of_code` has it."""

    account: int
    security: int


Row = tuple[int, int, int, int]
"""Of a position the numbers as the rules have them; of a head the date, and 0."""
_NO_KEY = Key(0, 0)


class _Place(NamedTuple):
    page: int
    row: int
    is_there: bool  # else it would stand in front of this row


@dataclass(slots=True)
class Page:
    """(MIRROR_PAGE_ROWS,) rows, of which some are used: ascending."""

    used: int = 0
    account: LongColumn = field(default_factory=lambda: long_zeros(MIRROR_PAGE_ROWS))
    security: LongColumn = field(default_factory=lambda: long_zeros(MIRROR_PAGE_ROWS))
    numbers: IntColumn = field(default_factory=lambda: int_zeros(_NUMBERS * MIRROR_PAGE_ROWS).reshape(-1, _NUMBERS))
    """(MIRROR_PAGE_ROWS, 4)."""
    first: Key = _NO_KEY
    """Of the first row, which is looked for more often than anything else."""

    def find(self, key: Key) -> tuple[int, bool]:
        """At which row it stands or would stand, and whether it does."""
        first, end = np.searchsorted(self.account[: self.used], (key.account, key.account + 1)).tolist()
        row = first + int(np.searchsorted(self.security[first:end], key.security))
        return row, row < end and int(self.security[row]) == key.security

    def insert(self, row: int, account: int, rows: Mapping[int, Row]) -> None:
        """By security, ascending, where there is room and nothing between them."""
        behind = slice(row + len(rows), self.used + len(rows))
        for column in self.columns():
            column[behind] = column[row : self.used].copy()
        here = slice(row, row + len(rows))
        self.account[here], self.security[here], self.numbers[here] = account, list(rows), list(rows.values())
        self.used += len(rows)
        self._look()

    def drop(self, first: int, end: int) -> None:
        """These rows are no more."""
        left = self.used - end
        for column in self.columns():
            column[first : first + left] = column[end : self.used].copy()
            column[first + left : self.used] = 0
        self.used = first + left
        self._look()

    def part(self) -> "Page":
        """Give the upper half to a page of its own."""
        upper, half = Page(), self.used // 2
        upper.take(self.columns(), half, self.used)
        self.drop(half, self.used)
        return upper

    def take(self, columns: Sequence[npt.NDArray[np.signedinteger]], first: int, end: int) -> None:
        """Append these rows of other columns."""
        for column, theirs in zip(self.columns(), columns, strict=True):
            column[self.used : self.used + end - first] = theirs[first:end]
        self.used += end - first
        self._look()

    def columns(self) -> list[npt.NDArray[np.signedinteger]]:
        """As slices of the state and snapshots have them."""
        return [self.account, self.security, self.numbers]

    def _look(self) -> None:
        self.first = Key(int(self.account[0]), int(self.security[0]))


def account_on(market: int, number: int) -> int:
    """A securities account, by its market and its packed number."""
    return market << _MARKET_SHIFT | number


def _row(position: Position) -> Row:
    return position.holding, position.sellable, position.held, position.bought_today


@dataclass(slots=True)
class Mirror:
    """Of all securities accounts of customers of scheme A."""

    pages: list[Page] = field(default_factory=list)
    """In the order of their rows; none is empty."""
    rows: int = 0

    def told_for(self, account: int) -> int:
        """The date whose end was told last of an account; UNKNOWN: nobody knows what it has."""
        place = self._find(Key(account, HEAD))
        return int(self.pages[place.page].numbers[place.row, 0]) if place.is_there else UNKNOWN

    def position(self, account: int, security: int) -> Position | None:
        """None: nobody knows."""
        place = self._find(Key(account, security))
        if place.is_there:
            return Position(*self.pages[place.page].numbers[place.row].tolist())
        return Position() if self.told_for(account) != UNKNOWN else None

    def positions_of(self, account: int) -> dict[int, Position] | None:
        """By security, those of which there is something; None: nobody knows."""
        rows = list(self._rows_of(account))
        if not rows:
            return None
        return {security: Position(*numbers) for security, numbers in rows[1:]}

    def put(self, account: int, security: int, position: Position) -> None:
        """This has become of a position. Without room for it nobody knows any more what the account has. Raises
        InvariantBroken of an account that nobody knows."""
        key = Key(account, security)
        place = self._find(key)
        if not place.is_there and self.told_for(account) == UNKNOWN:
            raise InvariantBroken("a position of a securities account that nobody has told")
        if position == Position():
            if place.is_there:
                self._drop(place.page, place.row, place.row + 1)
        elif place.is_there:
            self.pages[place.page].numbers[place.row] = _row(position)
        elif self.rows >= MIRROR_ROWS_MAX:
            self.forget(account)
        else:
            self._insert(account, {security: _row(position)})

    def tell(self, account: int, trade_date: int, positions: Mapping[int, Position]) -> None:
        """This is what an account has, by what was told of the end of a date: what is not named is 0. Without room for
        it nobody knows."""
        self.forget(account)
        rows: dict[int, Row] = {HEAD: (trade_date, 0, 0, 0)}
        rows |= {
            security: _row(positions[security]) for security in sorted(positions) if positions[security] != Position()
        }
        if self.rows + len(rows) > MIRROR_ROWS_MAX:
            return
        left, piece = iter(rows.items()), max(1, MIRROR_PAGE_ROWS // 2)
        while some := dict(islice(left, piece)):
            self._insert(account, some)

    def forget(self, account: int) -> None:
        """Nobody knows any more what an account has."""
        place = self._find(Key(account, HEAD))
        while place.is_there:
            page = self.pages[place.page]
            self._drop(place.page, place.row, int(np.searchsorted(page.account[: page.used], account + 1)))
            rest = next(self._rows_of(account), None)
            if rest is None:
                return
            place = self._find(Key(account, rest[0]))

    def roll(self) -> None:
        """A later date is opened: each position as the rules have it, and all at once."""
        for page in self.pages:
            page.numbers[:, _SELLABLE] += page.numbers[:, _BOUGHT_TODAY]
            page.numbers[:, _BOUGHT_TODAY] = 0

    def to_arrays(self) -> NamedArrays:
        """Nothing where nobody is known."""
        if not self.pages:
            return {}
        used = np.array([page.used for page in self.pages], np.int32)
        columns = zip(*([column[: page.used] for column in page.columns()] for page in self.pages), strict=True)
        names = ("mirror_accounts", "mirror_securities", "mirror_numbers")
        return {"mirror_pages": used, **dict(zip(names, map(np.concatenate, columns), strict=True))}

    @staticmethod
    def from_arrays(arrays: NamedArrays) -> "Mirror":
        """What `to_arrays` described. Raises KeyError or ValueError when it is none of that."""
        mirror, first = Mirror(), 0
        if "mirror_pages" not in arrays:
            return mirror
        accounts, securities = arrays["mirror_accounts"], arrays["mirror_securities"]
        numbers = arrays["mirror_numbers"].reshape(-1, _NUMBERS)
        for used in arrays["mirror_pages"].tolist():
            page = Page()
            page.take((accounts, securities, numbers), first, first + used)
            mirror.pages.append(page)
            first += used
        mirror.rows = first
        return mirror

    def _find(self, key: Key) -> _Place:
        place = bisect_right(self.pages, key, key=_FIRST) - 1
        if place < 0:
            return _Place(0, 0, False)
        return _Place(place, *self.pages[place].find(key))

    def _rows_of(self, account: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Those of an account that are left, its head among them."""
        begin = self._find(Key(account, HEAD))
        for at in count(begin.page):
            if at >= len(self.pages):
                return
            page = self.pages[at]
            first, end = np.searchsorted(page.account[: page.used], (account, account + 1)).tolist()
            for row in range(first, end):
                yield int(page.security[row]), tuple(page.numbers[row].tolist())
            if end < page.used:
                return

    def _insert(self, account: int, rows: Mapping[int, Row]) -> None:
        """By security, ascending; nothing is between them, and they are no more than half a page."""
        if not self.pages:
            self.pages.append(Page())
        key = Key(account, next(iter(rows)))
        place = self._find(key)
        if self.pages[place.page].used + len(rows) > MIRROR_PAGE_ROWS:
            self.pages.insert(place.page + 1, self.pages[place.page].part())
            place = self._find(key)
        self.pages[place.page].insert(place.row, account, rows)
        self.rows += len(rows)
        self._join(place.page)

    def _drop(self, place: int, first: int, end: int) -> None:
        self.pages[place].drop(first, end)
        self.rows -= end - first
        if not self.pages[place].used:
            del self.pages[place]
        self._join(place)

    def _join(self, place: int) -> None:
        """Neighbours about this place that together fill no half are one."""
        for lower in (place + 1, place, place - 1, place - 2):
            if 0 <= lower < len(self.pages) - 1:
                both = self.pages[lower].used + self.pages[lower + 1].used
                if both <= MIRROR_PAGE_ROWS // 2:
                    upper = self.pages.pop(lower + 1)
                    self.pages[lower].take(upper.columns(), 0, upper.used)
