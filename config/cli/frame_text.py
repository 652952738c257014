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
from protocol.vocabulary import (
    AccountEvent,
    AccountStatus,
    ClearedEvent,
    ContractEvent,
    ContractStatus,
    Direction,
    Fate,
    FrameKind,
    LaneState,
    Market,
    Role,
    SeatRole,
    Suite,
)

COLUMNS = 80
NAME_COLUMNS = 18
HEX_COLUMNS = 32  # of a digest or a key, which do not fit beside their name
NS_PER_S = 1_000_000_000
NUMBER_GIVEN = 3  # a state whose `remaining_fen` is a number, not an amount
STATES = {0: "", 1: "open", 2: "closed", NUMBER_GIVEN: "number", 4: "listed"}
NOT_SHOWN = ("message", "tag")  # of a message in a line
ENUMS: dict[str, type[IntEnum]] = {
    "suite": Suite,
    "kind": FrameKind,
    "direction": Direction,
    "code": ReplyCode,
    "role": Role,
    "seat_role": SeatRole,
    "status": ContractStatus,
    "contract_status": ContractStatus,
    "event": ContractEvent,
}
ENUMS_OF_MESSAGE: dict[str, dict[str, type[IntEnum]]] = {
    "ChangeAccount": {"event": AccountEvent},
    "AccountFacts": {"status": AccountStatus},
    "SecuritiesAccount": {"market": Market},
    "SetAnswer": {"state": LaneState},
}
"""Fields that mean something else in one message."""
RECORD_COLUMNS = ("kind", "kind_name", "contract_no", "account_no", "amount_fen")
ENUMS_OF_RECORD: dict[str, type[IntEnum]] = {"fate": Fate, "event": ClearedEvent}
SUMS_OF_SET = frozenset({"turnover", "fees", "net"})


def _meaning(name: str, value: Json, message: Json = "") -> str:
    """What a value stands for, where it stands for something. `message`: the one that it is a field of."""
    if _is_sum(name, value, message):
        assert isinstance(value, str)
        return f"{int.from_bytes(bytes.fromhex(value), 'big', signed=True):,}"
    if isinstance(value, bool) or not isinstance(value, int):
        return ""
    words = ENUMS_OF_MESSAGE.get(str(message), ENUMS).get(name, ENUMS.get(name))
    if words is not None:
        try:
            return words(value).name
        except ValueError:
            return "?"
    if name.endswith("_at_ns") or name in ("valid_until_ns", "not_before_ns", "not_after_ns"):
        seconds, ns = divmod(value, NS_PER_S)
        if 0 < seconds < 2**33:
            return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.{ns:09d} UTC"
    return ""


def _is_sum(name: str, value: Json, message: Json) -> bool:
    """Whether a value is a sum of 128 bits."""
    return isinstance(value, str) and (name.endswith("_fen") or (message == "SetTotals" and name in SUMS_OF_SET))


def _line(name: str, value: Json, message: Json) -> list[str]:
    text = printable(str(value))
    meaning = _meaning(name, value, message)
    head = f"  {name:<{NAME_COLUMNS}}"
    room = COLUMNS - len(head) - (2 + len(meaning) if meaning else 0)
    is_digest = len(text) > room and " " not in text
    wrapped = textwrap.wrap(text, HEX_COLUMNS if is_digest else room) or [""]
    lines = [head + wrapped[0] + (f"  {meaning}" if meaning else "")]
    return [line.rstrip() for line in [*lines, *(" " * len(head) + more for more in wrapped[1:])]]


def fields_text(fields: dict[str, Json]) -> list[str]:
    """One line per field; a message in it one paragraph, an array of them one each."""
    lines: list[str] = []
    for name, value in fields.items():
        if name in NOT_SHOWN:
            continue
        if isinstance(value, dict):
            lines += _details(name, value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for place, item in enumerate(value):
                assert isinstance(item, dict)
                lines += _details(f"{name}[{place}]", item)
        else:
            lines += _line(name, value, fields.get("message", ""))
    return lines


def _details(head: str, fields: dict[str, Json]) -> list[str]:
    return textwrap.wrap(f"{head}: {_in_line(fields)}", COLUMNS, initial_indent="  ", subsequent_indent="      ")


def _in_line(fields: dict[str, Json]) -> str:
    message = fields.get("message", "")
    shown = {name: value for name, value in fields.items() if name not in NOT_SHOWN}
    return ", ".join(f"{name} {_in_words(name, value, message)}" for name, value in shown.items())


def _in_words(name: str, value: Json, message: Json) -> str:
    if isinstance(value, list):
        words = [_in_line(item) if isinstance(item, dict) else _in_words(name, item, message) for item in value]
        return f"[{'; '.join(words)}]"
    meaning = _meaning(name, value, message)
    return meaning if _is_sum(name, value, message) else f"{printable(str(value))} {meaning}".rstrip()


def records_text(first_number: int, records: list[Json]) -> list[str]:
    """Each record as a row, and what else it says below it."""
    lines = [f"  {'number':>10}  {'kind':<17} {'contract, account':>17}  {'amount_fen':>20}"]
    for place, record in enumerate(records):
        assert isinstance(record, dict)
        kind = f"{record['kind']} {record['kind_name']}"
        number = first_number + place
        subject = record["account_no"] if "account_no" in record else record["contract_no"]
        lines.append(f"  {number:>10}  {kind:<17} {subject:>17}  {record.get('amount_fen', 0):>20,}")
        rest = [
            f"{name} {printable(str(value))} {_told(name, value)}".rstrip()
            for name, value in record.items()
            if name not in RECORD_COLUMNS and value not in (0, "", "0" * 16)
        ]
        indent = " " * 14
        lines += textwrap.wrap(", ".join(rest), COLUMNS, initial_indent=indent, subsequent_indent=indent)
    return lines


def _told(name: str, value: Json) -> str:
    """The word for what a line of a clearing set says of an order or contract."""
    words = ENUMS_OF_RECORD.get(name)
    return words(value).name if words is not None and isinstance(value, int) and value in set(words) else ""


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
        word = STATES.get(state, str(state))
        rest = f"{remaining_fen}" if state == NUMBER_GIVEN else f"{remaining_fen:,}"
        name = _meaning("code", code)
        lines.append(f"  {first_number + place:>10}  {code:>5} {name:<27} {word:<8}  {rest:>20}")
    return lines


def body_text(first_number: int, body: Json) -> list[str]:
    """A decoded body: records, outcomes, a page of orders, or a message with its fields."""
    if isinstance(body, list):
        return ["records", *records_text(first_number, body)]
    assert isinstance(body, dict)
    if "preamble" in body:
        return ["outcomes", *outcomes_text(first_number, body)]
    if "head" in body:
        head = body["head"]
        assert isinstance(head, dict)
        return ["page of orders", *fields_text(head), *fields_text({"entries": body["entries"]})]
    return [f"{body['message']} (tag {body['tag']})", *fields_text(body)]
