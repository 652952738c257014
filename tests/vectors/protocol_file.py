"""The whole protocol as one JSON value, made from the code: what docs/protocol.md says in tables, for programs.

Belongs here: code to JSON. Never here: prose, frames. A test demands that the published file is this, and another one
that the client of tests/outsider, written from the page alone, has the same.
"""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import msgspec
import numpy as np

from ledger.core.roles import CONTROL_RIGHTS
from protocol import codes, limits, records, vocabulary
from protocol.codes import FACTS, ReplyCode
from protocol.describe import Json
from protocol.header import MAGIC, PREFIX, PROTOCOL_VERSION, body_bytes_max
from protocol.keys.signing import DOMAIN, PUBLIC_KEY_BYTES
from protocol.kinds import KINDS
from protocol.messages.base import Message
from protocol.messages.control import ControlMessage
from protocol.messages.feeds import FeedPage
from protocol.messages.queries import AnswerMessage, QueryMessage
from protocol.messages.session import SessionMessage
from protocol.records import OUTCOME, RECORD
from protocol.session.states import BANK_TRANSITIONS, PARTNER_TRANSITIONS, TO_BANK_TRIGGERS, TO_PARTNER_TRIGGERS
from protocol.vocabulary import FrameKind, SeatRole, Suite
from rules.contracts import ACCOUNT_TRANSITIONS, ENDED, OWN_STATUSES, TRANSITIONS, state_of
from rules.day.states import LANE_STATES
from rules.kinds import LAW, refusals_by_state
from tests.protocol.document import INSIDE_THE_BANK, capitals_max
from tests.protocol.page.words import CODE_CLASSES, LIMITS, MEANINGS, SETS

S = TypeVar("S", bound=Enum)
T = TypeVar("T", bound=Enum)

BODIES = {
    FrameKind.CONTROL: ControlMessage,
    FrameKind.QUERY: QueryMessage,
    FrameKind.ANSWER: AnswerMessage,
}


def layout(dtype: np.dtype[np.void], names: tuple[str, ...]) -> list[Json]:
    """Fields of a fixed layout: offset, bytes, and whether they are a little-endian signed integer."""
    fields = dtype.fields
    assert fields is not None
    found: list[Json] = []
    for name in names:
        kind, offset = fields[name][:2]
        what = "int" if kind.kind == "i" else "text" if kind.kind == "S" else "bytes"
        found.append({"name": name, "offset": int(offset), "bytes": int(kind.itemsize), "type": what})
    return found


def _bounded(name: str, low: int | None, high: int | None) -> dict[str, Json]:
    assert high is not None
    return {"type": name, "min": low or 0, "max": high}


def field_type(kind: msgspec.inspect.Type) -> dict[str, Json]:
    """The type of a message's field with its bounds; lengths are of bytes, characters or items."""
    match kind:
        case msgspec.inspect.IntType(ge=None, le=None):
            return {"type": "code"}
        case msgspec.inspect.IntType(ge=low, le=high):
            assert low is not None
            return {"type": "int", "min": low, "max": int(high or 0)}
        case msgspec.inspect.BytesType(min_length=low, max_length=high):
            return _bounded("bin", low, high)
        case msgspec.inspect.StrType(pattern=str(pattern)):
            return {**_bounded("str", 1, capitals_max(pattern)), "characters": "0-9A-Z"}
        case msgspec.inspect.StrType(min_length=low, max_length=high):
            return _bounded("str", low, high)
        case msgspec.inspect.BoolType():
            return {"type": "bool"}
        case msgspec.inspect.ListType(item_type=item, min_length=low, max_length=high):
            return {**_bounded("array", low, high), "item": field_type(item)}
        case msgspec.inspect.StructType(cls=cls):
            return {"type": "message", "message": cls.__name__}
    raise AssertionError(f"{kind} has no words yet")


def tag_of(message: type[Message]) -> int:
    """The tag of a message."""
    return int(str(message.__struct_config__.tag))


def message_list() -> list[Json]:
    """Every message between partner and bank, by tag."""
    found: list[Json] = []
    for message in sorted(Message.__subclasses__(), key=tag_of):
        if message in INSIDE_THE_BANK:
            continue
        described = msgspec.inspect.type_info(message)
        assert isinstance(described, msgspec.inspect.StructType)
        fields: list[Json] = []
        for field in described.fields:
            told = field_type(field.type)
            if told == {"type": "code"}:
                told["classes"] = list(CODE_CLASSES[message.__name__])
            fields.append({"name": field.name, **told})
        found.append({"tag": tag_of(message), "name": message.__name__, "fields": fields})
    return found


def _messages_of(kind: FrameKind) -> list[Json]:
    if kind in (FrameKind.RECORDS, FrameKind.OUTCOMES, FrameKind.ORDERS):
        return []
    if kind == FrameKind.FEED:
        return [FeedPage.__name__]
    if kind in BODIES:
        return [each.__name__ for each in BODIES[kind].__args__ if each not in INSIDE_THE_BANK]
    wanted = kind.name.title().replace("_", "")
    return [each.__name__ for each in SessionMessage.__args__ if each.__name__ == wanted]


def kind_list() -> list[Json]:
    """Every kind of frame between partner and bank: where it travels, how long its body is, which messages it has."""
    found: list[Json] = []
    for kind in FrameKind:
        if kind >= FrameKind.REGISTER:
            continue
        ways: list[Json] = []
        ways += ["TO_BANK"] if kind in TO_BANK_TRIGGERS else []
        ways += ["TO_PARTNER"] if kind in TO_PARTNER_TRIGGERS else []
        found.append(
            {
                "kind": int(kind),
                "name": kind.name,
                "directions": ways,
                "body_bytes_max": body_bytes_max(kind),
                "consumes_numbers": kind in vocabulary.NUMBERED_KINDS,
                "messages": _messages_of(kind),
            }
        )
    return found


def record_kinds() -> list[Json]:
    """Every kind of record: which fields of the layout it uses; all other bytes are zero."""
    return [
        {"kind": int(kind), "name": kind.name, "is_line": row.is_line, "fields": list(row.all_fields)}
        for kind, row in KINDS.items()
    ]


def code_list() -> list[Json]:
    """Every code by rank."""

    def told_in(code: ReplyCode) -> str:
        if codes.ends_link(code):
            return "TERMINATE"
        return "NOT_APPLIED" if codes.consumes_nothing(code) else "OUTCOMES"

    return [
        {
            "code": int(code),
            "name": code.name,
            "told_in": told_in(code),
            "meaning": MEANINGS.get(code, facts.meaning),
            "may_succeed_again": facts.retry_may_succeed,
            "customary": facts.customary,
        }
        for code, facts in FACTS.items()
    ]


def code_classes() -> list[Json]:
    """What a code that is in no list yet can be."""
    bounds = (codes.LINK_CODE_MIN, codes.NOT_APPLIED_CODE_MIN, codes.OUTCOME_CODE_MIN, codes.CODE_MAX + 1)
    names = ("TERMINATE", "NOT_APPLIED", "OUTCOMES")
    return [
        {
            "told_in": name,
            "min": low,
            "max": high - 1,
            "may_succeed_again": codes.retry_may_succeed(ReplyCode(high - 1)),
        }
        for name, low, high in zip(names, bounds, bounds[1:], strict=False)
    ]


def _transitions(moves: Mapping[tuple[S, T], S]) -> list[Json]:
    return [{"state": state.name, "event": event.value, "next": after.name} for (state, event), after in moves.items()]


def _table(moves: Mapping[tuple[S, T], S]) -> list[Json]:
    return [{"state": a.name, "event": event.name, "next": b.name} for (a, event), b in moves.items()]


def contract_states() -> dict[str, Json]:
    """States × events of a contract, and what each state refuses."""
    refusals: list[Json] = []
    for status in OWN_STATUSES:
        for is_lost in (False, True):
            if is_lost and status == ENDED:
                continue
            for kind in LAW:
                code = None if KINDS[kind].names_account else refusals_by_state(kind).get(state_of(status, is_lost))
                if code is not None:
                    refusals.append(
                        {"state": status.name, "loss_reported": is_lost, "kind": kind.name, "code": code.name}
                    )
    return {"moves": _table(TRANSITIONS), "refusals": refusals}


def account_states() -> dict[str, Json]:
    """States × events of an account, and what each state refuses."""
    refusals: list[Json] = [
        {"state": vocabulary.AccountStatus(state).name, "kind": kind.name, "code": code.name}
        for kind, row in KINDS.items()
        if row.names_account
        for state, code in refusals_by_state(kind).items()
    ]
    return {"moves": _table(ACCOUNT_TRANSITIONS), "refusals": refusals}


def roles() -> dict[str, Json]:
    """What a seat of each role may send."""
    found: dict[str, Json] = {}
    for role in SeatRole:
        kinds: list[Json] = [kind.name for kind, row in KINDS.items() if role in row.senders]
        rights = CONTROL_RIGHTS[role]
        controls: list[Json] = [*sorted(right.__name__ for right in rights if isinstance(right, type))]
        events: list[Json] = [event.name for event in vocabulary.ContractEvent if event in rights]
        found[role.name] = {"records": kinds, "controls": controls, "contract_events": events}
    return found


def protocol_file() -> Json:
    """The file protocol.json."""
    header_names = tuple(name for name in PREFIX.names or () if name != "signature")
    return {
        "magic": MAGIC.decode("ascii"),
        "version": PROTOCOL_VERSION,
        "signed_before_header": DOMAIN.hex(),
        "public_key_bytes": {suite.name: PUBLIC_KEY_BYTES[suite] for suite in Suite},
        "header": layout(PREFIX, header_names),
        "signature_bytes": limits.SIGNATURE_BYTES,
        "record": layout(RECORD, RECORD.names or ()),
        "record_kinds": record_kinds(),
        "outcome": layout(OUTCOME, OUTCOME.names or ()),
        "outcomes_preamble": [
            {"name": "sequence", "offset": 0, "bytes": 8, "type": "int"},
            {"name": "decided_at_ns", "offset": 8, "bytes": 8, "type": "int"},
            {"name": "chain_digest", "offset": 16, "bytes": 32, "type": "bytes"},
            {"name": "request_digest", "offset": 48, "bytes": 32, "type": "bytes"},
        ],
        "outcome_states": {
            "NONE": records.FREEZE_STATE_NONE,
            "OPEN": records.FREEZE_STATE_OPEN,
            "CLOSED": records.FREEZE_STATE_CLOSED,
            "NUMBER_GIVEN": records.STATE_NUMBER_GIVEN,
            "LISTED": records.STATE_LISTED,
        },
        "enumerations": {each.__name__: {item.name: item.value for item in each} for each in SETS},
        "frame_kinds": kind_list(),
        "messages": message_list(),
        "codes": code_list(),
        "code_classes": code_classes(),
        "limits": {name: int(getattr(limits, name)) for name in LIMITS},
        "session_states": {"bank": _transitions(BANK_TRANSITIONS), "partner": _transitions(PARTNER_TRANSITIONS)},
        "contract_states": contract_states(),
        "account_states": account_states(),
        "lane_states": {"moves": _table(LANE_STATES)},
        "roles": roles(),
    }
