"""What settlements and credits post in SQL: the entries of a statement, and books that add up.

Belongs here: the table and views of it. Never here: what is set off (tests.ledger_core.settling).
"""

import asyncio
from pathlib import Path

import pytest

from ledger.core import engine
from protocol.given_numbers import account_no_from_index
from protocol.messages.day.steps import (
    AnnounceSet,
    BeginSettle,
    CompleteSet,
    Mark,
    Publish,
    Reconcile,
    SignOff,
    Tell,
)
from protocol.messages.queries import totals_digest
from protocol.vocabulary import ClearedEvent, RecordKind
from tests.bank_seats import DAY_SEAT
from tests.follower.journal_maker import BROKER, DATE, SEAT, JournalMaker, joined, record
from tests.follower.world import asked, world
from tests.ledger_core.lines.words import totals_of

pytestmark = pytest.mark.postgres

ANN = account_no_from_index(0)
STATEMENT = """
SELECT words, against_code, debit_fen, credit_fen, balance_fen FROM bank_statements WHERE account_no = $1
ORDER BY sequence, seat, number, words
"""
DAY = 20_458


def settled() -> JournalMaker:
    """Ann has 1,000.00, sells for 300.00 and buys for 500.00: O is −200.00, so nothing is gated."""
    made = JournalMaker()
    made.genesis()
    made.register(BROKER, "东方证券", SEAT, 12)
    made.open_contracts([100_000])
    made.block(
        (SEAT, joined([record(RecordKind.FILL_SELL, 0, 30_000, trade_day=DAY), record(RecordKind.FREEZE, 0, 50_000)]))
    )
    named = {"target_date": DATE, "target_seat": SEAT, "target_number": 2}
    made.block((SEAT, record(RecordKind.FILL_BUY, 0, 50_000, trade_day=DAY, **named)))
    made.control(SignOff(DATE))
    made.control(Mark(DATE, False))
    made.control(Tell(DATE, made.book.marked_sequence, totals_digest(engine.totals(made.book))))
    orders = {"order_date": DATE, "order_seat": SEAT, "order_number": 2, "trade_day": DAY}
    lines = joined(
        [
            record(RecordKind.CLEAR_CONTRACT, 0, 0, event=ClearedEvent.OPENED, trade_day=DAY),
            record(RecordKind.CLEAR_ORDER, 0, 50_000, fate=1, **orders),
            record(RecordKind.CLEAR_BUY, 0, 50_000, **orders),
            record(RecordKind.CLEAR_SELL, 0, 30_000, reference=1, trade_day=DAY),
        ]
    )
    made.control(AnnounceSet(DATE, 0, totals_of(lines)), SEAT)
    made.block((SEAT, lines))
    made.control(CompleteSet(DATE, 1), SEAT)
    for message in (Reconcile(DATE, BROKER, 0), Publish(DATE, BROKER), BeginSettle(DATE, BROKER)):
        made.control(message)
    made.block((DAY_SEAT, record(RecordKind.SETTLE, 0, 50_000, settled_proceeds_fen=30_000, trade_day=DAY)))
    return made


def test_a_statement_has_both_entries_of_a_settlement_and_the_books_add_up(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(settled())
            told = [tuple(row)[:4] for row in await asked(here.sql, STATEMENT, ANN)]
            assert sorted(told[1:]) == [("买入交收", 2410, 50_000, 0), ("卖出交收", 2410, 0, 30_000)]
            assert await asked(here.sql, "SELECT * FROM books_faults") == []
            owed = "SELECT sum(balance_fen)::bigint FROM general_ledger WHERE account_code = 3110"
            assert await asked(here.sql, owed) == [(0,)]

    asyncio.run(scenario())
