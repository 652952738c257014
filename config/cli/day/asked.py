"""What the options of `yzt day` say of dates and brokers.

Belongs here: options to values. Never here: what is then done or printed (command, correcting).
"""

import argparse

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.printable import printable
from gateway.day.desk import DayDesk
from protocol.trade_dates import is_trade_date


def date_of(desk: DayDesk, options: argparse.Namespace) -> int:
    """The trade date that is meant. Raises ProcessFault USAGE for what is none."""
    return desk.seat.trade_date if options.date is None else trade_date_of(options.date)


def trade_date_of(text: str) -> int:
    """Raises ProcessFault USAGE for what is no date."""
    if not (text.isascii() and text.isdecimal() and len(text) == 8 and is_trade_date(int(text))):
        raise ProcessFault(f"day: {printable(text)[:50]} is no date yyyymmdd", ExitCode.USAGE)
    return int(text)


async def parties_of(desk: DayDesk, options: argparse.Namespace) -> list[int]:
    """The brokers that are meant. Raises ProcessFault USAGE for one that the bank does not know."""
    if options.party is None:
        return await desk.parties()
    known = [each.party for each in (await desk.seat.trade_dates()).brokers]
    if options.party not in known:
        there = ", ".join(map(str, known)) or "none"
        raise ProcessFault(f"day: there is no broker {options.party} (there are: {there[:200]})", ExitCode.USAGE)
    return [options.party]
