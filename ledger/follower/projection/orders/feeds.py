"""Feeds of orders and reports: the table order_feed, to which rows are only added.

Belongs here: what a batch has of each stretch, its SQL. Never here: what an entry says (ledger.core), the transaction
(read_model).
"""

from dataclasses import dataclass, field

import asyncpg

from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.orders.order_feeds import Stretch
from protocol.order_pages import stretch_of

COLUMNS = ("party", "seat", "trade_date", "first", "sequence", "digest_before", "entries")


@dataclass(slots=True)
class _Part:
    """What a batch has of one stretch, one entry behind the other."""

    first: int
    sequence: int
    digest_before: bytes
    entries: bytearray


@dataclass(slots=True)
class OrderFeedsOfBatch:
    """Entries that rows of a batch made. Tell it of each row when the book has applied it."""

    book: Book
    _parts: dict[Stretch, _Part] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        """Any row."""
        for news in self.book.orders.feeds.news_of(row.sequence):
            stretch = Stretch(news.feed, news.trade_date, stretch_of(news.first))
            part = self._parts.get(stretch)
            if part is None:
                part = self._parts[stretch] = _Part(news.first, 0, news.digest_before, bytearray())
            part.entries += news.entries
            part.sequence = row.sequence

    def rows(self) -> list[tuple[object, ...]]:
        """As the table has them."""
        return [
            (*stretch.feed, stretch.trade_date, part.first, part.sequence, part.digest_before, bytes(part.entries))
            for stretch, part in self._parts.items()
        ]


async def write_order_feeds(connection: asyncpg.Connection, of_batch: OrderFeedsOfBatch) -> None:
    """Adds what a batch has."""
    if rows := of_batch.rows():
        await connection.copy_records_to_table("order_feed", records=rows, columns=COLUMNS)
