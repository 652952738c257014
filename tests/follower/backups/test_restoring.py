"""What is put back is a journal that a ledger goes on with, in a place where there was none."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.kit.exit_codes import ExitCode
from config.kit.own_files import take_lock
from config.postgres.server import DATABASE, EmbeddedPostgres
from ledger.audit import main as audit
from tests.conftest import run_sql
from tests.follower.backups.world import facts_in, forge, journal, replace, told, two_days
from tests.follower.journal_maker import NEXT_DATE
from tests.ledger.world import configuration, serving

pytestmark = pytest.mark.postgres

ALL_AS_SAID = "chain, state and control totals of 2 parties are those of the manifest"
OTHER = "test_restored"


@pytest.fixture
def empty_elsewhere(embedded_postgres: EmbeddedPostgres) -> Iterator[str]:
    """The DSN of an empty database of the shared server."""
    run_sql(embedded_postgres, f'CREATE DATABASE "{OTHER}" TEMPLATE template0')
    yield embedded_postgres.dsn_of(OTHER)
    run_sql(embedded_postgres, f'DROP DATABASE "{OTHER}"', DATABASE)


def test_an_embedded_server_is_made_of_a_backup_and_only_where_there_is_none(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = two_days()
    config = journal(fresh_database, made, tmp_path)
    last, backup = made.rows[-1].sequence, tmp_path / "backup"
    assert told(capsys, config, "make", backup)[0] == 0
    other = configuration(tmp_path / "other", "")
    home = other.state_directory / "postgres"
    good = (backup / "manifest.json").read_bytes()
    forge(backup, replace(facts_in(backup), phase="SIGNED_OFF"))
    assert told(capsys, other, "restore", backup)[0] == ExitCode.FAILED
    assert not home.exists()  # nothing is left that a ledger could serve from
    (backup / "manifest.json").write_bytes(good)

    code, lines = told(capsys, other, "restore", backup)

    assert (code, lines[1]) == (0, f"row {last} of {NEXT_DATE}: {ALL_AS_SAID}")
    assert audit(["verify"], other) == 0
    assert capsys.readouterr().out == f"rows 1 to {last}, 16 records: chain and bodies verify\n"
    there = f"{home}: a PostgreSQL is there: move it away to restore into an empty one"
    assert told(capsys, other, "restore", backup) == (ExitCode.CONFIG, [there])
    with take_lock(other.state_directory / "supervisor.lock", "", ExitCode.UNAVAILABLE):
        serves = f"{other.state_directory}: yzt up serves from here: stop it"
        assert told(capsys, other, "restore", backup) == (ExitCode.UNAVAILABLE, [serves])


def test_a_ledger_goes_on_in_a_database_that_was_restored(
    fresh_database: str, empty_elsewhere: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = two_days()
    config = journal(fresh_database, made, tmp_path)
    last, backup = made.rows[-1].sequence, tmp_path / "backup"
    assert told(capsys, config, "make", backup)[0] == 0
    other, lines = configuration(tmp_path / "other", empty_elsewhere), list[str]()

    assert told(capsys, other, "restore", backup)[0] == 0

    async def serve() -> None:
        async with serving(other, lines.append):
            pass

    asyncio.run(serve())
    assert any(line.startswith(f"ledger serves from row {last}, epoch 2") for line in lines), lines
    code, said = told(capsys, other, "restore", backup)
    assert code == ExitCode.CONFIG
    assert said[0].startswith("schema public of the database is not empty: ")


def test_tables_are_looked_for_in_the_schema_that_they_were_in(
    fresh_database: str, empty_elsewhere: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = two_days()
    name = urlsplit(fresh_database).path.removeprefix("/")
    moved = ['ALTER SCHEMA public RENAME TO "Bank 1"', f'ALTER DATABASE "{name}" SET search_path = "Bank 1"']
    config = journal(fresh_database, made, tmp_path, *moved)
    last, backup = made.rows[-1].sequence, tmp_path / "backup"
    assert told(capsys, config, "make", backup)[0] == 0

    code, lines = told(capsys, config, "check", backup, "--in", tmp_path)

    assert (code, lines[1]) == (0, f"row {last} of {NEXT_DATE}: {ALL_AS_SAID}")
    elsewhere = configuration(tmp_path / "other", empty_elsewhere)
    said = "the role's search_path leads to schema public, the backup is of schema Bank 1"
    assert told(capsys, elsewhere, "restore", backup) == (ExitCode.CONFIG, [said])
