"""The year 2026 as the State Council ordered it, for tests of plans: by hand, without the library.

Belongs here: the days off, the working weekends, a library that knows this year alone. Never here: what is tested.
"""

from datetime import time
from zoneinfo import ZoneInfo

from gateway.day.planning.calendars import ExchangeDays
from gateway.day.planning.overrides import Overrides
from gateway.day.planning.plan import Times
from protocol.trade_dates import date_of_day, trade_day

FIRST, LAST = 20260101, 20261231
WEEKDAYS_OFF = (
    *(20260101, 20260102),
    *(20260216, 20260217, 20260218, 20260219, 20260220, 20260223),  # 春节 from Sunday 15 to Monday 23 February
    20260406,
    *(20260501, 20260504, 20260505),
    20260619,
    20260925,
    *(20261001, 20261002, 20261005, 20261006, 20261007),
)
WORKING_WEEKENDS = (20260104, 20260214, 20260228, 20260509, 20260920, 20261010)
"""调休: the bank works, the exchange does not trade."""
MADE_UP = Overrides(bank_working=WORKING_WEEKENDS)
SHANGHAI = Times(
    ZoneInfo("Asia/Shanghai"), time(8, 30), time(15, 30), time(17), time(9), time(9, 30), time(10), time(14)
)


def is_weekday(day: int) -> bool:
    """Whether yyyymmdd is a Monday to Friday; 5 January 2026 is a Monday."""
    return (trade_day(day) - trade_day(20260105)) % 7 < 5


def dates(first: int, last: int) -> list[int]:
    """All days from one to another, both included."""
    return [date_of_day(day) for day in range(trade_day(first), trade_day(last) + 1)]


def library(exchange: str, first: int, last: int) -> ExchangeDays:
    """What a library would tell that knows 2026 alone; in Hong Kong nobody has a day off."""
    off = () if exchange == "XHKG" else WEEKDAYS_OFF
    asked = dates(max(first, FIRST), min(last, LAST)) if first <= LAST and last >= FIRST else []
    return ExchangeDays(FIRST, LAST, frozenset(day for day in asked if is_weekday(day) and day not in off))
