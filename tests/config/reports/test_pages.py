"""The text of every PDF is that of its CSV files, row by row, on as many pages as it takes.

Belongs here: pages. Never here: whether the figures are right (test_tables).
"""

import asyncio
import csv
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest

from config.cli.reports import clearing_account, ledgers, monthly
from config.cli.reports.day import branches, day_end, differences, settlement
from config.cli.reports.paper.drawing import Made
from config.cli.reports.paper.forms import Check, Column, Kind, Report, Row, Table, rows_of
from config.cli.reports.paper.making import LINES_MAX, Written, make
from config.cli.reports.paper.page_layout import A4_MM, MARGIN_MM, broken, fitted, halves, natural_mm, room_mm
from tests.config.books.story import kept
from tests.config.reports.story import BY, as_on_page, each_of, reports_of, text_of, two_dates
from tests.follower.journal_maker import DATE, account_no_of

COLUMNS: dict[str, dict[str, Sequence[Column]]] = {
    "day": {"volume": day_end.VOLUME, "clearing": day_end.CLEARING},
    "differences": {"summary": differences.SUMMARY, "cases": differences.CASES, "items": differences.ITEMS},
    "settlement": {"owed": settlement.OWED, "suspense": settlement.SUSPENSE, "customers": settlement.CUSTOMERS},
    "branches": {"": branches.COLUMNS},
    "ledger": {"": ledgers.LEDGER},
    "trial": {"": ledgers.TRIAL, "outlets": ledgers.OUTLETS},
    "statement": {"": ledgers.STATEMENT},
    "clearing": {"stands": clearing_account.STANDS, "entries": clearing_account.ENTRIES},
    "accounts": {"branches": monthly.ACCOUNTS, "brokers": monthly.ACCOUNTS_BY_BROKER},
    "settled": {"branches": monthly.SETTLED, "brokers": monthly.SETTLED_BY_BROKER},
}
"""Of each CSV of a report, by how its name ends."""
AT = datetime(2026, 1, 5, 17, 30, 0, tzinfo=UTC)
MADE = Made("中国建设银行", 1_234, AT, BY, AT)
WORDS_AND_FEN = (Column("户名"), Column("账号", Kind.NUMBER), Column("笔数", Kind.COUNT), Column("金额", Kind.FEN))


def assert_same(pdf: Path, csv_file: Path, columns: Sequence[Column]) -> int:
    """Every row of the CSV, from its titles to its totals, is in the PDF, in this order. Returns: how many."""
    with csv_file.open(encoding="utf-8-sig", newline="") as stream:
        titles, *rows = [[cell.strip("\t") for cell in row[:-1]] for row in csv.reader(stream)]
    assert titles == [column.title for column in columns]
    text, place = text_of(pdf), 0
    told = ["".join(titles), *(as_on_page(columns, row) for row in rows)]
    for row in told:
        place = text.find(row, place)
        assert place >= 0, (pdf.name, row)
        place += len(row)
    return len(rows)


@pytest.mark.postgres
def test_the_text_of_every_pdf_is_that_of_its_csv_files(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kept(fresh_database, tmp_path / "state", two_dates())
    run = reports_of(fresh_database, tmp_path / "out", capfd)
    files = [file for words in (("--date", DATE), ("--month", DATE // 100)) for file in run("all", *words)[1]]
    files += run("statement", "--account", account_no_of(0))[1] + run("clearing", "--broker", 2)[1]
    pdfs = [file for file in files if file.suffix == ".pdf"]
    assert {pdf.name.split("-")[0] for pdf in pdfs} == set(COLUMNS)
    compared = 0
    for pdf in pdfs:
        stem, _, row = pdf.stem.rpartition("-")
        for part, columns in COLUMNS[pdf.name.split("-")[0]].items():
            csv_file = pdf.with_name(f"{stem}{'-' if part else ''}{part}-{row}.csv")
            assert_same(pdf, csv_file, columns)
            compared += 1
        text = text_of(pdf)
        assert (f"制表：{BY}" in text, f"截至流水第{row.removeprefix('row')}号" in text) == (True, True)
        assert (text.startswith("银行"), "第1页共1页" in text) == (True, True)
        checks = text[text.index("核对事项") :]
        assert (checks.count("相符") > 0, "不符" in checks) == (True, False)
    assert compared == len([file for file in files if file.suffix == ".csv"])


def written(folder: Path, report: Report) -> Written:
    """The files of a report, made without a database."""
    told = list[Written]()
    asyncio.run(make(each_of([report]), MADE, folder, lambda _line: None, lambda _report, files: told.append(files)))
    return told[0]


def many(count: int) -> Table:
    """A table of so many rows, each of 12,345.67."""

    rows: list[Row] = [[f"第{number}户", 6_217_000_000_000_000_000 + number, 1, 1_234_567] for number in range(count)]
    return Table("many", "明细", WORDS_AND_FEN, rows_of(rows))


def test_a_long_table_goes_over_pages_and_its_totals_are_of_all_rows(tmp_path: Path) -> None:
    """2,500 × 12,345.67 = 30,864,175.00. Each page has the titles and its number, the last one the totals."""
    count = 2_500
    made = written(tmp_path, Report("long", "长表", [("交易日", "2026-01-05")], [many(count)]))
    csv_file, pdf = made.files
    assert made.rows_count == count
    lines = csv_file.read_text(encoding="utf-8").splitlines()
    assert (lines[0], lines[1]) == (
        "\ufeff户名,账号,笔数,金额,截至流水号",
        "第0户,\t6217000000000000000,1,12345.67,1234",
    )
    assert (len(lines), lines[-1]) == (count + 2, "合计,,2500,30864175.00,1234")
    text = text_of(pdf)
    pages = len(pypdfium2.PdfDocument(pdf))
    assert pages > 10
    assert [f"第{number}页共{pages}页" in text for number in range(1, pages + 1)] == [True] * pages
    assert (text.count("户名账号笔数金额"), text.count("（续）")) == (pages, pages - 1)
    assert f"第{LINES_MAX - 1}户{6_217_000_000_000_000_000 + LINES_MAX - 1}112,345.67" in text
    assert f"第{LINES_MAX}户" not in text
    assert "合计2,50030,864,175.00" in text
    assert "共2,500行，以上为前1,000行，其余1,500行见CSV；合计为全部行。" in text


def test_what_does_not_agree_stands_on_the_page(tmp_path: Path) -> None:
    report = Report(
        "wrong", "表", [], [many(1)], lambda sums: [Check("表 = 总账", sums["many"].of("金额"), 1)], ["机构 11"]
    )
    made = written(tmp_path, report)
    assert [check.holds for check in made.checks] == [False]
    text = text_of(made.files[-1])
    assert "表=总账12,345.670.01不符" in text
    assert "不符：机构11" in text


def test_names_of_any_length_and_signs_of_no_font_are_shown(tmp_path: Path) -> None:
    """A long name is broken in its cell, and whole; what the font has not is 〓, what a terminal obeys is told."""
    long = "中华人民共和国" * 20
    rows: list[Row] = [[long, 1, 2, -5], ["\U0001f600甲\x1b", 2, None, 10**17 + 5]]
    made = written(tmp_path, Report("names", "表", [], [Table("", "", WORDS_AND_FEN, rows_of(rows))]))
    text = text_of(made.files[-1])
    assert long + "12-0.05" in text
    assert r"〓甲\x1b2" + "1,000,000,000,000,000.05" in text
    assert "合计21,000,000,000,000,000.00" in text
    assert f"{long},1,2,-0.05,1234" in made.files[0].read_text(encoding="utf-8-sig")


def test_the_font_is_embedded_and_only_what_is_used_of_it(tmp_path: Path) -> None:
    """All of it has 8 MB."""
    pdf = written(tmp_path, Report("font", "表", [], [many(3)])).files[-1]
    content = pdf.read_bytes()
    assert re.findall(rb"/BaseFont /([\w+]+)", content) == [b"MPDFAA+NotoSansSC"] * 2
    assert b"/FontFile3" in content
    assert len(content) < 60_000


def test_the_same_report_has_the_same_bytes_whatever_was_drawn_before_it(tmp_path: Path) -> None:
    """One process draws all reports of a command."""
    first = [file.read_bytes() for file in written(tmp_path, Report("same", "表", [], [many(10)])).files]
    both = each_of([Report(name, title, [], [many(10)]) for name, title in (("other", "比对"), ("same", "表"))])
    told = list[Written]()
    asyncio.run(make(both, MADE, tmp_path, lambda _line: None, lambda _report, files: told.append(files)))
    assert [file.read_bytes() for file in told[1].files] == first


def measure(text: str) -> float:
    """Two millimetres a sign."""
    return 2.0 * len(text)


def test_columns_take_the_whole_page_and_amounts_are_never_broken() -> None:
    """Upright there are 186 mm, wide 273."""
    assert (room_mm(False), room_mm(True)) == (A4_MM[0] - 2 * MARGIN_MM, A4_MM[1] - 2 * MARGIN_MM)
    natural = natural_mm([["甲" * 40, "1,234.05", "乙"]], ["户名", "金额", "注"], [False, True, False], measure)
    assert natural == pytest.approx([46.0 + 2.8, 16.0 + 2.8, 2.0 + 2.8 + 3.0])
    spread = fitted(natural, 186.0, [False, True, False])
    assert (round(spread.sum_mm, 6), spread.font_pt) == (186.0, 8.5)
    tight = fitted([100.0, 100.0], 150.0, [False, True])
    assert (round(tight.sum_mm, 6), tight.font_pt) == (150.0, 6.25)
    narrow = fitted([200.0, 100.0], 150.0, [False, True])
    assert (round(narrow.widths_mm[1], 6), narrow.font_pt) == (round(100 * 5.5 / 8.5, 6), 5.5)
    assert broken("甲乙丙丁", 4.0, measure) == ["甲乙", "丙丁"]
    assert [halves(title) for title in ("买入成交笔数", "交收额合计")] == [["买入成交", "笔数"], ["交收额合计"]]
