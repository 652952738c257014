"""`yzt scenario FILE`: a story run through real processes.

Belongs here: the command's options, where its lines go, its verdict. Never here: form and sense of a story (reading,
checking), running it (running).
"""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import msgspec
from rich.console import Console

from config.cli.options import add_common_options
from config.cli.running import CommandParser, run_command
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import print_progress
from config.schema import Config
from frontend_sim.scenario.printing import printed
from frontend_sim.scenario.running import Run
from frontend_sim.scenario.telling import EventTold
from frontend_sim.scenario.written.checking import check
from frontend_sim.scenario.written.reading import read_story


def main(argv: list[str], config: Config) -> int:
    """Checks and plays a story. Returns: 0, or 1 when something was answered otherwise than it expects.

    Raises: ProcessFault with file, line and both values for a story that is wrong, before anything is started.
    """
    parser = CommandParser(
        prog="yzt scenario",
        description="A written story (TOML), run through real processes of an installation of its own.",
        epilog="docs/scenario.md describes the file, and has examples.",
    )
    add_common_options(parser)
    parser.add_argument("file", type=Path, metavar="FILE", help="the story")
    parser.add_argument("--check", action="store_true", help="say whether the file is in order, and start nothing")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was told, a JSON object in each line")
    parser.add_argument("--keep", action="store_true", help="keep the state directory for a look")
    options = parser.parse_args(argv)
    story, places = read_story(options.file)
    check(story, places)
    if options.check:
        print(f"{options.file}: {len(story.customers)} customers, {len(story.events)} events: in order")
        return int(ExitCode.OK)
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(options.json.open("w", encoding="utf-8")) if options.json else None
        except OSError as error:
            raise ProcessFault(f"{options.json}: {error.strerror}", ExitCode.DATA) from None
        teller = _Teller(stream)
        run = Run(story, config.calendar.time_zone(), teller, print_progress)
        run_command(_play, run, config, options.keep)
    for line in run.otherwise:
        print(line)
    expected = sum(event.expects is not None for event in story.events)
    found = f"{len(run.otherwise)} figures are OTHERWISE" if run.otherwise else "all is as expected"
    print(f"{len(story.events)} events, {expected} with what is expected of them: {found}")
    return int(ExitCode.FAILED if run.otherwise else ExitCode.OK)


async def _play(run: Run, config: Config, keep: bool) -> int:
    await run.play(config, keep)
    return int(ExitCode.OK)


class _Teller:
    """Prints each event, and writes it where it is to be written."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._stream = stream
        self._before: EventTold | None = None
        self._width = Console().width if sys.stdout.isatty() else 0

    def __call__(self, told: EventTold) -> None:
        print(printed(told, self._before, self._width), end="\n\n", flush=True)
        if self._stream is not None:
            self._stream.write(msgspec.json.encode(told).decode() + "\n")
            self._stream.flush()
        self._before = told
