"""`The business day`: how far the next trade date may be.

Which days are traded is the exchanges' calendar, holidays and typhoons among it (002 附4 第40条), and
comes from outside.

Belongs here: what a trade date is measured by. Never here: which days are working days (the bank says so by opening
them), today's date, dates as numbers (protocol.trade_dates).
"""

from protocol.limits import TRADE_DATE_AHEAD_DAYS_MAX
from protocol.trade_dates import trade_day


def is_too_far(open_date: int, next_date: int) -> bool:
    """True when a later date lies further ahead than any holiday is long: a mistyped one cannot be taken back."""
    return trade_day(next_date) - trade_day(open_date) > TRADE_DATE_AHEAD_DAYS_MAX
