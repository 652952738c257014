"""[calendar]: on whose days the trade dates are, whether the day runs by the clock, and the bank's times of a day.

What belongs here: these settings and what contradicts itself in them. What never may: which days are trade dates
(gateway.day), the other settings (schema).
"""

import re
from datetime import tzinfo
from typing import Annotated, Literal

import msgspec

from config.kit.exit_codes import ConfigFault

_CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
_PHASE = re.compile(rf"{_CLOCK_TIME.pattern}-{_CLOCK_TIME.pattern} (orders|cancels|orders cancels)")


class Calendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[calendar]: on which exchanges' days the bank's trade dates are, the file of what differs, and the bank's times
    of a day, HH:MM:SS in `zone`. No exchange: no calendar is kept.
    """

    exchanges: tuple[Literal["XSHG", "XSHE", "XHKG"], ...]
    overrides: str
    run: bool
    zone: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    open_from: str
    sign_off: str
    sets_due: str
    pay_from: str
    late_from: str
    first_due: str
    last_due: str
    phases_shanghai: tuple[str, ...]
    phases_shenzhen: tuple[str, ...]
    backup_first: bool

    @property
    def is_kept(self) -> bool:
        """Whether there is a calendar."""
        return bool(self.exchanges)

    def time_zone(self) -> tzinfo:
        """Of the times. Raises: ConfigFault when it is not known here."""
        from zoneinfo import ZoneInfo  # and its data: where neither is needed, they are not asked for

        try:
            return ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):  # unknown, no name at all, a folder of zones
            raise ConfigFault(f"calendar.zone: {self.zone} is no time zone known here, such as Asia/Shanghai") from None


def contradictions_of_days(calendar: Calendar) -> list[tuple[str, str]]:
    """What single ranges cannot say: (key path, reason) of every setting that does not fit another."""
    found: list[tuple[str, str]] = []
    if len(set(calendar.exchanges)) != len(calendar.exchanges):
        found.append(("calendar.exchanges", "an exchange stands there twice"))
    if calendar.run and not calendar.is_kept:
        found.append(("calendar.run", "needs calendar.exchanges: without a calendar no day can be run"))
    if calendar.backup_first and not calendar.run:
        found.append(("calendar.backup_first", "needs calendar.run: by hand nothing waits"))
    times = {name: getattr(calendar, name) for name in ("pay_from", "late_from", "first_due", "last_due")}
    of_trading = {name: getattr(calendar, name) for name in ("open_from", "sign_off", "sets_due")}
    for name, at in {**of_trading, **times}.items():
        if not _CLOCK_TIME.fullmatch(at):
            found.append((f"calendar.{name}", f"{at} is no time of day HH:MM:SS"))
    if list(times.values()) != sorted(set(times.values())):
        found.append(("calendar", "pay_from, late_from, first_due and last_due must follow one another"))
    if list(of_trading.values()) != sorted(set(of_trading.values())):
        found.append(("calendar", "open_from, sign_off and sets_due must follow one another"))
    for key in ("phases_shanghai", "phases_shenzhen"):
        phases = getattr(calendar, key)
        wrong = [phase for phase in phases if not _PHASE.fullmatch(phase)]
        moments = [moment for phase in phases for moment in phase.split(" ")[0].split("-")]
        if wrong:
            found.append((f"calendar.{key}", f"{wrong[0]} is no phase such as 09:30:00-11:30:00 orders cancels"))
        elif moments != sorted(moments):
            found.append((f"calendar.{key}", "phases must follow one another"))
    if calendar.is_kept:
        try:
            calendar.time_zone()
        except ConfigFault as fault:
            key, _, reason = str(fault).partition(": ")
            found.append((key, reason))
    return found
