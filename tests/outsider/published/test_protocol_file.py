"""This client, written from the page alone, has the numbers of the published protocol.json, and no others.

Belongs here: comparing tables. Never here: frames.
"""

import json
import re
import struct
from enum import IntEnum
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from tests.outsider.wire import codes
from tests.outsider.wire.codes import (
    ENDS,
    OUTCOMES,
    REFUSALS,
    About,
    Code,
    Difference,
    Direction,
    Event,
    Fate,
    Kind,
    Lane,
    Order,
    Push,
    Suite,
)
from tests.outsider.wire.field_types import Blob, Capitals, Flag, Int, Many, Nested, ReplyCode, Text, Type
from tests.outsider.wire.frames import HEADER, MAGIC, VERSION
from tests.outsider.wire.layouts.corrections import FORM as CORRECTION
from tests.outsider.wire.layouts.ordering import BUY, OF_KIND, OF_ORDERING, SELL, XSHE, XSHG
from tests.outsider.wire.layouts.ordering import fields_of as fields_of_ordering
from tests.outsider.wire.layouts.table import BODIES, LAYOUTS
from tests.outsider.wire.lines import LINES, NAME_ORDERS, OF_ORDER, OF_REFERENCE, fields_of
from tests.outsider.wire.records import CLOSED, LISTED, NO_FREEZE, NUMBER_GIVEN, OPEN, OUTCOME, PREAMBLE, RECORD
from tests.outsider.wire.signing import SIGNED_BEFORE_HEADER

PROTOCOL: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "protocol.json").read_text())


RECORDS = (RECORD, OF_ORDER, OF_REFERENCE, CORRECTION)
CLASS_NAMES = {range(1): "ACCEPTED", ENDS: "TERMINATE", REFUSALS: "NOT_APPLIED", OUTCOMES: "OUTCOMES"}


def described(wanted: Type) -> dict[str, Any]:
    """A field's type as protocol.json has it."""
    match wanted:
        case Int(low, high):
            return {"type": "int", "min": low, "max": high}
        case Text(low, high):
            return {"type": "str", "min": low, "max": high}
        case Capitals(low, high):
            return {"type": "str", "min": low, "max": high, "characters": "0-9A-Z"}
        case Blob(low, high):
            return {"type": "bin", "min": low, "max": high}
        case Many(low, high, item):
            return {"type": "array", "min": low, "max": high, "item": described(item)}
        case Nested(name):
            return {"type": "message", "message": name}
        case Flag():
            return {"type": "bool"}
        case ReplyCode(classes):
            return {"type": "code", "classes": [CLASS_NAMES[each] for each in classes]}


def test_every_message_has_the_fields_and_bounds_of_the_page() -> None:
    ours = {
        name: (tag, [{"name": field, **described(wanted)} for field, wanted in fields])
        for name, (tag, fields) in LAYOUTS.items()
    }
    assert ours == {each["name"]: (each["tag"], each["fields"]) for each in PROTOCOL["messages"]}


def test_every_code_is_in_the_list_with_its_class() -> None:
    listed = {each["name"]: each["code"] for each in PROTOCOL["codes"]}
    assert {code.name: int(code) for code in Code} == listed
    classes = {"TERMINATE": ENDS, "NOT_APPLIED": REFUSALS, "OUTCOMES": OUTCOMES}
    assert {each["told_in"]: range(each["min"], each["max"] + 1) for each in PROTOCOL["code_classes"]} == classes
    for each in PROTOCOL["codes"]:
        assert each["code"] == 0 or each["code"] in classes[each["told_in"]]


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        *(("Direction", Direction), ("Suite", Suite), ("RecordKind", Order)),
        *(("Fate", Fate), ("ClearedEvent", Event), ("LaneState", Lane), ("PushState", Push)),
        *(("DifferenceClass", Difference), ("ComparedField", About)),
    ],
    ids=lambda each: str(each),
)
def test_every_enumeration_has_its_numbers(name: str, ours: type[IntEnum]) -> None:
    assert sorted(PROTOCOL["enumerations"][name].values()) == sorted(ours)


def test_every_kind_of_frame_carries_its_messages() -> None:
    assert {each["name"]: each["kind"] for each in PROTOCOL["frame_kinds"]} == {kind.name: int(kind) for kind in Kind}
    told = {each["kind"]: sorted(each["messages"]) for each in PROTOCOL["frame_kinds"] if each["messages"]}
    assert {int(kind): sorted(names) for kind, names in BODIES.items()} == told


@pytest.mark.parametrize(
    ("name", "layouts"),
    [("header", (HEADER,)), ("record", RECORDS), ("outcome", (OUTCOME,)), ("outcomes_preamble", (PREAMBLE,))],
    ids=["header", "record", "outcome", "preamble"],
)
def test_every_field_of_a_layout_lies_where_the_page_says(name: str, layouts: tuple[struct.Struct, ...]) -> None:
    """Fields of a record share their bytes, by kind."""
    ours = {place for layout in layouts for place in places(layout)}
    assert {(field["offset"], field["bytes"]) for field in PROTOCOL[name]} == ours


def places(layout: struct.Struct) -> set[tuple[int, int]]:
    """Offset and size of each field, also of what is left out."""
    sizes = [struct.calcsize(f"<{item}") for item in re.findall(r"\d+[sx]|[a-z]", layout.format.lstrip("<"))]
    return set(zip(accumulate([0, *sizes]), sizes, strict=False))


def test_every_line_uses_the_fields_of_the_page_and_each_lies_where_this_client_reads_it() -> None:
    where = {field["name"]: (field["offset"], field["bytes"]) for field in PROTOCOL["record"]}
    listed = {each["kind"]: each["fields"] for each in PROTOCOL["record_kinds"] if each["is_line"]}

    assert list(listed) == list(LINES)
    for kind in LINES:
        assert sorted(fields_of(kind)) == sorted(listed[kind])
        layout = OF_ORDER if kind in NAME_ORDERS else OF_REFERENCE
        assert {where[name] for name in listed[kind]} <= places(layout)


def test_orders_through_the_bank_use_the_fields_of_the_page_and_each_lies_where_this_client_reads_it() -> None:
    where = {field["name"]: (field["offset"], field["bytes"]) for field in PROTOCOL["record"]}
    listed = {each["kind"]: each["fields"] for each in PROTOCOL["record_kinds"] if 20 <= each["kind"] <= 26}

    assert list(listed) == list(OF_KIND)
    for kind in OF_KIND:
        assert sorted(fields_of_ordering(kind)) == sorted(listed[kind])
        assert {where[name] for name in listed[kind]} <= places(OF_ORDERING)
    sides, markets = PROTOCOL["enumerations"]["Side"], PROTOCOL["enumerations"]["Market"]
    assert (sides["BUY"], sides["SELL"], markets["XSHG"], markets["XSHE"]) == (BUY, SELL, XSHG, XSHE)


def test_the_states_of_a_lane_and_of_an_outcome_are_those_of_the_page() -> None:
    assert PROTOCOL["outcome_states"] == {
        "NONE": NO_FREEZE,
        "OPEN": OPEN,
        "CLOSED": CLOSED,
        "NUMBER_GIVEN": NUMBER_GIVEN,
        "LISTED": LISTED,
    }
    moves = {(each["state"], each["event"]): each["next"] for each in PROTOCOL["lane_states"]["moves"]}
    assert {state for state, _ in moves} | set(moves.values()) == {state.name for state in Lane}
    for state in Lane:
        assert ((state.name, "ANNOUNCE_SET") in moves) is (state in (Lane.TRADING, Lane.FINISHED))
        assert ((state.name, "WITHDRAW_SET") in moves) is (Lane.COLLECTING <= state < Lane.PUBLISHED)
    assert moves[Lane.COMPLETE.name, "RECONCILE"] == Lane.RECONCILED.name
    assert moves[Lane.RECONCILED.name, "PUBLISH"] == Lane.PUBLISHED.name


def test_what_is_signed_and_what_stands_first() -> None:
    assert bytes.fromhex(PROTOCOL["signed_before_header"]) == SIGNED_BEFORE_HEADER
    assert (PROTOCOL["magic"].encode(), PROTOCOL["version"]) == (MAGIC, VERSION)
    assert codes.Code(0).name == "ACCEPTED"
