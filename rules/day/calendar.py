"""`The business day`: how far the next trade date may be, and which times can be the due times of one.

Which days are traded is the exchanges' calendar, holidays and typhoons among it (002 附4 第40条), and on which the bank
works is the bank's: both come from outside, as numbers, and are only held to what no calendar can say.

Belongs here: what a trade date is measured by. Never here: which days are working days (the bank says so by opening
them), today's date, dates as numbers (protocol.trade_dates).
"""

from collections.abc import Sequence

from protocol.limits import TRADE_DATE_AHEAD_DAYS_MAX, WINDOW_SPAN_DAYS_MAX, WINDOWS_PER_DATE
from protocol.trade_dates import trade_day

_DAY_S = 86_400
_ZONE_S_MAX = 14 * 3_600  # no clock is further ahead of UTC: there the day after begins so long before it does in UTC


def is_too_far(open_date: int, next_date: int) -> bool:
    """True when a later date lies further ahead than any holiday is long: a mistyped one cannot be taken back."""
    return trade_day(next_date) - trade_day(open_date) > TRADE_DATE_AHEAD_DAYS_MAX


def are_due_times(trade_date: int, windows: Sequence[Sequence[int]]) -> bool:
    """Whether these can be the due times of a trade date: none, or WINDOWS_PER_DATE windows, whose seconds all rise,
    the first behind the date and the last not further than any calendar has it.
    """
    if not windows:
        return True
    seconds = [second for window in windows for second in window]
    rises = all(seconds[place] < seconds[place + 1] for place in range(len(seconds) - 1))
    first_s = (trade_day(trade_date) + 1) * _DAY_S - _ZONE_S_MAX
    last_s = (trade_day(trade_date) + WINDOW_SPAN_DAYS_MAX) * _DAY_S
    return len(windows) == WINDOWS_PER_DATE and rises and first_s <= seconds[0] and seconds[-1] < last_s


def may_change(before: Sequence[Sequence[int]], after: Sequence[Sequence[int]], now_s: int) -> bool:
    """Whether due times may be changed so now: what has passed stays as it was, and what is changed is yet to come."""
    if not before:
        return after[0][0] > now_s if after else True
    pairs = [(old, new) for was, will in zip(before, after, strict=False) for old, new in zip(was, will, strict=False)]
    return len(before) == len(after) and all(old == new or (old > now_s and new > now_s) for old, new in pairs)
