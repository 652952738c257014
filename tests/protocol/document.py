"""The tables of docs/protocol.md that are made from the code: `python -m tests.protocol.document` writes them again.

Belongs here: code to Markdown. Never here: prose. A test demands that the document's tables are these.
"""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from frontend_sim.practice.misdeeds import MISDEEDS, meaning
from ledger.core.roles import CONTROL_RIGHTS
from protocol import codes, limits, vocabulary
from protocol.codes import FACTS, ReplyCode
from protocol.header import PREFIX, Header
from protocol.kinds import (
    ACT_FIELD,
    EXCESS_FIELD,
    KINDS,
    LINE_KINDS,
    ORDER_FIELDS,
    ORDERING_KINDS,
    PRICE_FIELDS,
    RELEASE_FIELD,
    RESTRAINT_FIELD,
    TRADE_DAY_FIELD,
    TURNOVER_FIELD,
    WAY_FIELD,
    WireKind,
)
from protocol.limits import AMOUNT_FEN_MAX
from protocol.messages import gateway_link
from protocol.messages.base import Message
from protocol.messages.control import Genesis, PartyEntry, PartyKey, SeatEntry, ServesAgain
from protocol.messages.queries import OF_ALL_PARTIES, OF_PASSWORDS
from protocol.records import OUTCOME, RECORD
from protocol.vocabulary import FrameKind, SeatRole, Way
from rules.kinds import LAW
from tests.protocol.page import acts as document_acts
from tests.protocol.page import lines as document_lines
from tests.protocol.page import ordering as document_ordering
from tests.protocol.page import states as document_states
from tests.protocol.page.tables import bytes_by_kind, golden, hex_lines, table, type_name
from tests.protocol.page.words import CLASS_WORDS, CODE_CLASSES, LIMITS, MEANINGS, REACTIONS, SETS

DOCUMENT = Path(__file__).parents[2] / "docs" / "protocol.md"
SECTION = re.compile(r"(<!-- made from code: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
OF_THE_GATEWAY = {message for message in Message.__subclasses__() if message.__module__ == gateway_link.__name__}
INSIDE_THE_BANK = {SeatEntry, PartyKey, PartyEntry, Genesis, ServesAgain, *OF_THE_GATEWAY}
CAPITALS = re.compile(r"\^\[0-9A-Z\]\{1,(\d+)\}\$")  # the only pattern that a field of a message has


def _layout(dtype: np.dtype[np.void], names: list[str]) -> list[list[str]]:
    fields = dtype.fields
    assert fields is not None
    rows = []
    for name in names:
        kind, offset = fields[name][:2]
        code = kind.str.lstrip("<|")
        rows.append([str(offset), str(kind.itemsize), f"`{name}`", type_name(code)])
    return rows


def header_layout() -> str:
    """Offsets of the 96 header bytes."""
    names = [name for name in PREFIX.names or () if name != "signature"]
    assert names == list(Header._fields)
    return table(["offset", "bytes", "field", "type"], _layout(PREFIX, names))


def record_layout() -> str:
    """Offsets of the 64 record bytes of all kinds but lines, corrections and orders through the bank; some fields share
    their place."""
    others = [row for row in KINDS.values() if row.is_line or row.is_correction or row.is_ordering]
    elsewhere = {name for row in KINDS.values() if row not in others for name in row.all_fields}
    theirs = {name for row in others for name in row.all_fields} - elsewhere
    names = [name for name in RECORD.names or () if name not in theirs]
    return table(["offset", "bytes", "field", "type"], _layout(RECORD, names))


def kinds() -> str:
    """What each kind of record but a line, or an order through the bank, uses of the 64 bytes."""

    def amounts(row: WireKind) -> str:
        beside = {
            RELEASE_FIELD: "`release_fen` 0 to 2^40: released beside the charge",
            TURNOVER_FIELD: "`turnover_fen` 0 to 2^40: moves nothing",
        }
        if PRICE_FIELDS[0] in row.fields:
            return "`price`, `security`: not checked"
        if row.is_verdict or row.is_correction:
            both = "`cleared_proceeds_fen`; `made_good_buys_fen`: 0 to 2^40 each"
            return both if row.is_correction else "`until_s` above 0 where it is 1, else 0; 0"
        if EXCESS_FIELD in row.fields:
            return "`excess_fen` 0 to 2^40: cost booked beside them; 0"
        if not beside.keys() & set(row.fields):
            return "0"
        return "; ".join(words if name in row.fields else f"`{name}` 0" for name, words in beside.items())

    def byte_1(row: WireKind) -> str:
        if WAY_FIELD in row.fields:
            return f"`way` 0 to {max(LAW[row.kind].legs)}; 0"
        if ACT_FIELD in row.fields:
            return "0; `act_number` from 0"
        if row.is_verdict:
            return "0; `generation` from 0"
        return "not checked" if ORDER_FIELDS[0] in row.fields else "0"

    def bytes_of_target(row: WireKind) -> str:
        if RESTRAINT_FIELD in row.fields:
            return f"`{RESTRAINT_FIELD}` (bytes 48–55) by way {Way.JUDICIAL}; 0"
        return "the freeze" if row.needs_target else _further(row)

    assert AMOUNT_FEN_MAX == 2**40
    return table(
        [
            "kind",
            "meaning",
            "names",
            "`amount_fen`",
            "market, quantity",
            "`trade_day`",
            "bytes 24–39",
            "target (bytes 40–55)",
        ],
        [
            [
                row.name,
                row.meaning,
                "`account_no`" if row.names_account else "`contract_no`",
                _amount(row),
                byte_1(row),
                _trade_day(row),
                amounts(row),
                bytes_of_target(row),
            ]
            for row in KINDS.values()
            if not (row.is_line or row.is_ordering)
        ],
    )


def _amount(row: WireKind) -> str:
    if row.is_verdict:
        return "0"
    return (f"{row.amount}, " if row.amount else "") + f"{row.amount_fen_min} to 2^40"


def _further(row: WireKind) -> str:
    if row.is_verdict:
        return f"`channel` 1 to {limits.CHANNELS_MAX}; 0; `nonce` from 1; bytes 56–63 0"
    return "0" if not row.is_correction else "to byte 63: amounts, see 17.8"


def _trade_day(row: WireKind) -> str:
    if row.is_verdict:
        return "`verdict` 1 or 2"
    if TRADE_DAY_FIELD not in row.fields:
        return "0"
    return "of the set" if row.senders == {vocabulary.SeatRole.DAY_DESK} else "of the execution"


def outcome_layout() -> str:
    """Offsets of the 16 outcome bytes."""
    return table(["offset", "bytes", "field", "type"], _layout(OUTCOME, list(OUTCOME.names or ())))


def numbers() -> str:
    """The closed sets of numbers."""
    rows = [[f"`{each.__name__}`", ", ".join(f"{item.value} {item.name}" for item in each)] for each in SETS]
    return table(["set", "numbers"], rows)


def _bounds(low: int | None, high: int | None) -> str:
    powers = {2**exponent: f"2^{exponent}" for exponent in (31, 40, 60, 62)}
    powers |= {-(2**62): "−2^62", 2**31 - 1: "2^31 − 1", 10**18 - 1: "10^18 − 1"}
    low_text, high_text = (powers.get(bound, f"{bound:,}") if bound is not None else "…" for bound in (low, high))
    return low_text if low_text == high_text else f"{low_text} to {high_text}"


def capitals_max(pattern: str) -> int:
    """How many of the characters 0 to 9 and A to Z a field with this pattern may have; at least one."""
    found = CAPITALS.fullmatch(pattern)
    assert found is not None, f"{pattern} has no words yet"
    return int(found[1])


def _field_type(kind: msgspec.inspect.Type) -> str:
    match kind:
        case msgspec.inspect.IntType(ge=None, le=None):
            return "int: a reply code"
        case msgspec.inspect.IntType(ge=low, le=high):
            return f"int {_bounds(low, high)}"
        case msgspec.inspect.BytesType(min_length=low, max_length=high):
            return f"bin of {_bounds(low, high)} bytes"
        case msgspec.inspect.StrType(pattern=str(pattern)):
            return f"str of 1 to {capitals_max(pattern)} characters 0 to 9 and A to Z"
        case msgspec.inspect.StrType(min_length=low, max_length=high):
            return f"str of {_bounds(low or 0, high)} characters"
        case msgspec.inspect.BoolType():
            return "bool"
        case msgspec.inspect.ListType(item_type=item, min_length=low, max_length=high):
            return f"array of {_bounds(low or 0, high)} × {_field_type(item)}"
        case msgspec.inspect.StructType(cls=cls):
            return f"`{cls.__name__}`"
    raise AssertionError(f"{kind} has no words yet")


def message_bodies() -> str:
    """Every message between partner and bank: tag and fields in order."""
    rows = []
    for message in sorted(Message.__subclasses__(), key=lambda each: int(str(each.__struct_config__.tag))):
        tag = int(str(message.__struct_config__.tag))
        if message in INSIDE_THE_BANK:
            continue
        described = msgspec.inspect.type_info(message)
        assert isinstance(described, msgspec.inspect.StructType)
        fields = [f"`{field.name}` {_field_type(field.type)}" for field in described.fields]
        if message.__name__ in CODE_CLASSES:
            words = f"int {CLASS_WORDS[CODE_CLASSES[message.__name__]]}: a reply code"
            fields = [field.replace("int: a reply code", words) for field in fields]
        rows.append([str(tag), f"`{message.__name__}`", "; ".join(fields)])
    return table(["tag", "message", "fields in order"], rows)


def roles() -> str:
    """Roles of seats × kinds."""

    def mark(is_permitted: bool) -> str:
        return "yes" if is_permitted else ""

    rows = [[f"record {kind.name}", *(mark(role in row.senders) for role in SeatRole)] for kind, row in KINDS.items()]
    rights = {right for permitted in CONTROL_RIGHTS.values() for right in permitted}
    events = sorted(right for right in rights if isinstance(right, vocabulary.ContractEvent))
    messages = sorted((right for right in rights if isinstance(right, type)), key=lambda each: each.__name__)
    named = [(f"control `{each.__name__}`", each) for each in messages]
    for name, right in [*named, *((f"control `ChangeContract` {event.name}", event) for event in events)]:
        rows.append([name, *(mark(right in CONTROL_RIGHTS[role]) for role in SeatRole)])
    of_desks = ["yes"] * (len(SeatRole) - 2)
    rows.append(["query `BuyingPowerQuery`", "own contracts", "one that is signed on", *of_desks])
    rows.append(["query `OutcomeQuery`", "own seat", "", *["own seat"] * len(of_desks)])
    of_passwords = ["at the counter" if role == SeatRole.TELLER_DESK else "" for role in SeatRole][2:]
    rows += [[f"query `{each.__name__}`", "", "yes", *of_passwords] for each in OF_PASSWORDS]
    rows += [[f"query `{each.__name__}`", "", "", *of_desks] for each in OF_ALL_PARTIES]
    rows.append(["query `AccountQuery`", "all read as unknown", "", *["yes"] * len(of_desks)])
    rows.append(["query `FeedQuery`", "own feed", "", *["reads as an empty one"] * len(of_desks)])
    rows.append(["query `PushQuery`", "own pushes", "", *["all read as unknown"] * len(of_desks)])
    rows.append(["query `OpenPushQuery`", "told none", "", *["yes"] * len(of_desks)])
    rows.append(["query `OpenItemsQuery`", "own contracts, no restraints", "", *["yes"] * len(of_desks)])
    rows.append(["query `SetQuery`", "own dates", "", *["reads as no set"] * len(of_desks)])
    return table(["what", *(role.name for role in SeatRole)], rows)


def code_list() -> str:
    """Every code in the order of its rank."""

    def told_in(code: ReplyCode) -> str:
        if codes.ends_link(code):
            return "TERMINATE"
        return "NOT_APPLIED" if codes.consumes_nothing(code) else "OUTCOMES"

    rows = []
    for code, facts in FACTS.items():
        meaning = MEANINGS.get(code, facts.meaning)
        rows.append([str(int(code)), code.name, told_in(code), meaning, "yes" if facts.retry_may_succeed else "no"])
    return table(["code", "name", "told in", "meaning", "may succeed again"], rows)


def limit_list() -> str:
    """The limits that a partner meets."""
    rows = [[f"`{name}`", f"{getattr(limits, name):,}", what] for name, what in LIMITS.items()]
    return table(["limit", "value", "what"], rows)


def worked_frame() -> str:
    """The golden NEGOTIATE of suite 1, byte by byte."""
    frame = golden("negotiate")
    fields = PREFIX.fields
    assert fields is not None
    rows = []
    for name, value in frame.header._asdict().items():
        kind, offset = fields[name][:2]
        part = frame.header_bytes[offset : offset + kind.itemsize]
        text = "" if name == "body_digest" else value.decode() if isinstance(value, bytes) else f"{int(value)}"
        rows.append([f"`{name}`", f"`{part.hex()}`", text])
    return (
        "Header:\n\n"
        + hex_lines(frame.header_bytes)
        + "\nSignature (Ed25519 over `YZT1/frame`, a zero byte and the header):\n\n"
        + hex_lines(frame.signature)
        + f"\nBody ({len(frame.body)} bytes: array of 3, tag 1, bin of 16, str of 11):\n\n"
        + hex_lines(frame.body)
        + "\n"
        + table(["field", "bytes", "value"], rows)
    )


def worked_record() -> str:
    """The first record and the first outcome of the golden block."""
    record, outcome = golden("records").body[:64], golden("outcomes").body[80:96]
    return f"The freeze, 64 bytes:\n\n{hex_lines(record)}\nIts outcome, 16 bytes:\n\n{hex_lines(outcome)}"


def misdeed_list() -> str:
    """What the practice bank can do wrong, and what a right client makes of it."""
    rows = [[f"`{name}`", meaning(name), REACTIONS[name]] for name in MISDEEDS]
    return table(["misdeed", "what befalls the frame", "what a right client does"], rows)


SECTIONS: dict[str, Callable[[], str]] = {
    "line_bytes": lambda: bytes_by_kind(LINE_KINDS),
    "line_sums": document_lines.line_sums,
    "ordering_bytes": lambda: bytes_by_kind(ORDERING_KINDS),
    "ordering": document_ordering.ordering,
    "worked_order": document_ordering.worked_order,
    "lane_states": document_states.lane_states,
    "push_states": document_states.push_states,
    "worked_set": document_lines.worked_set,
    "header": header_layout,
    "record": record_layout,
    "kinds": kinds,
    "outcome": outcome_layout,
    "numbers": numbers,
    "messages": message_bodies,
    "bank_states": document_states.bank_states,
    "partner_states": document_states.partner_states,
    "contract_states": document_states.contract_states,
    "account_states": document_states.account_states,
    "roles": roles,
    "codes": code_list,
    "limits": limit_list,
    "misdeeds": misdeed_list,
    "frame_kinds": lambda: table(
        ["kind", "name"], [[str(int(kind)), kind.name] for kind in FrameKind if kind < FrameKind.REGISTER]
    ),
    "worked_frame": worked_frame,
    "worked_record": worked_record,
    "worked_act": document_acts.worked_act,
}


def renewed(text: str) -> str:
    """The document with every section made again. Raises KeyError for a section that nobody makes."""
    return SECTION.sub(lambda found: f"{found[1]}\n{SECTIONS[found[2]]()}\n{found[3]}", text)


def main() -> None:
    """Rewrite the document's sections."""
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
