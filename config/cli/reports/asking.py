"""What several reports ask the read model: which dates, brokers and outlets there are, rows one after the other.

Belongs here: SQL of more than one report. Never here: the connection (config.cli.books.read_model), what one says.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import NamedTuple

import asyncpg

from config.cli.books.read_model import beside
from config.cli.reports.paper.forms import ROWS_AT_ONCE
from config.kit.exit_codes import ExitCode, ProcessFault
from protocol.vocabulary import BANK_PARTY, OutletLevel

_BANK = "SELECT name FROM parties WHERE party = $1"
_AS_OF_AT = "SELECT decided_at FROM bank_as_of"
_DATES = "SELECT trade_date FROM rolls UNION SELECT trade_date FROM journal WHERE sequence = 1 ORDER BY 1"
# A broker has a lane of a date that is signed off when it was told so; of one that is not, each broker has.
_BROKERS = """
SELECT p.party, p.name, p.seats
FROM parties p
WHERE p.role = 2
  AND (EXISTS (SELECT FROM feed_entries f WHERE f.party = p.party AND f.kind = 2 AND f.trade_date = $1)
       OR NOT EXISTS (SELECT FROM feed_entries f WHERE f.kind = 2 AND f.trade_date = $1))
ORDER BY p.party
"""
_OUTLETS = "SELECT number, level, parent, name FROM outlets ORDER BY number"


class Broker(NamedTuple):
    """A broker that has a lane of a date."""

    party: int
    name: str
    seats: Sequence[int]


class Place(NamedTuple):
    """Where an outlet stands: its branch 分行, its sub-branch 支行 and itself, by number and name."""

    branch: str
    sub_branch: str
    outlet: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a report is made for: the connection within its transaction, the row, the zone of times."""

    connection: asyncpg.Connection
    command: str
    as_of: int
    zone: tzinfo
    dsn: str

    def wrong(self, reason: str) -> ProcessFault:
        """What was asked for cannot be."""
        return ProcessFault(f"{self.command}: {reason}", ExitCode.USAGE)

    @asynccontextmanager
    async def beside(self) -> AsyncIterator["Asked"]:
        """To ask as of the same row at the same time."""
        async with beside(self.dsn, self.connection, self.command) as connection:
            yield replace(self, connection=connection)

    async def stream(self, statement: str, *values: object) -> AsyncIterator[list[asyncpg.Record]]:
        """The rows of a statement, some at a time: they are never all in memory."""
        cursor = await self.connection.cursor(statement, *values)
        while rows := await cursor.fetch(ROWS_AT_ONCE):
            yield rows

    async def bank_name(self) -> str:
        """Of the bank."""
        return await self.connection.fetchval(_BANK, BANK_PARTY) or ""

    async def as_of_at(self) -> datetime:
        """When the last row that is shown was decided. Raises ProcessFault UNAVAILABLE before there is any."""
        at: datetime | None = await self.connection.fetchval(_AS_OF_AT)
        if at is None or self.as_of == 0:
            raise ProcessFault(f"{self.command}: the read model is empty", ExitCode.UNAVAILABLE)
        return at.astimezone(self.zone)

    async def dates(self) -> list[int]:
        """Every trade date that this bank ever opened."""
        return [row[0] for row in await self.connection.fetch(_DATES)]

    async def known_date(self, trade_date: int) -> int:
        """The same. Raises ProcessFault USAGE when the bank never opened it."""
        dates = await self.dates()
        if trade_date not in dates:
            raise self.wrong(f"{trade_date} is no trade date of this bank, whose dates are {_spoken(dates)}")
        return trade_date

    async def dates_of_month(self, month: int) -> list[int]:
        """The trade dates of a month yyyymm. Raises ProcessFault USAGE when there is none."""
        dates = await self.dates()
        found = [date for date in dates if date // 100 == month]
        if not found:
            raise self.wrong(f"{month} has no trade date of this bank, whose dates are {_spoken(dates)}")
        return found

    async def brokers(self, trade_date: int) -> list[Broker]:
        """Those that have a lane of the date."""
        return [Broker(*row) for row in await self.connection.fetch(_BROKERS, trade_date)]

    async def places(self) -> Mapping[int, Place]:
        """Where each registered outlet stands."""
        outlets = {row[0]: row for row in await self.connection.fetch(_OUTLETS)}
        return {number: _place(outlets, number) for number in outlets}


def _place(outlets: Mapping[int, asyncpg.Record], number: int) -> Place:
    names = dict.fromkeys(OutletLevel, "")
    while number in outlets:
        _, level, parent, name = outlets[number]
        names[OutletLevel(level)] = f"{number} {name}".rstrip()
        number = parent
    return Place(names[OutletLevel.BRANCH], names[OutletLevel.SUB_BRANCH], names[OutletLevel.OUTLET])


def place_of(places: Mapping[int, Place], outlet: int) -> Place:
    """Where an outlet stands; of one that is not registered its number is all that is known."""
    found = places.get(outlet)
    if found is None:
        return Place("", "", f"{outlet} 未登记" if outlet else "")
    return found


def _spoken(dates: Sequence[int]) -> str:
    return f"{dates[0]} to {dates[-1]}" if dates else "none"
