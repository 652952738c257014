"""docs/scenario.md says what the program does: every table of a story with its keys, every key of the JSON file.

Belongs here: the page against the program. Never here: what keys mean.
"""

import re
from typing import get_args

import msgspec
import pytest

from frontend_sim.scenario.customers import CustomerTold
from frontend_sim.scenario.feeds import FeedTold
from frontend_sim.scenario.heard import Answer
from frontend_sim.scenario.telling import (
    BookPartTold,
    BookTold,
    DifferenceTold,
    EventTold,
    ItemTold,
    LaneTold,
    ObligationTold,
    PushTold,
    RestraintTold,
)
from frontend_sim.scenario.written import events, expected, story
from frontend_sim.scenario.written.acts import OFFERED, may_be_left_out
from frontend_sim.scenario.written.acts import keys_of as keys_of_act
from frontend_sim.scenario.written.events import Event
from frontend_sim.scenario.written.lines import Line
from frontend_sim.scenario.written.orders import ordering
from frontend_sim.scenario.written.strict import Strict
from protocol.messages.day.steps import ListedCorrection
from protocol.vocabulary import FeedKind
from tests.architecture.sources import ROOT
from tests.frontend_sim.scenario.stories import EXAMPLES

PAGE = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
OF_EVERY_EVENT = frozenset({"at", "note", "expects"})
TABLES = frozenset(
    {"outlets", "persons", "brokers", "channels", "securities", "fees", "phases", "customers", "sets", "events"}
)
Keys = list[tuple[str, bool]]
"""Names, each with whether it may be left out."""


def keys_of(table: type[msgspec.Struct], left_out: frozenset[str] = frozenset()) -> Keys:
    """The keys of a table."""
    fields = msgspec.structs.fields(table)
    return [(field.encode_name, not field.required) for field in fields if field.name not in left_out]


def tables(heading: str) -> list[list[list[str]]]:
    """The cells of the tables below a heading, up to the next one, without their two head lines."""
    below = re.split(r"\n#+ ", PAGE.partition(f"\n{heading}\n")[2])[0]
    found = re.findall(r"(?:^\|.*\n)+", f"{below}\n", re.MULTILINE)
    return [[[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]] for text in found]


def told(cell: str) -> Keys:
    """The keys in a cell, those in brackets may be left out."""
    return [(name or optional, bool(optional)) for optional, name in re.findall(r"\[`(\w+)`\]|`(\w+)`", cell)]


@pytest.mark.parametrize(
    ("heading", "table"),
    [
        ("### `[[outlet]]`", story.Outlet),
        ("### `[[person]]`", story.Person),
        ("### `[[broker]]`", story.Broker),
        ("### `[[channel]]`", ordering.Channel),
        ("### `[[security]]`", ordering.Security),
        ("### `[[fees]]`", ordering.Fees),
        ("### `[[phases]]`", ordering.Phases),
        ("### `[[customer]]`", story.Customer),
        ("### At the top", story.Story),
        ("### `[[set]]`", story.ClearingSet),
        ("### `[[event]]`", events.SignOff),
        ("### `expects`", expected.Expects),
    ],
)
def test_every_key_of_a_table_is_told(heading: str, table: type[msgspec.Struct]) -> None:
    known = keys_of(table, TABLES if table is story.Story else frozenset())
    what = [("do", False)] if table is events.SignOff else []

    assert [(row[0].strip("`"), bool(row[2])) for row in tables(heading)[0]] == known[:1] + what + known[1:]


@pytest.mark.parametrize(
    ("heading", "kinds"), [("### `[[set]]`", get_args(Line)), ("### `[[event]]`", get_args(Event))]
)
def test_every_kind_of_line_and_event_is_told_with_its_keys(heading: str, kinds: tuple[type[Strict], ...]) -> None:
    known = {str(kind.__struct_config__.tag): keys_of(kind, OF_EVERY_EVENT) for kind in kinds}
    found = {row[0].strip("`"): told(row[1]) for row in tables(heading)[1]}

    assert list(found) == list(known)
    assert {kind: sorted(keys) for kind, keys in found.items()} == {kind: sorted(keys) for kind, keys in known.items()}


def test_every_act_of_a_story_is_told_with_its_keys() -> None:
    found = {act: told(keys) for acts, keys in tables("### `[[event]]`")[2] for act in re.findall(r'"(\w+)"', acts)}

    assert found == {
        act: [(key, may_be_left_out(form, key)) for key in keys_of_act(form)] for act, form in OFFERED.items()
    }


def test_the_lines_of_a_list_are_told_with_their_keys() -> None:
    (line,) = re.findall(r"each of `lines` has ((?:`\w+` ?)+)", PAGE)

    assert re.findall(r"`(\w+)`", line) == list(keys_of_act(ListedCorrection))


def test_every_part_of_what_is_expected_is_told_with_its_keys() -> None:
    parts: dict[str, type[msgspec.Struct]] = {
        "refusals": expected.RefusalExpected,
        "customers": expected.CustomerExpected,
        "books": expected.BookExpected,
        "lanes": expected.LaneExpected,
        "obligations": expected.ObligationExpected,
        "restraints": expected.RestraintExpected,
        "pushes": expected.PushExpected,
        "worklist": expected.ItemExpected,
        "feed": expected.EntryExpected,
    }
    found = {row[0].strip("`"): told(row[1]) for row in tables("### `expects`")[1]}

    assert found == {name: keys_of(part) for name, part in parts.items()}


def test_every_kind_of_entry_of_a_feed_is_told_with_its_keys() -> None:
    found = {
        kind: tuple(key for key, _ in told(keys))
        for kinds, keys in tables("### `expects`")[2]
        for kind in re.findall(r'"(\w+)"', kinds)
    }

    assert found == expected.FEED_KEYS
    assert list(found) == [kind.name.lower() for kind in FeedKind]


def test_every_key_of_the_json_file_is_told() -> None:
    found = {row[0].strip("`"): row[1] for row in tables("## What is told")[1]}
    parts: dict[str, tuple[type[msgspec.Struct], ...]] = {
        "answers": (Answer,),
        "feed": (FeedTold,),
        "customers": (CustomerTold,),
        "books": (BookTold, BookPartTold),
        "lanes": (LaneTold, DifferenceTold),
        "obligations": (ObligationTold,),
        "restraints": (RestraintTold,),
        "pushes": (PushTold,),
        "worklist": (ItemTold,),
    }

    assert list(found) == [name for name, _ in keys_of(EventTold)]
    for name, structs in parts.items():
        known = [key for struct in structs for key, _ in keys_of(struct)]
        assert [key for key, _ in told(found[name])] == known, name


def test_every_example_is_told() -> None:
    told_of = re.findall(r"\]\(scenarios/(\w+)\.toml\)", PAGE)

    assert sorted(told_of) == sorted(file.stem for file in EXAMPLES)
    assert len(told_of) == len(set(told_of)) == 11
