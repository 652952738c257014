"""The plan of a trade date: the next one, and the eight windows 时段 in which something of it may be due.

Belongs here: working it out from days that are given, in whole numbers, the times as whole UTC seconds since 1970.
Never here: which days those are (calendars), what happens in a window, today's date.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from protocol.limits import OBJECTION_WINDOWS, TERMINATION_WINDOWS, TRADE_DATE_AHEAD_DAYS_MAX, WINDOWS_PER_DATE
from protocol.messages.day.steps import Window as DueTimes
from protocol.messages.orders.phases import MarketPhase, SetPhases
from protocol.trade_dates import trade_day
from protocol.vocabulary import Market

WINDOWS = WINDOWS_PER_DATE  # the day of the next trade date, and the bank's seven working days behind it
DAY_END = time(23, 59, 59)
REMEDY = "name the year in `years` of calendar.overrides, with its holidays, or install a later exchange_calendars"


@dataclass(frozen=True, slots=True)
class Days:
    """What the calendars say about the days from `first` to `last`, all yyyymmdd, both included, and of none beyond:
    which are trade dates, and on which the bank works, each rising. `last` before `first`: nothing is known.
    """

    first: int
    last: int
    trade_dates: tuple[int, ...]
    bank_days: tuple[int, ...]


class DayPhase(NamedTuple):
    """A phase of a market, by the clock: its first second, the one behind its last, what is taken in it."""

    first: time
    until: time
    orders: bool
    cancels: bool


@dataclass(frozen=True, slots=True)
class Times:
    """The bank's times of a day, by the clock of `zone`."""

    zone: tzinfo
    open_from: time
    sign_off: time
    sets_due: time
    pay_from: time
    late_from: time
    first_due: time
    last_due: time
    phases: tuple[tuple[Market, tuple[DayPhase, ...]], ...] = ()  # of those markets of which any are known

    def on(self, day: int, at: time) -> int:
        """A time of the day yyyymmdd, in whole UTC seconds since 1970."""
        local = datetime.combine(date(day // 10_000, day // 100 % 100, day % 100), at, self.zone)
        return int(local.timestamp())

    def phases_on(self, trade_date: int) -> tuple[SetPhases, ...]:
        """The phases of each market on a date, as the bank is told them."""
        return tuple(SetPhases(trade_date, int(market), self._told(trade_date, each)) for market, each in self.phases)

    def _told(self, trade_date: int, phases: tuple[DayPhase, ...]) -> list[MarketPhase]:
        moments = ((self.on(trade_date, each.first), self.on(trade_date, each.until)) for each in phases)
        return [MarketPhase(*both, each.orders, each.cancels) for both, each in zip(moments, phases, strict=True)]


@dataclass(frozen=True, slots=True)
class Window:
    """A day yyyymmdd on which something may be due, and its times in UTC seconds since 1970."""

    date: int
    pay_from_s: int
    late_from_s: int
    first_due_s: int
    last_due_s: int
    day_end_s: int  # its last second

    def due_times(self) -> DueTimes:
        """As the bank is told them."""
        return DueTimes(self.pay_from_s, self.late_from_s, self.first_due_s, self.last_due_s, self.day_end_s)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a trade date brings: dates yyyymmdd, times in UTC seconds since 1970."""

    trade_date: int
    sign_off_s: int
    sets_due_s: int
    next_trade_date: int
    open_next_s: int
    windows: tuple[Window, ...]
    phases: tuple[SetPhases, ...] = ()

    def due_times(self) -> list[DueTimes]:
        """The windows as the bank is told them."""
        return [each.due_times() for each in self.windows]

    def objection_until_s(self, due: int) -> int:
        """Until when, this second included, what is due in window `due`, from 0, may be objected to."""
        return self.windows[due + OBJECTION_WINDOWS].day_end_s

    def termination_after_s(self, due: int) -> int:
        """After which second the other side may terminate, when what is due in window `due`, from 0, is not paid."""
        return self.windows[due + TERMINATION_WINDOWS].day_end_s


def plan_of(trade_date: int, days: Days, times: Times) -> Plan:
    """The plan of a trade date yyyymmdd.

    The first window is the day of the next trade date, or the bank's first working day from it on; the others are its
    working days behind that.

    Raises: ProcessFault DATA when it is no trade date; ConfigFault when the calendars end before its last window, or
    the next trade date lies further ahead than a roll may go.
    """
    if not days.first <= trade_date <= days.last:
        raise ConfigFault(f"no calendar reaches {trade_date}: {REMEDY}")
    behind = bisect_right(days.trade_dates, trade_date)
    following = days.trade_dates[behind : behind + 1]
    if days.trade_dates[behind - 1 : behind] != (trade_date,):
        hint = f"; the next one is {following[0]}" if following else ""
        raise ProcessFault(f"{trade_date} is no trade date{hint}", ExitCode.DATA)
    ends = ConfigFault(f"the calendars end with {days.last}, before the windows of {trade_date} do: {REMEDY}")
    if not following:
        raise ends
    next_date = following[0]
    if trade_day(next_date) - trade_day(trade_date) > TRADE_DATE_AHEAD_DAYS_MAX:
        too_far = f"more than {TRADE_DATE_AHEAD_DAYS_MAX} days ahead, further than a date can be opened"
        raise ConfigFault(f"the trade date behind {trade_date} is {next_date}, {too_far}")
    first = bisect_left(days.bank_days, next_date)
    due_days = days.bank_days[first : first + WINDOWS]
    if len(due_days) < WINDOWS:
        raise ends
    windows = tuple(window_of(day, times) for day in due_days)
    return Plan(
        trade_date,
        times.on(trade_date, times.sign_off),
        times.on(trade_date, times.sets_due),
        next_date,
        times.on(next_date, times.open_from),
        windows,
        times.phases_on(trade_date),
    )


def window_of(day: int, times: Times) -> Window:
    """The window of a bank working day yyyymmdd."""
    moments = (times.pay_from, times.late_from, times.first_due, times.last_due, DAY_END)
    return Window(day, *(times.on(day, at) for at in moments))
