"""What a broker owes, by the clock: which day it is due, what is lent, what interest it bears, what is taken first. All
of it was worked on paper in the comments.
"""

import pytest

from frontend_sim.auditor.day.broker_audit import BrokerAudit
from frontend_sim.auditor.day.lending import Loan
from frontend_sim.auditor.day.owing import Stands
from frontend_sim.auditor.day.postings import Code
from protocol.codes import ReplyCode
from tests.frontend_sim.auditor.day.paper import FRI, MON, NEXT_MON, NEXT_TUE, THU, TUE, WED, at, days_due

RATE = 24_000
"""2.40 % of a year, in millionths."""
THREE_MILLION = 300_000_000


def owing(day: int, net_fen: int, limit_fen: int = 0, clock: str = "17:00:00") -> BrokerAudit:
    broker = BrokerAudit({})
    broker.standing.limit_fen = limit_fen
    broker.standing.loan.rates[THU] = RATE
    broker.publish(day, net_fen, {}, days_due(day), at(day, clock))
    return broker


@pytest.mark.parametrize(
    ("net_fen", "netted", "day", "clock", "without_notice"),
    [
        (100, at(TUE, "09:59:59"), TUE, "10:00:00", False),
        (100, at(TUE, "10:00:00"), TUE, "10:00:00", True),
        (100, at(TUE, "13:59:59"), TUE, "10:00:00", True),
        (100, at(TUE, "14:00:00"), WED, "10:00:00", False),
        (-100, at(TUE, "09:00:00"), TUE, "10:00:00", False),
        (-100, at(TUE, "09:00:01"), WED, "10:00:00", False),
        (0, at(TUE, "09:00:01"), WED, "10:00:00", False),
    ],
)
def test_the_day_on_which_it_is_due(net_fen: int, netted: int, day: int, clock: str, without_notice: bool) -> None:
    """Monday's debt is due on Tuesday as long as 14:00:00 is to come; the bank's own until 09:00:00."""
    broker = BrokerAudit({})
    broker.publish(MON, net_fen, {}, days_due(MON), netted)
    times = broker.standing.owed[MON, 0].times
    assert (times.first_s, times.without_notice) == (at(day, clock), without_notice)


def test_netted_between_the_times_it_is_due_at_the_last_one() -> None:
    """Published at 11:00: no notice is taken any more, 40 come at 14:00:00, the rest is overdue behind it."""
    broker = BrokerAudit({})
    broker.publish(MON, 100, {}, days_due(MON), at(TUE, "11:00:00"))
    assert broker.notice(MON, at(TUE, "11:00:01")) == ReplyCode.DUE_TIME_PAST
    broker.fund(40, at(TUE, "14:00:00"))
    owed = broker.standing.owed[MON, 0]
    assert (owed.state, broker.standing.clearing_fen) == (Stands.OWED_BY_BROKER, 40)
    broker.due(at(TUE, "14:00:01"))
    assert (owed.state, owed.unpaid_fen, broker.standing.clearing_fen) == (Stands.OVERDUE, 60, 0)


def test_notice_comes_once_and_before_its_time() -> None:
    broker = owing(MON, 100)
    assert broker.notice(TUE, at(TUE, "09:00:00")) == ReplyCode.OBLIGATION_UNKNOWN
    assert broker.notice(MON, at(TUE, "09:59:59")) == ReplyCode.ACCEPTED
    assert broker.notice(MON, at(TUE, "09:59:59")) == ReplyCode.STEP_NOT_DUE
    late = owing(MON, 100)
    assert late.notice(MON, at(TUE, "10:00:00")) == ReplyCode.DUE_TIME_PAST
    assert owing(MON, -100).notice(MON, at(TUE, "09:00:00")) == ReplyCode.OBLIGATION_UNKNOWN


@pytest.mark.parametrize(
    ("clock", "day", "interest_fen"),
    [("09:30:00", FRI + 1, 20_000), ("09:30:00", NEXT_MON, 60_000), ("23:00:00", NEXT_TUE, 80_000)],
)
def test_three_millions_at_two_point_four_percent(clock: str, day: int, interest_fen: int) -> None:
    """Lent on Friday at 10:00: 3,000,000.00 × 2.40 % / 360 = 200.00 a day. Paid back on Saturday one day is owed, on
    Monday three (Friday, Saturday, Sunday), on Tuesday four.
    """
    broker = owing(THU, THREE_MILLION, THREE_MILLION)
    broker.due(at(FRI, "10:00:00"))
    assert broker.standing.owed[THU, 0].state == Stands.ADVANCED
    assert broker.standing.books.of_code(Code.LENT) == THREE_MILLION
    broker.fund(THREE_MILLION + interest_fen, at(day, clock))
    assert broker.standing.clearing_fen == 0
    assert broker.standing.loan.ended()
    assert -broker.standing.books.of_code(Code.INTEREST_EARNED) == interest_fen
    assert broker.standing.books.of_code(Code.INTEREST_DUE) == broker.standing.books.of_code(Code.LENT) == 0


def test_what_is_lent_and_paid_back_on_one_day_bears_one_day() -> None:
    """3,000,000.00 come back on Friday afternoon: 20,000 fen of it are interest for the day, so 20,000 stay lent. On
    Friday they are in the 20,000 already; Saturday and Sunday bear 1.33 each, 20,002.67 in all are 20,003. So on Monday
    3 and the 20,000 are due, and 20,004 leave one fen.
    """
    broker = owing(THU, THREE_MILLION, THREE_MILLION)
    broker.fund(THREE_MILLION, at(FRI, "15:00:00"))
    books, loan = broker.standing.books, broker.standing.loan
    assert (loan.principal_fen, loan.interest_fen, books.of_code(Code.INTEREST_DUE)) == (20_000, 0, 0)
    assert broker.standing.owed[THU, 0].state == Stands.ADVANCED
    broker.fund(20_004, at(NEXT_MON, "09:30:00"))
    assert (broker.standing.clearing_fen, broker.standing.loan.ended()) == (1, True)
    assert broker.standing.owed[THU, 0].state == Stands.PAID


def test_a_month_that_ends_is_posted_and_the_sum_is_rounded_once() -> None:
    """1,000.00 at 2.40 % bear 6.67 fen a day. Lent on 30 January: on 1 February 13.33 are 13; on 3 February 26.67 are
    27, so 14 more. Who looks on 3 February alone posts both.
    """
    january_30 = MON + 25
    loan = Loan({MON: RATE})
    loan.lend(january_30, 100_000)
    assert loan.month_ends_to_post(january_30 + 1) == 0
    assert loan.month_ends_to_post(january_30 + 4) == 13
    loan.posted_fen = 13
    assert loan.month_ends_to_post(january_30 + 4) == 0
    assert loan.to_post(january_30 + 4) == 14


def test_rates_change_from_day_to_day_and_are_rounded_once() -> None:
    """1,000.00 over three days at 2.40, 2.41 and 2.42 %: 100,000 × (24,000 + 24,100 + 24,200) / 360,000,000 = 20.083…
    fen, so 20 are owed; 6.67 and 6.69 and 6.72, rounded by the day, would be 21.
    """
    loan = Loan({THU: 24_000, FRI: 24_100, FRI + 1: 24_200})
    loan.lend(THU, 100_000)
    assert [loan.to_post(day) for day in (THU, FRI, FRI + 1, FRI + 2)] == [7, 7, 13, 20]


def test_half_a_fen_is_a_fen() -> None:
    """75 fen at 2.40 % bear 0.005 a day: after a hundred days half a fen is one, a day before it is none."""
    loan = Loan({THU: RATE})
    loan.lend(THU, 75)
    assert [loan.to_post(THU + days) for days in (99, 100)] == [0, 1]


def test_a_day_without_a_rate_has_the_last_one() -> None:
    """Friday's rate holds over the weekend; before the first one nothing is borne."""
    loan = Loan({FRI: RATE})
    loan.lend(THU, THREE_MILLION)
    assert [loan.to_post(day) for day in (FRI, NEXT_MON)] == [0, 60_000]


def test_above_the_limit_nothing_is_lent() -> None:
    """The limit is of all that is lent together: 60 of 100, then 40, then 1 is too much."""
    broker = owing(MON, 60, 100)
    broker.publish(TUE, 40, {}, days_due(TUE), at(TUE, "17:00:00"))
    broker.publish(WED, 1, {}, days_due(WED), at(WED, "17:00:00"))
    broker.due(at(THU, "10:00:00"))
    states = [broker.standing.owed[day, 0].state for day in (MON, TUE, WED)]
    assert states == [Stands.ADVANCED, Stands.ADVANCED, Stands.OVERDUE]
    assert broker.standing.loan.principal_fen == 100


def test_the_limit_of_the_due_time_counts() -> None:
    """At 10:00:00 it is 0: the debt is overdue, though the limit is raised before anybody looks."""
    broker = owing(MON, 60)
    broker.due(at(TUE, "10:30:00"))
    broker.standing.limit_fen = 100
    broker.due(at(TUE, "10:31:00"))
    assert broker.standing.owed[MON, 0].state == Stands.OVERDUE


def test_debts_come_before_interest_and_interest_before_principal() -> None:
    """Friday 3,000,000.00 are lent; Friday's own debt of 1,000 fen is due on Monday at 10:00. 61,500 fen at 09:30 of
    Monday: 1,000 stay for the debt, 60,000 are interest, 500 principal. At 10:00:00 the debt is paid.
    """
    broker = owing(THU, THREE_MILLION, THREE_MILLION)
    broker.due(at(FRI, "10:00:00"))
    broker.publish(FRI, 1_000, {}, days_due(FRI), at(FRI, "17:00:00"))
    broker.fund(61_500, at(NEXT_MON, "09:30:00"))
    standing = broker.standing
    assert (standing.clearing_fen, standing.loan.interest_fen) == (1_000, 0)
    assert standing.loan.principal_fen == THREE_MILLION - 500
    broker.due(at(NEXT_MON, "10:00:00"))
    assert (standing.clearing_fen, standing.owed[FRI, 0].state) == (0, Stands.PAID)


def test_nothing_is_paid_out_that_the_bank_has_lent() -> None:
    """The bank pays 500 where 300 are lent: they are taken first, with a day's interest of nothing, and 200 may go."""
    broker = owing(MON, 300, 1_000)
    broker.due(at(TUE, "10:00:00"))
    broker.publish(TUE, -500, {}, days_due(TUE), at(TUE, "17:00:00"))
    broker.begin(TUE, set(), at(TUE, "18:00:00"))
    assert broker.pay(TUE, at(WED, "09:00:00"))
    assert (broker.standing.clearing_fen, broker.standing.loan.principal_fen) == (200, 0)
    assert not broker.pay_out(201, at(WED, "09:01:00"))
    assert broker.pay_out(200, at(WED, "09:01:00"))


def test_a_late_look_takes_what_was_there_at_its_time() -> None:
    """Nobody looked at 10:00 and at 14:00. 30 came at 09:00, 70 at 15:00: with notice the 30 were not enough until
    14:00, then they were taken; 70 came behind it, and are taken at once.
    """
    broker = owing(MON, 100)
    broker.notice(MON, at(TUE, "08:00:00"))
    broker.fund(30, at(TUE, "09:00:00"))
    broker.fund(69, at(TUE, "15:00:00"))
    owed = broker.standing.owed[MON, 0]
    assert (owed.state, owed.unpaid_fen, broker.standing.clearing_fen) == (Stands.OVERDUE, 1, 0)
    broker.fund(1, at(TUE, "15:00:01"))
    assert owed.state == Stands.PAID


def test_an_older_one_with_notice_waits_and_a_younger_one_is_paid() -> None:
    """Monday, netted on Tuesday at 15:00, and Tuesday are both due on Wednesday. Monday's 100 have notice, 40 are
    there: nothing of it moves, and Tuesday's 30 are taken.
    """
    broker = BrokerAudit({})
    broker.publish(MON, 100, {}, days_due(MON), at(TUE, "15:00:00"))
    broker.publish(TUE, 30, {}, days_due(TUE), at(TUE, "17:00:00"))
    broker.notice(MON, at(WED, "09:00:00"))
    broker.fund(40, at(WED, "09:30:00"))
    broker.due(at(WED, "10:00:00"))
    states = [broker.standing.owed[day, 0].state for day in (MON, TUE)]
    assert (states, broker.standing.clearing_fen) == ([Stands.NOTIFIED, Stands.PAID], 10)


def test_the_date_s_own_debt_is_paid_before_its_cases() -> None:
    """100 and a case of 50; 120 are there at 10:00:00: 100 and 20, and 30 are overdue, of which 1910 has the rest."""
    broker = BrokerAudit({})
    broker.make_good(MON, 7, 50)
    broker.publish(MON, 100, {7: 50}, days_due(MON), at(MON, "17:00:00"))
    broker.fund(120, at(TUE, "09:00:00"))
    broker.due(at(TUE, "10:00:00"))
    owed = broker.standing.owed
    assert (owed[MON, 0].state, owed[MON, 7].state) == (Stands.PAID, Stands.OVERDUE)
    assert owed[MON, 7].unpaid_fen == broker.standing.books.of_code(Code.ERRORS) == 30
