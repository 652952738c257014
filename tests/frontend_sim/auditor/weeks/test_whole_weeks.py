"""Whole weeks of two brokers, with cases, cards that are replaced, contracts that end and accounts that are closed, as
an outsider sees them; and what such weeks have found, by itself.

Belongs here: that auditor and ledger agree. Never here: what happens in a week (tests.ledger_core.weeks), weeks with
reversals and interest (test_random_weeks), how rows are told (watch).
One seed again: `pytest tests/frontend_sim/auditor/weeks/test_whole_weeks.py -k "[17]"`; `-m chaos` for `make chaos`.
"""

import random

import pytest

from frontend_sim.auditor.day.postings import Code
from frontend_sim.auditor.register import Totals
from protocol.codes import ReplyCode
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.day.steps import Publish, SignOff
from protocol.trade_dates import trade_day
from protocol.vocabulary import ClearedEvent, ContractEvent, ObligationState
from tests.bank_seats import DAY_SEAT
from tests.frontend_sim.auditor.weeks.test_random_weeks import owed_by_auditor
from tests.frontend_sim.auditor.weeks.watch import watched
from tests.ledger_core.corrections.words import SEATS, Both, compare, compared, correction
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, SEAT, TUESDAY, WEDNESDAY, Desk, codes
from tests.ledger_core.lines.words import agree, event, sell
from tests.ledger_core.paying.bank import House, at
from tests.ledger_core.settling.words import ACCEPTED, settle
from tests.ledger_core.weeks.walk import lived, week_of

FEW, MANY = range(3), range(3, 80)


def an_outsider_agrees(seed: int) -> None:
    bank = lived(week_of(seed), random.Random(seed))
    auditor = watched(bank.desk)
    assert auditor.judged_count > 150
    assert owed_by_auditor(auditor) == {
        (key.party, trade_day(key.trade_date), key.case): (ObligationState(each.state).name, each.unpaid_fen)
        for key, each in bank.desk.book.obligations.entries.items()
        if each.state != ObligationState.PAID
    }


@pytest.mark.parametrize("seed", FEW)
def test_the_auditor_has_at_the_end_of_a_week_what_the_ledger_has(seed: int) -> None:
    an_outsider_agrees(seed)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_the_auditor_over_many_more_weeks(seed: int) -> None:
    an_outsider_agrees(seed)


def with_case() -> tuple[House, int]:
    """Tuesday's set of a broker has a buy of 25.00 that nobody ordered: its case, 25.00 from 1910 to 2410."""
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    return house, house.net_with_case(TUESDAY, 2_500)


def test_what_a_broker_makes_good_stands_on_1910_and_2410() -> None:
    books = watched(with_case()[0].desk).broker(BROKER).broker.standing.books
    assert (books.of_code(Code.ERRORS), books.of_code(Code.SUSPENSE)) == (2_500, -2_500)


def test_a_contract_whose_buys_were_all_made_good_may_end_once_its_date_is_settled() -> None:
    """Nothing of it is to be settled. Until the lane is settled the set says something of it, and it may not end."""
    house, ann = with_case()
    desk = house.desk
    end = ChangeContract(ann, ContractEvent.TERMINATE)
    house.open(WEDNESDAY)
    assert desk.control(end, SEAT) == ReplyCode.ITEMS_OPEN
    settle(desk, TUESDAY)
    assert desk.control(end, SEAT) == ACCEPTED
    watched(desk)


def test_what_is_sold_for_a_contract_that_has_ended_comes_without_an_act_and_is_on_no_account() -> None:
    """The set of a broker that tells no fills has 3.50 for it: nobody needs to sign for that; its broker owes them."""
    desk = Desk()
    ann = desk.open(1_000, OTHER_BROKER)
    assert desk.control(ChangeContract(ann, ContractEvent.TERMINATE), SEATS[OTHER_BROKER]) == ACCEPTED
    desk.done(SignOff(MONDAY))
    agree(desk)
    began_and_ended = [event(ann, what) for what in (ClearedEvent.OPENED, ClearedEvent.CLOSED)]
    compared(desk, OTHER_BROKER, *began_and_ended, sell(1, ann, 350))
    assert codes(desk.ask(DAY_SEAT, correction(ann, Both(0, 350)))) == [ACCEPTED]
    assert watched(desk).totals()[OTHER_BROKER] == Totals(0, 0, 0, 350)
    assert compare(desk, OTHER_BROKER) == [0, 0, 0, 0]
    desk.done(Publish(MONDAY, OTHER_BROKER))
    settle(desk, MONDAY, OTHER_BROKER)

    assert watched(desk).totals()[OTHER_BROKER] == Totals(0, 0, 0, 350)  # it waits now
