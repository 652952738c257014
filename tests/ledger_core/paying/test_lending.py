"""What the bank lends a broker that is short: within its limit, at each day's rate, collected first of all that comes.

Belongs here: advances, interest, rates, limits, payments out. Never here: how interest is reckoned (tests.rules).

Tuesday 6 January 2026 is published in its evening; 3,000,000.00 are owed, due on Wednesday at 10:00:00.
"""

from protocol.account_codes import AccountCode
from protocol.acts.clearing import AdvanceLimitAct, MarketRateAct, TakeBackFundAct
from protocol.acts.day import ChangeDueTimesAct
from protocol.codes import ReplyCode
from protocol.messages.feeds import Notice
from protocol.vocabulary import ObligationState
from tests.ledger_core.control.day.test_day_acts import numbers
from tests.ledger_core.desk import BROKER, OTHER_BROKER, SEAT, THURSDAY, TUESDAY, WEDNESDAY, same_after_all
from tests.ledger_core.paying.bank import ACCEPTED, FRIDAY, VAL, WES, House, at

ADVANCED, OVERDUE, PAID = ObligationState.ADVANCED, ObligationState.OVERDUE, ObligationState.PAID
OWED, NOTIFIED = ObligationState.OWED_BY_BROKER, ObligationState.NOTIFIED
HELD = ReplyCode.CLEARING_HELD
LENT, RECEIVABLE, INCOME = AccountCode.ADVANCES, AccountCode.INTEREST_RECEIVABLE, AccountCode.INTEREST_INCOME
TEN = at(WEDNESDAY, 10)
ALL = 300_000_000
SATURDAY, SUNDAY, NEXT_MONDAY = 20260110, 20260111, 20260112


def tuesday(limit_fen: int, owed_fen: int = ALL) -> House:
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.lends(limit_fen, TUESDAY)
    house.net(TUESDAY, owed_fen)
    house.open(WEDNESDAY)
    return house


def loan(house: House) -> tuple[int, int, int]:
    """What is lent, interest receivable, interest earned."""
    return house.book(LENT, BROKER), house.book(RECEIVABLE, BROKER), -house.book(INCOME)


def test_what_is_short_is_lent_within_the_limit() -> None:
    house = tuesday(ALL)
    house.now(TEN)
    assert house.due() == 1

    assert house.stands(TUESDAY) == (ADVANCED, 0, 0, ALL)
    assert (loan(house), house.book(AccountCode.SETTLEMENT, BROKER, TUESDAY)) == ((ALL, 0, 0), -ALL)
    same_after_all(house.desk)


def test_above_the_limit_nothing_is_lent() -> None:
    house = tuesday(ALL - 1)
    house.now(TEN)
    house.due()
    assert (house.stands(TUESDAY), loan(house)) == ((OVERDUE, ALL, 0, 0), (0, 0, 0))
    same_after_all(house.desk)


def test_what_is_there_is_taken_and_the_rest_is_lent() -> None:
    """1,000,000.00 are there, 2,000,000.00 is the limit."""
    house = tuesday(200_000_000)
    house.now(at(WEDNESDAY, 9))
    house.fund(100_000_000)
    house.now(TEN)
    house.due()
    assert house.stands(TUESDAY) == (ADVANCED, 0, 100_000_000, 200_000_000)
    assert (house.there(), loan(house)) == (0, (200_000_000, 0, 0))
    same_after_all(house.desk)


def test_with_notice_nothing_is_lent_before_fourteen() -> None:
    house = tuesday(ALL)
    house.now(at(WEDNESDAY, 9))
    assert house.desk.control(Notice(TUESDAY, 0), SEAT) == ACCEPTED
    house.now(at(WEDNESDAY, 14))
    house.due()
    assert (house.stands(TUESDAY), loan(house)) == ((NOTIFIED, ALL, 0, 0), (0, 0, 0))
    house.now(at(WEDNESDAY, 14, 0, 1))
    house.due()
    assert (house.stands(TUESDAY), loan(house)) == ((ADVANCED, 0, 0, ALL), (ALL, 0, 0))
    same_after_all(house.desk)


def test_a_limit_counts_all_that_is_lent() -> None:
    """3,000,000.00 are lent of 3,500,000.00; the next day 500,000.01 are short, which is a fen too much."""
    house = tuesday(350_000_000)
    house.now(at(WEDNESDAY, 20))
    house.net(WEDNESDAY, 50_000_001)
    house.now(at(THURSDAY, 10))
    house.due()
    assert (house.stands(WEDNESDAY), loan(house)) == ((OVERDUE, 50_000_001, 0, 0), (ALL, 0, 0))
    same_after_all(house.desk)


def test_the_limit_of_the_due_time_counts_and_not_a_later_one() -> None:
    """Due at 10:00:00 with no limit; at 10:30 two people allow all of it: it is overdue all the same."""
    house = tuesday(0)
    house.now(at(WEDNESDAY, 10, 30))
    assert house.act(AdvanceLimitAct, party=BROKER, limit_fen=ALL) == ACCEPTED
    assert house.stands(TUESDAY) == (OVERDUE, ALL, 0, 0)
    lowered = tuesday(ALL)
    lowered.now(at(WEDNESDAY, 10, 30))
    assert lowered.act(AdvanceLimitAct, party=BROKER, limit_fen=0) == ReplyCode.LIMIT_BELOW_LENT
    assert lowered.stands(TUESDAY) == (ADVANCED, 0, 0, ALL)
    same_after_all(lowered.desk)


def test_due_times_that_are_over_are_not_moved_by_an_act() -> None:
    """At 10:30 two people move 10:00:00 and 14:00:00 of Wednesday by an hour: 10:00:00 has passed, and has acted."""
    house = tuesday(ALL)
    house.now(at(WEDNESDAY, 10, 30))
    later = numbers(TUESDAY)
    later[0][3] += 3_600
    assert house.act_of((VAL, WES), ChangeDueTimesAct, trade_date=TUESDAY, windows=later) == ACCEPTED
    assert house.stands(TUESDAY) == (ADVANCED, 0, 0, ALL)
    moved = tuesday(ALL)
    moved.now(at(WEDNESDAY, 9, 30))
    later = numbers(TUESDAY)
    later[0][2:4] = [each + 3_600 for each in later[0][2:4]]
    assert moved.act_of((VAL, WES), ChangeDueTimesAct, trade_date=TUESDAY, windows=later) == ACCEPTED
    moved.now(at(WEDNESDAY, 10, 59, 59))
    assert moved.due() == 0
    moved.now(at(WEDNESDAY, 11))
    assert moved.due() == 1
    same_after_all(moved.desk)


def test_interest_goes_first_then_principal_from_what_comes() -> None:
    """One day: 200.00. 150.00 come: all interest. 1,000,050.00 come: 50.00 interest, 1,000,000.00 principal."""
    house = tuesday(ALL)
    house.now(at(THURSDAY, 9))
    house.fund(15_000)
    assert (loan(house), house.stands(TUESDAY)) == ((ALL, 5_000, 20_000), (ADVANCED, 0, 0, ALL))
    house.fund(100_005_000)
    assert (loan(house), house.there()) == ((200_000_000, 0, 20_000), 0)
    assert house.stands(TUESDAY) == (ADVANCED, 0, 100_000_000, 200_000_000)
    # Thursday bears 2,000,000.00 at 2.40 %: 133.33; on Friday 200.00 more than all of it come.
    house.now(at(FRIDAY, 9))
    house.fund(200_000_000 + 13_333 + 20_000)
    assert (loan(house), house.there()) == ((0, 0, 33_333), 20_000)
    assert house.stands(TUESDAY) == (PAID, 0, ALL, 0)
    assert house.desk.book.clearing_accounts.lent() == []
    same_after_all(house.desk)


def test_paid_back_on_its_own_day_it_bears_one() -> None:
    house = tuesday(ALL)
    house.now(TEN)
    house.due()
    house.now(at(WEDNESDAY, 11))
    house.fund(ALL + 20_000)
    assert (loan(house), house.there(), house.stands(TUESDAY)) == ((0, 0, 20_000), 0, (PAID, 0, ALL, 0))
    same_after_all(house.desk)


def monday_after_a_short_friday() -> House:
    """Thursday's date is due on Friday 9 January; the next day on which the bank works is Monday, and it is nine."""
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.lends(ALL, TUESDAY)
    house.net(TUESDAY, 0)
    house.open(THURSDAY, 1, 4, 5, 6, 7, 8, 11, 12)
    house.now(at(THURSDAY, 20))
    house.net(THURSDAY, ALL)
    house.now(at(NEXT_MONDAY, 9))
    return house


def test_friday_to_monday_bears_600_00() -> None:
    """Three days of 200.00."""
    house = monday_after_a_short_friday()
    house.fund(ALL + 59_999)
    assert loan(house) == (1, 0, 60_000)  # a fen short of all
    house.fund(1)
    assert (loan(house), house.stands(THURSDAY)) == ((0, 0, 60_000), (PAID, 0, ALL, 0))
    same_after_all(house.desk)


def test_what_fell_due_on_friday_bears_from_friday_also_when_nobody_asked_before_monday() -> None:
    house = monday_after_a_short_friday()
    assert house.due() == 1
    assert house.desk.book.clearing_accounts.of(BROKER).loan.day == 20_462  # Friday 9 January 2026
    house.fund(1)
    assert loan(house) == (ALL, 59_999, 60_000)
    same_after_all(house.desk)


def test_each_day_has_its_rate_and_one_without_the_last_one_before_it() -> None:
    """Wednesday 2.40 %: 200.00; Thursday is said at 3.60 %: 300.00; Friday has none: 300.00. 800.00 on Saturday."""
    house = tuesday(ALL)
    house.now(at(THURSDAY, 8))
    assert house.act(MarketRateAct, day=THURSDAY, rate_millionths=36_000) == ACCEPTED
    house.now(at(SATURDAY, 9))
    house.fund(1)
    assert loan(house) == (ALL, 79_999, 80_000)
    same_after_all(house.desk)


def test_a_rate_is_said_once_for_today_or_a_later_day() -> None:
    house = tuesday(ALL)
    house.now(at(WEDNESDAY, 9))
    said = {"rate_millionths": 1}
    assert house.act(MarketRateAct, day=TUESDAY, **said) == ReplyCode.DUE_TIME_PAST
    assert house.act(MarketRateAct, day=20260208, **said) == ReplyCode.TRADE_DATE_TOO_FAR  # 32 days ahead
    assert house.act(MarketRateAct, day=20260207, **said) == ACCEPTED
    assert house.act(MarketRateAct, day=20260231, **said) == ReplyCode.REQUEST_MALFORMED
    house.now(at(WEDNESDAY, 11))
    house.fund(1)  # collected: Wednesday's interest was posted at the rate of Tuesday, and stays so
    assert house.act(MarketRateAct, day=WEDNESDAY, **said) == ReplyCode.RATE_FIXED
    assert house.act(MarketRateAct, day=THURSDAY, **said) == ACCEPTED
    assert house.act(MarketRateAct, day=THURSDAY, **said) == ReplyCode.RATE_FIXED
    same_after_all(house.desk)


def test_a_month_that_ends_is_posted_by_the_roll() -> None:
    """From 7 January: 25 days at 200.00, which the roll of 2 February posts; rates of the past are forgotten."""
    house = tuesday(ALL)
    house.now(at(20260202, 8))
    house.open(20260202)
    assert loan(house) == (ALL, 500_000, 500_000)
    assert [rate.day for rate in house.desk.book.clearing_accounts.rates] == [20_459]
    same_after_all(house.desk)


def test_the_loan_waits_for_what_falls_due_on_the_day() -> None:
    """3,000,000.00 are lent; 100.00 of Wednesday fall due on Thursday. At 09:00 that day 250.00 come: 150.00 go to
    interest, 100.00 wait for 10:00:00.
    """
    house = tuesday(ALL)
    house.now(at(WEDNESDAY, 20))
    house.net(WEDNESDAY, 10_000)
    house.now(at(THURSDAY, 9))
    house.fund(25_000)
    assert (house.there(), loan(house)) == (10_000, (ALL, 5_000, 20_000))
    house.now(at(THURSDAY, 10))
    house.due()
    assert (house.there(), house.stands(WEDNESDAY)) == (0, (PAID, 0, 10_000, 0))
    same_after_all(house.desk)


def test_what_is_needed_is_not_paid_out() -> None:
    """500.00 are there; 100.00 of Wednesday fall due on Thursday: 400.00 may go, and all the day before."""
    house = tuesday(0, owed_fen=0)
    house.now(at(WEDNESDAY, 20))
    house.net(WEDNESDAY, 10_000)
    house.fund(50_000)
    house.now(at(THURSDAY, 9))
    assert house.pay_out(40_001) == HELD
    assert house.pay_out(40_000) == ACCEPTED
    assert (house.there(), house.book(AccountCode.OTHER_BANKS)) == (10_000, 10_000)
    assert house.pay_out(1, OTHER_BROKER) == HELD
    assert house.pay_out(1, 1) == ReplyCode.PARTY_UNKNOWN
    house.now(at(THURSDAY, 10))
    assert house.pay_out(1) == HELD  # the due time took the rest first
    same_after_all(house.desk)


def test_what_is_lent_is_not_paid_out_with_its_interest_up_to_the_day() -> None:
    """The broker is lent 3,000,000.00 at 10:00:00, and brings 100.00: they go to interest at once, so nothing is there.
    That a loan holds what is there is seen where it waits for what falls due on the day, and that is paid otherwise.
    """
    house = tuesday(ALL)
    house.now(TEN)
    house.due()
    house.fund(10_000)
    assert (house.there(), house.pay_out(1)) == (0, HELD)


def test_a_wrong_payment_is_taken_back_as_far_as_it_goes() -> None:
    house = tuesday(0)
    house.fund(50_000)
    back = {"party": BROKER, "fund_serial": 1}
    assert house.act(TakeBackFundAct, **(back | {"amount_fen": 1, "fund_serial": 2})) == ReplyCode.FUND_UNKNOWN
    assert house.act(TakeBackFundAct, **back, amount_fen=50_001) == HELD
    assert house.act(TakeBackFundAct, **back, amount_fen=20_000) == ACCEPTED
    assert house.there() == 30_000
    house.now(TEN)
    assert house.act(TakeBackFundAct, **back, amount_fen=1) == HELD  # at 10:00:00 it has gone to what is owed
    same_after_all(house.desk)
