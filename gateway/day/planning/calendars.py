"""Which days are trade dates, and on which the bank works: the exchanges' calendars under the bank's overrides.

Belongs here: putting both together, day by day, as far as both reach. Never here: the library (exchanges), the file
(overrides), times of a day (plan).

The bank works on the days on which Shanghai trades: both follow the holidays that the State Council orders. What
differs is told: a working Saturday 调休 on which no exchange trades, an exchange closed by a typhoon while the bank
works. So an exchange's closure by override does not close the bank.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from config.kit.exit_codes import ConfigFault
from gateway.day.planning.overrides import Overrides
from gateway.day.planning.plan import Days
from protocol.trade_dates import date_of_day, trade_day

BANK_FOLLOWS = "XSHG"
SPAN_DAYS = 92  # what a plan may need: a holiday of 31 days before the next trade date, eight windows, another holiday


@dataclass(frozen=True, slots=True)
class ExchangeDays:
    """What a library knows of an exchange: it reaches from `first` to `last`, and of the days that were asked for, the
    exchange trades on `dates`; all yyyymmdd.
    """

    first: int
    last: int
    dates: frozenset[int]


Library = Callable[[str, int, int], ExchangeDays]
"""Tells on which days an exchange trades, from one to another, both included, as far as it reaches."""


def days_from(first: int, exchanges: Sequence[str], overrides: Overrides, library: Library) -> Days:
    """What is known of SPAN_DAYS days from `first` (yyyymmdd) on, up to the first of which nothing is known. A trade
    date is a day on which one of the exchanges trades.

    Raises: ConfigFault when an override names a day of a year that no calendar reaches.
    """
    first_day = trade_day(first)
    span = [date_of_day(day) for day in range(first_day, first_day + SPAN_DAYS)]
    found = {name: library(name, span[0], span[-1]) for name in {*exchanges, BANK_FOLLOWS}}
    reach = range(max(each.first for each in found.values()), min(each.last for each in found.values()) + 1)
    _refuse_unreached(overrides, reach)
    traded = {day for name in exchanges for day in found[name].dates}
    worked = found[BANK_FOLLOWS].dates
    known: list[int] = []
    trade_dates: list[int] = []
    bank_days: list[int] = []
    for day in span:
        is_told_whole = day // 10_000 in overrides.years
        if not is_told_whole and day not in reach:
            break
        known.append(day)
        trades, works = (_is_weekday(day),) * 2 if is_told_whole else (day in traded, day in worked)
        if _stands(day, overrides.trading, overrides.closed, trades):
            trade_dates.append(day)
        if _stands(day, overrides.bank_working, overrides.bank_holidays, works):
            bank_days.append(day)
    return Days(first, known[-1] if known else 0, tuple(trade_dates), tuple(bank_days))


def _stands(day: int, added: Sequence[int], taken: Sequence[int], is_usual: bool) -> bool:
    return day in added or (is_usual and day not in taken)


def _is_weekday(day: int) -> bool:
    return (trade_day(day) + 3) % 7 < 5  # 1970-01-01 was a Thursday


def _refuse_unreached(overrides: Overrides, reach: range) -> None:
    for name, listed in overrides.lists().items():
        for day in listed:
            if day // 10_000 not in overrides.years and day not in reach:
                reached = f"the exchanges' calendars reach from {reach[0]} to {reach[-1]}"
                raise ConfigFault(f"calendar.overrides: {name}: no calendar reaches {day}: {reached}")
