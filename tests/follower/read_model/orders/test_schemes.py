"""The scheme of brokers in SQL: the one in force, and the one that waits for a roll."""

import asyncio
from pathlib import Path

import pytest

from protocol.messages.control import EndSettlement, SetScheme
from protocol.vocabulary import ContractEvent, Scheme
from tests.follower.journal_maker import BROKER, DATE, NEXT_DATE, SEAT, JournalMaker
from tests.follower.world import asked, world

pytestmark = pytest.mark.postgres

SHOWN = "SELECT scheme, next_scheme FROM bank_parties WHERE party = $1"


def test_a_scheme_that_waits_is_shown_beside_the_one_in_force(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        made = JournalMaker()
        made.genesis()
        made.register(BROKER, "东方证券", SEAT)
        made.open_accounts([0] * 2)
        made.open_contracts([0])
        made.control(SetScheme(BROKER, Scheme.A))
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            assert await asked(here.sql, SHOWN, BROKER) == [("B", "A")]

            made.change(0, ContractEvent.TERMINATE)
            made.roll(NEXT_DATE)
            made.control(EndSettlement(DATE))
            made.roll(NEXT_DATE + 1)
            await here.follow_soundly(made)
            assert await asked(here.sql, SHOWN, BROKER) == [("A", "A")]

    asyncio.run(scenario())
