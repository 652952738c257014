"""`The business day`: trade dates as days of the calendar.

Which days are traded is the exchanges' calendar, holidays and typhoons among it (002 附4 第40条), and
comes from outside.

Belongs here: whether a number yyyymmdd is a day, and how far two days are apart. Never here: which days are working
days (the bank says so by opening them), today's date.
"""

_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2


def is_calendar_date(trade_date: int) -> bool:
    """True when `trade_date`, yyyymmdd, is a day of the Gregorian calendar."""
    year, month, day = _parts(trade_date)
    if not 1 <= month <= len(_MONTH_DAYS):
        return False
    is_leap_day = (month, day) == (_FEBRUARY, 29) and _is_leap(year)
    return 1 <= day <= _MONTH_DAYS[month - 1] or is_leap_day


def days_between(earlier: int, later: int) -> int:
    """Calendar days from one date to another, both yyyymmdd and days of the calendar."""
    return _day_number(later) - _day_number(earlier)


def _parts(trade_date: int) -> tuple[int, int, int]:
    return trade_date // 10_000, trade_date // 100 % 100, trade_date % 100


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _day_number(trade_date: int) -> int:
    year, month, day = _parts(trade_date)
    before = year - 1
    leap_day = month > _FEBRUARY and _is_leap(year)
    return before * 365 + before // 4 - before // 100 + before // 400 + sum(_MONTH_DAYS[: month - 1]) + leap_day + day
