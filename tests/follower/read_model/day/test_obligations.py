"""What is owed in SQL: amounts, due times in the bank's own time, and what a broker said of it.

Belongs here: the view bank_obligations. Never here: when one is due (tests.rules), which words are taken
(tests.ledger_core.control).
"""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from protocol.acts.day import ChangeDueTimesAct
from protocol.messages.control import EndSettlement, OpenTradeDate
from protocol.messages.day.steps import AnnounceSet, CompleteSet, Publish, Reconcile, SignOff
from protocol.messages.feeds import Notice, Object
from protocol.trade_dates import trade_day
from protocol.vocabulary import RecordKind, Right
from tests.follower.journal_maker import BROKER, DATE, SEAT, JournalMaker, record
from tests.follower.world import asked, world
from tests.ledger_core.control.day.test_due_times import DAY_S, NS_PER_S, windows
from tests.ledger_core.lines.words import totals_of
from tests.people import Office, administrators, signed

pytestmark = pytest.mark.postgres

TUESDAY = 20_260_106
TIMES = (
    *("pay_from", "late_from", "first_due", "last_due", "objection_until", "termination_after"),
    *("noticed_at", "objected_at"),
)
LOCAL = ", ".join(f"to_char({name} AT TIME ZONE 'Asia/Shanghai', 'DD HH24:MI:SS')" for name in TIMES)


def netted() -> JournalMaker:
    """Tuesday of a broker that owes 7.00 to its one customer, netted at 09:15 of Wednesday."""
    made = JournalMaker()
    made.open_bank([1_000])
    made.control(administrators())
    made.control(OpenTradeDate(TUESDAY, windows(TUESDAY)))
    made.control(EndSettlement(DATE))
    made.control(SignOff(TUESDAY))
    lines = record(RecordKind.CLEAR_REFUND, 0, 700, reference=1, trade_day=trade_day(TUESDAY))
    made.control(AnnounceSet(TUESDAY, 0, totals_of(lines)), SEAT)
    made.block((SEAT, lines))
    made.control(CompleteSet(TUESDAY, 1), SEAT)
    made.control(Reconcile(TUESDAY, BROKER, 0))
    made.agree(TUESDAY)
    made.now_ns = (windows(TUESDAY)[0].pay_from_s + 900) * NS_PER_S
    made.control(Publish(TUESDAY, BROKER))
    return made


def test_due_times_and_what_a_broker_says_are_read(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = netted()
            row = made.rows[-1]
            await here.keep(made)
            await here.follow()
            owed = (
                "SELECT party, case_no, state, owed_by, amount_fen, is_late_netted, needs_no_notice, set_number, "
                "set_late_s > 0, published_sequence, objection FROM bank_obligations"
            )
            to_pay = ("BROKER", Decimal(700), True, False, 1, True, row.sequence)
            assert await asked(here.sql, owed) == [(BROKER, 0, "OWED_BY_BROKER", *to_pay, None)]
            times = ("07 09:00:00", "07 09:30:00", "07 10:00:00", "07 14:00:00", "10 23:59:59", "12 23:59:59")
            assert await asked(here.sql, f"SELECT {LOCAL} FROM bank_obligations") == [(*times, None, None)]  # noqa: S608

            made.control(Notice(TUESDAY, 0), SEAT)
            made.control(Object(TUESDAY, 0, 7, 0, "a\x00b"), SEAT)
            await here.keep(made)
            await here.follow()
            assert await asked(here.sql, owed) == [(BROKER, 0, "NOTIFIED", *to_pay, "a�b")]
            said = ("07 09:15:00", "07 09:15:00")
            assert await asked(here.sql, f"SELECT {LOCAL} FROM bank_obligations") == [(*times, *said)]  # noqa: S608
            objected = "SELECT objected_fen, objected_contract_no FROM bank_obligations"
            assert await asked(here.sql, objected) == [(7, None)]

    asyncio.run(scenario())


def test_due_times_that_people_change_are_read_in_their_place(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = netted()
            office = Office(made.book.bank_id, made.now_ns // NS_PER_S + 60)
            for person in (7, 8):
                made.control(office.hired(person, Right.DAY))
            rows = [list(each) for each in made.book.due_times.of(TUESDAY)]
            for place, seconds in enumerate(rows):
                past = 1 if place == 0 else 0  # 09:00 of Wednesday is over
                rows[place] = seconds[:past] + [each + (DAY_S if place else 1_800) for each in seconds[past:]]
            act = ChangeDueTimesAct(**office.by(7), trade_date=TUESDAY, windows=rows)
            made.control(signed(act, 7, 8))
            await here.keep(made)
            await here.follow()
            times = ("07 09:00:00", "07 10:00:00", "07 10:30:00", "07 14:30:00", "11 23:59:59", "13 23:59:59")
            assert await asked(here.sql, f"SELECT {LOCAL} FROM bank_obligations") == [(*times, None, None)]  # noqa: S608
            told = "SELECT count(*), max(said ->> 'first_due_s') FROM bank_feed WHERE kind = 'OBLIGATION'"
            assert await asked(here.sql, told) == [(2, str(rows[0][2]))]

    asyncio.run(scenario())
