"""The days on which the bank knows better than the exchanges' calendars: a TOML file, checked once.

Belongs here: the lists, and what contradicts itself in them. Never here: what follows from them (calendars).
"""

from pathlib import Path
from typing import Annotated

import msgspec

from config.kit.exit_codes import ConfigFault
from config.toml_files import located, read_toml
from protocol.limits import TRADE_DATE_MAX, TRADE_DATE_MIN
from protocol.trade_dates import is_trade_date

LISTED_MAX = 1_024  # days of one list: thirty years of holidays
Listed = Annotated[tuple[int, ...], msgspec.Meta(max_length=LISTED_MAX)]
Year = Annotated[int, msgspec.Meta(ge=TRADE_DATE_MIN // 10_000, le=TRADE_DATE_MAX // 10_000)]


class Overrides(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Days yyyymmdd that differ, and years that are told whole here: in these every Monday to Friday is a trade date
    and a working day of the bank but for `closed` and `bank_holidays`, whatever else is known of them.
    """

    years: Annotated[tuple[Year, ...], msgspec.Meta(max_length=LISTED_MAX)] = ()
    closed: Listed = ()
    """No trade dates: typhoons, holidays of `years`."""
    trading: Listed = ()
    """Trade dates that the exchanges' calendars do not have."""
    bank_working: Listed = ()
    """Days on which the bank works although none is expected: 调休."""
    bank_holidays: Listed = ()
    """Days on which it does not."""

    def lists(self) -> dict[str, tuple[int, ...]]:
        """The lists of days by their names."""
        names = ("closed", "trading", "bank_working", "bank_holidays")
        return {name: getattr(self, name) for name in names}


NO_OVERRIDES = Overrides()


def read_overrides(file: Path) -> Overrides:
    """The overrides of a file. Raises: ConfigFault with one line: file, list, reason."""
    try:
        overrides = msgspec.convert(read_toml(file), Overrides)
    except msgspec.ValidationError as error:
        raise ConfigFault(f"{file}: {located(str(error))}") from None
    fault = _contradiction(overrides)
    if fault:
        raise ConfigFault(f"{file}: {fault}")
    return overrides


def _contradiction(overrides: Overrides) -> str:
    """What is wrong with the lists beside one another, or nothing."""
    for name, listed in {"years": overrides.years, **overrides.lists()}.items():
        twice = [number for place, number in enumerate(listed) if number in listed[:place]]
        if twice:
            return f"{name}: {twice[0]} stands there twice"
    for name, listed in overrides.lists().items():
        for day in listed:
            if not is_trade_date(day):
                return f"{name}: {day} is no date yyyymmdd"
    for name, other in (("closed", "trading"), ("bank_working", "bank_holidays")):
        both = set(getattr(overrides, name)) & set(getattr(overrides, other))
        if both:
            return f"{other}: {min(both)} stands in {name} too"
    for year in overrides.years:
        for name in ("closed", "bank_holidays"):
            if all(day // 10_000 != year for day in getattr(overrides, name)):
                return f"{name}: names no day of {year}, which `years` says is told whole"
    return ""
