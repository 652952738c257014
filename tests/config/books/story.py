"""A read model of two days, and `yzt books` asked of it.

Belongs here: making it, running the command. Never here: what a page must say.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from config.cli import commands as cli
from config.cli.books.command import main
from config.kit.exit_codes import ProcessFault
from config.schema import load, with_dsn
from tests.follower.journal_maker import JournalMaker
from tests.follower.world import world

Books = Callable[..., tuple[int, str, str]]


def kept(dsn: str, folder: Path, made: JournalMaker) -> None:
    """The journal is followed to its end."""

    async def scenario() -> None:
        async with world(dsn, folder) as here:
            await here.follow_soundly(made)

    asyncio.run(scenario())


def planted(dsn: str, statement: str) -> None:
    """Somebody has written into the database."""

    async def scenario() -> None:
        sql = await asyncpg.connect(dsn)
        await sql.execute(statement)
        await sql.close()

    asyncio.run(scenario())


def books_of(dsn: str, capfd: pytest.CaptureFixture[str]) -> Books:
    """`yzt books` of this database: exit code, standard output, standard error."""

    def run(*words: str | Path) -> tuple[int, str, str]:
        code = cli.main(["books", *map(str, words), "--dsn", dsn])
        said = capfd.readouterr()
        return code, said.out, said.err

    return run


def refused(*words: str) -> ProcessFault:
    """The one line that a command without any database earns."""
    with pytest.raises(ProcessFault) as caught:
        main(list(words), with_dsn(load(None), "postgresql:///none?host=/nowhere"))
    assert "\n" not in str(caught.value)
    return caught.value
