"""The plan of a trade date, worked out by hand in the comments, and what holds of every plan.

Belongs here: plans of days that are given, and of 2026. Never here: files, the library, the command.
"""

from datetime import UTC, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from gateway.day.planning.calendars import days_from
from gateway.day.planning.overrides import NO_OVERRIDES, Overrides
from gateway.day.planning.plan import WINDOWS, Days, Plan, Times, plan_of
from tests.gateway.day.planning.year_2026 import MADE_UP, SHANGHAI, dates, is_weekday, library


def plan_in_2026(trade_date: int, overrides: Overrides = MADE_UP) -> Plan:
    """The plan of a date of Shanghai."""
    return plan_of(trade_date, days_from(trade_date, ("XSHG",), overrides, library), SHANGHAI)


def due_days(plan: Plan) -> list[int]:
    """The days of its windows."""
    return [window.date for window in plan.windows]


def local(second: int) -> str:
    """A second as a clock in Shanghai shows it."""
    return datetime.fromtimestamp(second, SHANGHAI.zone).strftime("%Y%m%d %H:%M:%S")


def test_an_ordinary_tuesday() -> None:
    # Tuesday 13 January 2026. The next trade date is Wednesday 14, which is window 1; Saturday 17 and Sunday 18 are
    # left out, so that the eight are 14 15 16 19 20 21 22 23.
    plan = plan_in_2026(20260113)

    assert plan.next_trade_date == 20260114
    assert due_days(plan) == [20260114, 20260115, 20260116, 20260119, 20260120, 20260121, 20260122, 20260123]

    # 1970 to 2025 are 56 years with 14 leap days: 1 January 2026 is day 56 x 365 + 14 = 20,454, the 14th day 20,467.
    # 20,467 x 86,400 = 1,768,348,800 is its midnight UTC; 09:00 in Shanghai is 01:00 UTC, 3,600 more; 09:30 is 1,800
    # on, 10:00 as much again, 14:00 four hours = 14,400 after that. 15:30 on the 13th: day 20,466, 07:30 UTC = 27,000.
    first = plan.windows[0]
    assert (first.pay_from_s, first.late_from_s) == (1_768_352_400, 1_768_354_200)
    assert (first.first_due_s, first.last_due_s) == (1_768_356_000, 1_768_370_400)
    assert plan.sign_off_s == 20_466 * 86_400 + 27_000

    # Due on Wednesday 14: the third window behind it is Monday 19, the fifth Wednesday 21. A window later: a day on.
    assert local(plan.objection_until_s(0)) == "20260119 23:59:59"
    assert local(plan.termination_after_s(0)) == "20260121 23:59:59"
    assert local(plan.objection_until_s(1)) == "20260120 23:59:59"
    assert local(plan.termination_after_s(2)) == "20260123 23:59:59"


def test_a_friday() -> None:
    # Friday 16 January: the next trade date is Monday 19, and the eight are two weeks less Saturday and Sunday 24, 25.
    plan = plan_in_2026(20260116)

    assert plan.next_trade_date == 20260119
    assert due_days(plan) == [20260119, 20260120, 20260121, 20260122, 20260123, 20260126, 20260127, 20260128]


def test_a_friday_before_a_working_saturday_owes_nothing_on_it() -> None:
    # Friday 8 May, and the bank works on Saturday 9. Nothing is due before the next trade date, Monday 11.
    plan = plan_in_2026(20260508)

    assert plan.next_trade_date == 20260511
    assert due_days(plan) == [20260511, 20260512, 20260513, 20260514, 20260515, 20260518, 20260519, 20260520]


def test_a_working_saturday_between_the_windows_is_one_of_them() -> None:
    # Thursday 7 May: window 1 is Friday 8, window 2 Saturday 9, on which the exchange is closed and the bank works.
    # 3 behind: 12 May, 5 behind: 14 May. Without the override Saturday is none, and both are a working day later.
    plan = plan_in_2026(20260507)
    assert due_days(plan) == [20260508, 20260509, 20260511, 20260512, 20260513, 20260514, 20260515, 20260518]
    assert local(plan.objection_until_s(0)) == "20260512 23:59:59"
    assert local(plan.termination_after_s(0)) == "20260514 23:59:59"

    plan = plan_in_2026(20260507, NO_OVERRIDES)
    assert due_days(plan) == [20260508, 20260511, 20260512, 20260513, 20260514, 20260515, 20260518, 20260519]
    assert local(plan.objection_until_s(0)) == "20260513 23:59:59"
    assert local(plan.termination_after_s(0)) == "20260515 23:59:59"


def test_before_the_spring_festival() -> None:
    # Friday 13 February, the last trade date of the old year. The bank works on Saturday 14, everything is shut from 15
    # to Monday 23, trade goes on on Tuesday 24. The bank works on Saturday 28 again: 24 25 26 27 28, then 2 3 4 March.
    plan = plan_in_2026(20260213)

    assert plan.next_trade_date == 20260224
    assert due_days(plan) == [20260224, 20260225, 20260226, 20260227, 20260228, 20260302, 20260303, 20260304]
    assert local(plan.objection_until_s(0)) == "20260227 23:59:59"
    assert local(plan.termination_after_s(0)) == "20260302 23:59:59"


def test_a_typhoon_closes_the_exchange_and_not_the_bank() -> None:
    # Monday 20 July; Tuesday 21 is closed by override. The next trade date is Wednesday 22 and nothing is due on 21,
    # though the bank works. Of Friday 17, whose windows begin on Monday 20, Tuesday 21 is window 2 as ever.
    typhoon = Overrides(closed=(20260721,))
    plan = plan_in_2026(20260720, typhoon)
    assert plan.next_trade_date == 20260722
    assert due_days(plan) == [20260722, 20260723, 20260724, 20260727, 20260728, 20260729, 20260730, 20260731]
    assert due_days(plan_in_2026(20260717, typhoon))[:3] == [20260720, 20260721, 20260722]

    with pytest.raises(ProcessFault, match="20260721 is no trade date; the next one is 20260722") as caught:
        plan_in_2026(20260721, typhoon)
    assert caught.value.exit_code is ExitCode.DATA


def test_the_bank_may_be_closed_on_the_next_trade_date() -> None:
    # Tuesday 13 January; on Wednesday 14 the exchange trades and the bank does not work: window 1 is Thursday 15.
    plan = plan_in_2026(20260113, Overrides(bank_holidays=(20260114,)))

    assert plan.next_trade_date == 20260114
    assert due_days(plan) == [20260115, 20260116, 20260119, 20260120, 20260121, 20260122, 20260123, 20260126]


def test_the_last_plan_of_the_last_year() -> None:
    # The calendar ends with Thursday 31 December. Eight working days back from it: 31 30 29 28 25 24 23 22, so Monday
    # 21 is the last trade date that has a plan.
    assert due_days(plan_in_2026(20261221))[-1] == 20261231
    for trade_date in (20261222, 20261230, 20261231):
        with pytest.raises(
            ConfigFault, match=f"^the calendars end with 20261231, before the windows of {trade_date} do"
        ):
            plan_in_2026(trade_date)
    with pytest.raises(ConfigFault, match=r"^no calendar reaches 20270104: name the year in `years`"):
        plan_in_2026(20270104)


def test_a_trade_date_that_no_roll_may_reach_is_refused() -> None:
    # 1 June and nothing until 6 July, 35 days later: a date can be opened 31 days ahead at most.
    days = Days(20260601, 20260831, (20260601, 20260706), tuple(dates(20260601, 20260831)))
    with pytest.raises(ConfigFault, match="behind 20260601 is 20260706, more than 31 days ahead"):
        plan_of(20260601, days, SHANGHAI)


DAYS = dates(20260701, 20260930)


@st.composite
def known_days(draw: st.DrawFn) -> Days:
    """Days of a quarter on which trading and work are anyhow, though never rare."""
    closed, holidays, extra = (draw(st.sets(st.sampled_from(DAYS), max_size=size)) for size in (15, 10, 5))
    trade_dates = tuple(day for day in DAYS if is_weekday(day) and day not in closed)
    bank_days = tuple(day for day in DAYS if day in extra or (is_weekday(day) and day not in holidays))
    return Days(DAYS[0], DAYS[-1], trade_dates, bank_days)


@given(days=known_days(), asked=st.sampled_from(DAYS[:31]))
def test_windows_are_the_working_days_from_the_next_trade_date_on(days: Days, asked: int) -> None:
    if asked not in days.trade_dates:
        with pytest.raises(ProcessFault, match=f"^{asked} is no trade date"):
            plan_of(asked, days, SHANGHAI)
        return
    plan = plan_of(asked, days, SHANGHAI)
    due = due_days(plan)

    assert plan.trade_date == asked < plan.next_trade_date <= due[0]
    assert plan.next_trade_date in days.trade_dates
    assert not [day for day in days.trade_dates if asked < day < plan.next_trade_date]
    assert len(due) == WINDOWS
    assert due == sorted(set(due))
    assert set(due) <= set(days.bank_days)
    between = [day for day in days.bank_days if plan.next_trade_date <= day <= due[-1]]
    assert between == due  # none is passed over
    seconds = [
        second
        for window in plan.windows
        for second in (window.pay_from_s, window.late_from_s, window.first_due_s, window.last_due_s)
    ]
    assert seconds == sorted(set(seconds))
    assert plan.sign_off_s < seconds[0]


@given(days=known_days())
def test_a_later_trade_date_is_never_due_sooner(days: Days) -> None:
    plans = [plan_of(day, days, SHANGHAI) for day in days.trade_dates if day <= DAYS[30]]
    for earlier, later in pairwise(plans):
        assert earlier.next_trade_date == later.trade_date
        assert all(one.date <= other.date for one, other in zip(earlier.windows, later.windows, strict=True))


@given(
    day=st.sampled_from(dates(20260301, 20261231)),
    at=st.times(min_value=time(5), max_value=time(22)).map(lambda at: at.replace(microsecond=0)),
    zone=st.sampled_from(["Asia/Shanghai", "Asia/Hong_Kong", "Europe/London", "UTC"]),
)
def test_a_time_is_that_of_the_zones_clock_on_that_day(day: int, at: time, zone: str) -> None:
    second = Times(ZoneInfo(zone), at, at, at, at, at, at, at).on(day, at)

    shown = datetime.fromtimestamp(second, ZoneInfo(zone))
    assert (int(shown.strftime("%Y%m%d")), shown.time()) == (day, at)
    ahead = {"Asia/Shanghai": 8, "Asia/Hong_Kong": 8, "UTC": 0}.get(zone)
    if ahead is not None:
        utc = datetime.fromtimestamp(second + ahead * 3_600, UTC)
        assert (int(utc.strftime("%Y%m%d")), utc.time()) == (day, at)
