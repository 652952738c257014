"""What a batch did to securities, and the tables security_versions, price_limits and suspensions.

Belongs here: which versions came about, whose limits may have changed, who was suspended; their SQL. Never here: which
version holds (rules.orders.securities), the transaction (read_model).
"""

from collections.abc import Iterator

import asyncpg

from ledger.core.control.rows import Told
from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.orders.securities import Named, code_of_number, number_of_code
from ledger.follower.projection.parties import readable
from protocol.messages.control import OpenTradeDate
from protocol.messages.orders.securities import ResumeSecurity, SetPrices, SuspendSecurity
from rules.orders.securities import Version

_ADD_VERSION = f"INSERT INTO security_versions VALUES ({', '.join(f'${place}' for place in range(1, 19))})"  # noqa: S608
_ADD_SUSPENSION = "INSERT INTO suspensions VALUES ($1, $2, $3, $4, $5, $6, $7)"
_DROP_PAST = "DELETE FROM price_limits WHERE trade_date < $1"
_DROP_LIMITS = "DELETE FROM price_limits WHERE market = $1 AND security = $2"
_PUT_LIMITS = "INSERT INTO price_limits VALUES ($1, $2, $3, $4, $5, $6, $7)"


class SecuritiesOfBatch:
    """Tell it of each control row when the book has applied it, and of each accepted frame of one."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._priced: set[Named] = set()
        self.versions: list[tuple[object, ...]] = []
        self.suspensions: list[tuple[object, ...]] = []
        self.opened_date = 0
        """That was opened last; limits of earlier ones are gone."""

    def take_row(self, row: Row) -> None:
        """A row that is no block."""
        if self._book.feeds.sequence == row.sequence:
            securities = self._book.orders.securities
            for place, version in securities.made:
                named = int(securities.market[place]), code_of_number(int(securities.code[place]))
                self.versions.append((version.number, *named, *_terms(version), row.sequence))

    def take(self, told: Told, row: Row) -> None:
        """A frame of a row that is no block."""
        match told.message:
            case SetPrices(prices=prices):
                self._priced.update((each.market, number_of_code(each.security)) for each in prices)
            case SuspendSecurity(market, security, reason) | ResumeSecurity(market, security, reason):
                place = sum(1 for each in self.suspensions if each[0] == row.sequence)
                is_suspended = isinstance(told.message, SuspendSecurity)
                said = (market, security, is_suspended, readable(reason))
                self.suspensions.append((row.sequence, place, row.decided_at_ns, *said))
            case OpenTradeDate(trade_date=trade_date):
                self.opened_date = trade_date

    def priced(self) -> list[tuple[int, str]]:
        """Market and code of the securities whose limits were set."""
        return [(market, code_of_number(code)) for market, code in sorted(self._priced)]

    def limits(self, sequence: int) -> Iterator[tuple[object, ...]]:
        """What the book has of them."""
        securities = self._book.orders.securities
        for market, code in sorted(self._priced):
            limits = securities.limits_of(securities.find((market, code)))
            for trade_date, each in limits.items():
                yield (market, code_of_number(code), trade_date, *each, sequence)


async def write_securities(connection: asyncpg.Connection, of_batch: SecuritiesOfBatch, sequence: int) -> None:
    """Writes what a batch up to the row `sequence` did."""
    if of_batch.versions:
        await connection.executemany(_ADD_VERSION, of_batch.versions)
    if of_batch.suspensions:
        await connection.executemany(_ADD_SUSPENSION, of_batch.suspensions)
    if of_batch.opened_date:
        await connection.execute(_DROP_PAST, of_batch.opened_date)
    if priced := of_batch.priced():
        await connection.executemany(_DROP_LIMITS, priced)
        await connection.executemany(_PUT_LIMITS, list(of_batch.limits(sequence)))


def _terms(version: Version) -> tuple[object, ...]:
    terms = version.terms
    lots = (*terms.buy, *terms.sell, terms.odd_lots)
    dates = (terms.first_date, terms.last_date)
    return (terms.product, terms.multiplier, *lots, terms.tick, terms.par, terms.sold_at_once, *dates)
