"""`Two schemes, one switch per broker`: when a market takes orders and cancels on a trade date.

The exchange trades in phases 交易时段: an opening call, in whose last minutes nothing is cancelled, the mornings and
afternoons, a closing call. The bank takes an order through it (004 A·三(二)) in a phase that takes orders, by the whole
second of its decision; a cancel is taken at any time, and the broker answers for the exchange.

They are said beforehand, of the next date freely; of the open date two people say them, where the exchange does not go
by its plan.

Belongs here: which phases can be, which holds at a second, what naming them earns. Never here: what an order earns
besides (taking).
"""

from collections.abc import Sequence
from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.trade_dates import trade_day
from rules.day.calendar import is_too_far

DAY_S = 86_400


class Phase(NamedTuple):
    """Seconds since 1970, UTC: its first, and the one behind its last."""

    from_s: int
    until_s: int
    orders: bool
    cancels: bool


def cannot_be(trade_date: int, phases: Sequence[Phase]) -> bool:
    """Whether no day could go so: phases that overlap, are empty, or lie on another day, wherever on earth."""
    noon_s = trade_day(trade_date) * DAY_S + DAY_S // 2
    if any(each.until_s <= each.from_s for each in phases):
        return True
    if any(abs(second - noon_s) > DAY_S for each in phases for second in each[:2]):
        return True
    return any(phases[place + 1].from_s < each.until_s for place, each in enumerate(phases[:-1]))


def phase_at(phases: Sequence[Phase], second: int) -> Phase | None:
    """The phase that holds at a second; None: between two, nothing is taken."""
    return next((each for each in phases if each.from_s <= second < each.until_s), None)


def last_second(phases: Sequence[Phase]) -> int:
    """The last in which an order is taken on the date; 0: none is."""
    return max((each.until_s - 1 for each in phases if each.orders), default=0)


def phases_code(trade_date: int, open_date: int) -> ReplyCode:
    """What naming phases of a date earns: it is not over, and not years ahead."""
    if trade_date < open_date:
        return ReplyCode.TRADE_DATE_NOT_LATER
    return ReplyCode.TRADE_DATE_TOO_FAR if is_too_far(open_date, trade_date) else ReplyCode.ACCEPTED
