"""Trade dates, yyyymmdd, as days of the calendar, and as the trade day that a fill carries.

Belongs here: whether a number is a day, the one conversion between date and day, in whole numbers. Never here: which
days are working days (the bank says so by opening them), today's date.

Years are counted from 1 March, so that the leap day is the last of its year, and in rounds of 400 of them.
"""

from .limits import TRADE_DATE_MAX, TRADE_DATE_MIN

TRADE_DAY_NONE = 0
"""1970-01-01, which is no trade date: what a record says that is not executed on any."""
TRADE_DAY_MAX = 2**15 - 1  # what bytes 2 and 3 of a record have room for
_EPOCH_DAY = 719_468  # 1970-01-01, counted from 1 March of the year 0
_ROUND_DAYS, _ROUND_YEARS = 146_097, 400


def is_trade_date(number: int) -> bool:
    """True when `number` is a day of the Gregorian calendar, and within the bounds of trade dates."""
    return TRADE_DATE_MIN <= number <= TRADE_DATE_MAX and date_of_day(trade_day(number)) == number


def trade_day(trade_date: int) -> int:
    """Days from 1970-01-01 to `trade_date`, which `is_trade_date` is true of: 7,305 to 32,767."""
    year, month, day = trade_date // 10_000, trade_date // 100 % 100, trade_date % 100
    since_march = (month + 9) % 12 if month <= 12 else month - 3
    rounds, year_of_round = divmod(year - (month <= 2), _ROUND_YEARS)
    day_of_year = (153 * since_march + 2) // 5 + day - 1
    day_of_round = year_of_round * 365 + year_of_round // 4 - year_of_round // 100 + day_of_year
    return rounds * _ROUND_DAYS + day_of_round - _EPOCH_DAY


def date_of_day(day: int) -> int:
    """The date yyyymmdd that lies `day` ≥ 0 days after 1970-01-01."""
    rounds, day_of_round = divmod(day + _EPOCH_DAY, _ROUND_DAYS)
    leap_days = day_of_round // 1_460 - day_of_round // 36_524 + day_of_round // (_ROUND_DAYS - 1)
    year_of_round = (day_of_round - leap_days) // 365
    day_of_year = day_of_round - (365 * year_of_round + year_of_round // 4 - year_of_round // 100)
    since_march = (5 * day_of_year + 2) // 153
    month = (since_march + 2) % 12 + 1
    year = rounds * _ROUND_YEARS + year_of_round + (month <= 2)
    return year * 10_000 + month * 100 + day_of_year - (153 * since_march + 2) // 5 + 1


assert date_of_day(TRADE_DAY_MAX) == TRADE_DATE_MAX
assert trade_day(TRADE_DATE_MIN) > TRADE_DAY_NONE
