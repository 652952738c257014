"""Channels in SQL: the party, and whose customers order by each of its seats."""

import asyncio
from pathlib import Path

import pytest

from protocol.messages.control import RegisterChannelSeat, RegisterParty
from protocol.vocabulary import Role, Suite
from tests.follower.journal_maker import BROKER, SEAT, JournalMaker
from tests.follower.world import asked, world

pytestmark = pytest.mark.postgres

SEATS = "SELECT seat, channel, party_name, broker_name FROM bank_channel_seats ORDER BY seat"
PARTY = "SELECT role, seats FROM bank_parties WHERE party = 7"


def test_whose_customers_order_by_a_seat_is_shown(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        made = JournalMaker()
        made.genesis()
        made.register(BROKER, "东方证券", SEAT)
        made.control(RegisterParty(7, Role.CHANNEL, Suite.P256_SHA256, "手机银行", False))
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            assert await asked(here.sql, PARTY) == [("CHANNEL", [])]

            made.control(RegisterChannelSeat(71, 7, 1, BROKER))
            await here.follow_soundly(made)
            assert await asked(here.sql, PARTY) == [("CHANNEL", ["71 CHANNEL"])]
            assert await asked(here.sql, SEATS) == [(71, 1, "手机银行", "东方证券")]

    asyncio.run(scenario())
