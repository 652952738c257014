"""Letters to brokers 函件: what was lent, is overdue, or was paid late by the bank, with amounts, times and names.

Belongs here: what each says, and what it is refused for. Never here: what is lent when (tests.ledger_core.paying).
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.cli.reports import letters
from config.kit.exit_codes import ExitCode
from protocol.codes import ReplyCode
from protocol.messages.feeds import Notice
from tests.config.books.story import planted
from tests.config.reports.story import reports_of, table_of, text_of
from tests.config.reports.test_pages import assert_same
from tests.config.reports.test_paid import followed
from tests.follower.read_model.day.test_clearing_accounts import a_week
from tests.ledger_core.desk import BROKER, SEAT, THURSDAY, TUESDAY, WEDNESDAY
from tests.ledger_core.paying.bank import FRIDAY, House, at
from tests.ledger_core.paying.test_terminated import tuesday

pytestmark = pytest.mark.postgres

CASE = ("--case", 1)
OF_TUESDAY, OF_WEDNESDAY = (("--broker", BROKER, "--date", date) for date in (TUESDAY, WEDNESDAY))


def lines_of(files: list[Path], name: str) -> list[str]:
    return [row[0] for row in table_of(files, f"{name}-letter")]


def pages_are_their_tables(files: list[Path], name: str) -> None:
    """The PDF has every row of every CSV."""
    (pdf,) = [file for file in files if file.suffix == ".pdf"]
    stem, _, row = pdf.stem.rpartition("-")
    for part, columns in letters.COLUMNS[name].items():
        assert_same(pdf, pdf.with_name(f"{stem}-{part}-{row}.csv"), columns)
    assert "不符" not in text_of(pdf)


def test_an_advance_is_told_with_interest_to_date_and_who_allowed_it(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """3,000,000.00 of Tuesday are lent on Wednesday at 10:00, at 2.40 %: 200.00 a day. On Friday 400.00 are collected,
    two days, and 100.00 of principal: 2,999,900.00 bear from Friday on, 199.99333 a day.

    Up to Friday nothing is unpaid; up to Saturday 199.99; up to Monday 3 × 199.99333 are 599.98.
    """
    followed(fresh_database, tmp_path / "state", a_week())
    run = reports_of(fresh_database, tmp_path / "out", capfd)
    for until, interest in ((FRIDAY, "0.00"), (20_260_110, "199.99"), (20_260_112, "599.98")):
        folder = tmp_path / str(until)
        code, files, said = reports_of(fresh_database, folder, capfd)("advance", *OF_TUESDAY, "--until", until)
        assert (code, "it adds up: 3 comparisons" in said) == (ExitCode.OK, True), said
        assert lines_of(files, "advance-20260106-broker-2")[:4] == [
            "致：broker 2",
            "贵公司 2026-01-06 清算应付款 3,000,000.00 元，应于 2026-01-07 10:00:00 付清。"
            "届时清算账户余额不足，我行已代为垫付 3,000,000.00 元。",
            "垫付限额 3,000,000.00 元，核准人：员工7、员工8（第 8 号双人指令）。",
            "本笔垫付本金尚欠 2,999,900.00 元；贵公司垫付本金合计 2,999,900.00 元，"
            f"截至 {until // 10_000}-01-{until % 100:02} 应付利息 {interest} 元。",
        ]
        pages_are_their_tables(files, "advance")
    days = table_of(files, "advance-20260106-broker-2-interest")
    assert days == [
        ["2026-01-07", "3000000.00", "2.4000", "200.00"],
        ["2026-01-08", "3000000.00", "2.4000", "400.00"],
        ["2026-01-09", "2999900.00", "2.4000", "599.99"],
        ["2026-01-10", "2999900.00", "2.4000", "799.99"],
        ["2026-01-11", "2999900.00", "2.4000", "999.98"],
    ]
    code, _, said = run("advance", *OF_TUESDAY, "--until", 20_260_108)
    assert (code, "--until 20260108 is before 20260109" in said) == (ExitCode.USAGE, True), said
    planted(fresh_database, "UPDATE general_ledger SET balance_fen = 7 WHERE account_code = 1310")
    code, _, said = run("advance", *OF_TUESDAY, "--until", FRIDAY)
    assert (code, "垫付本金 = 总账 1310: 2,999,900.00 and 0.07" in said) == (ExitCode.FAILED, True), said


def raised(hour: int) -> House:
    """1,000.00 are owed by Tuesday and may be lent; at 10:00:00.5 or at 14:00:00.5 two people raise the limit to twice
    as much. With notice it is lent behind 14:00:00, else at 10:00:00.
    """
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net(TUESDAY, 100_000)
    house.lends(100_000, TUESDAY)
    house.now(at(WEDNESDAY, 9))
    if hour == 14:
        assert house.desk.control(Notice(TUESDAY, 0), SEAT) == ReplyCode.ACCEPTED
    house.now(at(WEDNESDAY, hour), tenths=5)
    house.lends(200_000, TUESDAY)
    house.now(at(WEDNESDAY, 15))
    house.due()
    assert house.stands(TUESDAY)[3] == 100_000
    return house


@pytest.mark.parametrize(("hour", "limit"), [(10, "1,000.00"), (14, "2,000.00")])
def test_the_limit_is_told_that_held_when_it_was_lent(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], hour: int, limit: str
) -> None:
    followed(fresh_database, tmp_path / "state", raised(hour))
    code, files, said = reports_of(fresh_database, tmp_path / "out", capfd)("advance", *OF_TUESDAY, "--until", THURSDAY)
    assert code == ExitCode.OK, said
    told = lines_of(files, "advance-20260106-broker-2")
    assert f"应于 2026-01-07 {hour}:00:00 付清" in told[1]
    assert told[2].startswith(f"垫付限额 {limit} 元，核准人：员工7、员工8")


def test_the_bank_says_that_it_was_late_and_when_it_paid(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    followed(fresh_database, tmp_path / "state", a_week())
    code, files, said = reports_of(fresh_database, tmp_path / "out", capfd)("late", *OF_WEDNESDAY)
    assert code == ExitCode.OK, said
    assert lines_of(files, "late-20260107-broker-2")[1] == (
        "我行应付贵公司 2026-01-07 清算应付款 100.00 元，应于 2026-01-08 10:00:00 以前支付。"
        "届时未付，已于 2026-01-09 09:00:00 付清。"
    )
    assert [row[3:] for row in table_of(files, "late-20260107-broker-2-entries")] == [
        ["支付清算款", "2410", "2310", "100.00"],
        ["", "", "", "100.00"],
    ]
    pages_are_their_tables(files, "late")


def test_what_is_overdue_is_told_with_what_came_of_it_and_when_the_agreement_may_end(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """1,000.00 of Tuesday; 300.00 came in time, 50.00 on Thursday."""
    house = tuesday()
    house.fund(30_000)
    house.now(at(20_260_108, 9))
    house.fund(5_000)
    followed(fresh_database, tmp_path / "state", house)
    run = reports_of(fresh_database, tmp_path / "out", capfd)
    code, files, said = run("overdue", *OF_TUESDAY)
    assert code == ExitCode.OK, said
    told = lines_of(files, "overdue-20260106-broker-2")
    assert told[1] == (
        "贵公司 2026-01-06 清算应付款 1,000.00 元，应于 2026-01-07 10:00:00 付清，至今尚欠 650.00 元，已经逾期。"
    )
    assert told[3] == "2026-01-12 23:59:59 以后仍未付清的，我行有权终止协议。"
    entries = table_of(files, "overdue-20260106-broker-2-entries")
    assert [row[1:2] + row[3:] for row in entries] == [
        ["2026-01-07 10:00:00", "收取清算款", "2310", "2410", "300.00"],
        ["2026-01-08 09:00:00", "收取清算款", "2310", "2410", "50.00"],
        ["", "", "", "", "350.00"],
    ]
    pages_are_their_tables(files, "overdue")


def nothing() -> House:
    return tuesday(-5)


@pytest.mark.parametrize(
    ("words", "of", "says"),
    [
        (("advance", *OF_WEDNESDAY), a_week, "the bank lent broker 2 nothing for 20260107"),
        (("advance", *OF_WEDNESDAY, *CASE), a_week, "the bank lent broker 2 nothing for 20260107 case 1"),
        (("overdue", *OF_WEDNESDAY, *CASE), a_week, "what broker 2 owes for 20260107 case 1 is not overdue: PAID"),
        (("late", *OF_TUESDAY), nothing, "the bank was not late with what it owes broker 2 for 20260106"),
        (("overdue", *OF_TUESDAY, *CASE), nothing, "nothing is owed between the bank and broker 2 for 20260106 case 1"),
        (("late", "--broker", 9, "--date", TUESDAY), nothing, "nothing is owed between the bank and broker 9"),
        (("late", "--broker", 2, "--date", 20_270_101), nothing, "20270101 is no trade date of this bank"),
    ],
)
def test_a_letter_about_nothing_is_refused(
    fresh_database: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    words: tuple[str | int, ...],
    of: Callable[[], House],
    says: str,
) -> None:
    followed(fresh_database, tmp_path / "state", of())
    code, files, said = reports_of(fresh_database, tmp_path / "out", capfd)(*words)
    assert (code, files) == (ExitCode.USAGE, [])
    assert said.startswith(f"yzt: report {words[0]}: {says}")
    assert said.count("\n") == 1
