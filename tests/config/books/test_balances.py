"""General ledger and trial balance: figures of a date, of an outlet, and what is said when they do not add up.

Belongs here: `yzt books ledger` and `trial`. Never here: postings in SQL (tests.follower.read_model).
"""

import csv
from pathlib import Path

import pytest

from config.cli.books import ledger_page
from config.cli.books.balances import Balances, Books, Key, Moved, OutletSums
from config.cli.books.pages import plain_yuan, sided, table, yuan
from config.kit.exit_codes import ExitCode
from tests.config.books.story import books_of, kept, planted, refused
from tests.customers import OUTLET
from tests.follower.books_story import ONE, two_days
from tests.follower.journal_maker import DATE, NEXT_DATE
from tests.follower.read_model.day.test_corrections import decided, reverted

CASH, SAVINGS_11, SAVINGS_12 = Key(1010, 0, 0, 0), Key(2110, 0, 0, 11), Key(2110, 0, 0, 12)
CASE, LANE = Key(1910, 2, 0, 1), Key(2410, 2, DATE, 0)


def books(**changed: object) -> Books:
    """Cash came to outlet 11: 100 before the date, 20 on it, 5 behind it; to 12: 7 on it. A case of 3 behind it."""
    both = [(11, SAVINGS_11, (100, 20, 5)), (12, SAVINGS_12, (0, 7, 0))]
    moved = [Moved(outlet, CASH, before, on, 0, later) for outlet, _, (before, on, later) in both]
    moved += [Moved(outlet, key, -before, 0, on, -later) for outlet, key, (before, on, later) in both]
    moved += [Moved(0, CASE, 0, 0, 0, 3), Moved(0, LANE, 0, 0, 0, -3)]
    made = Books(
        as_of=9,
        trade_date=DATE,
        outlet=None,
        moved=moved,
        ledger_fen={CASH: 132, SAVINGS_11: -125, SAVINGS_12: -7, CASE: 3, LANE: -3},
        titles={1010: "现金", 2110: "活期储蓄存款", 1910: "待处理清算差错", 2410: "证券保证金待交收款"},
        by_outlet=frozenset({2110, 1910}),
        outlets={11: OutletSums("一所", 125, 125), 12: OutletSums("", 7, 7)},
        apart=[],
        apart_count=0,
    )
    return Books(**{name: changed.get(name, getattr(made, name)) for name in Books.__dataclass_fields__})  # type: ignore[arg-type]


def closing(found: Balances) -> list[tuple[Key, int, int, int, int]]:
    return [tuple(line) for line in found.lines]  # type: ignore[misc]


def test_a_date_ends_with_what_the_ledger_has_less_what_was_booked_behind_it() -> None:
    found = Balances.of(books())
    assert closing(found) == [
        (CASH, 100, 27, 0, 127),
        (CASE, 0, 0, 0, 0),
        (SAVINGS_11, -100, 0, 20, -120),
        (SAVINGS_12, 0, 0, 7, -7),
        (LANE, 0, 0, 0, 0),
    ]
    assert (found.faults(), found.adds_up_as()) == ([], "debits 1.27, credits 1.27")


def test_what_outlets_and_brokers_move_of_one_account_adds_up_for_each() -> None:
    """At 1110 outlet 11 brings 20 by transfer, and a broker 50, which is of no outlet. Outlets 11 and 12 settle 5 and 7
    with the branch of the clearing accounts, whose part of 3110 they share.
    """
    banks, clearing, lane = Key(1110, 0, 0, 0), Key(2310, 2, 0, 0), Key(2410, 2, DATE, 0)
    moved = [Moved(0, banks, 0, 50, 0, 0), Moved(0, clearing, 0, 0, 50, 0), Moved(11, banks, 0, 20, 0, 0)]
    for outlet, savings, fen, brought_fen in ((11, SAVINGS_11, 5, 20), (12, SAVINGS_12, 7, 0)):
        own, shared = Key(3110, 0, 0, outlet), Key(3110, 0, 0, 0)
        moved += [Moved(outlet, savings, 0, fen, brought_fen, 0), Moved(outlet, lane, 0, 0, fen, 0)]
        moved += [Moved(outlet, shared, 0, fen, 0, 0), Moved(outlet, own, 0, 0, fen, 0)]
    has = {banks: 70, clearing: -50, SAVINGS_11: -15, SAVINGS_12: 7, lane: -12}
    has |= {Key(3110, 0, 0, item): fen for item, fen in ((0, 12), (11, -5), (12, -7))}
    outlets = {11: OutletSums("", 15, 15), 12: OutletSums("", -7, -7)}

    found = Balances.of(books(moved=moved, ledger_fen=has, outlets=outlets, by_outlet=frozenset({2110, 3110})))

    assert found.faults() == []
    assert [(line.key, line.closing_fen) for line in found.by_outlet[0]] == [(banks, 50), (clearing, -50)]


def test_an_outlet_has_its_part_of_what_is_kept_for_the_whole_bank() -> None:
    found = Balances.of(books(outlet=12))
    assert closing(found) == [(CASH, 0, 7, 0, 7), (SAVINGS_12, 0, 0, 7, -7)]
    assert (found.faults(), found.adds_up_as()) == ([], "debits 0.07, credits 0.07")


@pytest.mark.parametrize(
    ("key", "has_fen", "says"),
    [
        (
            SAVINGS_11,
            -126,
            [
                "the bank: debits are 1.27, credits 1.28",
                "outlet 11: debits are 1.20, credits 1.21",
                "2110 活期储蓄存款 outlet 11: entries come to -1.20, the general ledger has -1.21",
            ],
        ),
        (
            CASH,
            131,
            [
                "the bank: debits are 1.26, credits 1.27",
                "1010 现金: entries come to 1.27, the general ledger has 1.26",
            ],
        ),
        (
            CASE,
            2,
            [
                "the bank: debits are 1.27, credits 1.28",
                "no outlet: debits are 0.00, credits 0.01",
                "1910 待处理清算差错 broker 2 case 1: entries come to 0.00, the general ledger has -0.01",
            ],
        ),
        (
            Key(2110, 0, 0, 13),
            -4,
            [
                "the bank: debits are 1.27, credits 1.31",
                "outlet 13: debits are 0.00, credits 0.04",
                "2110 活期储蓄存款 outlet 13: entries come to 0.00, the general ledger has -0.04",
            ],
        ),
    ],
)
def test_a_wrong_balance_of_the_ledger_is_told_with_both_values(key: Key, has_fen: int, says: list[str]) -> None:
    ledger_fen = {**books().ledger_fen, key: has_fen}
    assert Balances.of(books(ledger_fen=ledger_fen)).faults() == says


def test_the_name_of_an_outlet_stays_on_its_line() -> None:
    outlets = {**books().outlets, 11: OutletSums("一\n所", 125, 125)}
    assert next(ledger_page.lines(Balances.of(books(outlets=outlets, outlet=11)))) == (
        "general ledger 总账 of 20260105, outlet 11 一\\n所, as of row 9"
    )


def test_accounts_and_ledger_of_an_outlet_are_compared_and_accounts_with_their_entries() -> None:
    outlets = {11: OutletSums("一所", 124, 125), 12: OutletSums("", 7, 7)}
    apart = {"apart": [(2, 100, 99)], "apart_count": 21}
    assert Balances.of(books(outlets=outlets, **apart)).faults() == [
        "outlet 11: accounts have 1.24, the general ledger 1.25",
        "account 2: entries come to 1.00, it has 0.99",
        "21 accounts in all",
    ]
    assert Balances.of(books(outlets=outlets, outlet=12)).faults() == []


@pytest.mark.parametrize(
    ("fen", "told"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (-1, "-0.01"),
        (123_456_789, "1,234,567.89"),
        (10**20 + 1, "1,000,000,000,000,000,000.01"),
    ],
)
def test_yuan_are_made_of_whole_fen(fen: int, told: str) -> None:
    assert (yuan(fen), plain_yuan(fen)) == (told, told.replace(",", ""))


def test_a_side_is_told_and_chinese_takes_two_columns() -> None:
    assert [sided(5), sided(-5), sided(0)] == ["0.05 借", "0.05 贷", "0.00 平"]
    assert table(("a", "b"), [("现金", "1"), ("x\n", "22")], frozenset({1})) == ["a      b", "现金   1", "x\\n   22"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "the following arguments are required: PAGE"),
        (("nothing",), "invalid choice: 'nothing'"),
        (("trial", "--outlet", "0"), "--outlet: '0' is no whole number from 1 to 1048575"),
        (("trial", "--date", "20261301"), "--date: '20261301' is no date yyyymmdd"),
        (("ledger", "--from", "20260105"), "unrecognized arguments: --from"),
    ],
)
def test_what_is_no_page_is_one_line(words: tuple[str, ...], says: str) -> None:
    fault = refused(*words)
    assert (fault.exit_code, says in str(fault)) == (ExitCode.USAGE, True), str(fault)


@pytest.mark.postgres
def test_the_ledger_of_each_date_is_written(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """On Monday 2,115.40 were brought in: three spare accounts of 700.00, and 10.00, 5.00, 0.40. In cash came 0.60 and
    123.45; 2.50 were deducted; cards took 1.07, of which an account gave 0.40 and 0.67 were left in suspense, of which
    0.60 were collected. On Tuesday a card took 0.03.
    """
    kept(fresh_database, tmp_path / "state", two_days())
    run = books_of(fresh_database, capfd)

    def rows(page: str, *words: object) -> list[list[str]]:
        file = tmp_path / f"{page}-{len(list(tmp_path.iterdir()))}.csv"
        code, out, err = run(page, *map(str, words), "--csv", file)
        assert (code, out) == (ExitCode.OK, ""), err
        with file.open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream))[1:]

    monday = [row[:1] + row[4:5] + row[6:-1] for row in rows("ledger", "--date", DATE)]
    assert monday == [
        ["1010", "", "0.00", "0.00", "2239.45", "0.00", "2239.45", "0.00"],
        ["1910", str(OUTLET), "0.00", "0.00", "0.67", "0.60", "0.07", "0.00"],
        ["2110", str(OUTLET), "0.00", "0.00", "3.50", "2239.45", "0.00", "2235.95"],
        ["2510", "", "0.00", "0.00", "0.00", "1.07", "0.00", "1.07"],
        ["2520", "", "0.00", "0.00", "0.00", "2.50", "0.00", "2.50"],
    ]
    tuesday = [row[:1] + row[4:5] + row[6:-1] for row in rows("ledger", "--date", NEXT_DATE)]
    assert tuesday == [
        ["1010", "", "2239.45", "0.00", "0.00", "0.00", "2239.45", "0.00"],
        ["1910", str(OUTLET), "0.07", "0.00", "0.03", "0.00", "0.10", "0.00"],
        ["2110", str(OUTLET), "0.00", "2235.95", "0.00", "0.00", "0.00", "2235.95"],
        ["2510", "", "0.00", "1.07", "0.00", "0.03", "0.00", "1.10"],
        ["2520", "", "0.00", "2.50", "0.00", "0.00", "0.00", "2.50"],
    ]
    of_outlet = [row[:-1] for row in rows("trial", "--outlet", OUTLET)]
    assert of_outlet == [row[:-1] for row in rows("trial") if row[0] == str(OUTLET)]
    assert of_outlet[2] == [str(OUTLET), "2110", "活期储蓄存款", "3.50", "2239.45", "0.00", "2235.95", "2235.95"]
    code, out, err = run("trial", "--outlet", 99)
    assert (code, out, err) == (ExitCode.USAGE, "", "yzt: books trial: there is no outlet 99\n")


@pytest.mark.postgres
def test_a_case_of_a_broker_has_its_lines_and_goes_when_it_is_taken_back(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """20.00 are made good, and taken back."""
    run = books_of(fresh_database, capfd)
    for made, sums in ((decided(), ("20.00", "0.00", "20.00 {}")), (reverted(), ("20.00", "20.00", "0.00 平"))):
        kept(fresh_database, tmp_path / str(made.rows[-1].sequence), made)
        code, out, err = run("ledger")
        assert code == ExitCode.OK, err
        lines = [" ".join(line.split()) for line in out.splitlines() if "broker" in line]
        debit, credit, end = sums
        assert lines == [
            f"1910 待处理清算差错 broker 2 case 1 0.00 平 {debit} {credit} {end.format('借')}",
            f"2410 证券保证金待交收款 broker 2 {DATE} 0.00 平 {credit} {debit} {end.format('贷')}",
        ]
        code, out, err = run("trial")
        assert (code, "cases of brokers" in out) == (ExitCode.OK, True), err


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (
            "UPDATE general_ledger SET balance_fen = balance_fen - 1 WHERE account_code = 2110",
            "outlet {outlet}: accounts have 2,235.95, the general ledger 2,235.96",
        ),
        (
            "UPDATE general_ledger SET balance_fen = balance_fen + 1 WHERE account_code = 1010",
            "1010 现金: entries come to 2,239.45, the general ledger has 2,239.46",
        ),
        (
            "UPDATE account_pages SET balance_fen[4] = balance_fen[4] - 1, balance_fen[5] = balance_fen[5] + 1",
            "account {account}: entries come to 130.95, it has 130.94",
        ),
    ],
)
def test_a_planted_row_is_noticed(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], wrong: str, says: str
) -> None:
    """Also one that leaves every sum as it was."""
    made = two_days()
    kept(fresh_database, tmp_path / "state", made)
    planted(fresh_database, wrong)
    run = books_of(fresh_database, capfd)
    for words in (("trial",), ("ledger", "--date", str(DATE))):
        code, out, err = run(*words)
        told = says.format(outlet=OUTLET, account=ONE)
        assert (code, f"does not add up: {told}\n" in err) == (ExitCode.FAILED, True), err
        assert err.endswith(f"as of row {made.rows[-1].sequence}: it does NOT add up\n")
        assert out
