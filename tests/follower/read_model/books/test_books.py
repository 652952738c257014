"""The books in SQL: entries, statements of accounts, and what they come to beside the general ledger.

Belongs here: the views. Never here: the commands that print them (tests.config.books), how an entry is decided.
"""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ledger.database.books import TITLES, entry_kinds
from protocol.vocabulary import BANK_SEAT, AccountCode
from rules.kinds import LAW
from tests.bank_seats import SAVINGS_SEAT
from tests.follower.books_story import ONE, OTHER, two_days
from tests.follower.journal_maker import JournalMaker
from tests.follower.read_model.day.cut import at_once_and_row_by_row
from tests.follower.world import World, asked, world

pytestmark = pytest.mark.postgres

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
ENTRIES = "SELECT trade_date, seat, number, words, debit_code, credit_code, amount_fen FROM bank_entries"
STATEMENT = """
SELECT trade_date, kind, way, words, against_code, debit_fen, credit_fen, balance_fen
FROM bank_statements WHERE account_no = $1 ORDER BY sequence, seat, number
"""


def test_each_leg_of_the_rules_has_words_and_each_account_its_title() -> None:
    """A statement has no other names than these."""
    known = {(kind, way) for _, kind, way, *_ in entry_kinds()}
    assert known >= {(int(kind), int(way)) for kind, law in LAW.items() if not law.settles for way in law.legs}
    assert not [row for row in entry_kinds() if row[-1].isascii()]
    assert set(TITLES) == set(AccountCode)


def test_a_statement_has_every_entry_of_its_account_with_the_balance_after_it(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        made = two_days()
        async for here in at_once_and_row_by_row(monkeypatch, fresh_database, tmp_path, made):
            assert await asked(here.sql, STATEMENT, ONE) == [
                (MONDAY, "OPENING", None, "开户转入", 1010, 0, 1_000, 1_000),
                (MONDAY, "WITHDRAWAL", "JUDICIAL", "司法扣划", 2520, 250, 0, 750),
                (MONDAY, "DEPOSIT", "CASH", "现金存入", 1010, 0, 12_345, 13_095),
            ]
            assert await asked(here.sql, STATEMENT, OTHER) == [
                (MONDAY, "OPENING", None, "开户转入", 1010, 0, 40, 40),
                (MONDAY, "WITHDRAWAL", "FORCED_CARD", "银行卡强制支出", 2510, 40, 0, 0),
                (MONDAY, "DEPOSIT", "CASH", "现金存入", 1010, 0, 60, 60),
                (MONDAY, "WITHDRAWAL", "CARD_COLLECTED", "收回银行卡挂账", 1910, 60, 0, 0),
            ]
            await names_the_request(here, made)

    asyncio.run(scenario())


async def names_the_request(here: World, made: JournalMaker) -> None:
    """The last deposit was decided in the row before the roll. Accounts were opened by the sixth request of the seat of
    master data, behind a broker, its key, two seats, and the spare accounts.
    """
    row = made.rows[-3]
    read = "SELECT seat, number, decided_at, sequence FROM bank_statements WHERE account_no = $1 ORDER BY sequence DESC"
    told, *_, opened = await asked(here.sql, read, ONE)
    at = datetime.fromtimestamp(row.decided_at_ns // 1_000_000 / 1_000, UTC)
    assert told == (SAVINGS_SEAT, int(row.prefixes()["first_number"][0]), at, row.sequence)
    assert opened[:2] == (BANK_SEAT, 6)


def test_card_suspense_is_an_entry_that_no_account_has(fresh_database: str, tmp_path: Path) -> None:
    """60 of 100, then 7, on Monday; 3 on Tuesday. The desk's numbers 1 to 3 set restraints, 4 is the deduction."""

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(two_days())
            read = f"{ENTRIES} WHERE words = '银行卡强制支出挂账' ORDER BY sequence, number"
            assert await asked(here.sql, read) == [
                (MONDAY, SAVINGS_SEAT, 5, "银行卡强制支出挂账", 1910, 2510, 60),
                (MONDAY, SAVINGS_SEAT, 8, "银行卡强制支出挂账", 1910, 2510, 7),
                (TUESDAY, SAVINGS_SEAT, 1, "银行卡强制支出挂账", 1910, 2510, 3),
            ]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("wrong", "faults"),
    [
        (
            f"UPDATE openings SET balances_fen[1] = 1001 WHERE {ONE} = first_account_no",  # noqa: S608
            [("general ledger", 1010, None), ("general ledger", 2110, None), ("savings account", 2110, ONE)],
        ),
        ("UPDATE general_ledger SET balance_fen = 9 WHERE account_code = 2520", [("general ledger", 2520, None)]),
        ("DELETE FROM general_ledger WHERE account_code = 1910", [("general ledger", 1910, None)]),
        (
            f"UPDATE account_pages SET balance_fen[{ONE // 100 + 1}] = 1",  # noqa: S608
            [("savings account", 2110, ONE)],
        ),
    ],
)
def test_a_wrong_row_is_found(
    fresh_database: str, tmp_path: Path, wrong: str, faults: list[tuple[object, ...]]
) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(two_days())
            await here.sql.execute(wrong)
            read = "SELECT fault, account_code, account_no FROM books_faults ORDER BY fault, account_code"
            assert await asked(here.sql, read) == faults

    asyncio.run(scenario())
