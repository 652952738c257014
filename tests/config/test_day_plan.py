"""`yzt day plan` as the bank's operations meet it: what it prints, and one line for what it cannot plan.

Belongs here: the command with its files. Never here: which windows are right (tests.gateway.day).
"""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.cli.commands import main
from config.cli.day import plan as day
from config.kit.exit_codes import ExitCode
from config.schema import load
from config.supervise.children import PROJECT_DIRECTORY
from gateway.day.planning.plan import REMEDY

CALENDAR = """
[calendar]
exchanges = ["XSHG", "XSHE"]
overrides = "calendar.toml"
"""
WORKING_WEEKENDS = "bank_working = [20260104, 20260214, 20260228, 20260509, 20260920, 20261010]\n"
THE_PLAN = """\
trade date         20261008 Thu
sign-off from      20261008 Thu 15:30:00
sets due until     20261008 Thu 17:00:00
next trade date    20261009 Fri, opened from 08:30:00

window  day           pay from   late from  first due  last due
     1  20261009 Fri  09:00:00   09:30:00   10:00:00   14:00:00
     2  20261010 Sat  09:00:00   09:30:00   10:00:00   14:00:00
     3  20261012 Mon  09:00:00   09:30:00   10:00:00   14:00:00
     4  20261013 Tue  09:00:00   09:30:00   10:00:00   14:00:00
     5  20261014 Wed  09:00:00   09:30:00   10:00:00   14:00:00
     6  20261015 Thu  09:00:00   09:30:00   10:00:00   14:00:00
     7  20261016 Fri  09:00:00   09:30:00   10:00:00   14:00:00
     8  20261019 Mon  09:00:00   09:30:00   10:00:00   14:00:00

what is due in window 1:
objection until    20261013 Tue 23:59:59
termination after  20261015 Thu 23:59:59

times are of Asia/Shanghai
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A configuration of a bank that keeps a calendar, with its overrides beside it."""
    (tmp_path / "calendar.toml").write_text(WORKING_WEEKENDS, encoding="utf-8")
    file = tmp_path / "yzt.toml"
    file.write_text(CALENDAR, encoding="utf-8")
    return file


def test_the_plan_is_printed_in_the_bank_s_time(configuration: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["day", "plan", "20261008", "--config", str(configuration)]) == ExitCode.OK

    out = capsys.readouterr().out
    assert out == THE_PLAN
    assert max(map(len, out.splitlines())) <= 80


def test_the_guide_shows_this_plan_and_what_it_was_made_from() -> None:
    guide = (PROJECT_DIRECTORY / "docs" / "operations.md").read_text(encoding="utf-8")

    assert f"```\n$ yzt day plan 20261008\n{THE_PLAN}```\n" in guide
    assert f"```toml\n{WORKING_WEEKENDS.strip()}" in guide


def test_the_plan_is_there_for_programs(configuration: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["day", "plan", "20261008", "--json", "--config", str(configuration)]) == ExitCode.OK
    plan = json.loads(capsys.readouterr().out)

    # 9 October 2026 is day 20,735 since 1970 (20,454 + 281): 20,735 x 86,400 + 3,600 is 09:00 in Shanghai.
    assert plan["windows"][0] == {
        "date": 20261009,
        "pay_from_s": 1_791_507_600,
        "late_from_s": 1_791_509_400,
        "first_due_s": 1_791_511_200,
        "last_due_s": 1_791_525_600,
        "day_end_s": 1_791_561_599,
    }
    assert [window["date"] for window in plan["windows"]][1:3] == [20261010, 20261012]
    assert (plan["trade_date"], plan["next_trade_date"]) == (20261008, 20261009)
    assert plan["zone"] == "Asia/Shanghai"
    assert plan["sign_off_s"] == 20_734 * 86_400 + 27_000
    assert plan["objection_until_s"] == plan["windows"][3]["day_end_s"]
    assert plan["termination_after_s"] == plan["windows"][5]["day_end_s"]


@pytest.mark.parametrize(
    ("now", "planned"),
    [
        ("2026-10-09T00:00:00", 20261009),  # a trade date is planned on its own day, from its first second
        ("2026-10-09T23:59:59", 20261009),
        ("2026-10-10T00:00:00", 20261012),  # on the working Saturday, Monday's
        ("2026-10-01T12:00:00", 20261008),  # in the holidays, the first one behind them
    ],
)
def test_without_a_date_the_next_trade_date_is_planned(
    now: str, planned: int, configuration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()

    assert day.main(["plan", "--json"], load(configuration), now_s=lambda: second) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["trade_date"] == planned


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        ([], ExitCode.USAGE, "the following arguments are required: what (see `yzt day --help`)"),
        (["plan", "2026-10-09"], ExitCode.USAGE, "day plan: 2026-10-09 is no date yyyymmdd"),
        (["plan", "20260931"], ExitCode.USAGE, "day plan: 20260931 is no date yyyymmdd"),
        (["plan", "２０２６１００９"], ExitCode.USAGE, "day plan: ２０２６１００９ is no date yyyymmdd"),
        (["plan", "20261010"], ExitCode.DATA, "20261010 is no trade date; the next one is 20261012"),
        (["plan", "20590102"], ExitCode.CONFIG, f"no calendar reaches 20590102: {REMEDY}"),
        (["plan", "19900103"], ExitCode.CONFIG, f"no calendar reaches 19900103: {REMEDY}"),
    ],
)
def test_what_cannot_be_planned_is_one_line(
    arguments: list[str], code: ExitCode, line: str, configuration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["day", *arguments, "--config", str(configuration)]) == code
    assert capsys.readouterr() == ("", f"yzt: {line}\n")


def test_a_bank_without_a_calendar_has_no_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "yzt.toml"
    file.touch()

    assert main(["day", "plan", "20261009", "--config", str(file)]) == ExitCode.CONFIG
    assert capsys.readouterr().err == "yzt: no calendar is kept: calendar.exchanges names no exchange\n"


def test_overrides_that_contradict_themselves_are_found_by_the_check_too(
    configuration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overrides = configuration.with_name("calendar.toml")
    assert main(["keygen", "--bank", "--config", str(configuration)]) == ExitCode.OK
    assert main(["config", "check", "--config", str(configuration)]) == ExitCode.OK
    capsys.readouterr()

    overrides.write_text("closed = [20261009]\ntrading = [20261009]\n", encoding="utf-8")
    for command in (["config", "check"], ["day", "plan", "20261008"]):
        assert main([*command, "--config", str(configuration)]) == ExitCode.CONFIG
        assert capsys.readouterr().err == f"yzt: {overrides}: trading: 20261009 stands in closed too\n"


def test_overrides_that_no_calendar_reaches_are_named(configuration: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configuration.with_name("calendar.toml").write_text("closed = [20590101]\n", encoding="utf-8")

    assert main(["day", "plan", "20261008", "--config", str(configuration)]) == ExitCode.CONFIG
    err = capsys.readouterr().err
    assert err.startswith(
        "yzt: calendar.overrides: closed: no calendar reaches 20590101: the exchanges' calendars reach"
    )
    assert err.count("\n") == 1


WITHOUT = """
import sys
for name in ("exchange_calendars", "pandas"):
    sys.modules[name] = None
from config.cli.commands import main
sys.exit(main(sys.argv[1:]))
"""


def without_the_library(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`yzt` on a machine that has no calendar library."""
    return subprocess.run([sys.executable, "-c", WITHOUT, *arguments], capture_output=True, text=True, check=False)


def test_a_machine_without_the_library_says_so_and_does_all_else(configuration: Path) -> None:
    done = without_the_library("day", "plan", "20261008", "--config", str(configuration))
    assert (done.returncode, done.stdout) == (ExitCode.UNAVAILABLE, "")
    assert done.stderr.startswith("yzt: day cannot be loaded: ")
    assert done.stderr.count("\n") == 1

    done = without_the_library("config", "show", "--config", str(configuration))
    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    assert 'exchanges = ["XSHG", "XSHE"]' in done.stdout.splitlines()
