"""The two dates of a session, T and T+1, and the clock that all its processes are shown.

Belongs here: which days those are, and what time it is. Never here: what happens at a time (demo), calendars with
holidays (gateway.day).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from config.kit.wall_clock import SimulatedClock
from config.schema import Config
from gateway.day.planning.configured import times_of
from gateway.day.planning.plan import Times, window_of
from protocol.limits import WINDOWS_PER_DATE
from protocol.messages.day.steps import Window

NS_PER_SECOND = 1_000_000_000
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class SessionDates:
    """T and T+1, yyyymmdd, the two weekdays behind the date with which the installation begins."""

    first: int
    second: int
    times: Times

    @classmethod
    def of(cls, config: Config) -> "SessionDates":
        """Of a configuration."""
        first, second = _weekdays_behind(config.trade.date, 2)
        return cls(first, second, times_of(config))

    def windows(self, trade_date: int) -> list[Window]:
        """When something of a trade date is due: every weekday behind it is one on which the bank works."""
        return [window_of(day, self.times).due_times() for day in _weekdays_behind(trade_date, WINDOWS_PER_DATE)]

    @staticmethod
    def behind(trade_date: int) -> int:
        """The trade date that follows one."""
        return _weekdays_behind(trade_date, 1)[0]

    def ns(self, trade_date: int, clock: str) -> int:
        """The moment at which the bank's clocks show this time, such as 09:30:00, on a date."""
        return self.times.on(trade_date, time.fromisoformat(clock)) * NS_PER_SECOND


@dataclass(frozen=True, slots=True)
class SessionClock:
    """The clock of an installation in simulated time, which goes on from wherever it is put."""

    clock: SimulatedClock
    dates: SessionDates

    def put(self, trade_date: int, clock: str) -> None:
        """It is so late now, in every process at once. Raises: ProcessFault when it shows a later time."""
        self.clock.put(self.dates.ns(trade_date, clock), is_stopped=False)


def _weekdays_behind(trade_date: int, count: int) -> list[int]:
    day, found = date(trade_date // 10_000, trade_date // 100 % 100, trade_date % 100), list[int]()
    while len(found) < count:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY:
            found.append(int(datetime.combine(day, time()).strftime("%Y%m%d")))
    return found
