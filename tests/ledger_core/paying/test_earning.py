"""What a clearing account earns by standing there 结息, worked out on paper: points, the day that is named, entries."""

import pytest

from protocol.account_codes import AccountCode
from protocol.acts.clearing import ClearingInterestAct
from protocol.codes import ReplyCode
from tests.ledger_core.desk import BROKER, OTHER_BROKER, THURSDAY, TUESDAY, WEDNESDAY, same_after_all
from tests.ledger_core.paying.bank import FRIDAY, House, at

ACCEPTED, NOT_DUE = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE
SATURDAY, SUNDAY, MONDAY = 20260110, 20260111, 20260112
RATE = 7_200  # 0.72 %


def tuesday() -> House:
    house = House()
    house.open(TUESDAY)
    house.now(at(WEDNESDAY, 9))
    return house


def pays(house: House, last_day: int, rate: int = RATE, party: int = BROKER) -> ReplyCode:
    return house.act(ClearingInterestAct, party=party, rate_millionths=rate, last_day=last_day)


def test_whole_yuan_bear_for_each_day_at_whose_end_they_stood_there() -> None:
    """1,000,000.99 come on Wednesday, 600,000.00 go on Saturday morning: 3 × 1,000,000 + 2 × 400,000 = 3,800,000 points
    by the end of Sunday, × 7,200 / 3,600,000 = 7,600 fen.
    """
    house = tuesday()
    house.fund(100_000_099)
    house.now(at(THURSDAY, 23, 59, 59), tenths=9)
    house.due()
    house.now(at(SATURDAY, 9))
    assert house.pay_out(60_000_000) == ACCEPTED
    house.now(at(SATURDAY, 9, 30))
    assert house.fund(1).code == ACCEPTED
    assert (house.desk.book.clearing_accounts.of(BROKER).points, house.there()) == (3_000_000, 40_000_100)
    house.now(at(SATURDAY, 10))
    assert house.pay_out(100) == ACCEPTED  # 400,000.00 stand there at the end of the day
    house.now(at(MONDAY, 9))
    assert pays(house, SUNDAY) == ACCEPTED
    assert (house.there(), house.book(AccountCode.SAVINGS_INTEREST)) == (40_000_000 + 7_600, 7_600)
    assert pays(house, SUNDAY) == NOT_DUE  # told twice: no points are left
    same_after_all(house.desk)


def test_the_day_that_is_named_is_yesterday_whatever_was_signed_when() -> None:
    house = tuesday()
    house.fund(100_000_000)
    assert pays(house, TUESDAY) == NOT_DUE  # nothing has stood there at a day's end
    house.now(at(FRIDAY, 0))
    assert [pays(house, day) for day in (WEDNESDAY, FRIDAY, SATURDAY)] == [NOT_DUE] * 3
    assert pays(house, THURSDAY, rate=0) == NOT_DUE
    assert pays(house, THURSDAY, party=OTHER_BROKER) == NOT_DUE
    assert pays(house, THURSDAY, party=1) == ReplyCode.PARTY_UNKNOWN
    assert pays(house, 20_260_230) == ReplyCode.REQUEST_MALFORMED
    assert pays(house, THURSDAY) == ACCEPTED
    assert house.there() == 100_000_000 + 4_000  # 2,000,000 × 7,200 / 3,600,000
    same_after_all(house.desk)


@pytest.mark.parametrize(("yuan", "earned_fen"), [(1_249, 0), (1_250, 1)])
def test_half_a_fen_is_a_fen_and_less_is_nothing(yuan: int, earned_fen: int) -> None:
    """One day at 0.144 %: 1,250 × 1,440 / 3,600,000 = 0.5."""
    house = tuesday()
    house.fund(yuan * 100)
    house.now(at(THURSDAY, 9))
    assert pays(house, WEDNESDAY, rate=1_440) == (ACCEPTED if earned_fen else NOT_DUE)
    assert house.there() == yuan * 100 + earned_fen


def test_a_due_time_that_acts_late_has_moved_at_its_time() -> None:
    """700.00 are owed and 1,000.00 stand there when Wednesday 10:00 comes, which acts on Friday: 300.00 bear Wednesday
    and Thursday, 600 points at 6 %: 600 × 60,000 / 3,600,000 = 10 fen.
    """
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net(TUESDAY, 70_000)
    house.now(at(WEDNESDAY, 9))
    house.fund(100_000)
    house.now(at(FRIDAY, 9))
    assert pays(house, THURSDAY, rate=60_000) == ACCEPTED
    assert house.there() == 30_000 + 10
    same_after_all(house.desk)


def test_what_is_earned_goes_to_what_is_overdue_like_any_other_credit() -> None:
    """20,000.00 stand there on Tuesday night and go to 20,000.05 on Wednesday: 0.05 are overdue. At 9 %: 500 fen."""
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net(TUESDAY, 2_000_005)
    house.fund(2_000_000)
    house.now(at(WEDNESDAY, 11))
    assert pays(house, TUESDAY, rate=90_000) == ACCEPTED
    assert (house.there(), house.owed(TUESDAY).unpaid_fen) == (495, 0)
    same_after_all(house.desk)
