"""The exchanges' calendars, from the library that keeps them.

Belongs here: asking it, and how far it is believed. Never here: what the bank knows better (overrides). Nothing else
imports the library, and nothing imports this at the top of a file but a test of it: with pandas it takes a second.
"""

import warnings
from collections.abc import Collection

from exchange_calendars.exchange_calendar_xhkg import XHKGExchangeCalendar
from exchange_calendars.exchange_calendar_xshg import XSHGExchangeCalendar

from gateway.day.planning.calendars import ExchangeDays
from protocol.trade_dates import date_of_day, trade_day

CALENDARS = {
    "XSHG": XSHGExchangeCalendar,
    "XSHE": XSHGExchangeCalendar,  # the library has none: both close on the days that the regulator announces for both
    "XHKG": XHKGExchangeCalendar,
}
DAYS_OFF_MIN = 14  # weekdays off in a year of the mainland whose holidays are ordered: 16 and more; only guessed: 10


def days_of(exchange: str, first: int, last: int) -> ExchangeDays:
    """The days from `first` to `last`, yyyymmdd, on which an exchange of CALENDARS trades, half a day too."""
    calendar = CALENDARS[exchange]
    reach = [int(bound.strftime("%Y%m%d")) for bound in (calendar.bound_min(), calendar.bound_max())]
    if calendar is XSHGExchangeCalendar:
        days_off = [int(day.strftime("%Y%m%d")) for day in calendar.precomputed_holidays() if day.weekday() < 5]
        reach[1] = ordered_to(days_off)
    begin, end = max(first, reach[0]), min(last, reach[1])
    if begin > end:
        return ExchangeDays(reach[0], reach[1], frozenset())
    start = begin if begin < end else date_of_day(trade_day(end) - 1)  # one day alone is no span to it
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # between it and pandas; both are locked
        kept = calendar(start=str(start), end=str(end)).sessions  # its word for trading days
    days = (int(day.strftime("%Y%m%d")) for day in kept)
    return ExchangeDays(reach[0], reach[1], frozenset(day for day in days if day >= begin))


def ordered_to(days_off: Collection[int]) -> int:
    """The last day, yyyymmdd, of the last year whose holidays are all among `days_off` (weekdays). Before a year's are
    ordered, the library may have those of it that can be guessed, and says that it reaches it.
    """
    years = [day // 10_000 for day in days_off]
    return max(year for year in set(years) if years.count(year) >= DAYS_OFF_MIN) * 10_000 + 1231
