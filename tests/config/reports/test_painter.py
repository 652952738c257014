"""Pages are drawn by a process of its own: what ends it, or what it draws for, is one clear line and leaves nothing.

Belongs here: the process and its end. Never here: how pages look (test_pages), faults in rows (test_asked_wrongly).
"""

import asyncio
import os
import select
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from config.cli.reports.paper import painter
from config.cli.reports.paper.forms import Column, Report, Row, Table, rows_of
from config.cli.reports.paper.making import Written, make
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import children_of, is_alive
from tests.config.books.story import kept
from tests.config.reports.story import each_of, two_dates
from tests.config.reports.test_interrupted import WAITING, started
from tests.config.reports.test_pages import MADE
from tests.follower.journal_maker import DATE

ONE_ROW = Table("one", "", (Column("户名"),), rows_of([["甲"]]))
ENDED_S_MAX = 30


def drawing(process_id: int) -> list[int]:
    """The ids of the processes that draw for this one."""
    return [child for child in children_of(process_id) if painter.PROGRAM in Path(f"/proc/{child}/cmdline").read_text()]


def broken_off(folder: Path, *reports: Report) -> tuple[ProcessFault, list[str]]:
    """What ends these reports, and the names of those that were told before."""
    names = list[str]()

    def told(report: Report, _written: Written) -> None:
        names.append(report.name)

    with pytest.raises(ProcessFault) as caught:
        asyncio.run(make(each_of(reports), MADE, folder, lambda _line: None, told))
    return caught.value, names


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_reports_end_where_the_process_is_ended(tmp_path: Path, number: signal.Signals) -> None:
    """While the third is read, whose files and those of the second are not there; what the first has stays."""

    async def rows() -> AsyncIterator[list[Row]]:
        yield [["甲"]]
        (child,) = drawing(os.getpid())
        os.kill(child, number)
        with os.fdopen(os.pidfd_open(child)) as ended:
            assert select.select([ended], [], [], ENDED_S_MAX)[0]

    third = Report("third", "表", [], [Table("one", "", (Column("户名"),), rows)])
    reports = [Report(name, "表", [], [ONE_ROW]) for name in ("first", "second")]
    fault, names = broken_off(tmp_path, *reports, third, Report("fourth", "表", [], [ONE_ROW]))
    assert str(fault) == f"the process that draws pages was ended by {number.name}"
    assert fault.exit_code == ExitCode.UNAVAILABLE
    # The second is drawn by then or not; the third never is.
    assert names in (["first"], ["first", "second"])
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(
        f"{name}{part}" for name in names for part in ("-one-row1234.csv", "-row1234.pdf")
    )


def test_what_ended_it_by_itself_is_told_by_its_last_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painter, "PROGRAM", "tests.no_such_program")
    fault, names = broken_off(tmp_path, Report("none", "表", [], [ONE_ROW]))
    said = str(fault)
    assert said.startswith("the process that draws pages ended with status 1: "), said
    assert said.endswith("No module named tests.no_such_program"), said
    assert (names, list(tmp_path.iterdir()), "\n" in said) == ([], [], False)


def test_a_disk_that_is_full_for_the_pages_alone_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / f".full-row1234.pdf.{os.getpid()}.part").symlink_to("/dev/full")
    fault, names = broken_off(tmp_path, Report("full", "表", [], [ONE_ROW]))
    assert (str(fault), fault.exit_code) == (f"{tmp_path}: No space left on device", ExitCode.DATA)
    assert (names, list(tmp_path.iterdir())) == ([], [])


def test_it_is_gone_when_reports_end_in_whatever_way(tmp_path: Path) -> None:
    """All made; broken off by a fault in rows while it draws."""
    seen = list[int]()

    async def rows() -> AsyncIterator[list[Row]]:
        seen.extend(drawing(os.getpid()))
        yield [["甲"]]

    async def broken() -> AsyncIterator[list[Row]]:
        seen.extend(drawing(os.getpid()))
        yield [["甲"]]
        raise OSError(28, "No space left on device")

    whole, half = (Report("one", "表", [], [Table("one", "", (Column("户名"),), each)]) for each in (rows, broken))
    asyncio.run(make(each_of([whole]), MADE, tmp_path, lambda _line: None, lambda _report, _written: None))
    broken_off(tmp_path, whole, half)
    assert (len(seen), len(set(seen)), [is_alive(child) for child in set(seen)]) == (3, 2, [False, False])


@pytest.mark.postgres
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_never_outlives_the_command(fresh_database: str, tmp_path: Path, number: signal.Signals) -> None:
    """Also where the command has no time to end it. It waits for a table when the signal comes."""
    kept(fresh_database, tmp_path / "state", two_dates())

    async def scenario() -> tuple[int, bool]:
        sql = await asyncpg.connect(fresh_database)
        watching = await asyncpg.connect(fresh_database)
        try:
            async with sql.transaction():
                await sql.execute("LOCK TABLE item_owners IN ACCESS EXCLUSIVE MODE")
                process = started(fresh_database, tmp_path / "out", "differences", "--date", str(DATE))
                while not await watching.fetchval(WAITING):
                    assert process.poll() is None, process.communicate()
                (child,) = drawing(process.pid)
                with os.fdopen(os.pidfd_open(child)) as ended:
                    process.send_signal(number)
                    await asyncio.to_thread(process.communicate)
                    is_gone = select.select([ended], [], [], ENDED_S_MAX)[0] != []
                return process.returncode, is_gone
        finally:
            await watching.close()
            await sql.close()

    status = -number if number is signal.SIGKILL else 128 + number
    assert asyncio.run(scenario()) == (status, True)
