"""What is moved for orders in SQL: the entries of a statement, what an account shows, the broker's mode.

Belongs here: the tables and views of it. Never here: how much moves (tests.ledger_core.moved).
"""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from protocol.acts.moved import ReverseAct
from protocol.given_numbers import contract_no_from_index
from protocol.messages.control import ChangeMode
from protocol.records import RecordArray
from protocol.vocabulary import Mode, RecordKind, Right, Way
from tests.bank_seats import SAVINGS_SEAT
from tests.customers import restraint
from tests.follower.journal_maker import BROKER, DATE, NEXT_DATE, SEAT, JournalMaker, account_no_of, joined, record
from tests.follower.read_model.day.cut import at_once_and_row_by_row
from tests.follower.world import asked, world
from tests.people import Office, administrators, signed

pytestmark = pytest.mark.postgres

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
DEE, EVE = 4, 5
ANN, BOB = account_no_of(0), account_no_of(1)
STATEMENT = """
SELECT trade_date, kind, words, against_code, debit_fen, credit_fen, balance_fen
FROM bank_statements WHERE account_no = $1 ORDER BY sequence, seat, number
"""
SHOWN = """
SELECT balance_fen, frozen_fen, bought_unsettled_fen, sold_unsettled_fen, moved_remaining_fen, moved_drawn_fen,
       buying_power_fen, withdrawable_fen
FROM bank_accounts WHERE account_no = $1
"""
LEDGER = "SELECT account_code, party, debit_fen, credit_fen FROM bank_general_ledger WHERE account_code = 2420"


def of_order(kind: RecordKind, number: int, amount_fen: int, contract: int = 0, **fields: int) -> RecordArray:
    return record(kind, contract, amount_fen, target_date=DATE, target_seat=SEAT, target_number=number, **fields)


def two_days() -> JournalMaker:
    """Ann has 14,000.00, of which 10,000.00 are restrained, and sells for 8,000.00. The order of 10,018.20 moves
    4,000.00, is filled for 3,987.24 with 20.04 released, gives 6.84 back of 6,005.00 released (product, *Money*). Bob
    freezes 50 of 60, and releases all of it on the next date.
    """
    made = JournalMaker()
    made.genesis()
    made.register(BROKER, "东方证券", SEAT, 12)
    made.control(ChangeMode(BROKER, Mode.TRANSFER))
    made.open_accounts([70_000] * 3)
    made.open_contracts([1_400_000, 60])
    made.control(restraint(ANN, 1_000_000))
    made.block((SEAT, record(RecordKind.FILL_SELL, 0, 800_000)))
    made.block((SEAT, joined([record(RecordKind.FREEZE, 0, 1_001_820), record(RecordKind.FREEZE, 1, 50)])))
    made.block((SEAT, of_order(RecordKind.FILL_BUY, 2, 398_724, release_fen=2_004, trade_day=20_458)))
    made.block(
        (SEAT, of_order(RecordKind.RELEASE, 2, 600_500)),
        (SAVINGS_SEAT, record(RecordKind.WITHDRAWAL, 1, 10, way=Way.CASH)),
    )
    made.roll(NEXT_DATE)
    made.block((SEAT, of_order(RecordKind.RELEASE, 3, 50, 1)))
    return made


def test_a_statement_has_what_was_moved_and_what_came_back(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async for here in at_once_and_row_by_row(monkeypatch, fresh_database, tmp_path, two_days()):
            assert await asked(here.sql, STATEMENT, ANN) == [
                (MONDAY, "OPENING", "开户转入", 1010, 0, 1_400_000, 1_400_000),
                (MONDAY, "FREEZE", "委托划转", 2420, 400_000, 0, 1_000_000),
                (MONDAY, "RELEASE", "委托划转退回", 2420, 0, 684, 1_000_684),
            ]
            assert await asked(here.sql, STATEMENT, BOB) == [
                (MONDAY, "OPENING", "开户转入", 1010, 0, 60, 60),
                (MONDAY, "FREEZE", "委托划转", 2420, 50, 0, 10),
                (MONDAY, "WITHDRAWAL", "现金支取", 1010, 10, 0, 0),
                (TUESDAY, "RELEASE", "委托划转退回", 2420, 0, 50, 50),
            ]
            # 5.92 are moved and remain, 3,987.24 drawn; nothing is only frozen, and buying power is that of freeze
            # mode: 14,000.00 − 5.92 − 3,987.24 + 8,000.00 − 10,000.00.
            assert await asked(here.sql, SHOWN, ANN) == [(1_000_684, 0, 0, 800_000, 592, 398_724, 800_684, 684)]
            assert await asked(here.sql, SHOWN, BOB) == [(50, 0, 0, 0, 0, 0, 50, 50)]
            assert await asked(here.sql, LEDGER) == [(2420, BROKER, 0, 399_316)]
            named = "SELECT party, mode, next_mode FROM bank_parties ORDER BY party"
            assert await asked(here.sql, named) == [(1, "FREEZE", "FREEZE"), (2, "TRANSFER", "TRANSFER")]

    asyncio.run(scenario())


def test_what_remains_of_an_order_is_what_remains(fresh_database: str, tmp_path: Path) -> None:
    """In a block of freezes alone, and beside others: an outcome that tells what was moved does not tell it."""

    async def scenario() -> None:
        made = two_days()
        made.block((SEAT, record(RecordKind.FREEZE, 1, 20)), (SAVINGS_SEAT, record(RecordKind.DEPOSIT, 1, 5)))
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            read = "SELECT amount_fen, remaining_fen FROM requests WHERE is_freeze ORDER BY sequence, number"
            assert await asked(here.sql, read) == [(1_001_820, 1_001_820), (50, 50), (20, 20)]

    asyncio.run(scenario())


def test_a_reversal_is_an_entry_of_its_own(fresh_database: str, tmp_path: Path) -> None:
    """30 of the 50 that Bob's order has moved come back by an act of two; a release of 50 then gives back 20."""

    async def scenario() -> None:
        made = JournalMaker()
        made.genesis()
        made.register(BROKER, "东方证券", SEAT, 12)
        made.control(ChangeMode(BROKER, Mode.TRANSFER))
        made.open_accounts([70_000] * 3)
        made.open_contracts([100, 60])
        made.control(administrators())
        office = Office(made.book.bank_id, made.now_ns // 10**9 + 60)
        for person in (DEE, EVE):
            made.control(office.hired(person, Right.RECONCILE))
        made.block((SEAT, record(RecordKind.FREEZE, 1, 50)))
        act = ReverseAct(
            **office.by(DEE),
            contract_no=contract_no_from_index(1),
            trade_date=DATE,
            seat=SEAT,
            number=1,
            sequence=made.rows[-1].sequence,
            position=0,
            desk_serial=7,
            amount_fen=30,
        )
        made.control(signed(act, DEE, EVE))
        made.block((SEAT, of_order(RecordKind.RELEASE, 1, 50, 1)))
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            assert await asked(here.sql, STATEMENT, BOB) == [
                (MONDAY, "OPENING", "开户转入", 1010, 0, 60, 60),
                (MONDAY, "FREEZE", "委托划转", 2420, 50, 0, 10),
                (MONDAY, "REVERSED", "委托划转冲正", 2420, 0, 30, 40),
                (MONDAY, "RELEASE", "委托划转退回", 2420, 0, 20, 60),
            ]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("wrong", "faults"),
    [
        (
            "UPDATE moved_entries SET amount_fen = amount_fen - 1 WHERE amount_fen = 400000",
            [("general ledger", 2110, None), ("general ledger", 2420, None), ("savings account", 2110, ANN)],
        ),
        ("UPDATE moved_money SET drawn_fen = drawn_fen - 1 WHERE drawn_fen > 0", [("savings account", 2110, ANN)]),
    ],
)
def test_books_that_do_not_add_up_are_found(
    fresh_database: str, tmp_path: Path, wrong: str, faults: list[tuple[str, int, int | None]]
) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(two_days())
            await here.sql.execute(wrong)
            read = "SELECT fault, account_code, account_no FROM books_faults ORDER BY 1, 2, 3"
            assert await asked(here.sql, read) == faults

    asyncio.run(scenario())


def test_rows_that_are_applied_together_make_the_entries_of_each(fresh_database: str, tmp_path: Path) -> None:
    """Twelve rows, each a freeze of one fen and its release behind it: entries name the requests of their own rows."""

    async def scenario() -> None:
        made = two_days()
        first = int(made.book.next_number[SEAT])
        for place in range(12):
            release = record(
                RecordKind.RELEASE, 1, 1, target_date=NEXT_DATE, target_seat=SEAT, target_number=first + 2 * place
            )
            made.block((SEAT, joined([record(RecordKind.FREEZE, 1, 1), release])))
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            read = "SELECT number, amount_fen, sequence FROM moved_entries WHERE trade_date = $1 ORDER BY number"
            told = (await asked(here.sql, read, NEXT_DATE))[1:]
            sequences = [row.sequence for row in made.rows[-12:]]
            assert told == [
                (first + 2 * place + which, 1 - 2 * which, sequence)
                for place, sequence in enumerate(sequences)
                for which in (0, 1)
            ]

    asyncio.run(scenario())
