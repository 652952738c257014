"""Where rows lie: which sequences each trade date has, and the frames of closed dates, so that a look-up reads little.

Belongs here: the SQL that finds the partition of a row and the pages of the frame index. Never here: rows themselves
(journal), what a look-up concludes (lookup). Nothing that is told here is believed: whoever asks reads the row.

The journal has a partition for each trade date. A row is found by its sequence alone only in all of them; after some
years that is slower by hundreds of times than in the one that has it.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import asyncpg

SPANS_AT_ONCE = 64  # partitions asked in one statement
_PARTITIONS = """
SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'journal'::regclass ORDER BY 1
"""
_KNOWN = """
SELECT entries FROM frame_index
WHERE shard = $1 AND trade_date = $2 AND seat = $3 AND first_number <= $4
ORDER BY first_number DESC LIMIT 1
"""
_FORGET = "DELETE FROM frame_index WHERE shard = $1 AND trade_date = $2"
_INDEX_COLUMNS = ("shard", "trade_date", "seat", "first_number", "entries")
IndexPage = tuple[int, int, bytes]
"""Seat, first number of the first entry, entries."""


@dataclass(frozen=True, slots=True)
class DateSpan:
    """The lowest and highest sequence among the rows of a trade date; of the open one the highest grows."""

    trade_date: int
    first: int
    last: int


class Places:
    """Asks over the reader's connection, in the reader's turns. The spans are read when they are first wanted, and
    again when they are too old.
    """

    def __init__(self, reading: asyncpg.Connection, turn: asyncio.Lock, shard: int) -> None:
        self._reading = reading
        self._turn = turn
        self._shard = shard
        self._spans: list[DateSpan] | None = None

    def forget(self) -> None:
        """What is known of the dates is too old."""
        self._spans = None

    async def spans(self) -> list[DateSpan]:
        """Every trade date that has rows, ascending."""
        if self._spans is None:
            async with self._turn:
                names = [row["name"] for row in await self._reading.fetch(_PARTITIONS)]
                found: list[DateSpan] = []
                for start in range(0, len(names), SPANS_AT_ONCE):
                    part = names[start : start + SPANS_AT_ONCE]
                    found += [DateSpan(*row) for row in await self._reading.fetch(_spans_of(part), self._shard)]
            self._spans = sorted(found, key=lambda span: span.trade_date)
        return self._spans

    async def span_of(self, trade_date: int) -> DateSpan | None:
        """The span of a trade date that is closed, None when it has no rows."""
        spans = await self.spans()
        if not spans or trade_date >= spans[-1].trade_date:  # it may have been open when the spans were read
            self.forget()
            spans = await self.spans()
        return next((span for span in spans if span.trade_date == trade_date), None)

    async def date_of(self, sequence: int) -> int:
        """The trade date in which a row stands, or an earlier one when the spans are old; 0 when no date is known."""
        spans = await self.spans()
        place = bisect_right([span.first for span in spans], sequence)
        return spans[place - 1].trade_date if place else 0

    async def entries_of(self, trade_date: int, seat: int, number: int) -> bytes | None:
        """The page of the frame index in which a number of a closed date would stand, None when there is none."""
        async with self._turn:
            record = await self._reading.fetchrow(_KNOWN, self._shard, trade_date, seat, number)
        return bytes(record["entries"]) if record is not None else None

    async def keep_index(self, trade_date: int, pages: Iterable[IndexPage]) -> None:
        """Writes the frame index of a closed date in place of what there was."""
        rows = ((self._shard, trade_date, *page) for page in pages)
        async with self._turn, self._reading.transaction():
            await self._reading.execute(_FORGET, self._shard, trade_date)
            await self._reading.copy_records_to_table("frame_index", records=rows, columns=_INDEX_COLUMNS)


def _spans_of(names: list[str]) -> str:
    """One statement for many partitions; each is asked by its own index. The names are PostgreSQL's own, quoted."""
    asked = (
        f"SELECT (SELECT trade_date FROM {name} LIMIT 1) AS trade_date, "  # noqa: S608
        f"(SELECT min(sequence) FROM {name} WHERE shard = $1) AS first, "
        f"(SELECT max(sequence) FROM {name} WHERE shard = $1) AS last"
        for name in names
    )
    return f"SELECT * FROM ({' UNION ALL '.join(asked)}) spans WHERE first IS NOT NULL"  # noqa: S608
