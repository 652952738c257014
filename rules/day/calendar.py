"""`The business day`: how far the next trade date may be, and which times can be the due times of one.

Which days are traded is the exchanges' calendar, holidays and typhoons among it (002 附4 第40条), and on which the bank
works is the bank's: both come from outside, as numbers, and are only held to what no calendar can say.

Belongs here: what a trade date is measured by. Never here: which days are working days (the bank says so by opening
them), today's date, dates as numbers (protocol.trade_dates).
"""

from collections.abc import Sequence

from protocol.limits import DUE_AGAIN_S, TRADE_DATE_AHEAD_DAYS_MAX, WINDOW_SPAN_DAYS_MAX, WINDOWS_PER_DATE
from protocol.trade_dates import trade_day

_DAY_S = 86_400
_FIRST_OF_ENDS = 3  # of a window's seconds: the last due time, and its end
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


def moved_on(windows: Sequence[Sequence[int]], alive_s: int, serves_s: int) -> list[list[int]]:
    """Due times, once nobody has served between two seconds: those between them lie DUE_AGAIN_S behind the second, all
    in their order, and what stood behind one stays behind it.

    Up to the last due time of a window, and to its end, something may be done within that second: it counts as missed
    when the last sign of life is of it. From the others on something may be done: they count as there then.
    """
    found, before_s = list[list[int]](), 0
    for window in windows:
        moved = list[int]()
        for place, second in enumerate(window):
            is_missed = alive_s + (place < _FIRST_OF_ENDS) <= second <= serves_s
            before_s = max(serves_s + DUE_AGAIN_S if is_missed else second, before_s + 1)
            moved.append(before_s)
        found.append(moved)
    return found


def may_change(before: Sequence[Sequence[int]], after: Sequence[Sequence[int]], now_s: int) -> bool:
    """Whether due times may be changed so now: what has passed stays as it was, and what is changed is yet to come."""
    if not before:
        return after[0][0] > now_s if after else True
    pairs = [(old, new) for was, will in zip(before, after, strict=False) for old, new in zip(was, will, strict=False)]
    return len(before) == len(after) and all(old == new or (old > now_s and new > now_s) for old, new in pairs)
