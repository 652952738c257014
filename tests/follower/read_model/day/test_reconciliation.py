"""Differences, bookings of proceeds and obligations in SQL: the same whatever the batches, and what people read.

Belongs here: lanes from the comparison on, the views bank_proceeds and bank_obligations, what bookings are not. Never
here: sets and their lines (test_clearing_sets), when a lane is reconciled (tests.ledger_core.lines).
"""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ledger.core.lines import compare
from ledger.core.state.day.clearing import LaneKey
from ledger.follower.projection.customers import account_pages
from protocol.messages.day.steps import Publish, Reconcile
from protocol.vocabulary import RecordKind
from tests.bank_seats import DAY_SEAT
from tests.follower.journal_maker import (
    BROKER,
    DATE,
    NEXT_DATE,
    OTHER_BROKER,
    SEAT_OF_OTHER_BROKER,
    JournalMaker,
)
from tests.follower.naive import PROCEEDS, expect
from tests.follower.read_model.day.cut import at_every_row, into_batches
from tests.follower.reconciled_story import (
    ANN,
    CID,
    DAN,
    EVA,
    PLACES_AT_ONCE,
    all_of_it,
    booked,
    found,
    mended,
    no_of,
    traded,
)
from tests.follower.world import World, asked, catch_up, world

pytestmark = pytest.mark.postgres

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
OF_LANES = """
SELECT party, state, is_compared, missing_here_count, missing_there_count, amount_count, state_count, proceeds_due
FROM bank_lanes ORDER BY trade_date, party
"""
SUM_NAMES = ("balance_fen", "frozen_fen", "bought_unsettled_fen", "sold_unsettled_fen")


@pytest.fixture(autouse=True)
def some_places_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a comparison takes several rows."""
    monkeypatch.setattr(compare, "RECONCILE_PLACES_MAX", PLACES_AT_ONCE)


async def held(here: World) -> list[list[tuple[Any, ...]]]:
    """Lanes without the ends of batches, sets, bookings, and the money of all accounts."""
    rows = await here.sql.fetch("SELECT * FROM lanes ORDER BY trade_date, party")
    kept = [[tuple(value for key, value in row.items() if key != "as_of_sequence") for row in rows]]
    views = ("bank_clearing_sets", "bank_proceeds", "bank_obligations", "bank_totals")
    return kept + [await asked(here.sql, f"SELECT * FROM {view} v ORDER BY v::text") for view in views]  # noqa: S608


def test_the_read_model_is_the_same_wherever_batches_are_cut(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = all_of_it()
    expected = expect(made.rows)

    kept = asyncio.run(into_batches(monkeypatch, fresh_database, tmp_path, made, expected, held))

    assert [len(rows) for rows in kept] == [3, 5, len(expected.proceeds), 3, 3]


def test_a_follower_that_starts_anywhere_from_a_snapshot_goes_on(fresh_database: str, tmp_path: Path) -> None:
    asyncio.run(at_every_row(fresh_database, tmp_path, booked(), held))


def test_after_every_row_lanes_are_what_the_book_has(fresh_database: str, tmp_path: Path) -> None:
    """What the ledger would have told its day desk then."""

    async def scenario() -> None:
        made = booked()
        async with world(fresh_database, tmp_path) as here:
            for row in made.rows:
                await here.keep([row])
                async with here.follower() as follower:
                    await catch_up(follower)
                    kept = follower.book.clearing.lanes
                rows = await asked(
                    here.sql,
                    "SELECT trade_date, party, state, sets_count, differences, is_compared, proceeds_due FROM lanes",
                )
                assert {LaneKey(*row[:2]): row[2:] for row in rows} == {
                    key: (each.state, each.number, each.differences, each.is_compared, each.proceeds_due)
                    for key, each in kept.items()
                }

    asyncio.run(scenario())


def test_differences_are_counted_by_class_until_the_set_is_mended(fresh_database: str, tmp_path: Path) -> None:
    """Missing here: an order that is not there, and the end of Bob's contract. Missing there: his order, which was
    released. Amount: what was frozen for Ann."""

    async def scenario() -> None:
        for place, (make, first) in enumerate(
            (
                (traded, (BROKER, "FINISHED", False, 0, 0, 0, 0, 0)),
                (found, (BROKER, "COMPLETE", True, 2, 1, 1, 0, 0)),
                (mended, (BROKER, "RECONCILED", True, 0, 0, 0, 0, 0)),
            )
        ):
            async with world(fresh_database, tmp_path / str(place)) as here:
                await here.follow_soundly(make())
                rows = await asked(here.sql, OF_LANES)
                assert rows[0] == first
                if make is not traded:
                    assert rows[1] == (OTHER_BROKER, "RECONCILED", True, 0, 0, 0, 0, 3)
                assert await asked(here.sql, "TABLE bank_obligations") == []

    asyncio.run(scenario())


def test_what_is_owed_is_shown_once_it_is_published(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = all_of_it()
            await here.follow_soundly(made)
            owed = (
                "SELECT trade_date, party, party_name, owed_by, amount_fen, set_number FROM bank_obligations "
                "ORDER BY trade_date, party"
            )
            assert await asked(here.sql, owed) == [
                (MONDAY, BROKER, "东方证券", "BANK", Decimal(95_972), 2),
                (MONDAY, OTHER_BROKER, "西部证券", "BROKER", Decimal(3_700), 1),
                (TUESDAY, BROKER, "东方证券", "NOBODY", Decimal(0), 2),
            ]
            await _look_at_times(here, made)
            await _look_at_lanes_of_all(here)

    asyncio.run(scenario())


async def _look_at_lanes_of_all(here: World) -> None:
    states = "SELECT trade_date, party, state, sets_count, is_settled FROM bank_lanes ORDER BY 1, 2"
    assert await asked(here.sql, states) == [
        (MONDAY, BROKER, "PUBLISHED", 2, True),
        (MONDAY, OTHER_BROKER, "PUBLISHED", 1, True),
        (TUESDAY, BROKER, "PUBLISHED", 2, False),
    ]


async def _look_at_times(here: World, made: JournalMaker) -> None:
    """Reconciled by the last comparison, published by the one message that did it; both in one row on Tuesday."""
    times = (
        "SELECT trade_date, party, reconciled_sequence, reconciled_at, published_sequence, published_at "
        "FROM bank_lanes ORDER BY 1, 2"
    )
    rows = await asked(here.sql, times)
    by_row = {row.sequence: datetime.fromtimestamp(row.decided_at_ns // 1_000 / 1e6, UTC) for row in made.rows}
    for _, _, reconciled, reconciled_at, published, published_at in rows:
        assert (reconciled_at, published_at) == (by_row[reconciled], by_row[published])
    last = {
        (kind, key): sequence
        for sequence, message in expect(made.rows).accepted
        if isinstance(message, Reconcile | Publish)
        for kind, key in [(type(message), (message.trade_date, message.party))]
    }
    assert [(row[2], row[4]) for row in rows] == [
        (last[Reconcile, key], last[Publish, key])
        for key in ((DATE, BROKER), (DATE, OTHER_BROKER), (NEXT_DATE, BROKER))
    ]
    assert rows[2][2] == rows[2][4]
    assert await asked(here.sql, "SELECT published_sequence FROM bank_obligations ORDER BY trade_date, party") == [
        (row[4],) for row in rows
    ]


def test_bookings_are_shown_with_what_they_name(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(booked())
            shown = (
                "SELECT trade_date, contract_no, party, proceeds_fen, excess_fen, outcome, sent_on, seat "
                "FROM bank_proceeds ORDER BY sequence, number"
            )
            cid = (MONDAY, no_of(CID), OTHER_BROKER)
            dan, eva = (MONDAY, no_of(DAN), OTHER_BROKER, 0), (MONDAY, no_of(EVA), OTHER_BROKER, 0)
            assert await asked(here.sql, shown) == [
                (*cid, 4_901, 400, "SETTLEMENT_DIFFERS", TUESDAY, DAY_SEAT),
                (MONDAY, no_of(ANN), BROKER, 3_900, 0, "STEP_NOT_DUE", TUESDAY, DAY_SEAT),
                (TUESDAY, *cid[1:], 4_900, 400, "STEP_NOT_DUE", TUESDAY, DAY_SEAT),
                (*cid, 4_900, 400, "ROLE_FORBIDS", TUESDAY, SEAT_OF_OTHER_BROKER),
                (*cid, 4_900, 400, "ACCEPTED", TUESDAY, DAY_SEAT),
                (*dan, 400, "ACCEPTED", TUESDAY, DAY_SEAT),
                (*eva, 400, "ACCEPTED", TUESDAY, DAY_SEAT),
                (*dan, 400, "STEP_NOT_DUE", TUESDAY, DAY_SEAT),
            ]
            bought = "SELECT bought_unsettled_fen, sold_unsettled_fen FROM bank_accounts WHERE contract_no = $1"
            for index, wanted in ((CID, (400, 4_900)), (DAN, (400, 0)), (EVA, (400, 0))):
                assert await asked(here.sql, bought, no_of(index)) == [wanted]

    asyncio.run(scenario())


def test_every_record_is_an_order_a_movement_a_line_or_a_booking(fresh_database: str, tmp_path: Path) -> None:
    """And one of them alone: bookings beside orders of one row, and of one block."""

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = all_of_it()
            await here.follow_soundly(made)
            views = ("bank_orders", "bank_movements", "bank_clearing_lines", "bank_proceeds")
            counts = [(await asked(here.sql, f"SELECT count(*) FROM {view}"))[0][0] for view in views]  # noqa: S608
            assert min(counts) > 0
            assert sum(counts) == sum(len(row.records) for row in made.rows) // 64
            every = (
                "SELECT num_nonnulls(NULLIF(is_freeze, false), NULLIF(is_line, false), NULLIF(books_proceeds, false)), "
            )
            every += "count(*) FROM requests GROUP BY 1 ORDER BY 1"
            assert await asked(here.sql, every) == [(0, counts[1]), (1, sum(counts) - counts[1])]
            booked_kinds = "SELECT DISTINCT kind FROM requests WHERE books_proceeds"
            assert await asked(here.sql, booked_kinds) == [(PROCEEDS,)]

    asyncio.run(scenario())


def test_money_is_the_books_before_a_page_is_written_and_after(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once added up from records alone, once as pages have it that are written with every batch."""

    async def scenario(folder: Path) -> list[int]:
        made = booked()
        async with world(fresh_database, folder) as here:
            await here.follow_soundly(made)
            accounts = await here.accounts()
            columns = zip(*accounts.values(), strict=True)
            book = made.book
            wanted = (book.balance_fen, book.frozen_fen, book.bought_fen, book.sold_fen)
            assert [sum(column) for column in columns][:4] == [int(column.sum()) for column in wanted]
            sums = await asked(here.sql, f"SELECT {', '.join(f'SUM({name})' for name in SUM_NAMES)} FROM bank_totals")  # noqa: S608
            assert list(map(int, sums[0])) == [int(column.sum()) for column in wanted]
            for index in (CID, DAN, EVA):
                no = int(
                    await here.sql.fetchval("SELECT account_no FROM contracts WHERE contract_no = $1", no_of(index))
                )
                assert await asked(here.sql, "SELECT * FROM account_of($1)", no) == await asked(
                    here.sql, "SELECT * FROM accounts WHERE account_no = $1", no
                )
            pages = await asked(here.sql, "SELECT bought_unsettled_fen, sold_unsettled_fen FROM account_pages")
            return [sum(column) for column in pages[0]]

    monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", 1)
    before = asyncio.run(scenario(tmp_path / "records"))
    monkeypatch.setattr(account_pages, "TAIL_RECORDS_MIN", 1)
    after = asyncio.run(scenario(tmp_path / "pages"))

    assert before == [0, 0]
    assert after == [100_502 + 400 + 400 + 400, 3_900 + 4_900]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE lanes SET sets_count = 1 WHERE party = 2", "published trade date 20260105 of party 2"),
        ("UPDATE request_blocks SET codes = NULL WHERE kind IS NULL AND seat = 4", "proceeds booked twice"),
    ],
)
def test_what_somebody_changed_is_a_fault(fresh_database: str, tmp_path: Path, change: str, fault: str) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(booked())
            assert DAY_SEAT == 4
            await here.sql.execute(change)
            faults = [row[0] for row in await asked(here.sql, "SELECT fault FROM read_model_faults")]
            assert [each for each in faults if each.startswith(fault)], faults

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "change",
    [
        "is_compared = false",
        "proceeds_due = 1",
        "state = 3",
        "reconciled_sequence = NULL",
        "published_at_ns = NULL",
    ],
)
def test_a_published_lane_cannot_be_written_otherwise(fresh_database: str, tmp_path: Path, change: str) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(booked())
            with pytest.raises(asyncpg.CheckViolationError):
                await here.sql.execute(f"UPDATE lanes SET {change} WHERE party = 2")  # noqa: S608

    asyncio.run(scenario())


def test_a_booking_makes_its_page_due() -> None:
    turn = account_pages.PagesTurn(0)
    turn.take(0, set(), set(), 0, 1)
    due = turn.take(account_pages.TAIL_RECORDS_MIN, {int(RecordKind.PROCEEDS)}, set(), 1, 1)

    assert due.pages.tolist() == [0]
    assert due.kept[:, 0].tolist() == [False, False, True, True, False]
