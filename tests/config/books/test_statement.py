"""A statement of an account: its dates, its two balances, and what is said of one that does not add up.

Belongs here: `yzt books statement`. Never here: the entries in SQL (tests.follower.read_model).

On paper, in yuan: Monday 10.00 brought in, 2.50 deducted, 123.45 in cash. Tuesday nothing.
"""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.cli.books.statement import Account, Entry, faults, page
from config.kit.exit_codes import ExitCode
from tests.bank_seats import SAVINGS_SEAT
from tests.config.books.story import books_of, kept, planted, refused
from tests.follower.books_story import ONE, OTHER, two_days
from tests.follower.journal_maker import DATE, NEXT_DATE

AT = datetime(2026, 1, 5, tzinfo=UTC)
ACCOUNT = Account(2, 1, 11, 30, 9)


def entry(trade_date: int, signed_fen: int, balance_fen: int, sequence: int) -> Entry:
    sides = (max(-signed_fen, 0), max(signed_fen, 0))
    return Entry(
        trade_date, AT, 2, sequence, "DEPOSIT", "CASH", "现金存入", 1010, "现金", *sides, balance_fen, sequence
    )


ENTRIES = [entry(DATE, 50, 50, 3), entry(DATE, -30, 20, 4), entry(NEXT_DATE, 10, 30, 6)]


@pytest.mark.parametrize(
    ("first", "last", "opening_fen", "count", "closing_fen", "sum_of"),
    [
        (0, None, 0, 3, 30, "0.00 + 0.60 - 0.30 = 0.30"),
        (0, DATE, 0, 2, 20, "0.00 + 0.50 - 0.30 = 0.20"),
        (NEXT_DATE, None, 20, 1, 30, "0.20 + 0.10 - 0.00 = 0.30"),
        (NEXT_DATE + 1, None, 30, 0, 30, "0.30 + 0.00 - 0.00 = 0.30"),
        (0, DATE - 1, 0, 0, 0, "0.00 + 0.00 - 0.00 = 0.00"),
    ],
)
def test_a_page_has_the_entries_of_its_dates_between_two_balances(
    first: int, last: int | None, opening_fen: int, count: int, closing_fen: int, sum_of: str
) -> None:
    shown = page(ENTRIES, first, last)
    assert (shown.opening_fen, len(shown.entries), shown.closing_fen) == (opening_fen, count, closing_fen)
    assert shown.adds_up_as == sum_of
    assert faults(ACCOUNT, ENTRIES, shown) == []


def test_what_does_not_add_up_is_told_with_both_values() -> None:
    other = ACCOUNT._replace(balance_fen=29)
    assert faults(other, ENTRIES, page(ENTRIES, 0, DATE)) == ["all entries come to 0.30, the account has 0.29"]
    wrong = [*ENTRIES[:1], ENTRIES[1]._replace(balance_fen=21), *ENTRIES[2:]]
    assert faults(ACCOUNT, wrong, page(wrong, 0, DATE)) == [
        "the entries shown come to 0.20, the closing balance is 0.21"
    ]
    below = [entry(DATE, -30, -30, 3), entry(DATE, 60, 30, 4)]
    assert faults(ACCOUNT, below, page(below, 0, None)) == ["behind row 3 the balance is -0.30, the least is 0.00"]
    within = [entry(DATE, -30, -30, 3), entry(DATE, 60, 30, 3)]  # of one row the order is not told
    assert faults(ACCOUNT, within, page(within, 0, None)) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "the following arguments are required: ACCOUNT"),
        (("x",), "ACCOUNT: 'x' is no whole number from 1 to"),
        (("0",), "ACCOUNT: '0' is no whole number from 1 to"),
        (("２",), "ACCOUNT: '２' is no whole number from 1 to"),
        (("2", "--from", "20260230"), "--from: '20260230' is no date yyyymmdd"),
        (("2", "--to", "2026-01-05"), "--to: '2026-01-05' is no date yyyymmdd"),
        (("2", "--from", "20260106", "--to", "20260105"), "--from 20260106 is later than --to 20260105"),
        (("2", "--date", "20260105"), "unrecognized arguments: --date"),
    ],
)
def test_what_is_no_statement_is_one_line(words: tuple[str, ...], says: str) -> None:
    fault = refused("statement", *words)
    assert (fault.exit_code, says in str(fault)) == (ExitCode.USAGE, True), str(fault)


def test_a_database_that_is_not_there_is_one_line() -> None:
    fault = refused("statement", "2")
    assert (fault.exit_code, "cannot be reached" in str(fault)) == (ExitCode.UNAVAILABLE, True)


@pytest.mark.postgres
def test_a_statement_is_printed_and_written(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = two_days()
    kept(fresh_database, tmp_path / "state", made)
    books, last = books_of(fresh_database, capfd), made.rows[-1].sequence
    own = int(made.book.bank_account_no[ONE // 100])
    file = tmp_path / "page.csv"

    code, _, err = books("statement", own, "--bank-number", "--csv", file)

    assert (code, err) == (ExitCode.OK, f"as of row {last}: it adds up: 0.00 + 133.45 - 2.50 = 130.95\n")
    with file.open(encoding="utf-8", newline="") as stream:
        opening, *rows, closing = csv.DictReader(stream)
    assert [(opening["words"], opening["balance"]), (closing["words"], closing["balance"])] == [
        ("期初余额", "0.00"),
        ("期末余额", "130.95"),
    ]
    names = ("account_no", "trade_date", "number", "way", "words", "against_title", "debit", "credit", "balance")
    of_one = (str(ONE), str(DATE))
    assert [tuple(row[name] for name in names) for row in rows[1:]] == [
        (*of_one, "4", "JUDICIAL", "司法扣划", "司法扣划款", "2.50", "0.00", "7.50"),
        (*of_one, "9", "CASH", "现金存入", "现金", "0.00", "123.45", "130.95"),
    ]
    assert {(row["seat"], row["as_of_row"]) for row in rows[1:]} == {(str(SAVINGS_SEAT), str(last))}
    assert (rows[1]["time"][:20], rows[1]["time"][-6:]) == ("2026-01-05T08:00:00.", "+08:00")
    code, _, err = books("statement", ONE, "--csv", file)
    assert (code, err) == (ExitCode.DATA, f"yzt: {file}: File exists\n")

    code, out, err = books("statement", ONE, "--from", NEXT_DATE)
    assert (code, len(out.splitlines()), "it adds up: 130.95 + 0.00 - 0.00 = 130.95" in err) == (ExitCode.OK, 4, True)
    for words in (("199",), (str(own), "--bank-number", "--to", "20260105")):
        assert books("statement", *words)[0] == (ExitCode.USAGE if words[0] == "199" else ExitCode.OK)
    code, out, err = books("statement", ONE + 1)
    assert (code, out, err) == (ExitCode.USAGE, "", f"yzt: books statement: there is no account {ONE + 1}\n")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (
            "UPDATE openings SET balances_fen[1] = 1001 WHERE first_account_no = {one}",
            "come to 130.96, the account has 130.95",
        ),
        ("UPDATE account_pages SET balance_fen[{place}] = 13094", "come to 130.95, the account has 130.94"),
        ("DELETE FROM request_blocks WHERE decided_at_ns = {deposit}", "come to 7.50, the account has 130.95"),
    ],
)
def test_a_planted_row_is_noticed_and_only_of_its_account(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], wrong: str, says: str
) -> None:
    """The pages are written behind the deposit, which they have then."""
    made = two_days()
    kept(fresh_database, tmp_path / "state", made)
    values = {"one": ONE, "place": ONE // 100 + 1, "deposit": made.rows[-3].decided_at_ns}
    planted(fresh_database, wrong.format(**values))
    books, last = books_of(fresh_database, capfd), made.rows[-1].sequence

    code, _, err = books("statement", ONE)

    assert code == ExitCode.FAILED
    assert err == f"does not add up: all entries {says}\nas of row {last}: it does NOT add up\n"
    assert books("statement", OTHER)[0] == ExitCode.OK
