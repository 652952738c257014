"""A report that is stopped, or that nobody reads the end of, leaves whole files or none.

Belongs here: the command as a process of its own. Never here: faults inside of it (test_asked_wrongly).
"""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from config.cli.output import CLOSED_PIPE
from config.kit.exit_codes import ExitCode
from tests.architecture.sources import ROOT
from tests.config.books.story import kept
from tests.config.reports.story import two_dates
from tests.follower.journal_maker import DATE

pytestmark = pytest.mark.postgres

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def started(dsn: str, folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """`yzt report` as a process."""
    command = [sys.executable, "-m", "config", "report", *words, "--out", str(folder), "--dsn", dsn]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_leaves_nothing(fresh_database: str, tmp_path: Path, number: signal.Signals) -> None:
    """Two tables are written when it waits for the third, which reads who looks into what."""
    kept(fresh_database, tmp_path / "state", two_dates())
    folder = tmp_path / "out"

    async def scenario() -> tuple[int, bytes]:
        sql = await asyncpg.connect(fresh_database)
        try:
            async with sql.transaction():
                await sql.execute("LOCK TABLE item_owners IN ACCESS EXCLUSIVE MODE")
                process = started(fresh_database, folder, "differences", "--date", str(DATE))
                watching = await asyncpg.connect(fresh_database)
                while not await watching.fetchval(WAITING):
                    assert process.poll() is None, process.communicate()
                await watching.close()
                assert len(list(folder.glob(".*.part"))) == 3
                process.send_signal(number)
                _, said = await asyncio.to_thread(process.communicate)
                return process.returncode, said
        finally:
            await sql.close()

    code, said = asyncio.run(scenario())
    assert code == 128 + number
    assert b"Traceback" not in said
    assert list(folder.iterdir()) == []


def test_a_closed_pipe_ends_it_behind_a_whole_report(fresh_database: str, tmp_path: Path) -> None:
    """Whoever read its output has read enough: what has its name by then is whole, and no draft is left."""
    kept(fresh_database, tmp_path / "state", two_dates())
    process = started(fresh_database, tmp_path / "out", "all", "--date", str(DATE))
    assert process.stdout is not None
    process.stdout.close()
    _, said = process.communicate()
    assert process.returncode in (CLOSED_PIPE, ExitCode.OK), said
    assert b"Traceback" not in said
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert not [name for name in names if name.endswith(".part")]
    assert {f"day-{DATE}-volume-row49.csv", f"day-{DATE}-clearing-row49.csv", f"day-{DATE}-row49.pdf"} <= names
