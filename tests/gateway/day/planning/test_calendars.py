"""What the exchanges' calendars and the bank's overrides say together.

Belongs here: which days come out, and where they end. Never here: plans, the library.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kit.exit_codes import ConfigFault
from gateway.day.planning.calendars import SPAN_DAYS, days_from
from gateway.day.planning.overrides import NO_OVERRIDES, Overrides
from protocol.trade_dates import date_of_day, trade_day
from tests.gateway.day.planning.year_2026 import MADE_UP, WEEKDAYS_OFF, WORKING_WEEKENDS, dates, is_weekday, library

SHANGHAI = ("XSHG",)


def test_a_span_has_the_trade_dates_and_the_working_days_of_the_bank() -> None:
    # From 1 October 2026: off until Wednesday 7; Saturday 10 is a working day of the bank and no trade date.
    days = days_from(20261001, SHANGHAI, MADE_UP, library)

    assert (days.first, days.last) == (20261001, 20261231)  # 92 days: October, November, December
    assert days.trade_dates[:3] == (20261008, 20261009, 20261012)
    assert days.bank_days[:4] == (20261008, 20261009, 20261010, 20261012)


def test_what_the_bank_knows_better_stands() -> None:
    told = Overrides(
        closed=(20260721,), trading=(20260725,), bank_holidays=(20260722,), bank_working=(20260726, 20260723)
    )
    plain, days = (days_from(20260720, SHANGHAI, overrides, library) for overrides in (NO_OVERRIDES, told))

    # Monday 20 to Sunday 26 July. Tuesday 21 closed, Saturday 25 traded; Wednesday 22 not worked, Sunday 26 worked,
    # and Thursday 23 named although it is worked anyway, which changes nothing.
    assert [day for day in days.trade_dates if day < 20260727] == [20260720, 20260722, 20260723, 20260724, 20260725]
    assert [day for day in days.bank_days if day < 20260727] == [20260720, 20260721, 20260723, 20260724, 20260726]
    assert [day for day in days.trade_dates if day > 20260726] == [day for day in plain.trade_dates if day > 20260726]


def test_a_trade_date_is_one_on_which_any_of_the_exchanges_trades() -> None:
    # This library has no day off in Hong Kong: 1 October is a trade date there, and the bank follows Shanghai anyway.
    both = days_from(20260930, ("XSHG", "XHKG"), NO_OVERRIDES, library)
    hong_kong = days_from(20260930, ("XHKG",), NO_OVERRIDES, library)

    assert both == hong_kong
    assert both.trade_dates[:3] == (20260930, 20261001, 20261002)
    assert both.bank_days[:2] == (20260930, 20261008)


def test_days_end_where_a_calendar_does() -> None:
    assert days_from(20261230, SHANGHAI, NO_OVERRIDES, library).last == 20261231
    nothing = days_from(20270101, SHANGHAI, NO_OVERRIDES, library)
    assert nothing.last < nothing.first
    assert not nothing.trade_dates + nothing.bank_days


NEXT_YEAR = Overrides(years=(2027,), closed=(20270101,), bank_holidays=(20270101,), bank_working=(20270102,))


def test_a_year_that_is_told_whole_goes_on_behind_the_library() -> None:
    # 30 and 31 December 2026 are Wednesday and Thursday; 1 January 2027, a Friday, is off; Saturday 2 is worked.
    days = days_from(20261230, SHANGHAI, NEXT_YEAR, library)

    assert days.last == date_of_day(trade_day(20261230) + SPAN_DAYS - 1)
    assert days.trade_dates[:4] == (20261230, 20261231, 20270104, 20270105)
    assert days.bank_days[:5] == (20261230, 20261231, 20270102, 20270104, 20270105)


def test_a_year_that_is_told_whole_does_not_ask_the_library() -> None:
    # Were 2026 told with two days off only, the others would be worked and traded, the Spring Festival too.
    told = Overrides(years=(2026,), closed=(20260101,), bank_holidays=(20260101,))
    days = days_from(20260216, SHANGHAI, told, library)

    assert days.trade_dates[0] == days.bank_days[0] == 20260216


def test_a_year_behind_a_gap_is_not_reached() -> None:
    behind = Overrides(years=(2028,), closed=(20280103,), bank_holidays=(20280103,))

    assert days_from(20261230, SHANGHAI, behind, library).last == 20261231


@pytest.mark.parametrize("name", ["closed", "trading", "bank_working", "bank_holidays"])
@pytest.mark.parametrize("day", [20251231, 20270101, 20300101])
def test_an_override_of_a_day_that_no_calendar_reaches_is_refused(name: str, day: int) -> None:
    with pytest.raises(ConfigFault) as caught:
        days_from(20260720, SHANGHAI, Overrides(**{name: (20260721, day)}), library)
    reach = "the exchanges' calendars reach from 20260101 to 20261231"
    assert str(caught.value) == f"calendar.overrides: {name}: no calendar reaches {day}: {reach}"


YEAR = dates(20260101, 20261231)
SOME = st.sets(st.sampled_from(YEAR), max_size=12)


@given(first=st.sampled_from(YEAR), closed=SOME, trading=SOME, working=SOME, holidays=SOME)
def test_a_day_is_what_the_overrides_say_and_else_what_the_calendar_says(
    first: int, closed: set[int], trading: set[int], working: set[int], holidays: set[int]
) -> None:
    told = Overrides(
        closed=tuple(closed - trading),
        trading=tuple(trading),
        bank_working=tuple(working - holidays),
        bank_holidays=tuple(holidays),
    )
    days = days_from(first, SHANGHAI, told, library)
    usual = {day for day in YEAR if is_weekday(day) and day not in WEEKDAYS_OFF}

    known = [day for day in YEAR if day >= first][:SPAN_DAYS]
    assert (days.first, days.last) == (known[0], known[-1])
    assert list(days.trade_dates) == [day for day in known if day in usual - closed | trading]
    assert list(days.bank_days) == [day for day in known if day in (usual | working) - holidays]


def test_the_working_weekends_of_2026_are_weekends() -> None:
    assert not any(map(is_weekday, WORKING_WEEKENDS))
    assert all(map(is_weekday, WEEKDAYS_OFF))
