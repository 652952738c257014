"""Frames, records and messages as plain JSON values: numbers, text, and bytes as lower-case hex.

Belongs here: the shape of the published vectors. Never here: which frames there are.
"""

import msgspec
import numpy as np

from protocol.frame import Frame
from protocol.header import Header
from protocol.messages import Message
from protocol.records import RECORD, outcomes_from_body, records_from_body, unpack_preamble
from protocol.vocabulary import FrameKind, RecordKind

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
    fields: dict[str, Json] = {"magic": header.magic.decode("ascii")}
    fields |= {name: plain(value) for name, value in header._asdict().items() if name != "magic"}
    return fields


def record_fields(record: np.void) -> dict[str, Json]:
    """The fields of a record that its kind gives a meaning."""
    kind = RecordKind(int(record["kind"]))
    fields: dict[str, Json] = {"kind": int(kind), "kind_name": kind.name}
    for name in (*_COMMON_FIELDS, *_FIELDS_BY_KIND[kind]):
        value = record[name]
        fields[name] = value.decode("ascii") if isinstance(value, bytes) else int(value)
    offset = RECORD.fields["partner_ref"][1] if RECORD.fields else 0
    fields["partner_ref"] = record.tobytes()[offset:].hex()
    return fields


def body_fields(frame: Frame, message: Message | None) -> Json:
    """The body, decoded: a message, a list of records, or a preamble with outcomes."""
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
    assert message is not None
    return message_fields(message)


def parts(header_bytes: bytes, signature: bytes, body: bytes) -> dict[str, Json]:
    """The three parts of a frame; their concatenation is what travels."""
    return {"header": header_bytes.hex(), "signature": signature.hex(), "body": body.hex()}
