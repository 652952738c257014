"""What is looked at before a ledger makes a table: role, server, settings and schema; and that nothing is made before.

Belongs here: databases and roles that are not as they must be, with the line that names each. Never here: the journal.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest

from config.kit.exit_codes import ExitCode, ProcessFault
from config.postgres.server import EmbeddedPostgres
from config.schema import Config
from ledger.database import guard, migrate, own_locks
from ledger.database.reading import READER
from ledger.follower.__main__ import serve as follow
from ledger.follower.projection import read_model as projection
from ledger.journal.head import SHARD
from ledger.service import Service
from tests.conftest import run_as_superuser, run_sql
from tests.ledger.world import serving

pytestmark = pytest.mark.postgres

DATABASE = "test_test_guard"  # what the fixture names it


@contextmanager
def changed(server: EmbeddedPostgres, change: str, back: str) -> Iterator[None]:
    """A server that is otherwise for the while."""
    run_as_superuser(server, DATABASE, change)
    try:
        yield
    finally:
        run_as_superuser(server, DATABASE, back)


async def refusal(config: Config) -> str:
    """The line with which a ledger refuses this database; nothing must have been made by then."""
    service = Service(config, lambda _line: None)
    with pytest.raises(ProcessFault) as fault:
        await service.start()
    await service.close()
    assert fault.value.exit_code is ExitCode.CONFIG
    line = str(fault.value)
    assert "\n" not in line
    return line.removeprefix("PostgreSQL is unfit for a journal: ")


def tables(server: EmbeddedPostgres) -> str:
    """How many tables of ours there are, in any schema."""
    text = "SELECT count(*) FROM pg_class WHERE relname IN ('schema_migrations', 'journal', 'journal_head')"
    return run_sql(server, text, DATABASE)


@pytest.mark.parametrize(
    ("setting", "value", "phrase"),
    [
        ("idle_session_timeout", "'2s'", "idle_session_timeout is 2s (of the role), must be 0"),
        (
            "idle_in_transaction_session_timeout",
            "'2s'",
            "idle_in_transaction_session_timeout is 2s (of the role), must be 0",
        ),
        ("statement_timeout", "'1min'", "statement_timeout is 1min (of the role), must be 0"),
        ("lock_timeout", "'1min'", "lock_timeout is 1min (of the role), must be 0"),
        ("transaction_timeout", "'1min'", "transaction_timeout is 1min (of the role), must be 0"),
        ("default_transaction_read_only", "on", "default_transaction_read_only is on (of the role), must be off"),
        (
            "default_transaction_isolation",
            "serializable",
            "default_transaction_isolation is serializable (of the role), must be read committed",
        ),
        ("synchronous_commit", "off", "synchronous_commit is off (of the role), must be on or remote_apply"),
        ("exit_on_error", "on", "exit_on_error is on (of the role), must be off"),
        ("search_path", "''", 'search_path is "", which names no schema for the tables'),
        ("search_path", "nowhere", "search_path is nowhere, which names no schema for the tables"),
    ],
)
def test_a_setting_of_the_role_that_would_break_us_is_named_before_anything_is_made(
    config: Config, embedded_postgres: EmbeddedPostgres, setting: str, value: str, phrase: str
) -> None:
    with changed(embedded_postgres, f"ALTER ROLE yzt SET {setting} = {value}", f"ALTER ROLE yzt RESET {setting}"):
        assert asyncio.run(refusal(config)) == phrase
    assert tables(embedded_postgres) == "0"


def test_a_setting_of_the_database_is_named(config: Config, embedded_postgres: EmbeddedPostgres) -> None:
    set_it = f"ALTER DATABASE {DATABASE} SET idle_session_timeout = '2s'"
    with changed(embedded_postgres, set_it, f"ALTER DATABASE {DATABASE} RESET ALL"):
        assert asyncio.run(refusal(config)) == "idle_session_timeout is 2s (of the database), must be 0"
    alter = f"ALTER ROLE yzt IN DATABASE {DATABASE}"
    with changed(embedded_postgres, f"{alter} SET lock_timeout = '1s'", f"{alter} RESET ALL"):
        assert asyncio.run(refusal(config)) == "lock_timeout is 1s (of the role in the database), must be 0"


def test_a_superuser_is_refused_before_it_makes_tables_that_the_right_role_cannot_use(
    config: Config, embedded_postgres: EmbeddedPostgres
) -> None:
    promote, back = "ALTER ROLE yzt SUPERUSER", "ALTER ROLE yzt NOSUPERUSER"
    with changed(embedded_postgres, promote, back):
        expected = "role yzt is a superuser: give the database a plain role that owns it"
        assert asyncio.run(refusal(config)) == expected
        with pytest.raises(ProcessFault, match="role yzt is a superuser"):
            asyncio.run(follow(config))
    assert tables(embedded_postgres) == "0"

    async def then_it_serves() -> None:
        async with serving(config):
            pass

    asyncio.run(then_it_serves())


@pytest.mark.parametrize("mighty", ["postgres", "pg_execute_server_program"])
def test_a_role_that_may_become_a_superuser_is_refused_like_one(
    mighty: str, config: Config, embedded_postgres: EmbeddedPostgres
) -> None:
    """By way of a role between them, too."""
    join = f"CREATE ROLE between; GRANT {mighty} TO between; GRANT between TO yzt"
    with changed(embedded_postgres, join, "DROP ROLE between"):
        remedy = f"REVOKE {mighty} FROM yzt, or give the database a plain role that owns it"
        expected = f"role yzt is a member of {mighty}, and so a superuser: {remedy}"
        assert asyncio.run(refusal(config)) == expected
    assert tables(embedded_postgres) == "0"


@pytest.mark.parametrize("kind", [migrate.LOCK_CLASS, projection.LOCK_CLASS])
def test_whoever_only_reads_keeps_nobody_waiting_with_a_lock(
    kind: int, config: Config, embedded_postgres: EmbeddedPostgres
) -> None:
    """Any role may take an advisory lock in any database that it may connect to."""
    said: list[str] = []

    async def serve_beside_it() -> None:
        reader = await asyncpg.connect(embedded_postgres.dsn_of(DATABASE, READER))
        for number in (0, SHARD):
            await reader.execute("SELECT pg_advisory_lock($1, $2)", kind, number)
        try:
            async with asyncio.timeout(20), serving(config, said.append):
                model = await projection.ReadModel.open(config.ledger.dsn, said.append)
                model.abandon()
        finally:
            await reader.close()

    asyncio.run(serve_beside_it())

    lines = [line for line in said if "holds an advisory lock of ours, which is not waited for" in line]
    assert len(lines) == 1
    assert lines[0].startswith("role yzt_reader (server process ")


def test_the_lock_of_one_of_ours_is_waited_for(config: Config) -> None:
    async def take_turns() -> None:
        first, second = [await asyncpg.connect(config.ledger.dsn) for _ in range(2)]
        assert await own_locks.take(first, 1, 2, "the first", lambda _line: None)
        waiting = asyncio.ensure_future(own_locks.take(second, 1, 2, "the first", lambda _line: None))
        for _ in range(20):
            await first.fetchval("SELECT 1")
        assert not waiting.done()
        await own_locks.give_back(first, 1, 2)
        assert await asyncio.wait_for(waiting, 20)
        await first.close()
        await second.close()

    asyncio.run(take_turns())


def test_a_role_that_may_not_create_is_told_the_grant(config: Config, embedded_postgres: EmbeddedPostgres) -> None:
    take = "ALTER SCHEMA public OWNER TO postgres; GRANT USAGE ON SCHEMA public TO yzt"
    with changed(embedded_postgres, take, "ALTER SCHEMA public OWNER TO yzt"):
        expected = "role yzt may not create tables in schema public: GRANT CREATE ON SCHEMA public TO yzt"
        assert asyncio.run(refusal(config)) == expected
    assert tables(embedded_postgres) == "0"


def test_tables_of_another_role_are_named(config: Config, embedded_postgres: EmbeddedPostgres) -> None:
    run_as_superuser(embedded_postgres, DATABASE, "CREATE TABLE public.schema_migrations (number integer)")
    expected = "table schema_migrations in schema public belongs to another role than yzt"
    assert asyncio.run(refusal(config)) == expected


@pytest.mark.parametrize("kind", ["VIEW parties AS SELECT 1", "TABLE account_pages()", "SEQUENCE bank_orders"])
def test_what_has_a_name_of_ours_is_named_before_anything_is_made(
    kind: str, config: Config, embedded_postgres: EmbeddedPostgres
) -> None:
    what, name = kind.split("(")[0].split()[:2]
    run_sql(embedded_postgres, f"CREATE {kind}", DATABASE)
    before = tables(embedded_postgres)
    try:
        told = asyncio.run(refusal(config))
    finally:
        run_sql(embedded_postgres, f"DROP {what} {name}", DATABASE)
    assert told == f"{name} is there and is not ours: give the journal a database of its own"
    assert tables(embedded_postgres) == before


def test_tables_that_stand_in_another_schema_are_not_made_a_second_time(
    config: Config, embedded_postgres: EmbeddedPostgres
) -> None:
    async def serve_once() -> None:
        async with serving(config):
            pass

    asyncio.run(serve_once())
    make, leave = "CREATE SCHEMA other AUTHORIZATION yzt", "DROP SCHEMA other CASCADE"
    path = "ALTER ROLE yzt SET search_path = other, public", "ALTER ROLE yzt RESET search_path"
    with changed(embedded_postgres, make, leave), changed(embedded_postgres, *path):
        assert asyncio.run(refusal(config)) == (
            "search_path is other, public, which leads to schema other; the ledger's tables are in public"
        )


def test_too_few_connections_are_named(config: Config, embedded_postgres: EmbeddedPostgres) -> None:
    with changed(embedded_postgres, "ALTER ROLE yzt CONNECTION LIMIT 3", "ALTER ROLE yzt CONNECTION LIMIT -1"):
        assert asyncio.run(refusal(config)) == "role yzt has a connection limit of 3, must be at least 4, or none"


def test_everything_that_is_wrong_stands_in_one_line(config: Config, embedded_postgres: EmbeddedPostgres) -> None:
    break_it = "ALTER ROLE yzt SET lock_timeout = '1s'; ALTER ROLE yzt SET exit_on_error = on"
    with changed(embedded_postgres, break_it, "ALTER ROLE yzt RESET ALL"):
        assert asyncio.run(refusal(config)) == (
            "lock_timeout is 1s (of the role), must be 0; exit_on_error is on (of the role), must be off"
        )


def test_a_sound_place_is_fit(config: Config) -> None:
    async def look() -> list[str]:
        connection = await asyncpg.connect(config.ledger.dsn)
        try:
            return await guard.unfit_place(connection)
        finally:
            await connection.close()

    assert asyncio.run(look()) == []
