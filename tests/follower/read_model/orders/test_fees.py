"""Fees of orders through the bank in SQL: what brokers announced, and what is set."""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from tests.fees import fees_set, notified
from tests.follower.journal_maker import BROKER, NEXT_DATE, SEAT, JournalMaker
from tests.follower.world import asked, world

pytestmark = pytest.mark.postgres

TUESDAY = date(2026, 1, 6)
TABLES = "SELECT number, party_name, market, product, side, first_date, commission, notice FROM bank_fee_tables"
NOTICES = "SELECT number, party, first_date, transfer, set_as FROM bank_fee_notices"


def test_what_is_announced_and_what_is_set_of_it_are_shown(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        made = JournalMaker()
        made.genesis()
        made.register(BROKER, "东方证券", SEAT)
        made.control(notified(NEXT_DATE), SEAT)
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            assert await asked(here.sql, NOTICES) == [(1, BROKER, TUESDAY, [20_000, 0, 0, 0, 0, 0], None)]

            made.control(fees_set(BROKER, NEXT_DATE, notice=1))
            made.control(fees_set(BROKER, NEXT_DATE, notice=1))  # what stands: no second one
            await here.follow_soundly(made)
            assert await asked(here.sql, TABLES) == [
                (1, "东方证券", "XSHG", "SHARE", "BUY", TUESDAY, [1_800_000, 0, 0, 0, 500, 0], 1)
            ]
            assert await asked(here.sql, NOTICES) == [(1, BROKER, TUESDAY, [20_000, 0, 0, 0, 0, 0], 1)]

    asyncio.run(scenario())
