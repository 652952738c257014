"""The published vectors as this client's own objects.

Belongs here: reading the JSON files, and rebuilding a frame from nothing but its decoded fields. Never here: checks.
"""

import json
from pathlib import Path
from typing import NamedTuple, TypeAlias

from tests.outsider.trust import BankAsSeenByPartner, PartnersAsSeenByBank, RegisteredKey
from tests.outsider.wire.codes import Code, Direction, Kind, Order, Suite
from tests.outsider.wire.field_types import Blob, Many, Type
from tests.outsider.wire.frames import Frame, Header, Trust
from tests.outsider.wire.layouts.corrections import Correction
from tests.outsider.wire.layouts.ordering import NAMED, OF_KIND, Ordering
from tests.outsider.wire.layouts.ordering import fields_of as fields_of_ordering
from tests.outsider.wire.layouts.settling import Credited, Settled
from tests.outsider.wire.layouts.signing_on import Verdict
from tests.outsider.wire.layouts.table import LAYOUTS
from tests.outsider.wire.lines import FEES, LINES, NO_SECURITY, Line, Row, fields_of
from tests.outsider.wire.messages import Field, Message, encode
from tests.outsider.wire.records import Outcome, Outcomes, Record, Target, freeze
from tests.outsider.wire.signing import SigningKey, signing_key, verifying_key
from tests.outsider.wire.told_orders import ORDER, WORDS, Entry, Page, Said

Json: TypeAlias = "int | str | list[Json] | dict[str, Json]"

FOLDER = Path(__file__).parent.parent / "vectors"
RECORD_NUMBERS = ("kind", "contract_no", "amount_fen", "market", "quantity", "trade_day", "release_fen", "turnover_fen")


class Golden(NamedTuple):
    """One vector: its bytes, and what they mean (None in a frame that is to be refused)."""

    name: str
    frame: Frame
    header: Header | None
    body: Json
    code: Code | None


def load(name: str) -> dict[str, Json]:
    return dict(json.loads((FOLDER / name).read_text()))


def objects(value: Json) -> list[dict[str, Json]]:
    """A JSON array of objects."""
    assert isinstance(value, list)
    return [item for item in value if isinstance(item, dict)]


def _text(fields: dict[str, Json], name: str) -> str:
    value = fields[name]
    assert isinstance(value, str)
    return value


def number(fields: dict[str, Json], name: str) -> int:
    """A number of an object; 0 when it is left out."""
    value = fields.get(name, 0)
    assert isinstance(value, int)
    return value


def _hex(fields: dict[str, Json], name: str) -> bytes:
    return bytes.fromhex(_text(fields, name))


def _header(fields: Json) -> Header | None:
    if not isinstance(fields, dict):
        return None
    numbers = [number(fields, name) for name in Header._fields[1:-1]]
    assert set(fields) == set(Header._fields)
    return Header._make([_text(fields, "magic").encode(), *numbers, _hex(fields, "body_digest")])


def frame_of(data: bytes) -> Frame:
    """The one frame that these bytes are, unread."""
    return Frame(data[:96], data[96:160], data[160:])


def _golden(fields: dict[str, Json]) -> Golden:
    frame = Frame(_hex(fields, "header"), _hex(fields, "signature"), _hex(fields, "body"))
    code = Code[_text(fields, "code")] if "code" in fields else None
    return Golden(
        _text(fields, "name"), frame, _header(fields.get("header_fields", 0)), fields.get("body_fields", 0), code
    )


def valid(suite: Suite) -> list[Golden]:
    """The frames of one suite."""
    file = "frames_ed25519.json" if suite == Suite.ED25519 else "frames_p256.json"
    return [_golden(fields) for fields in objects(load(file)["frames"])]


def invalid(receiver: str) -> list[Golden]:
    """The frames that `to_bank` or `to_partner` must refuse."""
    return [_golden(fields) for fields in objects(load("frames_invalid.json")[receiver])]


def now_ns() -> int:
    """What the bank's clock shows when it reads an invalid frame."""
    return number(load("frames_invalid.json"), "now_ns")


def numbers_of(what: str) -> tuple[list[tuple[int, int]], list[int]]:
    """Indices of contracts or accounts with their numbers, and numbers whose check digits are wrong."""
    file = load("numbers.json")[what]
    assert isinstance(file, dict)
    wrong = file["invalid"]
    assert isinstance(wrong, list)
    right = [(number(item, "index"), number(item, "number")) for item in objects(file["valid"])]
    return right, [item for item in wrong if isinstance(item, int)]


def domain() -> bytes:
    """What is signed before the header."""
    return _hex(load("keys.json"), "signed_before_header")


def signing_keys() -> dict[tuple[int, int], SigningKey]:
    """All private keys by party and key id."""
    listed = objects(load("keys.json")["keys"])
    found = {}
    for key in listed:
        made = signing_key(number(key, "suite"), number(key, "key_id"), _hex(key, "private_key"))
        found[number(key, "party"), made.key_id] = made
    return found


def bank() -> PartnersAsSeenByBank:
    """Whom the bank of the vectors knows."""
    trust = PartnersAsSeenByBank()
    file = load("keys.json")
    for key in objects(file["keys"]):
        party, suite = number(key, "party"), Suite(number(key, "suite"))
        public = verifying_key(suite, _hex(key, "public_key"))
        times = number(key, "not_before_ns"), number(key, "not_after_ns")
        trust.keys[party, number(key, "key_id")] = RegisteredKey(party, public, *times)
        trust.suites.setdefault(party, suite)
    trust.owners = {number(seat, "seat"): number(seat, "party") for seat in objects(file["seats"])}
    return trust


def partner(party: int, seat: int) -> BankAsSeenByPartner:
    """How a party of the vectors sees the bank."""
    known = bank()
    keys = {key_id: key.key for (owner, key_id), key in known.keys.items() if owner == 1}
    return BankAsSeenByPartner(party, seat, known.suites[party], keys)


def reader_trust(header: Header) -> Trust:
    """Whose eyes a valid frame is for: the bank's, or those of its recipient."""
    return bank() if header.direction == Direction.TO_BANK else partner(header.recipient, header.seat)


def _field(layout_value: Json, wanted: Type) -> Field:
    if isinstance(layout_value, dict):
        return message(layout_value)
    if isinstance(layout_value, list):
        assert isinstance(wanted, Many)
        return tuple(_field(item, wanted.item) for item in layout_value)
    if isinstance(wanted, Blob):
        assert isinstance(layout_value, str)
        return bytes.fromhex(layout_value)
    return layout_value


def message(fields: Json) -> Message:
    """A message from its fields by name."""
    assert isinstance(fields, dict)
    name = _text(fields, "message")
    tag, layout = LAYOUTS[name]
    assert number(fields, "tag") == tag
    assert set(fields) == {"message", "tag", *(field for field, _ in layout)}
    return Message(name, tuple(_field(fields[field], wanted) for field, wanted in layout))


def record(fields: dict[str, Json]) -> Record:
    """A record from the fields that its kind gives a meaning."""
    target = Target(number(fields, "target_date"), number(fields, "target_seat"), number(fields, "target_number"))
    assert ("account_no" in fields) is (fields["kind"] in (Order.DEPOSIT, Order.WITHDRAWAL, Order.INTEREST))
    numbers = {name: number(fields, name) for name in RECORD_NUMBERS}
    numbers["contract_no"] += number(fields, "account_no")  # one of both is there
    numbers["release_fen"] += number(fields, "excess_fen")
    if "security" in fields:
        made = freeze(numbers["contract_no"], numbers["amount_fen"], _text(fields, "security"), number(fields, "price"))
        numbers["release_fen"], numbers["turnover_fen"] = made.release_fen, made.turnover_fen
    return Record(partner_ref=_hex(fields, "partner_ref"), target=target, **numbers)


def line(fields: dict[str, Json]) -> Line:
    """A line from the fields that its kind uses."""
    used = fields_of(Order(number(fields, "kind")))
    assert set(fields) == {*used, "kind_name"}
    told = next(number(fields, name) for name in ("market", "fate", "event") if name in used)
    second = next((number(fields, name) for name in ("release_fen", "commission_fen", "tax_fen") if name in used), 0)
    stamp, transfer, handling, regulatory = (number(fields, name) for name in FEES)
    security = _text(fields, "traded_security").encode().ljust(8, b"\0") if "traded_security" in used else NO_SECURITY
    return Line(
        number(fields, "kind"),
        told,
        number(fields, "trade_day"),
        number(fields, "contract_no"),
        number(fields, "quantity"),
        number(fields, "amount_fen"),
        second,
        (stamp, transfer, handling, regulatory),
        Target(*(number(fields, name) for name in ("order_date", "order_seat", "order_number"))),
        security,
        number(fields, "reference"),
    )


def ordering(fields: dict[str, Json]) -> Ordering:
    """An order through the bank, or what is told of one, from the fields that its kind uses."""
    kind = Order(number(fields, "kind"))
    assert set(fields) == {*fields_of_ordering(kind), "kind_name"}
    told, quantity, word = (number(fields, name) if name else 0 for name in OF_KIND[kind])
    date, seat, place = (number(fields, name) for name in NAMED)
    code, ref = _text(fields, "security").encode().ljust(8, b"\0"), _hex(fields, "partner_ref")
    sided, contract_no = number(fields, "market_and_side"), number(fields, "contract_no")
    return Ordering(kind, sided, told, quantity, contract_no, word, code, date, seat, place, ref)


def block(fields: Json) -> list[Row]:
    """The records of a RECORDS body from their fields."""
    return [_of_block(row) for row in objects(fields)]


def _of_block(fields: dict[str, Json]) -> Row:
    for kind, form in ((Order.SETTLE, Settled), (Order.CREDIT, Credited)):
        if fields["kind"] == kind:
            assert set(fields) == {*form._fields, "kind_name"}
            numbers = (number(fields, name) for name in form._fields if name != "partner_ref")
            return form(*numbers, _hex(fields, "partner_ref"))  # type: ignore[call-arg, arg-type]
    if fields["kind"] == Order.SIGNED_ON:
        assert set(fields) == {*Verdict._fields, "kind_name"}
        return Verdict(*(number(fields, name) for name in Verdict._fields))
    if fields["kind"] in OF_KIND:
        return ordering(fields)
    if fields["kind"] not in (Order.CORRECT, Order.REVERT):
        return line(fields) if fields["kind"] in LINES else record(fields)
    assert set(fields) == {*Correction._fields, "kind_name"} - {"unused"}
    return Correction(*(number(fields, name) for name in Correction._fields))


def outcomes(fields: Json) -> Outcomes:
    """An OUTCOMES body from its fields."""
    assert isinstance(fields, dict)
    preamble = fields["preamble"]
    assert isinstance(preamble, dict)
    rows = [Outcome(*(number(row, name) for name in Outcome._fields)) for row in objects(fields["outcomes"])]
    times = number(preamble, "sequence"), number(preamble, "decided_at_ns")
    return Outcomes(*times, _hex(preamble, "chain_digest"), _hex(preamble, "request_digest"), tuple(rows))


def orders(fields: Json) -> Page:
    """An ORDERS body from its fields."""
    assert isinstance(fields, dict)
    head = fields["head"]
    assert isinstance(head, dict)
    date, next_date, first, next_number = (
        number(head, name) for name in ("trade_date", "next_date", "first", "next_number")
    )
    entries = tuple(_entry(each) for each in objects(fields["entries"]))
    return Page(date, next_date, first, next_number, _hex(head, "digest_before"), entries)


def _entry(fields: dict[str, Json]) -> Entry:
    kind = number(fields, "kind")
    word, is_order = WORDS.get(kind, ""), kind == ORDER
    kind_word = "order_type" if is_order else "reason"
    own = ("frozen_fen", "last_second") if is_order else ("target_date", "target_seat", "target_number")
    said = ("kind", "market_and_side", kind_word, "quantity", "contract_no", "seat", "number")
    assert set(fields) == {*said, *own, "security", "partner_ref", *([word] if word else [])}
    return Entry(
        Said(*(number(fields, name) for name in said)),
        number(fields, word) if word else 0,
        _text(fields, "security"),
        tuple(number(fields, name) for name in own),
        _hex(fields, "partner_ref"),
    )


def body(golden: Golden) -> bytes:
    """The body made again from its decoded fields."""
    assert golden.header is not None
    if golden.header.kind == Kind.RECORDS:
        return b"".join(each.packed() for each in block(golden.body))
    if golden.header.kind == Kind.OUTCOMES:
        return outcomes(golden.body).packed()
    if golden.header.kind == Kind.ORDERS:
        return orders(golden.body).packed()
    return encode(message(golden.body))
