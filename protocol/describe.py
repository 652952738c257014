"""Frames, records and messages as plain values: numbers, text, and bytes as lower-case hex.

Belongs here: the shape in which the vectors publish frames and `yzt decode` shows them. Never here: which frames there
are, printing.
"""

import msgspec
import numpy as np

from .frame import Frame
from .header import Header
from .kinds import KINDS, REF_FIELD, RELEASE_FIELD, TARGET_FIELDS, TURNOVER_FIELD
from .messages.base import Message
from .messages.codec import decode_answer, decode_control, decode_link, decode_page, decode_query, decode_session
from .order_pages import entry_fields, unpack_page
from .records import RECORD, outcomes_from_body, records_from_body, unpack_preamble
from .vocabulary import FrameKind

Json = int | str | bool | list["Json"] | dict[str, "Json"]

_LEADING_FIELDS = ("market", "trade_day", "quantity")  # of every kind with an amount but corrections, used or not
_UNKNOWN_KIND_FIELDS = (RELEASE_FIELD, TURNOVER_FIELD, *TARGET_FIELDS)


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
    row = next((row for known, row in KINDS.items() if known == kind), None)
    fields: dict[str, Json] = {"kind": kind, "kind_name": "?" if row is None else row.kind.name}
    has_ref = row is None or row.has_partner_ref
    if row is not None and (row.is_ordering or not has_ref):
        names = [name for name in row.all_fields if name not in ("kind", REF_FIELD)]
    else:
        used = _UNKNOWN_KIND_FIELDS if row is None else [name for name in row.fields if name not in _LEADING_FIELDS]
        subject = "account_no" if row is not None and row.names_account else "contract_no"
        names = [*_LEADING_FIELDS, subject, "amount_fen", *used]
    for name in names:
        value = record[name]
        fields[name] = value.decode("ascii", "backslashreplace") if isinstance(value, bytes) else int(value)
    if has_ref:
        offset = RECORD.fields[REF_FIELD][1] if RECORD.fields else 0
        fields[REF_FIELD] = record.tobytes()[offset:].hex()
    return fields


def entry_words(entry: np.void) -> dict[str, Json]:
    """The words that an entry of a feed of orders has by its kind; codes as text, the reference as hex."""
    words: dict[str, Json] = {}
    for name in entry_fields(int(entry["kind"])):
        if name == "security":
            words[name] = bytes(entry[name]).decode("ascii", "backslashreplace")
        else:
            words[name] = entry[name].tobytes().hex() if name == "partner_ref" else int(entry[name])
    return words


def decode_body(kind: int, body: bytes) -> Message:
    """The message in the body of a frame of this kind, not RECORDS, OUTCOMES or ORDERS.

    Raises PeerViolation MALFORMED_FRAME when there is none in canonical form.
    """
    if kind == FrameKind.CONTROL:
        return decode_control(body)
    if kind == FrameKind.QUERY:
        return decode_query(body)
    if kind == FrameKind.ANSWER:
        return decode_answer(body)
    if kind == FrameKind.FEED:
        return decode_page(body)
    if kind >= FrameKind.REGISTER:
        return decode_link(body)
    return decode_session(body)


def body_fields(frame: Frame, message: Message | None = None) -> Json:
    """The body, decoded: a message, a list of records, a preamble with outcomes, or a head with entries.

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
    if frame.header.kind == FrameKind.ORDERS:
        page = unpack_page(frame.body)
        return {
            "head": {name: plain(value) for name, value in page.head._asdict().items()},
            "entries": [entry_words(entry) for entry in page.entries],
        }
    return message_fields(decode_body(frame.header.kind, frame.body) if message is None else message)


def parts(header_bytes: bytes, signature: bytes, body: bytes) -> dict[str, Json]:
    """The three parts of a frame; their concatenation is what travels."""
    return {"header": header_bytes.hex(), "signature": signature.hex(), "body": body.hex()}
