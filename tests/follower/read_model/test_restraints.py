"""What people are shown of restraints: set, lifted, deducted by, lapsed, and what card debits left.

Belongs here: the table and its view. Never here: what a restraint withholds (ledger_core), general entries.
"""

import asyncio
from pathlib import Path

import pytest

from protocol.acts.restraints import DeductAct
from protocol.messages.customers.restraints import ExtendRestraint, LiftRestraint
from protocol.trade_dates import trade_day
from protocol.vocabulary import RecordKind, Right, Way
from tests.bank_seats import SAVINGS_SEAT
from tests.customers import restraint
from tests.follower import naive
from tests.follower.journal_maker import (
    DATE,
    NEXT_DATE,
    SEAT,
    JournalMaker,
    account_no_of,
    freezes,
    joined,
    record,
)
from tests.follower.world import asked, world
from tests.people import Office, administrators, signed

pytestmark = pytest.mark.postgres

TODAY_S = trade_day(DATE) * 86_400


def withdrawn(contract: int, amount_fen: int, way: Way, restraint_no: int = 0) -> object:
    return record(RecordKind.WITHDRAWAL, contract, amount_fen, way=way, restraint_no=restraint_no)


def first_half(made: JournalMaker) -> None:
    """Three restraints and what a card debit left; some of it goes in the row in which it comes."""
    made.open_bank([1_000, 500, 40])
    made.block((SEAT, freezes([0], 300)))
    made.control(restraint(account_no_of(0), 600))
    made.control(restraint(account_no_of(1), 100, 2, TODAY_S))
    made.control(restraint(account_no_of(1), 50, 2, TODAY_S))
    moves = [
        withdrawn(0, 250, Way.JUDICIAL, 1),
        withdrawn(2, 100, Way.FORCED_CARD),
        record(RecordKind.DEPOSIT, 2, 60),
        withdrawn(2, 60, Way.CARD_COLLECTED),
        withdrawn(2, 7, Way.FORCED_CARD),
    ]
    made.block((SAVINGS_SEAT, joined(moves)))  # type: ignore[arg-type]
    made.block((SEAT, record(RecordKind.RELEASE, 0, 120, target_date=DATE, target_seat=SEAT, target_number=1)))


def second_half(made: JournalMaker) -> None:
    """One is lifted, one extended, one lapses."""
    made.control(LiftRestraint(1, 350))
    made.control(ExtendRestraint(3, TODAY_S + 10 * 86_400))
    made.now_ns += 86_400 * 10**9
    made.roll(NEXT_DATE)
    made.block((SAVINGS_SEAT, withdrawn(2, 3, Way.FORCED_CARD)))  # type: ignore[arg-type]


def test_restraints_are_told_with_what_became_of_them(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        made = JournalMaker()
        async with world(fresh_database, tmp_path) as here:
            for half in (first_half, second_half):
                half(made)
                await here.keep(made)
                await here.follow()
                await here.assert_equals(naive.expect(made.rows))
                assert await asked(here.sql, "SELECT fault FROM read_model_faults") == []
            told = await asked(
                here.sql,
                "SELECT restraint_no, kind, state, amount_fen, lifted_fen, deducted_fen, left_fen, senior_fen, set_by "
                "FROM bank_restraints ORDER BY restraint_no",
            )
            assert told == [
                (1, "JUDICIAL", "ENDED", 600, 350, 250, 0, 0, SAVINGS_SEAT),
                (2, "OTHER", "LAPSED", 100, 0, 0, 0, 0, SAVINGS_SEAT),
                (3, "OTHER", "OPEN", 50, 0, 0, 50, 0, SAVINGS_SEAT),
                (4, "CARD", "ENDED", 60, 0, 60, 0, 0, None),
                (5, "CARD", "OPEN", 10, 0, 0, 10, 0, None),
            ]
            names = (
                "SELECT way, restraint_no, remaining_fen FROM bank_movements WHERE way > 'D' ORDER BY sequence, number"
            )
            assert (await asked(here.sql, names))[0] == ("JUDICIAL", 1, 0)

    asyncio.run(scenario())


def test_what_people_have_ordered_to_be_deducted_is_told_until_it_is(fresh_database: str, tmp_path: Path) -> None:
    """6.00 withheld, 3.50 ordered, 2.50 of them deducted."""

    async def scenario() -> None:
        made = JournalMaker()
        async with world(fresh_database, tmp_path) as here:
            made.open_bank([1_000])
            made.control(restraint(account_no_of(0), 600))
            made.control(administrators())
            office = Office(made.book.bank_id, made.now_ns // 10**9 + 600)
            for person in (4, 5):
                made.control(office.hired(person, Right.RESTRAIN))
            named = {"account_no": account_no_of(0), "restraint_no": 1, "amount_fen": 350}
            act = DeductAct(**office.by(4), **named, authority="西湖区法院", document="12-1")  # type: ignore[arg-type]
            made.control(signed(act, 4, 5))
            ordered = "SELECT left_fen, deducted_fen, ordered_fen FROM bank_restraints"
            await here.keep(made)
            await here.follow()
            assert await asked(here.sql, ordered) == [(600, 0, 350)]
            made.block((SAVINGS_SEAT, withdrawn(0, 250, Way.JUDICIAL, 1)))  # type: ignore[arg-type]
            await here.keep(made)
            await here.follow()
            assert await asked(here.sql, ordered) == [(350, 250, 100)]
            assert await asked(here.sql, "SELECT fault FROM read_model_faults") == []

    asyncio.run(scenario())
