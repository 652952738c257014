"""The table of feeds of orders: what rows of a batch made, a row for each stretch, and read again when it is old."""

import asyncio
from dataclasses import replace
from pathlib import Path

import asyncpg
import numpy as np
import pytest

from ledger.core.state.book import Book
from ledger.core.state.orders.order_feeds import FeedOf, Kept, Stretch
from ledger.follower.projection.orders.feeds import OrderFeedsOfBatch, write_order_feeds
from ledger.journal.order_feed_reader import read_stretch
from ledger.journal.reader import JournalReader
from protocol.limits import STRETCH_ENTRIES
from protocol.order_pages import NO_STRETCH, ORDER_ENTRY, digest_behind
from tests.follower.journal_maker import BROKER, DATE, JournalMaker
from tests.follower.story import trading
from tests.follower.world import world

pytestmark = pytest.mark.postgres

ORDERS, REPORTS = FeedOf(BROKER, 0), FeedOf(7, 71)
WHOLE = 64 * STRETCH_ENTRIES


def entries(count: int, first: int = 1) -> bytes:
    made = np.zeros(count, ORDER_ENTRY)
    made["number"] = np.arange(first, first + count)
    return made.tobytes()


async def write(connection: asyncpg.Connection, made: JournalMaker, book: Book, *counts: int) -> None:
    """One batch, of a row for each of so many orders; each tells of one report too."""
    batch = OrderFeedsOfBatch(book)
    for count in counts:
        book.sequence += 1
        feeds = book.orders.feeds
        told = feeds.feeds[ORDERS].next_number if ORDERS in feeds.feeds else 1
        feeds.append(book.sequence, ORDERS, DATE, entries(count, told))
        feeds.append(book.sequence, REPORTS, DATE, entries(1))
        batch.take(replace(made.rows[-1], sequence=book.sequence))
        batch.take(replace(made.rows[-1], sequence=book.sequence + 1))  # a row that told nobody anything
    await write_order_feeds(connection, batch)


def test_a_batch_is_a_row_for_each_stretch_and_what_is_old_is_read_again(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made, book = trading(), Book.empty()
            await write(here.sql, made, book, 3, 1_022)
            await write(here.sql, made, book, 1, 2)

            rows = await here.sql.fetch("SELECT * FROM order_feed ORDER BY party, first")
            assert [(row["party"], row["seat"], row["first"], row["sequence"]) for row in rows] == [
                (BROKER, 0, 1, 2),
                (BROKER, 0, 1_025, 2),
                (BROKER, 0, 1_026, 4),
                (7, 71, 1, 2),
                (7, 71, 3, 4),
            ]
            told = entries(1_028)
            behind = digest_behind(NO_STRETCH, told[:WHOLE])
            reader = JournalReader(here.sql)
            assert await reader.order_stretch(Stretch(ORDERS, DATE, 0)) == Kept(NO_STRETCH, told[:WHOLE])
            assert await reader.order_stretch(Stretch(ORDERS, DATE, 1)) == Kept(behind, told[WHOLE:])
            assert await reader.order_stretch(Stretch(REPORTS, DATE, 0)) == Kept(NO_STRETCH, entries(1) * 4)
            assert await reader.order_stretch(Stretch(ORDERS, DATE, 2)) is None
            assert await reader.order_stretch(Stretch(ORDERS, DATE + 1, 0)) is None

    asyncio.run(scenario())


def test_a_stretch_ends_where_the_table_has_a_gap_and_one_that_was_altered_is_none(
    fresh_database: str, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made, book = trading(), Book.empty()
            await write(here.sql, made, book, 1_000)
            await write(here.sql, made, book, 20)
            await write(here.sql, made, book, 10)
            first, second = Stretch(ORDERS, DATE, 0), Stretch(ORDERS, DATE, 1)
            whole = await read_stretch(here.sql, first)
            assert whole is not None
            assert whole.entries == entries(1_024)

            await here.sql.execute(
                "UPDATE order_feed SET entries = overlay(entries PLACING '\\x01' FROM 9) WHERE first = 1"
            )
            assert await read_stretch(here.sql, first) is None
            await here.sql.execute("DELETE FROM order_feed WHERE first = 1001")
            found = await read_stretch(here.sql, first)
            assert found is not None
            assert len(found.entries) == 1_000 * 64
            await here.sql.execute("DELETE FROM order_feed WHERE first = 1")
            assert await read_stretch(here.sql, first) is None
            assert await read_stretch(here.sql, second) is not None

    asyncio.run(scenario())
