"""Databases that have the ledger's tables already: copies of one in which every migration was applied.

Belongs here: how a test gets empty tables soon. Never here: what is in them. A test of how tables are made begins with
an empty database.
"""

from urllib.parse import urlsplit

import asyncpg

from config.postgres.server import DATABASE
from ledger.database.migrate import migrate

PATTERN = "test_pattern"
"""The database that is copied; each server of a run has one, from the first time on."""
END_CONNECTIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = current_user"


async def give_tables(dsn: str) -> None:
    """Gives the database empty tables and nothing else, whoever is connected to it: as a copy of the pattern where the
    role may create databases, with all migrations otherwise.
    """
    name = urlsplit(dsn).path.removeprefix("/")
    elsewhere = await asyncpg.connect(dsn, database=DATABASE)
    try:
        if not await elsewhere.fetchval("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user"):
            await _migrated(dsn)
            return
        if not await elsewhere.fetchval("SELECT true FROM pg_database WHERE datname = $1", PATTERN):
            await elsewhere.execute(f'CREATE DATABASE "{PATTERN}_draft" TEMPLATE template0')
            await _migrated(urlsplit(dsn)._replace(path=f"/{PATTERN}_draft").geturl())
            await elsewhere.execute(f'ALTER DATABASE "{PATTERN}_draft" RENAME TO "{PATTERN}"')
        await elsewhere.execute(END_CONNECTIONS, name)
        await elsewhere.execute(f'DROP DATABASE IF EXISTS "{name}"')
        await elsewhere.execute(f'CREATE DATABASE "{name}" TEMPLATE "{PATTERN}"')
    finally:
        await elsewhere.close()


async def _migrated(dsn: str) -> None:
    """Makes the schema anew by applying all migrations."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public")
        await migrate(connection)
    finally:
        await connection.close()
