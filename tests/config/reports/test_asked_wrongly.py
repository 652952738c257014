"""What cannot be made is one clear line and leaves nothing; what does not add up is told with both values.

Belongs here: refusals, planted rows. Never here: sound reports (test_tables, test_pages).
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.cli import commands as cli
from config.cli.reports.command import REPORTS, main
from config.cli.reports.paper.drawing import Made
from config.cli.reports.paper.forms import Column, Report, Row, Table, rows_of
from config.cli.reports.paper.making import Written, make
from config.kit.exit_codes import ExitCode, ProcessFault
from config.schema import load, with_dsn
from tests.config.books.story import kept, planted
from tests.config.reports.story import each_of, reports_of, text_of, two_dates
from tests.follower.journal_maker import DATE, NEXT_DATE
from tests.follower.read_model.day.test_corrections import decided

NOWHERE = "postgresql:///none?host=/nowhere"
AT = datetime(2026, 1, 5, 17, 30, 0, tzinfo=UTC)
MADE = Made("银行", 1, AT, "张三", AT)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "the following arguments are required: NAME"),
        (("nothing",), "invalid choice: 'nothing'"),
        (("day", "--out", "."), "the following arguments are required: --date"),
        (("day", "--date", "20260105"), "the following arguments are required: --out"),
        (("day", "--date", "20260230", "--out", "."), "'20260230' is no date yyyymmdd"),
        (("accounts", "--month", "2026", "--out", "."), "is no whole number from"),
        (("settlement", "--date", "20260105", "--broker", "x", "--out", "."), "'x' is no whole number"),
        (("statement", "--out", "."), "the following arguments are required: --account"),
        (("day", "--date", "20260105", "--out", ".", "--by", " "), "--by is a name of 1 to 40 signs"),
    ],
)
def test_what_is_no_report_is_one_line(words: tuple[str, ...], says: str) -> None:
    with pytest.raises(ProcessFault) as caught:
        main(list(words), with_dsn(load(None), NOWHERE))
    assert (caught.value.exit_code, says in str(caught.value)) == (ExitCode.USAGE, True), str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_read(tmp_path: Path) -> None:
    """No database is there either."""
    (tmp_path / "file").touch()
    for folder, why in ((tmp_path / "file", "File exists"), (tmp_path / "no" / "folder", "No such file or directory")):
        with pytest.raises(ProcessFault) as caught:
            main(["day", "--date", str(DATE), "--out", str(folder)], with_dsn(load(None), NOWHERE))
        assert (str(caught.value), caught.value.exit_code) == (f"{folder}: {why}", ExitCode.DATA)


def test_without_a_read_model_it_is_one_line_and_nothing_is_there(tmp_path: Path) -> None:
    with pytest.raises(ProcessFault) as caught:
        main(["day", "--date", str(DATE), "--out", str(tmp_path / "out")], with_dsn(load(None), NOWHERE))
    assert caught.value.exit_code == ExitCode.UNAVAILABLE
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), RuntimeError("lost"), KeyboardInterrupt()])
def test_a_report_that_breaks_off_leaves_no_file(tmp_path: Path, fault: BaseException) -> None:
    """In its second table; what an earlier one left under these names stays. The report in front of it, whose pages are
    being drawn then, leaves none either, and the one before that all.
    """

    async def rows() -> AsyncIterator[list[Row]]:
        yield [["甲"]]
        raise fault

    tables = [Table("one", "", (Column("户名"),), rows_of([["甲"]])), Table("two", "", (Column("户名"),), rows)]
    (tmp_path / "half-one-row1.csv").write_text("before", encoding="utf-8")
    before = [Report(name, "表", [], [tables[0]]) for name in ("whole", "drawn")]
    names = list[str]()

    def told(report: Report, _written: Written) -> None:
        names.append(report.name)

    expected = ProcessFault if isinstance(fault, OSError) else type(fault)
    reports = each_of([*before, Report("half", "表", [], tables)])
    with pytest.raises(expected) as caught:
        asyncio.run(make(reports, MADE, tmp_path, lambda _line: None, told))
    if isinstance(caught.value, ProcessFault):
        assert (str(caught.value), caught.value.exit_code) == (f"{tmp_path}: No space left on device", ExitCode.DATA)
    assert names == ["whole"]
    left = sorted(file.name for file in tmp_path.iterdir())
    assert left == ["half-one-row1.csv", "whole-one-row1.csv", "whole-row1.pdf"]
    assert (tmp_path / "half-one-row1.csv").read_text(encoding="utf-8") == "before"


@pytest.mark.postgres
def test_what_the_bank_has_not_is_one_line(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kept(fresh_database, tmp_path / "state", two_dates())
    run = reports_of(fresh_database, tmp_path / "out", capfd)
    dates = f"whose dates are {DATE} to {NEXT_DATE}"
    day = f"20260107 is no trade date of this bank, {dates}"
    for words, says in (
        *(((name, "--date", 20_260_107), day) for name in REPORTS if name in ("day", "differences", "branches", "all")),
        *(((name, "--date", 20_260_107), day) for name in ("ledger", "trial", "settlement")),
        (("accounts", "--month", 202_602), f"202602 has no trade date of this bank, {dates}"),
        (("settled", "--month", 202_512), f"202512 has no trade date of this bank, {dates}"),
        (("settlement", "--date", DATE, "--broker", 9), f"9 is no broker of {DATE}"),
        (("statement", "--account", 98), "there is no account 98"),
        (("statement", "--account", 390, "--from", NEXT_DATE, "--to", DATE), f"--from {NEXT_DATE} is later than"),
        (("trial", "--outlet", 77), "there is no outlet 77"),
        (("all",), "--date or --month says of what"),
        (("all", "--date", DATE, "--month", 202_601), "--date or --month says of what"),
    ):
        code, files, said = run(*words)
        assert (code, files) == (ExitCode.USAGE, []), said
        assert said.startswith(f"yzt: report {words[0]}: {says}"), said
        assert said.count("\n") == 1
    assert list((tmp_path / "out").iterdir()) == []


PLANTED = [
    (
        "UPDATE clearing_sets SET arrived_net_fen = arrived_net_fen + 1 WHERE number = 2",
        ("day", "settlement", "branches"),
        "轧差净额|客户净额 = 清算数据申报净额: -959.72 and -959.71|各机构清算净额合计",
    ),
    ("UPDATE obligations SET owed_fen = owed_fen + 1", ("day", "settlement"), "应付款登记"),
    ("INSERT INTO general_ledger VALUES (2410, 2, 20260105, 0, 5, 1)", ("settlement",), "总账余额: 0.00 and 0.05"),
    ("INSERT INTO general_ledger VALUES (3110, 0, 20260105, 11, 7, 1)", ("branches",), "总账余额: 0.00 and 0.07"),
    (
        "UPDATE general_ledger SET balance_fen = balance_fen - 1 WHERE account_code = 2110 AND item = 11",
        ("ledger", "trial", "accounts"),
        "2110 活期储蓄存款 outlet 11: entries come to -11,110.00, the general ledger has -11,110.01",
    ),
    ("UPDATE contracts SET ended_on = 20251231 WHERE contract_no = 98", ("accounts",), "月末户数: 4 and 3"),
]


@pytest.mark.postgres
def test_a_planted_row_is_noticed_told_with_both_values_and_printed(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kept(fresh_database, tmp_path / "state", two_dates())
    run = reports_of(fresh_database, tmp_path / "out", capfd)
    for statement, names, says in PLANTED:
        planted(fresh_database, f"CREATE SCHEMA kept; {_copies('public', 'kept')}; {statement}")
        for name in names:
            subject = ("--month", 202_601) if name == "accounts" else ("--date", DATE)
            code, files, said = run(name, *subject)
            assert code == ExitCode.FAILED, (statement, name)
            assert any(word in said for word in says.split("|")), (statement, name, said)
            assert "it does NOT add up" in said
            assert "不符" in "".join(text_of(file) for file in files if file.suffix == ".pdf")
        planted(fresh_database, f"{_copies('kept', 'public')}; DROP SCHEMA kept CASCADE")
    assert run("all", "--date", DATE)[0] == ExitCode.OK


TABLES = ("clearing_sets", "obligations", "general_ledger", "contracts")


def _copies(source: str, target: str) -> str:
    """Statements that keep the tables, or bring them back."""
    if target == "kept":
        return "; ".join(f"CREATE TABLE kept.{name} AS TABLE {source}.{name}" for name in TABLES)
    put = "DELETE FROM {0}.{1}; INSERT INTO {0}.{1} TABLE {2}.{1}"
    return "; ".join(put.format(target, name, source) for name in TABLES)


@pytest.mark.postgres
def test_a_case_that_is_not_on_1910_is_noticed(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kept(fresh_database, tmp_path / "state", decided())
    run = reports_of(fresh_database, tmp_path / "out", capfd)
    planted(fresh_database, "UPDATE general_ledger SET balance_fen = 1999 WHERE account_code = 1910 AND party = 2")
    code, _, said = run("differences", "--date", DATE)
    assert code == ExitCode.FAILED
    assert "差错案件余额 = 总账 1910 分录: 19.99 and 20.00" in said


def test_it_is_said_in_the_help_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["report", "--help"])
    told = capsys.readouterr().out
    assert all(name in told for name in REPORTS)
