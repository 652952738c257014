"""What the configuration says about days: the bank's times, its overrides, and from both the plan of any trade date.

Belongs here: from settings to plans. Never here: which days are trade dates (calendars), what follows from them (plan),
today.
"""

from collections.abc import Callable
from datetime import datetime
from datetime import time as time_of_day

from config.kit.exit_codes import ConfigFault
from config.schema import Config
from gateway.day.planning.calendars import Library, days_from
from gateway.day.planning.overrides import NO_OVERRIDES, Overrides, read_overrides
from gateway.day.planning.plan import REMEDY, DayPhase, Days, Plan, Times, plan_of
from protocol.vocabulary import Market

TIMES = ("open_from", "sign_off", "sets_due", "pay_from", "late_from", "first_due", "last_due")


def times_of(config: Config) -> Times:
    """The bank's times of a day, as configured."""
    calendar = config.calendar
    times = {name: time_of_day.fromisoformat(getattr(calendar, name)) for name in TIMES}
    told = ((Market.XSHG, calendar.phases_shanghai), (Market.XSHE, calendar.phases_shenzhen))
    phases = tuple((market, tuple(map(_phase, each))) for market, each in told if each)
    return Times(calendar.time_zone(), **times, phases=phases)


def _phase(text: str) -> DayPhase:
    moments, _, taken = text.partition(" ")
    first, until = map(time_of_day.fromisoformat, moments.split("-"))
    return DayPhase(first, until, "orders" in taken.split(), "cancels" in taken.split())


def overrides_of(config: Config) -> Overrides:
    """What the file says that is named in the configuration. Raises: ConfigFault."""
    name = config.calendar.overrides
    return read_overrides(config.path(name)) if name else NO_OVERRIDES


class Plans:
    """The plan of each trade date, worked out once."""

    def __init__(self, config: Config, library: Library | None = None) -> None:
        """`library`: None for the one that keeps the exchanges' calendars, which is loaded now.

        Raises: ConfigFault when no calendar is kept, or the overrides are wrong; ModuleNotFoundError without a library.
        """
        if not config.calendar.is_kept:
            raise ConfigFault("no calendar is kept: calendar.exchanges names no exchange")
        self.times = times_of(config)
        self._exchanges = config.calendar.exchanges
        self._overrides = overrides_of(config)
        if library is None:
            from gateway.day.planning.exchanges import (
                days_of,  # a second of loading: when all else that can be refused, was
            )

            library = days_of
        self._library: Library = library
        self._plans: dict[int, Plan] = {}

    def of(self, trade_date: int) -> Plan:
        """The plan of a trade date yyyymmdd. Raises: as `plan_of`."""
        if trade_date not in self._plans:
            self._plans[trade_date] = plan_of(trade_date, self._days(trade_date), self.times)
        return self._plans[trade_date]

    def next_from(self, now_s: float) -> Plan:
        """The plan of the next trade date from a moment on, its own day included. Raises: ConfigFault."""
        today = int(datetime.fromtimestamp(now_s, self.times.zone).strftime("%Y%m%d"))
        ahead = self._days(today)
        if not ahead.trade_dates:
            raise ConfigFault(f"no calendar knows a trade date from {today} on: {REMEDY}")
        return self.of(ahead.trade_dates[0])

    def _days(self, first: int) -> Days:
        return days_from(first, self._exchanges, self._overrides, self._library)


Now = Callable[[], float]
"""Seconds since 1970, UTC, by the bank's clock."""
