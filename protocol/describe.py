"""Frames, records and messages as plain values: numbers, text, and bytes as lower-case hex.

Belongs here: the shape in which the vectors publish frames and `yzt decode` shows them. Never here: which frames there
are, printing.
"""

import msgspec
import numpy as np

from .frame import Frame
from .header import Header
from .messages.base import Message
from .messages.codec import decode_answer, decode_control, decode_link, decode_query, decode_session
from .records import RECORD, outcomes_from_body, records_from_body, unpack_preamble
from .vocabulary import FrameKind, RecordKind

Json = int | str | bool | list["Json"] | dict[str, "Json"]

_ORDER_FIELDS = ("price", "security")
_TARGET_FIELDS = ("target_date", "target_seat", "target_number")
_FIELDS_BY_KIND: dict[int, tuple[str, ...]] = {
    RecordKind.FREEZE: _ORDER_FIELDS,
    RecordKind.RELEASE: _TARGET_FIELDS,
    RecordKind.FILL_BUY: ("release_fen", "turnover_fen", *_TARGET_FIELDS),
    RecordKind.FILL_SELL: ("turnover_fen",),
    RecordKind.DEPOSIT: (),
    RecordKind.WITHDRAWAL: (),
}
_COMMON_FIELDS = ("market", "reserved", "quantity", "contract_no", "amount_fen")
_UNKNOWN_KIND_FIELDS = ("release_fen", "turnover_fen", *_TARGET_FIELDS)


def plain(value: object) -> Json:
    """A field's value as JSON."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Message):
        return message_fields(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bool | str):
        return value
    assert isinstance(value, int)
    return int(value)


def message_fields(message: Message) -> dict[str, Json]:
    """A message by field name; `message` and `tag` say which one it is."""
    fields: dict[str, Json] = {"message": type(message).__name__}
    tag = message.__struct_config__.tag
    assert isinstance(tag, int)
    fields["tag"] = tag
    for field in msgspec.structs.fields(message):
        fields[field.name] = plain(getattr(message, field.name))
    return fields


def header_fields(header: Header) -> dict[str, Json]:
    """All 17 fields of a header."""
    fields: dict[str, Json] = {"magic": header.magic.decode("ascii", "backslashreplace")}
    fields |= {name: plain(value) for name, value in header._asdict().items() if name != "magic"}
    return fields


def record_fields(record: np.void) -> dict[str, Json]:
    """The fields of a record that its kind gives a meaning; of an unknown kind all numbers."""
    kind = int(record["kind"])
    is_known = kind in _FIELDS_BY_KIND
    fields: dict[str, Json] = {"kind": kind, "kind_name": RecordKind(kind).name if is_known else "?"}
    for name in (*_COMMON_FIELDS, *_FIELDS_BY_KIND.get(kind, _UNKNOWN_KIND_FIELDS)):
        value = record[name]
        fields[name] = value.decode("ascii", "backslashreplace") if isinstance(value, bytes) else int(value)
    offset = RECORD.fields["partner_ref"][1] if RECORD.fields else 0
    fields["partner_ref"] = record.tobytes()[offset:].hex()
    return fields


def decode_body(kind: int, body: bytes) -> Message:
    """The message in the body of a frame of this kind, neither RECORDS nor OUTCOMES.

    Raises PeerViolation MALFORMED_FRAME when there is none in canonical form.
    """
    if kind == FrameKind.CONTROL:
        return decode_control(body)
    if kind == FrameKind.QUERY:
        return decode_query(body)
    if kind == FrameKind.ANSWER:
        return decode_answer(body)
    if kind >= FrameKind.REGISTER:
        return decode_link(body)
    return decode_session(body)


def body_fields(frame: Frame, message: Message | None = None) -> Json:
    """The body, decoded: a message, a list of records, or a preamble with outcomes.

    `message`: the body's message where the caller has it. Raises PeerViolation as `decode_body`.
    """
    if frame.header.kind == FrameKind.RECORDS:
        return [record_fields(record) for record in records_from_body(frame.body)]
    if frame.header.kind == FrameKind.OUTCOMES:
        preamble = unpack_preamble(frame.body)
        outcomes = outcomes_from_body(frame.body)
        names = outcomes.dtype.names or ()
        return {
            "preamble": {name: plain(value) for name, value in preamble._asdict().items()},
            "outcomes": [{name: int(outcome[name]) for name in names} for outcome in outcomes],
        }
    return message_fields(decode_body(frame.header.kind, frame.body) if message is None else message)


def parts(header_bytes: bytes, signature: bytes, body: bytes) -> dict[str, Json]:
    """The three parts of a frame; their concatenation is what travels."""
    return {"header": header_bytes.hex(), "signature": signature.hex(), "body": body.hex()}
