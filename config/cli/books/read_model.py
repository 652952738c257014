"""Asking the read model in one transaction that only reads: all that is asked at once is as of one row, which is told.

Belongs here: where it is, the connections, the row. Never here: questions (of whoever asks).
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncpg

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.own_files import of_ours
from config.schema import Config, load
from ledger.database.connections import DATABASE_FAULTS, connect
from ledger.database.until_asked import run_until_asked

Answer = TypeVar("Answer")
Read = Callable[[asyncpg.Connection, int], Awaitable[Answer]]
"""Takes the connection and the row."""

_AS_OF = "SELECT sequence FROM bank_as_of"
_ADDING_UP = "SET LOCAL enable_sort = off; SET LOCAL enable_nestloop = off"
_AS_ELSE = "SET LOCAL enable_sort TO DEFAULT; SET LOCAL enable_nestloop TO DEFAULT"


def asked(config: Config, command: str, read: Read[Answer]) -> Answer:
    """What `read` makes of it. Raises ProcessFault UNAVAILABLE when the read model cannot be asked from here."""
    try:
        return run_until_asked(_within(dsn_of(config), command, read))
    except DATABASE_FAULTS as error:
        raise ProcessFault(f"{command}: the read model cannot be asked: {error}", ExitCode.UNAVAILABLE) from None


def dsn_of(config: Config) -> str:
    """Where the read model is: as configured, else as what serves from the state directory has it.

    Raises: OSError, ConfigFault when nothing ever did.
    """
    return config.ledger.dsn or load(of_ours(config.state_directory / "effective.toml")).ledger.dsn


@asynccontextmanager
async def beside(dsn: str, first: asyncpg.Connection, command: str) -> AsyncIterator[asyncpg.Connection]:
    """A second connection that sees what the transaction of the first sees, for what may be asked at the same time."""
    snapshot = await first.fetchval("SELECT pg_export_snapshot()")
    second = await connect(dsn, f"{command} asks too")
    try:
        async with second.transaction(isolation="repeatable_read", readonly=True):
            await second.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            yield second
    finally:
        await second.close()


@asynccontextmanager
async def adding_up(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """For a statement that makes few sums of all entries, in a transaction. PostgreSQL expects a thousand entries and a
    million sums: by itself it looks the account of each up, one by one, and sorts them all.
    """
    await connection.execute(_ADDING_UP)
    yield
    await connection.execute(_AS_ELSE)


async def _within(dsn: str, command: str, read: Read[Answer]) -> Answer:
    connection = await connect(dsn, f"{command} asks")
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await read(connection, await connection.fetchval(_AS_OF) or 0)
    finally:
        await connection.close()
