"""The SDK page says what the code does: verbs with their arguments, settings with their defaults.

Belongs here: comparing the tables of docs/sdk.md with protocol.client. Never here: what the verbs promise.
"""

import ast
import dataclasses
import inspect
import re

from protocol.client import Seat, SeatSettings, SyncSeat
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "sdk.md").read_text(encoding="utf-8")
NOT_VERBS = {"open", "statistics"}


def first_cells(heading: str, count: int) -> list[list[str]]:
    """The first cells of each row of the table below a heading, without backticks."""
    section = PAGE.partition(f"\n{heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `.*$", section, re.MULTILINE)
    return [[cell.strip(" `") for cell in row.strip("|").split(" | ")[:count]] for row in rows]


def spoken(name: str, verb: object) -> str:
    """A verb with the names of its arguments, as the page writes it."""
    assert callable(verb)
    parameters = [one for one in inspect.signature(verb).parameters.values() if one.name != "self"]
    names = [one.name for one in parameters]
    named_only = [index for index, one in enumerate(parameters) if one.kind is one.KEYWORD_ONLY]
    if named_only:
        names.insert(named_only[0], "*")
    return f"{name}({', '.join(names)})"


def test_every_verb_stands_in_the_page_with_its_arguments() -> None:
    verbs = {name: verb for name, verb in inspect.getmembers(Seat, inspect.isfunction) if not name.startswith("_")}
    told = [signature for (signature,) in first_cells("## Verbs", 1)]

    assert sorted(told) == sorted(spoken(name, verb) for name, verb in verbs.items() if name not in NOT_VERBS)


def test_the_blocking_face_has_the_same_verbs() -> None:
    told = [signature for (signature,) in first_cells("## Verbs", 1)]

    for signature in told:
        name = signature.partition("(")[0]
        assert spoken(name, getattr(SyncSeat, name)) == signature


def test_every_setting_stands_in_the_page_with_its_default() -> None:
    cells = first_cells("## Settings", 2)
    told = {name: ... if default == "needed" else ast.literal_eval(default) for name, default in cells}
    fields = {
        field.name: ... if field.default is dataclasses.MISSING else field.default
        for field in dataclasses.fields(SeatSettings)
    }

    assert told == fields
