"""The accounts of each outlet against the general ledger 总分平衡, watched by the follower while rows come.

Belongs here: the figure and what is said of it. Never here: the step that asks the same of a mark (ledger_core).
"""

import asyncio
from pathlib import Path

import pytest

from ledger.follower.replay import Follower
from tests.follower.journal_maker import SEAT, freezes
from tests.follower.story import trading
from tests.follower.world import catch_up, world

pytestmark = pytest.mark.postgres


def apart(follower: Follower) -> float | None:
    return follower.metrics.registry.get_sample_value("yzt_follower_outlets_apart")


def test_a_fen_that_the_general_ledger_does_not_know_is_counted_and_said_and_stops_nobody(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    async def scenario() -> None:
        made = trading()
        async with world(fresh_database, tmp_path) as here, here.follower(said) as follower:
            await here.keep(made)
            await catch_up(follower)
            assert apart(follower) == 0
            follower.book.balance_fen[0] += 1
            made.block((SEAT, freezes([0], 1)))
            await here.keep(made)
            await catch_up(follower)
            assert apart(follower) == 0  # it is not looked at with every batch

            monkeypatch.setattr("ledger.follower.replay.OUTLETS_EVERY_NS", 0)
            made.block((SEAT, freezes([0], 1)))
            await here.keep(made)
            await catch_up(follower)
            assert apart(follower) == 1
            follower.book.balance_fen[0] -= 1
            made.block((SEAT, freezes([0], 1)))
            await here.keep(made)
            await catch_up(follower)
            assert apart(follower) == 0

    asyncio.run(scenario())
    (line,) = [line for line in said if "outlet" in line]
    assert line.startswith("follower: outlet ")
    accounts_fen, ledger_fen = (int(part.split()[-2]) for part in line.split(","))
    assert accounts_fen == ledger_fen + 1
