"""The figures of every report of two dates, worked on paper: see the story.

Belongs here: what stands in the CSV files. Never here: pages (test_pages), what cannot be made (test_asked_wrongly).
"""

from pathlib import Path

import pytest

from config.cli.reports.day.cleared import Cleared, OfOutlet, ReadSheets
from config.kit.exit_codes import ExitCode
from protocol.given_numbers import account_no_from_index
from tests.config.books.story import kept
from tests.config.reports.story import ANN, BOB, CID, DAN, monday, reports_of, table_of, two_dates
from tests.customers import FIRST_BANK_ACCOUNT_NO
from tests.follower.journal_maker import DATE, NEXT_DATE, SPARE_ACCOUNTS, account_no_of
from tests.follower.read_model.day.test_corrections import decided, reverted
from tests.follower.reconciled_story import no_of

pytestmark = pytest.mark.postgres

EAST, WEST, SOUTH = ["2", "东方证券"], ["3", "西部证券"], ["4", "南方证券"]
UPTOWN = ["901 浙江省分行", "902 西湖支行", "11 文三路储蓄所"]
DOWNTOWN = ["901 浙江省分行", "903 城南支行", "12 南山路储蓄所"]
NOTHING = "0.00"


def bank_no(index: int) -> str:
    """The bank's own number of the account of the contract at an index."""
    return str(FIRST_BANK_ACCOUNT_NO + SPARE_ACCOUNTS + index)


def test_every_report_of_a_date_has_its_figures(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kept(fresh_database, tmp_path / "state", two_dates())
    code, files, said = reports_of(fresh_database, tmp_path / "out", capfd)("all", "--date", DATE)
    assert code == ExitCode.OK, said

    # Frozen 1,200.00 + 700.00; drawn 1,005.02; released 194.98 + 700.00. Dan's 20.00 were released by closing.
    assert table_of(files, f"day-{DATE}-volume") == [
        [*EAST, "2", "2", "0", "2", "1900.00", "1005.02", "894.98", NOTHING, "1", "1005.02", "1", "39.00"],
        [*WEST, "3", "3", "0", "1", "20.00", NOTHING, "20.00", NOTHING, "0", NOTHING, "1", "49.00"],
        [*SOUTH, "0", "0", "0", "0", *[NOTHING] * 4, "0", NOTHING, "0", NOTHING],
        ["合计", "", "5", "5", "0", "3", "1920.00", "1005.02", "914.98", NOTHING, "1", "1005.02", "2", "88.00"],
    ]
    # −959.72 + 47.50 = −912.22
    assert table_of(files, f"day-{DATE}-clearing") == [
        [*EAST, "已轧差", "已报送", "0", "1005.02", "39.00", "6.30", "-959.72", "银行", NOTHING, "银行应付"],
        [*WEST, "结束委托", "已报送", "0", "4.00", "49.00", "2.50", "47.50", "证券公司", NOTHING, "证券公司应付"],
        [*SOUTH, "交易中", "未报送", "0", "", "", "", "", "", NOTHING, ""],
        ["合计", "", "", "", "0", "1009.02", "88.00", "8.80", "-912.22", "", NOTHING, ""],
    ]
    assert table_of(files, f"branches-{DATE}") == [
        [*UPTOWN, "2", "1005.02", "45.30", "-959.72", *[NOTHING] * 4],
        [*DOWNTOWN, "2", "4.00", "51.50", "47.50", *[NOTHING] * 4],
        ["合计", "", "", "4", "1009.02", "96.80", "-912.22", *[NOTHING] * 4],
    ]
    name = f"settlement-{DATE}-broker-3"
    assert table_of(files, f"{name}-owed") == [
        ["轧差", "证券公司", "47.50", NOTHING, NOTHING, "47.50", "证券公司应付", *[""] * 5]
    ]
    assert table_of(files, f"{name}-suspense") == [["合计", "", "", "0", NOTHING, NOTHING]]
    assert table_of(files, f"{name}-customers") == [
        ["12", bank_no(CID), str(no_of(CID)), "4.00", "49.00", NOTHING, "45.00", *[NOTHING] * 4, "4.00", "49.00"],
        ["12", bank_no(DAN), str(no_of(DAN)), NOTHING, NOTHING, "2.50", "2.50", *[NOTHING] * 4, NOTHING, "2.50"],
        ["合计", "", "", "4.00", "49.00", "2.50", "47.50", *[NOTHING] * 4, "4.00", "51.50"],
    ]
    assert table_of(files, f"settlement-{DATE}-broker-4-customers") == [["合计", "", "", *[NOTHING] * 10]]
    # In cash came 3 × 700.00, 5,000.00, 4,000.00 and 10.00 at outlet 11; 3,000.00, 100.00 and 4.00 at outlet 12.
    assert table_of(files, f"trial-{DATE}") == [
        ["1010", "现金", "14214.00", NOTHING, "14214.00", NOTHING],
        ["2110", "活期储蓄存款", NOTHING, "14214.00", NOTHING, "14214.00"],
        ["合计", "", *["14214.00"] * 4],
    ]
    assert table_of(files, f"trial-{DATE}-outlets") == [
        [*UPTOWN, *["11110.00"] * 4],
        [*DOWNTOWN, *["3104.00"] * 4],
        ["合计", "", "", *["14214.00"] * 4],
    ]
    assert [row[2:6] for row in table_of(files, f"ledger-{DATE}")] == [
        ["", NOTHING, NOTHING, "14214.00"],
        ["机构 11", NOTHING, NOTHING, NOTHING],
        ["机构 12", NOTHING, NOTHING, NOTHING],
        ["", NOTHING, NOTHING, "14214.00"],
    ]


def test_all_of_a_date_have_the_figures_of_each_that_is_asked_for_alone(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What sets say is added up from the sheets of customers there, and read from the sets here."""
    kept(fresh_database, tmp_path / "state", two_dates())
    together, alone = (reports_of(fresh_database, tmp_path / name, capfd) for name in ("together", "alone"))
    names = ("settlement", "day", "differences", "branches", "ledger", "trial")
    for date in (DATE, NEXT_DATE):
        files = [file for file in together("all", "--date", date)[1] if file.suffix == ".csv"]
        each = [file for name in names for file in alone(name, "--date", date)[1] if file.suffix == ".csv"]
        assert [(file.name, file.read_bytes()) for file in files] == [(file.name, file.read_bytes()) for file in each]


def test_what_sets_say_is_added_up_by_outlet_from_rows_of_customers_some_at_a_time() -> None:
    """In a row: account, contract, what it owes, is owed for sales and else, net. One that is only posted to does
    not count.
    """
    read = ReadSheets({})
    read.add(2, [(11, 1, "a", 100, 0, 0, -100), (11, 2, "b", 0, 30, 5, 35), (12, 3, "c", 0, 0, 7, 7)])
    read.add(2, [(12, 4, "d", 0, 0, 0, 0), (12, 5, "e", 9, 0, 0, -9), (13, 6, "f", 0, 0, 0, 0)])
    read.add(3, [(11, 7, "g", 1, 2, 3, 4)])
    assert read.by_outlet == {
        2: {11: OfOutlet(2, Cleared(100, 30, 5)), 12: OfOutlet(2, Cleared(9, 0, 7))},
        3: {11: OfOutlet(1, Cleared(1, 2, 3))},
    }


def test_what_differs_is_listed_with_both_values(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """One fen of Ann's freeze, and Bob's order is missing there; the lane is where its comparison left it."""
    kept(fresh_database, tmp_path / "state", monday())
    run = reports_of(fresh_database, tmp_path / "out", capfd)
    code, files, said = run("differences", "--date", DATE)
    assert code == ExitCode.OK, said
    assert table_of(files, f"differences-{DATE}-summary") == [
        [*EAST, "对方无", "1", "1"],
        [*EAST, "金额不符", "1", "1"],
        ["合计", "", "", "2", "2"],
    ]
    assert table_of(files, f"differences-{DATE}-cases") == [["合计", "", "", "", *[NOTHING] * 4, ""]]
    ann = [str(no_of(ANN)), bank_no(ANN), f"{DATE}/11/1", "1,200.00", "1,199.99"]
    bob = [str(no_of(BOB)), bank_no(BOB), f"{DATE}/11/2", "1 笔", "0 笔"]
    assert table_of(files, f"differences-{DATE}-items") == [
        [*EAST, "金额不符", "1", "冻结金额", *ann, "未结", "0", "", "", ""],
        [*EAST, "对方无", "1", "委托", *bob, "未结", "0", "", "", ""],
    ]
    _, files, _ = run("day", "--date", DATE)
    clearing = table_of(files, f"day-{DATE}-clearing")
    assert [row[2:5] for row in clearing[:3]] == [
        ["数据齐备", "已报送", "2"],
        ["对账相符", "已报送", "0"],
        ["交易中", "未报送", "0"],
    ]


def test_what_a_broker_makes_good_stands_in_its_sheet_and_on_1910(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Ann has 50.00; the set says that she bought for 70.00 without an order: 20.00 are the broker's, case 1. Then two
    people withdraw the set, and nothing of it is left.
    """
    for made, left in ((decided(), "20.00"), (reverted(), NOTHING)):
        kept(fresh_database, tmp_path / str(made.rows[-1].sequence), made)
        run = reports_of(fresh_database, tmp_path / "out", capfd)
        code, files, said = run("all", "--date", DATE)
        assert code == ExitCode.OK, said
        (case, _) = table_of(files, f"differences-{DATE}-cases")
        back = NOTHING if left == "20.00" else "20.00"
        assert case == [*EAST, "1", str(no_of(ANN)), "20.00", back, NOTHING, left, "3"]
        suspense = table_of(files, f"settlement-{DATE}-broker-2-suspense")
        customers = table_of(files, f"settlement-{DATE}-broker-2-customers")
        clearing = table_of(files, f"day-{DATE}-clearing")
        if left == NOTHING:
            assert suspense[-1] == ["合计", "", "", "2", "20.00", "20.00"]
            assert (customers, clearing[0][9:]) == ([["合计", "", "", *[NOTHING] * 10]], ["", NOTHING, ""])
            continue
        assert suspense == [
            ["证券公司补足", "1910", "待处理清算差错", "1", NOTHING, "20.00"],
            ["合计", "", "", "1", NOTHING, "20.00"],
        ]
        # 70.00 are owed for her, of which her account gives 50.00.
        told = ["70.00", NOTHING, NOTHING, "-70.00", "20.00", NOTHING, NOTHING, NOTHING, "50.00", NOTHING]
        assert customers == [["11", bank_no(ANN), str(no_of(ANN)), *told], ["合计", "", "", *told]]
        assert clearing[0][8:11] == ["-70.00", "银行", "20.00"]


def test_a_month_is_told_by_sub_branch_and_by_broker(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kept(fresh_database, tmp_path / "state", two_dates())
    run = reports_of(fresh_database, tmp_path / "out", capfd)
    code, files, said = run("all", "--month", 202_601)
    assert code == ExitCode.OK, said
    # At 902 Ann and Bob, who is suspended, and Fay, who is pre-assigned; at 903 three, of whom Eva is gone.
    assert table_of(files, "accounts-202601-branches") == [
        [*UPTOWN[:2], "0", "2", "0", "2", "1", "1", "0", "11110.00"],
        [*DOWNTOWN[:2], "0", "3", "1", "2", "0", "0", "0", "3104.00"],
        ["合计", "", "0", "5", "1", "4", "1", "1", "0", "14214.00"],
    ]
    assert table_of(files, "accounts-202601-brokers") == [
        [*EAST, "0", "2", "0", "2", "1", "1", "0"],
        [*WEST, "0", "3", "1", "2", "0", "0", "0"],
        ["合计", "", "0", "5", "1", "4", "1", "1", "0"],
    ]
    assert table_of(files, "settled-202601-branches") == [["合计", "", "0", "0", NOTHING, "0", *[NOTHING] * 3]]


def test_a_statement_is_that_of_the_books(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kept(fresh_database, tmp_path / "state", two_dates())
    run = reports_of(fresh_database, tmp_path / "out", capfd)
    number = account_no_of(ANN)
    assert number == account_no_from_index(ANN + SPARE_ACCOUNTS)
    code, files, said = run("statement", "--account", number)
    assert code == ExitCode.OK, said
    opening, opened, closing, total = table_of(files, f"statement-{number}")
    assert opening == ["", "", "", "期初余额", "", "", "", "", NOTHING]
    assert opened == ["2026-01-05", "08:00:00", "1/6", "开户转入", "1010", "现金", NOTHING, "5000.00", "5000.00"]
    assert closing == ["", "", "", "期末余额", "", "", "", "", "5000.00"]
    assert total == ["合计", "", "", "", "", "", NOTHING, "5000.00", ""]
    _, files, _ = run("statement", "--account", bank_no(ANN), "--bank-number", "--from", NEXT_DATE)
    rows = table_of(files, f"statement-{number}-{NEXT_DATE}-now")
    assert [row[3] for row in rows] == ["期初余额", "期末余额", ""]
    assert [row[8] for row in rows[:2]] == ["5000.00", "5000.00"]
