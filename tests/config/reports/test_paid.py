"""What is paid and lent between the bank and its brokers, in the settlement sheet and the clearing account's statement.

Belongs here: the figures of what was paid, on paper in the stories that these tests take. Never here: customers
(test_tables).
"""

import asyncio
from pathlib import Path

import pytest

from config.kit.exit_codes import ExitCode
from tests.config.books.story import planted
from tests.config.reports.story import reports_of, table_of
from tests.follower.read_model.day.test_clearing_accounts import a_week, kept_from_a_payment
from tests.follower.world import world
from tests.ledger_core.desk import BROKER, OTHER_BROKER, THURSDAY, TUESDAY, WEDNESDAY
from tests.ledger_core.paying.bank import House
from tests.ledger_core.paying.customers.test_closed_accounts import sold_for_two

pytestmark = pytest.mark.postgres

NOTHING = "0.00"


def followed(dsn: str, folder: Path, house: House) -> None:
    """The journal is followed to its end."""

    async def scenario() -> None:
        async with world(dsn, folder) as here:
            await here.keep(house.desk.rows)
            await here.follow()

    asyncio.run(scenario())


def test_a_loan_stands_in_the_sheet_of_its_date_and_in_the_clearing_account(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """3,000,000.00 of Tuesday are lent on Wednesday. On Friday 500.00 come: 100.00 for the case of Wednesday, 400.00
    for interest; the bank's 100.00 then go to the loan.
    """
    followed(fresh_database, tmp_path / "state", a_week())
    run = reports_of(fresh_database, tmp_path / "out", capfd)
    code, files, said = run("clearing", "--broker", BROKER)
    assert code == ExitCode.OK, said
    lent = "2999900.00"
    assert table_of(files, "clearing-broker-2-stands") == [
        [NOTHING, lent, NOTHING, "3000000.00", NOTHING, NOTHING, NOTHING]
    ]
    rows = table_of(files, "clearing-broker-2-entries")
    assert [(row[3], row[4], row[6], row[7], *row[8:]) for row in rows] == [
        ("期初余额", "", "", "", "", "", NOTHING),
        ("存入清算账户", "1110", "", "", NOTHING, "500.00", "500.00"),
        ("收取差错补足款", "1910", "2026-01-07", "1", "100.00", NOTHING, "400.00"),
        ("收取垫付利息", "1320", "", "", "400.00", NOTHING, NOTHING),
        ("支付清算款", "2410", "2026-01-07", "", NOTHING, "100.00", "100.00"),
        ("收回垫付款", "1310", "", "", "100.00", NOTHING, NOTHING),
        ("", "", "", "", "600.00", "600.00", ""),
    ]
    code, files, said = run("settlement", "--date", TUESDAY, "--broker", BROKER)
    assert code == ExitCode.OK, said
    (owed,) = table_of(files, f"settlement-{TUESDAY}-broker-2-owed")
    assert owed[:7] == ["轧差", "证券公司", "3000000.00", "100.00", lent, NOTHING, "已垫付"]
    code, files, said = run("settlement", "--date", WEDNESDAY, "--broker", BROKER)
    assert code == ExitCode.OK, said
    date, case = table_of(files, f"settlement-{WEDNESDAY}-broker-2-owed")
    assert date[:7] == ["轧差", "银行", "100.00", "100.00", NOTHING, NOTHING, "已结清"]
    assert case[:7] == ["1", "证券公司", "100.00", "100.00", NOTHING, NOTHING, "已结清"]
    code, files, _ = run("differences", "--date", WEDNESDAY)
    (row, _) = table_of(files, f"differences-{WEDNESDAY}-cases")
    assert (code, row[4:8]) == (ExitCode.OK, ["100.00", NOTHING, "100.00", NOTHING])
    planted(fresh_database, "UPDATE general_ledger SET balance_fen = -1 WHERE account_code = 2310 AND party = 2")
    code, _, said = run("clearing", "--broker", BROKER)
    assert (code, "期初 + 收入 - 支出 = 余额: 0.00 and 0.01" in said) == (ExitCode.FAILED, True), said


def test_what_is_kept_for_an_older_date_stands_in_both_sheets(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of the 500.00 that customers bought for on Wednesday and the bank owes, 300.00 are kept for Tuesday, 200.00 are
    paid.
    """
    followed(fresh_database, tmp_path / "state", kept_from_a_payment())
    run = reports_of(fresh_database, tmp_path / "out", capfd)
    for date, rows in (
        (TUESDAY, [["抵扣逾期清算款", "2410", "证券保证金待交收款", "1", NOTHING, "300.00"]]),
        (
            WEDNESDAY,
            [
                ["买入交收", "2110", "活期储蓄存款", "1", NOTHING, "500.00"],
                ["支付清算款", "2310", "证券公司清算账户", "1", "200.00", NOTHING],
                ["抵扣逾期清算款", "2410", "证券保证金待交收款", "1", "300.00", NOTHING],
            ],
        ),
    ):
        code, files, said = run("settlement", "--date", date, "--broker", BROKER)
        assert code == ExitCode.OK, said
        assert table_of(files, f"settlement-{date}-broker-2-suspense")[:-1] == rows
        code, files, said = run("branches", "--date", date)
        assert (code, table_of(files, f"branches-{date}")[-1][-2:]) == (
            ExitCode.OK,
            ["500.00"] * 2 if len(rows) == 3 else [NOTHING] * 2,
        ), said
    code, _, said = run("clearing", "--broker", 9)
    assert (code, said) == (ExitCode.USAGE, "yzt: report clearing: 9 is no broker of this bank\n")
    for words, stem, told in (
        (("--from", THURSDAY), f"{THURSDAY}-now", ["期初余额", "支付清算款"]),
        (("--to", WEDNESDAY), f"begin-{WEDNESDAY}", ["期初余额"]),
    ):
        code, files, _ = run("clearing", "--broker", BROKER, *words)
        rows = table_of(files, f"clearing-broker-2-{stem}-entries")
        assert (code, [row[3] for row in rows[:-1]]) == (ExitCode.OK, told)


def test_what_is_credited_to_nobodys_account_stands_in_the_sheet_as_well(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """3.50 and 0.20 were sold for contracts whose accounts are closed: credited to 2910, and in no account."""
    house, *_ = sold_for_two()
    followed(fresh_database, tmp_path / "state", house)
    run = reports_of(fresh_database, tmp_path / "out", capfd)

    code, files, said = run("settlement", "--date", TUESDAY, "--broker", OTHER_BROKER)

    assert code == ExitCode.OK, said
    rows = table_of(files, f"settlement-{TUESDAY}-broker-3-customers")
    sold = [["0.00", fen, "0.00", fen, *["0.00"] * 3, fen, "0.00", "0.00"] for fen in ("3.50", "0.20", "3.70")]
    assert [row[3:] for row in rows] == sold
