"""`yzt clock show | set | advance`: the simulated clock of an installation, for tests, scenarios and training.

What belongs here: from what a person types to a time, and what is printed. What never may: how processes come by the
time (config.kit.wall_clock).
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from config.cli.options import add_common_options
from config.cli.running import CommandParser
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.printable import printable
from config.kit.wall_clock import SimulatedClock, spoken
from config.schema import Config
from config.supervise.state_folders import make_state_directory

NS_PER_SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?=[0-9])(?:([0-9]{1,5})d)?(?:([0-9]{1,7})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")


def main(argv: list[str], config: Config) -> int:
    """Prints what the clock shows, after it was put where it was to be. Returns: 0.

    Raises: ProcessFault USAGE for what is no time, or lies before what the clock shows; ConfigFault where simulation
    is not allowed.
    """
    parser = CommandParser(
        prog="yzt clock",
        description="The simulated clock, by which all processes of the installation decide. It goes forward only.",
        epilog="MOMENT: 2026-01-05T09:00:00 in calendar.zone, or with a zone of its own. DURATION: 90s, 30m, 1d2h.",
    )
    add_common_options(parser)
    parser.add_argument("what", choices=("show", "set", "advance"))
    parser.add_argument("to", nargs="?", metavar="MOMENT or DURATION", help="set: to when; advance: by how much")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--stop", action="store_const", const=True, dest="is_stopped", help="it stands still then")
    how.add_argument("--run", action="store_const", const=False, dest="is_stopped", help="it goes on from then")
    options = parser.parse_args(argv)
    if not config.clock.simulation:
        raise ConfigFault("clock.simulation: not allowed here: time is the machine's")
    if (options.to is None) != (options.what == "show"):
        wanted = {"show": "nothing more", "set": "a moment", "advance": "a duration"}[options.what]
        raise ProcessFault(f"clock {options.what}: takes {wanted} (see `yzt clock --help`)", ExitCode.USAGE)
    make_state_directory(config)
    clock, zone = SimulatedClock(config.clock_file), config.calendar.time_zone()
    match options.what:
        case "set":
            said = clock.put(_moment_ns(options.to, zone), is_stopped=bool(options.is_stopped))
        case "advance":
            said = clock.forward(_duration_ns(options.to), is_stopped=options.is_stopped)
        case _:
            said = clock.said()
    print(f"simulated time {spoken(said, zone)}")
    return int(ExitCode.OK)


def _moment_ns(text: str, zone: tzinfo) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ProcessFault(
            f"clock set: {printable(text)[:50]} is no time such as 2026-01-05T09:00:00", ExitCode.USAGE
        ) from None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1_000


def _duration_ns(text: str) -> int:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ProcessFault(
            f"clock advance: {printable(text)[:50]} is no duration such as 90s, 30m or 1d2h", ExitCode.USAGE
        )
    counts = zip(found.groups(), _UNITS.values(), strict=True)
    return sum(int(count) * seconds for count, seconds in counts if count) * NS_PER_SECOND
