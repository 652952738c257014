"""docs/reports.md shows what the program does: its reports, options and files, and the words of its columns.

Belongs here: the page against the program. Never here: whether the figures are right (test_tables).
"""

import re
from pathlib import Path

import pytest

from config.cli.reports import letters
from config.cli.reports.command import REPORTS, _parser
from config.cli.reports.day import day_end
from config.cli.reports.paper.forms import LONG_DIGITS
from config.cli.reports.paper.making import LINES_MAX
from config.cli.reports.words import CLASSES, FIELDS, LANES, OBLIGATIONS
from config.kit.exit_codes import ExitCode
from protocol.vocabulary import ComparedField, DifferenceClass, LaneState, ObligationState
from tests.architecture.sources import ROOT
from tests.config.books.story import kept
from tests.config.reports.story import reports_of, two_dates
from tests.config.reports.test_pages import COLUMNS

PAGE = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\| `\w+` \|.*$", PAGE, re.M)]
COMMON = {"--help", "--config", "--dsn", "--out", "--by"}


def test_every_report_stands_there_with_its_options_and_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert [row[0].strip("`") for row in ROWS] == list(REPORTS)
    for name, _, of, files in ((row[0].strip("`"), *row[1:]) for row in ROWS):
        with pytest.raises(SystemExit):
            _parser().parse_args([name, "--help"])
        taken = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - COMMON
        assert set(re.findall(r"--[a-z-]+", of)) == taken, name
        if name != "all":
            parts = set(re.findall(r"`(\w+)`", files)) | ({""} if "one" in files.split() or "one," in files else set())
            assert parts == set((COLUMNS | letters.COLUMNS)[name]), name


@pytest.mark.postgres
def test_the_example_is_what_is_printed(fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    example = re.search(r"```console\n\$ yzt report (.*?) --out reports --by .*?\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    kept(fresh_database, tmp_path / "state", two_dates())
    code, files, said = reports_of(fresh_database, tmp_path / "reports", capfd)(*example[1].split())
    *first, between, last = example[2].splitlines()
    assert (code, between) == (ExitCode.OK, "…")
    assert [f"reports/{file.name}" for file in files][: len(first)] == first
    assert said.splitlines()[0] == last


def test_the_page_has_the_words_of_the_columns_and_the_bounds() -> None:
    told = PAGE[PAGE.index("### 日终报表") : PAGE.index("### 差错清单")]
    titles = [column.title for column in (*day_end.VOLUME, *day_end.CLEARING)[2:]]
    for title in titles:
        stem = title.removesuffix("笔数").removesuffix("金额") if "成交" in title else title
        assert stem in told or title in ("编号", "证券公司"), title
    assert f"first {LINES_MAX:,} rows" in PAGE
    assert ("twelve digits" in PAGE, LONG_DIGITS) == (True, 12)


def test_every_state_has_a_word() -> None:
    assert set(LANES) == set(LaneState)
    assert set(OBLIGATIONS) == set(ObligationState)
    assert set(CLASSES) == set(DifferenceClass)
    assert set(FIELDS) == set(ComparedField)
    for words in (LANES, OBLIGATIONS, CLASSES, FIELDS):
        assert len(set(words.values())) == len(words)
