"""A story from its file: every fault of form is one line with file, line, place, and the value that stands there.

Belongs here: TOML to a story. Never here: what its keys are (story, events, lines), whether its names mean something
(checking).
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import msgspec

from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.printable import printable
from config.toml_files import read_toml
from frontend_sim.scenario.written.amounts import Fen, fen_of
from frontend_sim.scenario.written.events import Event
from frontend_sim.scenario.written.lines import Line
from frontend_sim.scenario.written.orders.parts import (
    Price,
    Rate,
    Turnover,
    UnitFee,
    price_of,
    rate_of,
    turnover_of,
    unit_fee_of,
)
from frontend_sim.scenario.written.story import Story

_PLACE = re.compile(r"^(.*) - (?:at `(?:key in )?\$([^`]*)`)$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[([0-9]+)\]")
_TABLE = re.compile(r"^\s*\[\[\s*([a-z_]+)\s*\]\]")
SHOWN_CHARS_MAX = 60


_DECODED: dict[type, Callable[[object], object]] = {
    Fen: fen_of,
    Price: price_of,
    Turnover: turnover_of,
    Rate: rate_of,
    UnitFee: unit_fee_of,
}


class StoryFault(ProcessFault):
    """A story is wrong, and nothing was started."""

    def __init__(self, message: str) -> None:
        """Takes the one line; the code is always ExitCode.DATA."""
        super().__init__(message, ExitCode.DATA)


class Places:
    """Where the tables of a file begin, for whoever says what is wrong with one."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lines: dict[str, list[int]] = {}
        for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
            found = _TABLE.match(line)
            if found is not None:
                self._lines.setdefault(found[1], []).append(number)

    def of(self, table: str, index: int) -> str:
        """File and line of a table by its index from 0: `story.toml:57: event 4`."""
        lines = self._lines.get(table, [])
        where = f"{self.file}:{lines[index]}" if index < len(lines) else str(self.file)
        return f"{where}: {table} {index + 1}"


def read_story(file: Path) -> tuple[Story, Places]:
    """The story in a file, and where its tables begin. Raises: StoryFault."""
    try:
        tree = read_toml(file)
    except ConfigFault as fault:
        raise StoryFault(str(fault)) from None
    places = Places(file)
    try:
        return msgspec.convert(tree, Story, dec_hook=_decoded), places
    except msgspec.ValidationError as error:
        raise StoryFault(_told(places, tree, str(error))) from None


def _decoded(kind: type, written: object) -> object:
    decode = _DECODED.get(kind)
    if decode is not None:
        return decode(written)
    raise NotImplementedError(kind)


def _told(places: Places, tree: object, said: str) -> str:
    """The line for what a check said: its place in words, and what stands there."""
    found = _PLACE.match(said)
    if found is None:
        return f"{places.file}: {said}"
    reason, path = found.groups()
    steps = [name or int(index) for name, index in _STEP.findall(path)]
    where = str(places.file)
    if len(steps) >= 2 and isinstance(steps[0], str) and isinstance(steps[1], int):
        where = places.of(steps[0], steps[1])
        steps_told = steps[2:]
    else:
        steps_told = steps
    value = tree
    for step in steps:
        if isinstance(value, dict | list) and (isinstance(value, list) or step in value):
            value = value[step]
    key = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in steps_told).removeprefix(".")
    known = f" (known: {', '.join(_words(steps[-1]))})" if steps and steps[-1] in ("do", "line") else ""
    return f"{where}: {f'{key}: ' if key else ''}{reason}{known}, found {_shown(value)}"


def _words(key: object) -> list[str]:
    """What may stand under `do` or `line`."""
    kinds = Event.__args__ if key == "do" else Line.__args__
    return [str(kind.__struct_config__.tag) for kind in kinds]


def _shown(value: object) -> str:
    """What stands in the file, as far as it fits."""
    if isinstance(value, dict):
        text = f"the keys {', '.join(map(str, value))}"
    elif isinstance(value, date | datetime):
        text = value.isoformat()
    else:
        text = repr(value)
    shown = printable(text)
    return shown if len(shown) <= SHOWN_CHARS_MAX else f"{shown[:SHOWN_CHARS_MAX]}…"
