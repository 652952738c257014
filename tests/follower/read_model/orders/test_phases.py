"""Phases of markets in SQL: what was said last of a date."""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from tests.follower.journal_maker import NEXT_DATE, JournalMaker
from tests.follower.world import asked, world
from tests.phases import morning

pytestmark = pytest.mark.postgres

SHOWN = """
SELECT trade_date, market, extract(epoch FROM ends_at - begins_at)::int, orders, cancels FROM bank_market_phases
"""


def test_the_phases_that_were_named_last_are_shown(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        made = JournalMaker()
        made.genesis()
        made.control(morning(NEXT_DATE))
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            made.control(morning(NEXT_DATE, 60))
            await here.follow_soundly(made)
            assert await asked(here.sql, SHOWN) == [(date(2026, 1, 6), "XSHG", 60, True, True)]

    asyncio.run(scenario())
