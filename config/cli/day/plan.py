"""`yzt day plan [DATE]`: what a trade date brings, worked out from the calendars.

Belongs here: the command's options, what the configuration says about days, the printed plan. Never here: which days
are trade dates (gateway.day.planning.calendars), what follows from them (gateway.day.planning.plan).
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from config.cli.options import add_common_options
from config.cli.running import CommandParser
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.printable import printable
from config.schema import Config
from gateway.day.planning.configured import Plans
from gateway.day.planning.plan import Plan, Times, Window
from protocol.trade_dates import is_trade_date, trade_day

WEEKDAYS = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")  # 1970-01-01 was a Thursday
DUE = 0  # whose objection and termination are shown: what is due in the first window


def main(argv: list[str], config: Config, now_s: Callable[[], float] | None = None) -> int:
    """Prints the plan of a trade date. Returns: 0.

    Raises: ProcessFault USAGE for what is no date, DATA for what is no trade date; ConfigFault where no calendar is
    kept, the overrides are wrong, or no calendar reaches.
    """
    parser = CommandParser(prog="yzt day", description="The plan of a trade date: the next one, and what is due when.")
    add_common_options(parser)
    parser.add_argument("what", choices=("plan",), metavar="plan", help="the plan of a trade date")
    parser.add_argument("date", nargs="?", metavar="DATE", help="yyyymmdd (default: the next trade date from today)")
    parser.add_argument("--json", action="store_true", help="as JSON, times in seconds since 1970 (UTC)")
    options = parser.parse_args(argv)
    asked = _asked(options.date)
    plans = Plans(config)
    if asked is None:
        plan = plans.next_from(now_s() if now_s is not None else config.wall_clock().utc_ns() / 1e9)
    else:
        plan = plans.of(asked)
    if options.json:
        print(json.dumps(_json_of(plan, config.calendar.zone), indent=1))
    else:
        print("\n".join(_lines_of(plan, plans.times, config.calendar.zone)))
    return int(ExitCode.OK)


def _asked(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) == 8 and is_trade_date(int(text))):
        raise ProcessFault(f"day plan: {printable(text)[:50]} is no date yyyymmdd", ExitCode.USAGE)
    return int(text)


def _lines_of(plan: Plan, times: Times, zone: str) -> list[str]:
    """The plan for a person, in the zone's time."""

    def clock(second: int) -> str:
        return datetime.fromtimestamp(second, times.zone).strftime("%H:%M:%S")

    def moment(second: int) -> str:
        day = int(datetime.fromtimestamp(second, times.zone).strftime("%Y%m%d"))
        return f"{_day(day)} {clock(second)}"

    def row(number: int, window: Window) -> str:
        seconds = (window.pay_from_s, window.late_from_s, window.first_due_s, window.last_due_s)
        return f"{number:>6}  {_day(window.date)}  " + "   ".join(map(clock, seconds))

    return [
        f"trade date         {_day(plan.trade_date)}",
        f"sign-off from      {moment(plan.sign_off_s)}",
        f"sets due until     {moment(plan.sets_due_s)}",
        f"next trade date    {_day(plan.next_trade_date)}, opened from {clock(plan.open_next_s)}",
        "",
        "window  day           pay from   late from  first due  last due",
        *(row(number, window) for number, window in enumerate(plan.windows, 1)),
        "",
        f"what is due in window {DUE + 1}:",
        f"objection until    {moment(plan.objection_until_s(DUE))}",
        f"termination after  {moment(plan.termination_after_s(DUE))}",
        "",
        f"times are of {zone}",
    ]


def _day(date: int) -> str:
    return f"{date} {WEEKDAYS[trade_day(date) % 7]}"


def _json_of(plan: Plan, zone: str) -> dict[str, object]:
    """The plan for a program."""
    due = {"objection_until_s": plan.objection_until_s(DUE), "termination_after_s": plan.termination_after_s(DUE)}
    return {**asdict(plan), "zone": zone, **due}
