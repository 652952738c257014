"""Securities: what each is from a date on, its limits of the open date and of a later one, whether it is suspended.

Belongs here: the columns, which version stands where, the roll's shift of limits, signed lists that are to be told, as
arrays and back. Never here: which version holds and what may be one (rules.orders.securities), who registers (control).

A security keeps its row for ever; its versions are rows of a table that is sorted by security, first day and number, so
that those of one stand together. The columns are as long as there are securities or versions: registering makes them
anew, setting limits does not.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

import msgspec
import numpy as np

from ledger.core.state.columns import ByteColumn, IntColumn, LongColumn, NamedArrays, byte_zeros, int_zeros, long_zeros
from protocol.trade_dates import trade_day
from rules.orders.securities import Limits, Lots, Terms, Version, replaced_for_good, standing

OPEN, NEXT = 0, 1  # of the dates that limits are kept of: the open one, and a later one
FACTS, FIRST_DATE = 14, 12  # numbers of a version, and where its first date stands, see `_facts`
_LIMITS = len(Limits._fields)
_DAY_SHIFT, _ROW_SHIFT = 31, 46  # a number below 2^31, a day below 2^15, a row below 2^17
_NUMBER_MASK = (1 << _DAY_SHIFT) - 1
_DAY_MASK = (1 << (_ROW_SHIFT - _DAY_SHIFT)) - 1
_CODE_BYTES = 8
COLUMNS = ("market", "code", "suspended", "limit_dates", "limits")
VERSION_COLUMNS = ("version_keys", "version_facts")

Named = tuple[int, int]
"""A market, and a code as `number_of_code` has it."""


def number_of_code(code: str) -> int:
    """The eight bytes that a record has of a code, as one number."""
    return int.from_bytes(code.encode("ascii").ljust(_CODE_BYTES, b"\0"), "little")


def code_of_number(number: int) -> str:
    """The code of `number_of_code`."""
    return number.to_bytes(_CODE_BYTES, "little").rstrip(b"\0").decode("ascii")


class SignedList(msgspec.Struct, array_like=True, frozen=True):
    """A list that two people have signed, as far as its lines were not told yet."""

    number: int  # of the act
    trade_date: int  # of limits; 0: it is of versions
    told: int  # lines so far
    left: int
    rest: bytes  # the digest of those that are left
    last_date: int  # the last trade date on which it may be told


_lists = msgspec.msgpack.Decoder(tuple[int, list[SignedList]])


@dataclass(slots=True)
class Securities:
    """Every security that was ever registered, by row, and its versions that have not given way."""

    given: int = 0
    """Versions that ever came about."""
    market: ByteColumn = field(default_factory=lambda: byte_zeros(0))
    code: LongColumn = field(default_factory=lambda: long_zeros(0))
    suspended: ByteColumn = field(default_factory=lambda: byte_zeros(0))
    limit_dates: IntColumn = field(default_factory=lambda: int_zeros(0).reshape(0, 2))
    """(n, 2): of OPEN and NEXT, 0 where there are no limits."""
    limits: IntColumn = field(default_factory=lambda: int_zeros(0).reshape(0, 2, _LIMITS))
    """(n, 2, 3): low, high and accrued interest of each."""
    version_keys: LongColumn = field(default_factory=lambda: long_zeros(0))
    """(m,) ascending: row of the security, first day, number."""
    version_facts: IntColumn = field(default_factory=lambda: int_zeros(0).reshape(0, FACTS))
    lists: dict[int, SignedList] = field(default_factory=dict)
    """By the number of their act."""
    made: list[tuple[int, Version]] = field(default_factory=list)
    """Row and version of what came about in the journal row under way: no part of the state."""
    _rows: dict[Named, int] = field(default_factory=dict)
    _places: dict[int, int] = field(default_factory=dict)
    """Number of a version → its place in the table; made when it is asked, for the table that stands."""

    def begin_row(self) -> None:
        """Nothing has come about in the next journal row."""
        self.made = []

    def find(self, named: Named) -> int:
        """The row of a security, −1 for none."""
        return self._rows.get(named, -1)

    def versions_of(self, row: int) -> list[Version]:
        """The versions of a security that have not given way; none of the row −1."""
        edges = np.array([row << _ROW_SHIFT, (row + 1) << _ROW_SHIFT], np.int64)
        first, end = np.searchsorted(self.version_keys, edges).tolist()
        keys, facts = self.version_keys[first:end].tolist(), self.version_facts[first:end].tolist()
        return [Version(key & _NUMBER_MASK, _terms(each)) for key, each in zip(keys, facts, strict=True)]

    def limits_of(self, row: int) -> dict[int, Limits]:
        """Date → limits of a security; none of the row −1."""
        if row < 0:
            return {}
        dates, limits = self.limit_dates[row].tolist(), self.limits[row].tolist()
        return {date: Limits(*each) for date, each in zip(dates, limits, strict=True) if date}

    def put(
        self, lines: Iterable[tuple[Named, Terms]], open_date: int, of_orders: Collection[int] = frozenset()
    ) -> None:
        """Each is a new version of its security, but where it says what stands. What is replaced for good gives way,
        unless its number is one `of_orders` that are kept."""
        found: dict[int, list[Version]] = {}
        for named, terms in lines:
            row = self._rows.setdefault(named, len(self._rows))
            versions = found.setdefault(row, self.versions_of(row))
            if standing(terms.first_date, versions) == terms:
                continue
            self.given += 1
            versions.append(Version(self.given, terms))
            self.made.append((row, versions[-1]))
        self._lengthen()
        self._set_versions({row: _left(versions, open_date, of_orders) for row, versions in found.items()})

    def set_limits(self, row: int, trade_date: int, limits: Limits, open_date: int) -> None:
        """These are the limits of a security on the open date, or on a later one in place of another later one."""
        place = OPEN if trade_date == open_date else NEXT
        self.limit_dates[row, place], self.limits[row, place] = trade_date, limits

    def roll(self, trade_date: int) -> None:
        """A date is opened: limits that were for it are those of the open date, what is past is dropped."""
        comes = self.limit_dates[:, NEXT] == trade_date
        self.limit_dates[:, OPEN] = np.where(comes, trade_date, 0)
        self.limits[:, OPEN] = np.where(comes[:, None], self.limits[:, NEXT], 0)
        is_past = self.limit_dates[:, NEXT] <= trade_date
        self.limit_dates[is_past, NEXT], self.limits[is_past, NEXT] = 0, 0
        self.lists = {number: each for number, each in self.lists.items() if trade_date <= each.last_date}

    def rows_and_days(self) -> tuple[LongColumn, LongColumn]:
        """(m,) security and first day of each version, as the table is sorted by them."""
        return self.version_keys >> _ROW_SHIFT, self.version_keys >> _DAY_SHIFT & _DAY_MASK

    def numbers(self) -> LongColumn:
        """(m,) number of each version, as the table is sorted."""
        return self.version_keys & _NUMBER_MASK

    def terms_of(self, number: int) -> Terms:
        """What a version says that is kept, by its number. Raises KeyError without one."""
        return _terms(self.version_facts[self._place_of(number)].tolist())

    def named_by(self, number: int) -> Named:
        """The security of a version that is kept, by its number. Raises KeyError without one."""
        row = int(self.version_keys[self._place_of(number)]) >> _ROW_SHIFT
        return int(self.market[row]), int(self.code[row])

    def first_days(self) -> LongColumn:
        """(m,) first day of each version, as it says itself."""
        known, places = np.unique(self.version_facts[:, FIRST_DATE], return_inverse=True)
        return np.array([trade_day(date) for date in known.tolist()], np.int64)[places]

    def encoded_lists(self) -> bytes:
        """The signed lists, and how many versions came about, as MessagePack."""
        return msgspec.msgpack.encode((self.given, [self.lists[number] for number in sorted(self.lists)]))

    def to_arrays(self) -> NamedArrays:
        """All of it; nothing where there never was any."""
        if not self.given and not self.lists:
            return {}
        arrays: NamedArrays = {f"security_{name}": getattr(self, name) for name in (*COLUMNS, *VERSION_COLUMNS)}
        return {"security_lists": np.frombuffer(self.encoded_lists(), np.int8), **arrays}

    @staticmethod
    def from_arrays(arrays: NamedArrays) -> "Securities":
        """What `to_arrays` described. Raises DecodeError or KeyError when it is none of that."""
        if "security_lists" not in arrays:
            return Securities()
        given, lists = _lists.decode(arrays["security_lists"].tobytes())
        securities = Securities(given=given, lists={each.number: each for each in lists})
        for name in (*COLUMNS, *VERSION_COLUMNS):
            empty = getattr(securities, name)
            setattr(securities, name, arrays[f"security_{name}"].astype(empty.dtype).reshape(-1, *empty.shape[1:]))
        named = zip(securities.market.tolist(), securities.code.tolist(), strict=True)
        securities._rows = {each: row for row, each in enumerate(named)}
        return securities

    def _place_of(self, number: int) -> int:
        if len(self._places) != len(self.version_keys):
            self._places = {each: place for place, each in enumerate(self.numbers().tolist())}
        return self._places[number]

    def _lengthen(self) -> None:
        """Make columns of securities as long as there are rows."""
        new = list(islice(self._rows, len(self.code), None))
        if not new:
            return
        for name in COLUMNS:
            column = getattr(self, name)
            more = np.zeros((len(new), *column.shape[1:]), column.dtype)
            setattr(self, name, np.concatenate((column, more)))
        self.market[-len(new) :], self.code[-len(new) :] = zip(*new, strict=True)

    def _set_versions(self, found: Mapping[int, list[Version]]) -> None:
        """These are the versions of these securities. The rest of the table is copied and not sorted again."""
        self._places = {}
        edges = np.array(sorted(found), np.int64) << _ROW_SHIFT
        first = np.searchsorted(self.version_keys, edges)
        end = np.searchsorted(self.version_keys, edges + (1 << _ROW_SHIFT))
        if (first < end).any():
            gone = np.concatenate([np.arange(*each) for each in zip(first.tolist(), end.tolist(), strict=True)])
            self.version_keys = np.delete(self.version_keys, gone)
            self.version_facts = np.delete(self.version_facts, gone, axis=0)
        rows = sorted((_key(row, each), _facts(each.terms)) for row, versions in found.items() for each in versions)
        keys = np.array([key for key, _ in rows], np.int64)
        places = np.searchsorted(self.version_keys, keys)
        self.version_keys = np.insert(self.version_keys, places, keys)
        self.version_facts = np.insert(self.version_facts, places, [facts for _, facts in rows], axis=0)


def _left(versions: list[Version], open_date: int, of_orders: Collection[int]) -> list[Version]:
    gone = {each.number for each in replaced_for_good(versions, open_date)} - set(of_orders)
    return [each for each in versions if each.number not in gone]


def _key(row: int, version: Version) -> int:
    return row << _ROW_SHIFT | trade_day(version.terms.first_date) << _DAY_SHIFT | version.number


def _facts(terms: Terms) -> list[int]:
    counts = (terms.product, terms.multiplier, *terms.buy, *terms.sell)
    return [*counts, terms.odd_lots, terms.tick, terms.par, terms.sold_at_once, terms.first_date, terms.last_date]


def _terms(facts: list[int]) -> Terms:
    product, multiplier, *lots = facts[:8]
    odd_lots, tick, par, sold_at_once, first_date, last_date = facts[8:]
    sides = Lots(*lots[:3]), Lots(*lots[3:])
    return Terms(product, multiplier, *sides, bool(odd_lots), tick, par, bool(sold_at_once), first_date, last_date)
