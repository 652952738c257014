"""Trade dates are days of the calendar, and a trade day is one of them in two bytes."""

import datetime

import pytest

from protocol.limits import TRADE_DATE_MAX, TRADE_DATE_MIN
from protocol.trade_dates import TRADE_DAY_MAX, date_of_day, is_trade_date, trade_day


def test_every_day_of_the_range_is_a_date_and_comes_back() -> None:
    first = datetime.date(1990, 1, 1)
    days = (datetime.date(2059, 9, 18) - first).days
    for ahead in range(days + 1):
        day = first + datetime.timedelta(days=ahead)
        number = day.year * 10_000 + day.month * 100 + day.day
        assert is_trade_date(number)
        assert trade_day(number) == 7_305 + ahead
        assert date_of_day(7_305 + ahead) == number
    assert (number, trade_day(number)) == (TRADE_DATE_MAX, TRADE_DAY_MAX)


@pytest.mark.parametrize(
    "number",
    [
        *(TRADE_DATE_MIN - 1, 19_891_231, TRADE_DATE_MAX + 1, 20_591_001, 0, -20_260_105, 2**31),
        *(20_260_931, 20_260_229, 20_261_301, 20_260_001, 20_260_100, 20_260_132),
    ],
)
def test_what_is_none(number: int) -> None:
    assert not is_trade_date(number)


@pytest.mark.parametrize("number", [20_000_229, 20_280_229])
def test_leap_days(number: int) -> None:
    assert is_trade_date(number)
