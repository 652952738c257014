"""One history followed in several ways, after each of which the read model must hold the same.

Belongs here: where batches are cut, where a follower starts. Never here: histories, what is read of them.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from tests.follower.journal_maker import JournalMaker
from tests.follower.naive import Expectation
from tests.follower.world import World, world

Held = TypeVar("Held")
Reads = Callable[[World], Awaitable[Held]]


async def into_batches(
    monkeypatch: pytest.MonkeyPatch,
    database: str,
    folder: Path,
    made: JournalMaker,
    expected: Expectation,
    held: Reads[Held],
) -> Held:
    """What is held of it, the same by one batch for all of it, by one for each row, and by one between."""
    seen = []
    for rows_max in (10_000, 1, 3):
        monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", rows_max)
        async with world(database, folder / str(rows_max)) as here:
            await here.follow_soundly(made)
            await here.assert_equals(expected)
            seen.append(await held(here))
    assert all(each == seen[0] for each in seen)
    return seen[0]


async def at_once_and_row_by_row(
    monkeypatch: pytest.MonkeyPatch, database: str, folder: Path, made: JournalMaker
) -> AsyncIterator[World]:
    """What was made of it in one batch, then of each row in a batch of its own."""
    for rows_max in (10_000, 1):
        monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", rows_max)
        async with world(database, folder / str(rows_max)) as here:
            await here.follow_soundly(made)
            yield here


async def at_every_row(database: str, folder: Path, made: JournalMaker, held: Reads[Held]) -> None:
    """A follower that starts anywhere from a snapshot goes on to what one comes to that never stopped."""
    async with world(database, folder / "at once") as here:
        await here.follow_soundly(made)
        wanted = await held(here)
    async with world(database, folder / "cut") as here:
        await here.follow_row_by_row(made)
        assert await held(here) == wanted
