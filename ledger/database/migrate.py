"""Brings a database to the schema that this version of the ledger needs: numbered plain SQL files, in order.

Belongs here: which files there are, which were applied, and that none has changed since. Never here: SQL of
tables (migrations/), settings of the server (guard).
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import Progress, print_progress
from ledger.database import own_locks
from ledger.database.reading import prepare_reading

FILES = Path(__file__).with_name("migrations")
LOCK_CLASS = 0x595A_5431  # "YZT1": two processes that start together apply each file once

_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    sha256     bytea NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""
_MADE = re.compile(r"^CREATE (?:TABLE|VIEW|SEQUENCE) (\w+)", re.MULTILINE)
_TAKEN = """
SELECT min(relname::text) FROM pg_class
WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relname = ANY($1)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number, its name and its text."""

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> bytes:
        """(32,) digest of the text, kept beside the number when it is applied."""
        return hashlib.sha256(self.text.encode()).digest()


def migrations(folder: Path = FILES) -> list[Migration]:
    """All files `NNNN_name.sql` of a folder by number.

    Raises: ProcessFault when the numbers are not 1, 2, 3 and so on.
    """
    found = [
        Migration(int(file.name[:4]), file.name, file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    ]
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise ProcessFault(f"{folder}: migrations are not numbered 1, 2, 3 …", ExitCode.BROKEN)
    return found


async def migrate(connection: asyncpg.Connection, folder: Path = FILES, progress: Progress = print_progress) -> int:
    """Applies what is missing, one transaction per file, and returns the schema version (the last number).

    Raises: ProcessFault when an applied file has changed since, the database is newer than this version, or something
    else has one of the names that are to be made: then nothing is made.
    """
    wanted = migrations(folder)
    is_held = await own_locks.take(connection, LOCK_CLASS, 0, "another process of ours to make the tables", progress)
    try:
        if await schema_version(connection) == 0:
            await _refuse_what_stands_in_the_way(connection, wanted)
        await connection.execute(_TABLE)
        applied = await connection.fetch("SELECT number, name, sha256 FROM schema_migrations ORDER BY number")
        if len(applied) > len(wanted):
            name = applied[len(wanted)]["name"]
            raise ProcessFault(f"the database has migration {name}, which this version lacks", ExitCode.CONFIG)
        for row, migration in zip(applied, wanted, strict=False):
            if row["number"] != migration.number or row["sha256"] != migration.sha256:
                raise ProcessFault(f"migration {migration.name} was applied with other content", ExitCode.CONFIG)
        for migration in wanted[len(applied) :]:
            async with connection.transaction():
                await connection.execute(migration.text)
                await connection.execute(
                    "INSERT INTO schema_migrations (number, name, sha256) VALUES ($1, $2, $3)",
                    migration.number,
                    migration.name,
                    migration.sha256,
                )
        if folder == FILES:
            await prepare_reading(connection)
        return len(wanted)
    finally:
        if is_held:
            await own_locks.give_back(connection, LOCK_CLASS, 0)


async def _refuse_what_stands_in_the_way(connection: asyncpg.Connection, wanted: list[Migration]) -> None:
    names = [name for migration in wanted for name in _MADE.findall(migration.text)]
    taken = await connection.fetchval(_TAKEN, names)
    if taken is not None:
        remedy = "give the journal a database of its own"
        raise ProcessFault(
            f"PostgreSQL is unfit for a journal: {taken} is there and is not ours: {remedy}", ExitCode.CONFIG
        )


async def schema_version(connection: asyncpg.Connection) -> int:
    """The number of the last migration applied, 0 for a database without any."""
    if await connection.fetchval("SELECT to_regclass('schema_migrations')") is None:
        return 0
    return int(await connection.fetchval("SELECT coalesce(max(number), 0) FROM schema_migrations"))
