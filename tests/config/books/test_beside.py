"""Two connections that ask at the same time see the same rows.

Belongs here: the second connection. Never here: what is asked (test_tables).
"""

import asyncio
from pathlib import Path

import pytest

from config.cli.books.read_model import beside
from ledger.database.connections import connect
from tests.config.books.story import kept
from tests.config.reports.story import two_dates

AS_OF = "SELECT sequence FROM bank_as_of"


@pytest.mark.postgres
def test_the_second_connection_sees_what_the_first_does(fresh_database: str, tmp_path: Path) -> None:
    """The follower goes on by a row in between: neither of them sees it."""
    kept(fresh_database, tmp_path / "state", two_dates())

    async def scenario() -> tuple[int, int, int]:
        first, follower = await connect(fresh_database, "first"), await connect(fresh_database, "follower")
        try:
            async with first.transaction(isolation="repeatable_read", readonly=True):
                sees = await first.fetchval(AS_OF)
                await follower.execute("UPDATE read_cursor SET sequence = sequence + 1")
                async with beside(fresh_database, first, "a test") as second:
                    return sees, await second.fetchval(AS_OF), await follower.fetchval(AS_OF)
        finally:
            await first.close()
            await follower.close()

    assert asyncio.run(scenario()) == (49, 49, 50)
