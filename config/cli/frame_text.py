"""Decoded frames as text of 80 columns for people.

Belongs here: lines. Never here: decoding (protocol.describe), where the bytes come from (decode). What a peer chose to
write is shown with everything escaped that a terminal would not print.
"""

import textwrap
from datetime import UTC, datetime
from enum import IntEnum

from config.kit.printable import printable
from protocol.codes import ReplyCode
from protocol.describe import Json
from protocol.vocabulary import ContractEvent, ContractStatus, Direction, FrameKind, Role, SeatRole, Suite

COLUMNS = 80
NAME_COLUMNS = 18
HEX_COLUMNS = 32  # of a digest or a key, which do not fit beside their name
NS_PER_S = 1_000_000_000
FREEZE_STATES = {0: "", 1: "open", 2: "closed"}
ENUMS: dict[str, type[IntEnum]] = {
    "suite": Suite,
    "kind": FrameKind,
    "direction": Direction,
    "code": ReplyCode,
    "role": Role,
    "seat_role": SeatRole,
    "status": ContractStatus,
    "event": ContractEvent,
}
RECORD_COLUMNS = ("kind", "kind_name", "contract_no", "amount_fen")


def _meaning(name: str, value: Json) -> str:
    """What a value stands for, where it stands for something."""
    if name.endswith("_fen") and isinstance(value, str):  # a sum of 128 bits
        return f"{int.from_bytes(bytes.fromhex(value), 'big', signed=True):,}"
    if isinstance(value, bool) or not isinstance(value, int):
        return ""
    if name in ENUMS:
        try:
            return ENUMS[name](value).name
        except ValueError:
            return "?"
    if name.endswith("_at_ns") or name in ("valid_until_ns", "not_before_ns", "not_after_ns"):
        seconds, ns = divmod(value, NS_PER_S)
        if 0 < seconds < 2**33:
            return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.{ns:09d} UTC"
    return ""


def _line(name: str, value: Json) -> list[str]:
    text = printable(str(value))
    meaning = _meaning(name, value)
    head = f"  {name:<{NAME_COLUMNS}}"
    room = COLUMNS - len(head) - (2 + len(meaning) if meaning else 0)
    is_digest = len(text) > room and " " not in text
    wrapped = textwrap.wrap(text, HEX_COLUMNS if is_digest else room) or [""]
    lines = [head + wrapped[0] + (f"  {meaning}" if meaning else "")]
    return [line.rstrip() for line in [*lines, *(" " * len(head) + more for more in wrapped[1:])]]


def fields_text(fields: dict[str, Json]) -> list[str]:
    """One line per field; an array of messages one paragraph each."""
    lines: list[str] = []
    for name, value in fields.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for place, item in enumerate(value):
                assert isinstance(item, dict)
                lines += _details(f"{name}[{place}]", item)
        else:
            lines += _line(name, value)
    return lines


def _details(head: str, fields: dict[str, Json]) -> list[str]:
    shown = {name: value for name, value in fields.items() if name not in ("message", "tag")}
    words = [f"{name} {_in_words(name, value)}" for name, value in shown.items()]
    return textwrap.wrap(f"{head}: {', '.join(words)}", COLUMNS, initial_indent="  ", subsequent_indent="      ")


def _in_words(name: str, value: Json) -> str:
    meaning = _meaning(name, value)
    is_sum = isinstance(value, str) and name.endswith("_fen")
    return meaning if is_sum else f"{printable(str(value))} {meaning}".rstrip()


def records_text(first_number: int, records: list[Json]) -> list[str]:
    """Each record as a row, and what else it says below it."""
    lines = [f"  {'number':>10}  {'kind':<13}  {'contract':>14}  {'amount_fen':>20}"]
    for place, record in enumerate(records):
        assert isinstance(record, dict)
        kind = f"{record['kind']} {record['kind_name']}"
        number = first_number + place
        lines.append(f"  {number:>10}  {kind:<13}  {record['contract_no']:>14}  {record['amount_fen']:>20,}")
        rest = [
            f"{name} {printable(str(value))}"
            for name, value in record.items()
            if name not in RECORD_COLUMNS and value not in (0, "", "0" * 16)
        ]
        indent = " " * 14
        lines += textwrap.wrap(", ".join(rest), COLUMNS, initial_indent=indent, subsequent_indent=indent)
    return lines


def outcomes_text(first_number: int, fields: dict[str, Json]) -> list[str]:
    """The preamble, and each outcome as a row."""
    preamble, outcomes = fields["preamble"], fields["outcomes"]
    assert isinstance(preamble, dict)
    assert isinstance(outcomes, list)
    lines = fields_text(preamble)
    lines.append(f"  {'number':>10}  {'code':>5} {'':<27} {'state':<8}  {'remaining_fen':>20}")
    for place, outcome in enumerate(outcomes):
        assert isinstance(outcome, dict)
        code, state, remaining_fen = (outcome[name] for name in ("code", "state", "remaining_fen"))
        assert isinstance(state, int)
        assert isinstance(code, int)
        word = FREEZE_STATES.get(state, str(state))
        name = _meaning("code", code)
        lines.append(f"  {first_number + place:>10}  {code:>5} {name:<27} {word:<8}  {remaining_fen:>20,}")
    return lines


def body_text(first_number: int, body: Json) -> list[str]:
    """A decoded body: records, outcomes, or a message with its fields."""
    if isinstance(body, list):
        return ["records", *records_text(first_number, body)]
    assert isinstance(body, dict)
    if "preamble" in body:
        return ["outcomes", *outcomes_text(first_number, body)]
    fields = {name: value for name, value in body.items() if name not in ("message", "tag")}
    return [f"{body['message']} (tag {body['tag']})", *fields_text(fields)]
