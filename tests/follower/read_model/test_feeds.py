"""The table of feeds: every entry as the core made it, what was said to it, and read again when it is old."""

import asyncio
import json
from pathlib import Path

import pytest

from ledger.journal.feed_reader import read_page
from ledger.journal.reader import JournalReader
from protocol.messages.day.steps import NO_TOTALS, AnnounceSet, CompleteSet, Publish, Reconcile
from protocol.messages.feeds import FeedPage, Receipt
from tests.follower.journal_maker import BROKER, DATE, OTHER_BROKER, SEAT_OF_OTHER_BROKER, JournalMaker
from tests.follower.story import next_morning, trading
from tests.follower.world import World, asked, world

pytestmark = pytest.mark.postgres

VIEW = "SELECT party_name, position, kind, contract_no, said FROM bank_feed WHERE party = $1 ORDER BY position"


def told_story() -> JournalMaker:
    """A date and a morning; a broker without customers sends an empty set, which is compared and published."""
    made = trading()
    next_morning(made)
    made.register(OTHER_BROKER, "西部证券", SEAT_OF_OTHER_BROKER)
    made.control(AnnounceSet(DATE, 0, NO_TOTALS), SEAT_OF_OTHER_BROKER)
    made.control(CompleteSet(DATE, 1), SEAT_OF_OTHER_BROKER)
    made.control(Reconcile(DATE, OTHER_BROKER, 0))
    made.agree(DATE)
    made.control(Publish(DATE, OTHER_BROKER))
    return made


async def pages(here: World, party: int) -> FeedPage:
    found = await JournalReader(here.sql).feed_page(party, 1)
    assert found is not None
    return found


def test_entries_are_those_that_the_core_made_whatever_the_batches(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = told_story()
            for row in list(made.rows):  # a batch for each
                await here.keep([row])
                await here.follow()
            for party in (BROKER, OTHER_BROKER):
                wanted = made.book.feeds.page(party, 1)
                assert wanted is not None
                assert await pages(here, party) == wanted
            view = await asked(here.sql, VIEW, OTHER_BROKER)
            assert [row[:3] for row in view] == [
                ("西部证券", 1, "SET_COMPARED"),
                ("西部证券", 2, "OBLIGATION"),
            ]
            said = json.loads(view[1][4])
            assert (said["number"], said["owed"], said["first_due_s"], len(said)) == (1, 0, 0, 12)

    asyncio.run(scenario())


def test_a_follower_that_begins_again_doubles_no_entry(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = told_story()
            await here.keep(made)
            await here.follow()
            before = await asked(here.sql, "SELECT * FROM feed_entries ORDER BY 1, 2")
            made.roll(DATE + 2)
            await here.keep(made)
            await here.follow()
            after = await asked(here.sql, "SELECT * FROM feed_entries ORDER BY 1, 2")
            assert [row for row in after if row in before] == before
            assert len(after) == len(before) + 2

    asyncio.run(scenario())


def test_what_a_broker_signs_for_stands_beside_the_entry(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = told_story()
            receipt = Receipt(DATE, 2, made.book.feeds.digests[OTHER_BROKER])
            made.control(receipt, SEAT_OF_OTHER_BROKER)
            assert {told.received_s > 0 for told in made.book.feeds.signed_for.values()} == {True, False}
            await here.keep(made)
            await here.follow()
            said = await asked(
                here.sql, "SELECT received_at IS NOT NULL FROM bank_feed WHERE party = $1 ORDER BY position", 3
            )
            assert said == [(False,), (True,)]

    asyncio.run(scenario())


def test_a_page_ends_where_the_table_has_a_gap_or_another_history(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = told_story()
            await here.keep(made)
            await here.follow()
            whole = await pages(here, BROKER)
            assert len(whole.entries) > 3
            await here.sql.execute(
                "UPDATE feed_entries SET trade_date = 20250101 WHERE party = $1 AND position = 2", BROKER
            )
            assert len((await pages(here, BROKER)).entries) == 2
            await here.sql.execute("DELETE FROM feed_entries WHERE party = $1 AND position = 2", BROKER)
            assert len((await pages(here, BROKER)).entries) == 1
            assert await read_page(here.sql, BROKER, 2) is None
            assert await read_page(here.sql, BROKER, 10**6) is None

    asyncio.run(scenario())
