"""What is settled and credited, fen by fen, in the settlement sheet of a date and in the table of its month.

Belongs here: customers of a date on which their broker owes, before it has paid and behind it. Never here: what is owed
and paid between it and the bank (test_paid), months without a settlement (test_tables).

Tuesday 6 January 2026, in yuan: Ann has 200.00 and buys for 30.00; Bob sells for 50.00, and buys for 10.00 of it. O is
+10.00. Ann is debited 30.00, Bob 10.00, of which all is set off; 40.00 wait. On Wednesday the broker pays 10.00, and
Bob is credited 40.00.
"""

from pathlib import Path

import pytest

from config.kit.exit_codes import ExitCode
from tests.config.reports.story import reports_of, table_of
from tests.config.reports.test_paid import followed
from tests.ledger_core.desk import BROKER, TUESDAY, WEDNESDAY
from tests.ledger_core.paying.bank import at
from tests.ledger_core.paying.customers.two import Two, settled, two
from tests.ledger_core.settling.words import PAID, bought, set_off, sold

pytestmark = pytest.mark.postgres

NOTHING = "0.00"


def tuesday(*, is_paid: bool) -> Two:
    """Settled in its evening; on Wednesday at 10:00 the broker has paid, where it has, and Bob is credited."""
    b = two()
    lines = [*bought(b.desk, b.ann, 3_000), *sold(b.desk, b.bob, 5_000), *bought(b.desk, b.bob, 1_000)]
    assert settled(b, *lines) == [set_off(0), set_off(1_000)]
    if is_paid:
        b.house.now(at(WEDNESDAY, 9))
        b.house.fund(1_000)
        b.house.now(at(WEDNESDAY, 10))
        b.house.due()
        assert b.credit() == [PAID]
    return b


@pytest.mark.parametrize(("is_paid", "credited", "waits"), [(False, "10.00", "40.00"), (True, "50.00", NOTHING)])
def test_each_customer_stands_in_the_sheet_with_what_is_debited_credited_and_left(
    is_paid: bool, credited: str, waits: str, fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """买入应扣, 卖出应付, 红利退款, 客户净额 · 补足买入, 补足卖出 · 已扣款, 已入账, 未扣款, 未入账."""
    followed(fresh_database, tmp_path / "state", tuesday(is_paid=is_paid).house)
    run = reports_of(fresh_database, tmp_path / "out", capfd)

    code, files, said = run("settlement", "--date", TUESDAY, "--broker", BROKER)

    assert code == ExitCode.OK, said
    assert [row[3:] for row in table_of(files, f"settlement-{TUESDAY}-broker-2-customers")] == [
        ["30.00", NOTHING, NOTHING, "-30.00", NOTHING, NOTHING, "30.00", NOTHING, NOTHING, NOTHING],
        ["10.00", "50.00", NOTHING, "40.00", NOTHING, NOTHING, "10.00", credited, NOTHING, waits],
        ["40.00", "50.00", NOTHING, "10.00", NOTHING, NOTHING, "40.00", credited, NOTHING, waits],
    ]


@pytest.mark.parametrize(
    ("is_paid", "amounts"),
    [
        (False, ["2", "2", "40.00", "1", "10.00", "50.00", "-30.00"]),
        (True, ["2", "2", "40.00", "2", "50.00", "90.00", "10.00"]),
    ],
)
def test_the_month_has_what_was_debited_and_credited_in_it(
    is_paid: bool, amounts: list[str], fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """交收户数 · 扣款笔数, 买入扣款额 · 入账笔数, 卖出红利入账额 · 交收额合计, 净入账额."""
    followed(fresh_database, tmp_path / "state", tuesday(is_paid=is_paid).house)
    run = reports_of(fresh_database, tmp_path / "out", capfd)

    code, files, said = run("settled", "--month", 202_601)

    assert code == ExitCode.OK, said
    for name in ("branches", "brokers"):
        row, in_all = table_of(files, f"settled-202601-{name}")
        assert (row[2:], in_all) == (amounts, ["合计", "", *amounts])
    assert row[0] == str(BROKER)
