"""What people look into, in SQL: items with both values, owner, age, act and people, whatever the batches."""

import asyncio
from pathlib import Path

import pytest

from protocol.acts.corrections import AssignItemAct
from protocol.messages.day.steps import SignOff
from protocol.vocabulary import Fate
from tests.bank_seats import TELLER_SEAT
from tests.follower.journal_maker import BROKER, DATE, SEAT, START_NS, JournalMaker, freezes, joined
from tests.follower.read_model.day.test_corrections import corrected, decided, reverted
from tests.follower.reconciled_story import ANN, BOB, compare, mended, no_of, send_set
from tests.follower.world import asked, world
from tests.ledger_core.corrections.people import DEE, EVE
from tests.ledger_core.lines.words import event, order
from tests.people import Office, signed

pytestmark = pytest.mark.postgres

DAY_S = 86_400
WHAT = "difference, field, contract_no, order_seat, order_number, bank_has, set_says, closed_as"
BY = "closed_as, act_number, act, reason, author, second_person"


def taken() -> JournalMaker:
    """As `decided`; then Dee takes the date, Eve Ann's part of it, others come and go. It is compared anew."""
    made = decided()
    office = Office(made.book.bank_id, START_NS // 1_000_000_000 + 3_600)
    for serial in range(made.book.persons.entries[DEE].last_serial):
        assert office.by(DEE)["serial"] == serial + 1
    for contract_no, owner in ((0, DEE), (no_of(ANN), EVE), (0, 0), (0, EVE), (0, DEE)):
        act = AssignItemAct(**office.by(DEE), party=BROKER, trade_date=DATE, contract_no=contract_no, owner=owner)
        made.control(signed(act, DEE), TELLER_SEAT)
    compare(made, BROKER)
    return made


@pytest.mark.parametrize("rows_max", [10_000, 1, 3])
def test_items_are_closed_by_the_acts_that_decide_and_correct_them(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_max: int
) -> None:
    """The line without an order and Bob's order without a line are decided by acts 4 and 5, both 2 people's. Ann's case
    of 20.00, by act 3, is open. Her sums never differed: what is listed is decided, and she was corrected for it."""
    monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", rows_max)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(taken())
            read = f"SELECT {WHAT} FROM bank_worklist WHERE kind = 'DIFFERENCE' ORDER BY difference"  # noqa: S608
            assert await asked(here.sql, read) == [
                ("MISSING_HERE", "BUY", None, SEAT, 9, 0, 1, "DECIDED"),
                ("MISSING_THERE", "ORDER", no_of(BOB), SEAT, 1, 1, 0, "DECIDED"),
            ]
            read = f"SELECT {BY} FROM bank_worklist WHERE kind = 'DIFFERENCE' ORDER BY act_number"  # noqa: S608
            assert await asked(here.sql, read) == [
                ("DECIDED", 4, "decide", "因业务需要", DEE, EVE),
                ("DECIDED", 5, "decide", "因业务需要", DEE, EVE),
            ]
            read = "SELECT contract_no, case_no, amount_fen, is_open, owner, act FROM bank_worklist WHERE kind = 'CASE'"
            assert await asked(here.sql, read) == [(no_of(ANN), 1, 2_000, True, EVE, "correct")]
            read = "SELECT DISTINCT owner FROM bank_worklist WHERE contract_no IS DISTINCT FROM $1"
            assert await here.sql.fetch(read, no_of(ANN)) == [(DEE,)]

    asyncio.run(scenario())


@pytest.mark.parametrize("rows_max", [10_000, 1])
def test_items_go_with_their_set(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_max: int
) -> None:
    """Set 1 had four, and is withdrawn; set 2 agrees."""
    monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", rows_max)

    async def scenario() -> None:
        made = mended()
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            counted = "SELECT set_number, closed_as, count(*) FROM bank_worklist GROUP BY 1, 2 ORDER BY 1"
            assert await asked(here.sql, counted) == [(1, "WITHDRAWN", 4)]
            ends = "SELECT DISTINCT closed_sequence FROM bank_worklist WHERE set_number = 1"
            withdrawn = "SELECT withdrawn_sequence FROM clearing_sets WHERE number = 1 AND party = 2"
            assert await asked(here.sql, ends) == await asked(here.sql, withdrawn)

    asyncio.run(scenario())


@pytest.mark.parametrize("rows_max", [10_000, 1])
def test_a_case_that_is_taken_back_goes_with_its_set(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_max: int
) -> None:
    """Case 1 of 20.00 is taken back whole, by the last row; nobody settled it. What was decided stays decided."""
    monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", rows_max)

    async def scenario() -> None:
        made = reverted()
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            read = (
                "SELECT case_no, amount_fen, is_open, closed_as, closed_sequence FROM bank_worklist WHERE kind = 'CASE'"
            )
            assert await asked(here.sql, read) == [(1, 2_000, False, "WITHDRAWN", made.rows[-1].sequence)]
            read = "SELECT closed_at IS NOT NULL, age_days FROM bank_worklist WHERE kind = 'CASE'"
            assert await asked(here.sql, read) == [(True, 0)]
            read = "SELECT DISTINCT closed_as FROM bank_worklist WHERE kind = 'DIFFERENCE'"
            assert await asked(here.sql, read) == [("DECIDED",)]

    asyncio.run(scenario())


@pytest.mark.parametrize("rows_max", [10_000, 1])
def test_sums_are_closed_by_what_corrects_them_also_without_an_act(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_max: int
) -> None:
    """What Ann and Bob bought differs by the excess of a sale, 3.00 each: no act is needed, and no case is opened."""
    monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", rows_max)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(corrected())
            read = "SELECT field, contract_no, bank_has, set_says, closed_as, act_number FROM bank_worklist ORDER BY 2"
            assert await asked(here.sql, read) == [
                ("BOUGHT", no_of(ANN), 700, 1_000, "CORRECTED", None),
                ("BOUGHT", no_of(BOB), 0, 300, "CORRECTED", None),
            ]

    asyncio.run(scenario())


def test_what_is_found_no_more_is_closed_and_what_is_found_again_is_open(fresh_database: str, tmp_path: Path) -> None:
    """The set does not tell that Bob's contract began. What a later comparison finds is open, and nothing else."""

    async def scenario() -> None:
        made = JournalMaker()
        made.open_bank([5_000, 5_000])
        made.block((SEAT, freezes([BOB], 50)))
        made.control(SignOff(DATE))
        made.agree(DATE)
        told = order((DATE, SEAT, 1), no_of(BOB), 50, 0, fate=Fate.CANCELLED)
        send_set(made, SEAT, BROKER, joined([event(no_of(ANN)), told]))
        compare(made, BROKER)
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            read = "SELECT difference, field, contract_no, is_open FROM bank_worklist"
            assert await asked(here.sql, read) == [("MISSING_THERE", "OPENED", no_of(BOB), True)]
            await here.sql.execute("UPDATE differences SET closed_as = 3, closed_sequence = 99, closed_at_ns = 1")
            compare(made, BROKER)
            await here.follow_soundly(made)
            assert await asked(here.sql, read) == [("MISSING_THERE", "OPENED", no_of(BOB), True)]
            await here.sql.execute("UPDATE differences SET contract_no = 1")
            compare(made, BROKER)
            await here.follow_soundly(made)
            ends = "SELECT contract_no, closed_as FROM bank_worklist ORDER BY 1"
            assert await asked(here.sql, ends) == [(1, "AGREES"), (no_of(BOB), None)]

    asyncio.run(scenario())


def test_age_is_in_working_days_where_due_times_are_known(fresh_database: str, tmp_path: Path) -> None:
    """Found at 0 s, as of 4.5 days: 4 whole days. With windows that begin after 1, 2 and 5 days, two have begun."""

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(decided())
            await here.sql.execute("UPDATE cases SET opened_at_ns = 0")
            await here.sql.execute("UPDATE read_cursor SET decided_at_ns = $1", (9 * DAY_S // 2) * 10**9)
            read = "SELECT age_days, age_in FROM bank_worklist WHERE kind = 'CASE'"
            assert await asked(here.sql, read) == [(4, "CALENDAR")]
            for number, days in enumerate((1, 2, 5), start=1):
                times = [days * DAY_S + second for second in range(5)]
                await here.sql.execute(
                    "INSERT INTO due_times VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 1)", DATE, number, *times
                )
            assert await asked(here.sql, read) == [(2, "WORKING")]

    asyncio.run(scenario())
