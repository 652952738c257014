"""Due times in SQL, and what people decide of the day: a person reads in the bank's own time when something is due.

Belongs here: what becomes of windows and acts. Never here: which are taken (tests.ledger_core.control).
"""

import asyncio
from pathlib import Path

from ledger.core.state.day.due_times import seconds_of
from protocol.acts.day import AdoptSetAct, ChangeDueTimesAct, DeferAct, ResumeLaneAct
from protocol.acts.table import VoidAct
from protocol.messages.control import OpenTradeDate
from protocol.messages.day.steps import DayEnd, FinishSending, Publish, SignOff, SignOn, TellDayEnd
from protocol.vocabulary import LaneState, Right
from tests.bank_seats import bank_seat_for
from tests.follower.journal_maker import BROKER, DATE, NEXT_DATE, SEAT, JournalMaker
from tests.follower.reconciled_story import compare
from tests.follower.world import asked, world
from tests.ledger_core.control.day.test_due_times import windows
from tests.people import Office, administrators, signed

TUESDAY = 20_260_106
LOCAL = "to_char({0} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')"
TIMES = ("pay_from", "late_from", "first_due", "last_due", "day_end")


def test_windows_are_read_as_times(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.genesis()
            row = made.control(OpenTradeDate(TUESDAY, windows(TUESDAY)))
            await here.keep(made)
            await here.follow()
            times = ", ".join(LOCAL.format(name) for name in TIMES)
            found = await here.sql.fetch(f"SELECT window_no, {times}, sequence FROM bank_windows ORDER BY 1")  # noqa: S608
            assert [each["window_no"] for each in found] == list(range(1, 9))
            assert tuple(found[0])[1:] == (
                *("2026-01-07 09:00:00", "2026-01-07 09:30:00", "2026-01-07 10:00:00"),
                *("2026-01-07 14:00:00", "2026-01-07 23:59:59", row.sequence),
            )
            assert tuple(found[7])[1] == "2026-01-14 09:00:00"

    asyncio.run(scenario())


def decided() -> tuple[JournalMaker, Office]:
    """Of the first date the broker is silent: two people defer it, adopt that nothing was traded, and set due times."""
    made = JournalMaker()
    made.genesis()
    made.register(BROKER, "西部证券", SEAT)
    made.control(administrators())
    office = Office(made.book.bank_id, made.now_ns // 10**9 + 60)
    for person in (7, 8):
        made.control(office.hired(person, Right.DAY))
    made.control(SignOff(DATE))
    made.control(signed(DeferAct(**office.by(7), trade_date=DATE, party=BROKER), 7, 8))
    nothing = AdoptSetAct(**office.by(7), trade_date=DATE, party=BROKER, source="NOTHING_TRADED")
    made.control(signed(nothing, 7, 8))
    rows = [list(each) for each in seconds_of(windows(NEXT_DATE))]
    made.control(OpenTradeDate(NEXT_DATE))
    made.control(signed(ChangeDueTimesAct(**office.by(7), trade_date=NEXT_DATE, windows=rows), 7, 8))
    return made, office


def test_what_people_decide_of_the_day_is_read(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made, _ = decided()
            await here.keep(made)
            await here.follow()
            lanes = "SELECT party, state, is_deferred FROM bank_lanes"
            assert await asked(here.sql, lanes) == [(BROKER, "COMPLETE", True)]
            sets = "SELECT number, seat, state, announced_orders FROM bank_clearing_sets"
            assert await asked(here.sql, sets) == [
                (1, bank_seat_for(signed(VoidAct(**Office(bytes(8)).by(1)), 1)), "COMPLETE", 0)
            ]
            said = await asked(here.sql, "SELECT count(*), min(sequence) FROM bank_windows")
            assert said == [(8, made.book.sequence)]

    asyncio.run(scenario())


def test_a_lane_that_is_resumed_in_another_batch_is_published_as_before(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made, office = decided()
            compare(made, BROKER)
            reconciled = made.rows[-1].sequence
            made.agree(DATE)
            published = made.control(Publish(DATE, BROKER)).sequence
            assert made.book.clearing.lane(DATE, BROKER).state == LaneState.PUBLISHED
            await here.follow_soundly(made)
            made.control(signed(ResumeLaneAct(**office.by(7), trade_date=DATE, party=BROKER), 7, 8))
            await here.follow_soundly(made)
            read = "SELECT state, is_deferred, reconciled_sequence, published_sequence FROM bank_lanes"
            assert await asked(here.sql, read) == [("PUBLISHED", False, reconciled, published)]
            read = "SELECT reconciled_at < published_at FROM bank_lanes"
            assert await asked(here.sql, read) == [(True,)]

    asyncio.run(scenario())


def test_who_signed_on_is_read(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.genesis()
            made.register(BROKER, "西部证券", SEAT)
            row = made.control(SignOn(DATE), SEAT)
            made.control(FinishSending(DATE), SEAT)
            await here.keep(made)
            await here.follow()
            at = "EXTRACT(EPOCH FROM signed_on_at)::bigint"
            lanes = await asked(here.sql, f"SELECT party, state, {at} FROM bank_lanes")  # noqa: S608
            assert lanes == [(BROKER, "FINISHED", row.decided_at_ns // 10**9)]

    asyncio.run(scenario())


def test_what_is_told_of_the_end_of_a_date_is_read(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.genesis()
            made.control(SignOff(DATE))
            told = [
                made.control(TellDayEnd(DATE, what, 1, bytes(31) + bytes([what]))).sequence
                for what in (DayEnd.REPORTS, DayEnd.BACKUP, DayEnd.BACKUP)
            ]
            await here.keep(made)
            await here.follow()
            assert await asked(
                here.sql, "SELECT what, as_of_sequence, right(sha256, 2), told_sequence FROM bank_day_ends ORDER BY 4"
            ) == [("REPORTS", 1, "01", told[0]), ("BACKUP", 1, "02", told[1]), ("BACKUP", 1, "02", told[2])]

    asyncio.run(scenario())
