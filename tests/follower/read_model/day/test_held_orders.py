"""Orders that wait for their allotment, in SQL: since when, how long, whether that is too long; an item if it is.

Belongs here: the view and the worklist's item, whatever the batches. Never here: what a set may say of one
(tests.ledger_core.corrections.test_allotted).
"""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from config.cli import commands as cli
from config.kit.exit_codes import ExitCode
from ledger.follower.projection.day.held_orders import name_allotment_limit
from protocol.messages.control import EndSettlement
from protocol.messages.day.steps import Publish
from protocol.vocabulary import Fate
from tests.follower.journal_maker import DATE, JournalMaker, freezes
from tests.follower.journal_maker import SEAT as OF_MAKER
from tests.follower.reconciled_story import ANN, BOB, no_of
from tests.follower.world import World, asked, world
from tests.ledger_core.corrections.test_allotted import differs, held, signed_off
from tests.ledger_core.corrections.words import IN_ORDER, closing, sent
from tests.ledger_core.desk import BROKER, MONDAY, SEAT, TUESDAY, account_of, release
from tests.ledger_core.lines.words import buy, order

pytestmark = pytest.mark.postgres

DAY_NS = 86_400 * 10**9
WAITS = (
    "SELECT trade_date, seat, number, party, contract_no, account_no, amount_fen, remaining_fen FROM bank_held_orders"
)
AGE = "SELECT age_days, age_in, is_overdue FROM bank_held_orders"
ITEM = (
    "SELECT order_date, order_seat, order_number, contract_no, amount_fen, age_days, is_open, closed_as "
    "FROM bank_worklist WHERE kind = 'HELD_ORDER'"
)
KEPT = "SELECT remaining_fen, held_sequence, held_at_ns, ended_sequence, ended_at_ns FROM held_orders"
FAULTS = "SELECT * FROM read_model_faults WHERE fault LIKE 'held order%'"
ON_MONDAY = date(2026, 1, 5)


async def waited(here: World, days: int) -> None:
    """Whatever waits has waited so many days of 24 hours longer."""
    await here.sql.execute("UPDATE held_orders SET held_at_ns = held_at_ns - $1", days * DAY_NS)


@pytest.mark.parametrize("rows_max", [10_000, 1])
def test_an_order_waits_from_the_settlement_of_its_date_until_nothing_of_it_is_left(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_max: int
) -> None:
    """Of Ann's 60.00 her broker releases 8.00. The set of Tuesday allots 26.00 of the rest; with that it is ended."""
    monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", rows_max)

    async def scenario() -> None:
        desk, ann, target = held()
        since = (desk.rows[-2].sequence, desk.rows[-2].decided_at_ns)  # before the roll
        named = (ON_MONDAY, SEAT, target[2], BROKER, ann, account_of(ann), 6_000)
        async with world(fresh_database, tmp_path) as here:
            taken = len(desk.rows)
            await here.keep(desk.rows)
            await here.follow()
            assert await asked(here.sql, WAITS) == [(*named, 6_000)]
            assert await asked(here.sql, KEPT) == [(6_000, *since, None, None)]

            desk.ask(SEAT, release(target, ann, 800))
            await here.keep(desk.rows[taken:])
            await here.follow()
            assert await asked(here.sql, WAITS) == [(*named, 5_200)]

            taken = len(desk.rows)
            signed_off(desk)
            told = order(target, ann, 6_000, 800, fate=Fate.PARTLY, on=TUESDAY)
            assert differs(desk, told, buy(target, ann, 2_600, on=TUESDAY)) == [0, 0, 0, 0]
            desk.done(Publish(TUESDAY, BROKER))
            sent(desk, IN_ORDER, closing(target, ann, 2_600, 2_600, TUESDAY))
            await here.keep(desk.rows[taken:])
            await here.follow()
            end = desk.rows[-1]
            assert await asked(here.sql, WAITS) == []
            assert await asked(here.sql, KEPT) == [(0, *since, end.sequence, end.decided_at_ns)]
            assert await asked(here.sql, ITEM) == []  # it never was overdue
            assert await asked(here.sql, FAULTS) == []

    asyncio.run(scenario())


def test_it_is_overdue_behind_the_days_that_it_may_take_and_then_an_item(fresh_database: str, tmp_path: Path) -> None:
    """In time through the fourth day. Five have begun: overdue, unless six may; once it is ended the item is closed."""

    async def scenario() -> None:
        desk, ann, target = held()
        async with world(fresh_database, tmp_path) as here:
            taken = len(desk.rows)
            await here.keep(desk.rows)
            await here.follow()
            assert await asked(here.sql, AGE) == [(0, "CALENDAR", False)]
            await waited(here, 4)
            assert await asked(here.sql, AGE) == [(4, "CALENDAR", False)]
            assert await asked(here.sql, ITEM) == []
            await waited(here, 1)
            assert await asked(here.sql, AGE) == [(5, "CALENDAR", True)]
            item = (ON_MONDAY, SEAT, target[2], ann)
            assert await asked(here.sql, ITEM) == [(*item, 6_000, 5, True, None)]
            await name_allotment_limit(here.sql, 6)
            assert await asked(here.sql, AGE) == [(5, "CALENDAR", False)]
            assert await asked(here.sql, ITEM) == []
            await name_allotment_limit(here.sql, 4)

            desk.ask(SEAT, release(target, ann, 6_000))
            await here.keep(desk.rows[taken:])
            await here.follow()
            assert await asked(here.sql, WAITS) == []
            assert await asked(here.sql, ITEM) == [(*item, 0, 5, False, "ENDED")]

    asyncio.run(scenario())


def test_it_is_printed_with_what_is_still_frozen(
    fresh_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    desk, ann, target = held()

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.keep(desk.rows)
            await here.follow()
            await waited(here, 5)

    asyncio.run(scenario())
    assert cli.main(["day", "worklist", "--dsn", fresh_database]) == ExitCode.OK
    _, printed = capfd.readouterr().out.splitlines()
    order_no = f"{MONDAY}/{SEAT}/{target[2]}"
    assert printed.split() == [str(MONDAY), "2", "held", "order", str(ann), order_no, "6000", "5", "calendar"]


def test_its_age_is_in_the_banks_working_days_where_due_times_are_known(fresh_database: str, tmp_path: Path) -> None:
    """Held at 0 s, as of ten days. Of windows that begin after 1, 2, 3, 7 and 11 days four have begun: in time."""

    async def scenario() -> None:
        desk, _, _ = held()
        async with world(fresh_database, tmp_path) as here:
            await here.keep(desk.rows)
            await here.follow()
            await here.sql.execute("UPDATE held_orders SET held_at_ns = 0")
            await here.sql.execute("UPDATE read_cursor SET decided_at_ns = $1", 10 * DAY_NS)
            assert await asked(here.sql, AGE) == [(10, "CALENDAR", True)]
            for number, days in enumerate((1, 2, 3, 7, 11), start=1):
                times = [days * 86_400 + second for second in range(5)]
                await here.sql.execute(
                    "INSERT INTO due_times VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 1)", MONDAY, number, *times
                )
            assert await asked(here.sql, AGE) == [(4, "WORKING", False)]

    asyncio.run(scenario())


@pytest.mark.parametrize("rows_max", [10_000, 1])
def test_of_a_date_that_ends_without_a_set_all_that_is_open_waits(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_max: int
) -> None:
    monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", rows_max)

    async def scenario() -> None:
        made = JournalMaker()
        made.open_bank([5_000, 5_000])
        made.block((OF_MAKER, freezes([ANN, BOB], 50)))
        made.roll()
        made.control(EndSettlement(DATE))
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            read = "SELECT number, contract_no, remaining_fen, held_sequence FROM bank_held_orders ORDER BY number"
            end = made.rows[-1].sequence
            assert await asked(here.sql, read) == [(1, no_of(ANN), 50, end), (2, no_of(BOB), 50, end)]

    asyncio.run(scenario())


def test_those_that_have_ended_cost_nobody_who_asks_what_waits(fresh_database: str, tmp_path: Path) -> None:
    """With 20,000 that have ended beside it, the one that waits is found by the index of those that do."""

    async def scenario() -> None:
        desk, _, _ = held()
        async with world(fresh_database, tmp_path) as here:
            await here.keep(desk.rows)
            await here.follow()
            await here.sql.execute(
                "INSERT INTO held_orders SELECT 20250105, 11, each, 2, 1, 1, 0, 1, 1, 2, 2 "
                "FROM generate_series(1, 20000) each"
            )
            await here.sql.execute("ANALYZE held_orders")
            for read in ("SELECT * FROM bank_held_orders", "SELECT * FROM bank_worklist WHERE is_open"):
                plan = "\n".join(row[0] for row in await here.sql.fetch(f"EXPLAIN {read}"))
                assert "held_orders_open" in plan, plan

    asyncio.run(scenario())


def test_days_are_put_in_order_once_for_all_orders_that_wait_since_one_date(
    fresh_database: str, tmp_path: Path
) -> None:
    """Of 20,000, none of which has ended: where each is asked for by itself, the worklist takes seconds."""

    async def scenario() -> None:
        desk, _, _ = held()
        async with world(fresh_database, tmp_path) as here:
            await here.keep(desk.rows)
            await here.follow()
            await here.sql.execute(
                "INSERT INTO held_orders SELECT 20250105, 11, each, 2, 1, 1, 1, 1, 1, NULL, NULL "
                "FROM generate_series(1, 20000) each"
            )
            await here.sql.execute("ANALYZE held_orders")
            for read in ("SELECT age_days FROM bank_held_orders", "SELECT age_days FROM bank_worklist WHERE is_open"):
                plan = [row[0] for row in await here.sql.fetch(f"EXPLAIN (ANALYZE, TIMING OFF) {read}")]
                asked_for = [line for line in plan if "on due_times" in line and "never executed" not in line]
                assert asked_for
                assert all("loops=1)" in line or "loops=2)" in line for line in asked_for), "\n".join(plan)

    asyncio.run(scenario())
