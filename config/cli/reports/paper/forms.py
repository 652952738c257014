"""What a report is made of: tables with columns, their rows and totals, and what these must come to.

Belongs here: the shape of a report, how a value is written in a cell. Never here: SQL (the reports), files and pages.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import NamedTuple

from config.cli.books.pages import yuan
from config.kit.printable import printable

Cell = str | int | None
Row = Sequence[Cell]
TOTAL = "合计"
SAYS = {True: "相符", False: "不符"}
ROWS_AT_ONCE = 4_096
"""So many are in memory together."""
LONG_DIGITS = 12
"""From here on a spreadsheet would show a number that identifies something as a power of ten, and round it."""


class Kind(Enum):
    """What a column holds: words; the number of something; how many; an amount in fen."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    FEN = "fen"


class Column(NamedTuple):
    """One column of a table. Counts and amounts are added up unless `is_summed` is false."""

    title: str
    kind: Kind = Kind.TEXT
    is_summed: bool = True

    @property
    def has_total(self) -> bool:
        """Whether there is a sum below it."""
        return self.is_summed and self.kind in (Kind.COUNT, Kind.FEN)

    @property
    def is_right(self) -> bool:
        """Whether its cells end together."""
        return self.kind in (Kind.COUNT, Kind.FEN)


class Check(NamedTuple):
    """Two figures that must be the same: what they are, and both values in fen, or as counts."""

    what: str
    here: int
    there: int
    kind: Kind = Kind.FEN

    @property
    def holds(self) -> bool:
        """Whether they are."""
        return self.here == self.there


CHECK_COLUMNS = (
    Column("核对事项"),
    Column("本表", Kind.FEN, is_summed=False),
    Column("对方", Kind.FEN, is_summed=False),
    Column("结果"),
)


@dataclass(slots=True)
class Sums:
    """The totals of a table so far, by place of the column, and how many rows it has."""

    columns: Sequence[Column]
    rows_count: int = 0
    by_place: list[int] = field(default_factory=list)
    _places: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.by_place = [0] * len(self.columns)
        self._places = [place for place, column in enumerate(self.columns) if column.has_total]

    def add(self, columns: Sequence[Sequence[Cell]]) -> None:
        """Some more rows, column by column."""
        self.rows_count += len(columns[0])
        for place in self._places:
            self.by_place[place] += sum(int(cell) for cell in columns[place] if cell)

    def of(self, title: str) -> int:
        """The sum of the column with this title."""
        return self.by_place[[column.title for column in self.columns].index(title)]

    def row(self) -> Row | None:
        """The row of totals; None where nothing is added up."""
        if not self._places:
            return None
        cells: list[Cell] = [fen if place in self._places else None for place, fen in enumerate(self.by_place)]
        first = next((place for place, column in enumerate(self.columns) if not column.has_total), None)
        if first is not None:
            cells[first] = TOTAL
        return cells


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. `name` stands in the name of its file, `title` above it; `rows` begins to read, some rows at
    a time: what is done with a column of many costs less than with each cell.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Callable[[], AsyncIterator[Sequence[Row]]]


AllSums = Mapping[str, Sums]
"""By the name of the table."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is handed on as one PDF, and one CSV for each table.

    `facts` stand under the title: of which date, broker, account. `checks` are made of the totals once all is read.
    """

    name: str
    title: str
    facts: Sequence[tuple[str, str]]
    tables: Sequence[Table]
    checks: Callable[[AllSums], Sequence[Check]] = lambda _sums: ()
    faults: Sequence[str] = ()
    """What else does not add up, in words, found while it was put together."""


def rows_of(rows: Iterable[Row]) -> Callable[[], AsyncIterator[Sequence[Row]]]:
    """Of rows that are here already, or made as they are asked for."""

    async def some_at_a_time() -> AsyncIterator[Sequence[Row]]:
        left = iter(rows)
        while some := list(islice(left, ROWS_AT_ONCE)):
            yield some

    return some_at_a_time


def _csv_words(values: Sequence[Cell]) -> list[str]:
    return ["" if value is None else printable(str(value)) for value in values]


def _csv_numbers(values: Sequence[Cell]) -> list[str]:
    """A tab stands in front of a long one that names something: spreadsheets then take it for text, and keep its last
    digits.
    """
    texts = ["" if value is None else str(value) for value in values]
    return [f"\t{text}" if len(text) >= LONG_DIGITS else text for text in texts]


def _csv_counts(values: Sequence[Cell]) -> list[str]:
    return ["" if value is None else str(value) for value in values]


def _csv_fens(values: Sequence[Cell]) -> list[str]:
    """Yuan with a point and no commas. Most are 0 in a wide table, and few below."""
    return ["0.00" if value == 0 else "" if value is None else _csv_fen(int(value)) for value in values]


def _csv_fen(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}" if fen >= 0 else f"-{-fen // 100}.{-fen % 100:02}"


CSV_COLUMNS: Mapping[Kind, Callable[[Sequence[Cell]], list[str]]] = {
    Kind.TEXT: _csv_words,
    Kind.NUMBER: _csv_numbers,
    Kind.COUNT: _csv_counts,
    Kind.FEN: _csv_fens,
}
"""The cells of a column as a CSV has them."""


def page_cell(kind: Kind, value: Cell) -> str:
    """As a page has it: amounts and counts with commas."""
    if value is None:
        return ""
    if kind is Kind.FEN:
        return yuan(int(value))
    if kind is Kind.COUNT:
        return f"{int(value):,}"
    return printable(str(value))
