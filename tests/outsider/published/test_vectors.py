"""This client against the golden frames: every one read, made again, or refused for its reason.

Belongs here: the published files. Never here: a running system.
"""

from collections.abc import Callable

import pytest

from tests.outsider import golden
from tests.outsider.doorkeeper import first_frame
from tests.outsider.golden import Golden
from tests.outsider.wire.codes import Code, Direction, Kind, Order, Suite
from tests.outsider.wire.frames import Frame, FrameReader, FrameRefused, make_frame
from tests.outsider.wire.layouts import ordering
from tests.outsider.wire.lines import NAME_ORDERS, Line, totals, unpack_block
from tests.outsider.wire.messages import Field, Message, MessageRefused, decode, encode
from tests.outsider.wire.records import (
    LISTED,
    account_no,
    contract_no,
    is_account_no,
    is_contract_no,
    unpack_outcomes,
    unpack_record,
)
from tests.outsider.wire.signing import SIGNED_BEFORE_HEADER
from tests.outsider.wire.told_orders import unpack_page

VALID = [pytest.param(vector, id=f"{suite.name}-{vector.name}") for suite in Suite for vector in golden.valid(suite)]
TO_BANK = [pytest.param(vector, id=vector.name) for vector in golden.invalid("to_bank")]
TO_PARTNER = [pytest.param(vector, id=vector.name) for vector in golden.invalid("to_partner")]


def read(vector: Golden, *pieces: bytes) -> Frame | None:
    """The first frame that the vector's reader believes when the bytes come in these pieces."""
    header = vector.header
    assert header is not None
    reader = FrameReader(header.direction, golden.reader_trust(header))
    for piece in pieces:
        reader.feed(piece)
        frame = reader.next_frame()
        if frame is not None:
            return frame
    return None


def test_the_domain_string_and_the_public_keys_are_those_of_the_page() -> None:
    assert golden.domain() == SIGNED_BEFORE_HEADER
    known = golden.bank()
    for (party, key_id), key in golden.signing_keys().items():
        assert known.keys[party, key_id].key.verifies(b"any header", key.sign(b"any header"))


@pytest.mark.parametrize("vector", VALID)
def test_a_valid_frame_is_believed_whole_byte_by_byte_and_with_a_tail(vector: Golden) -> None:
    wire = vector.frame.packed()
    assert read(vector, wire) == vector.frame
    assert read(vector, *(wire[at : at + 1] for at in range(len(wire)))) == vector.frame
    assert read(vector, wire + b"tail") == vector.frame
    assert read(vector, wire[:-1]) is None


@pytest.mark.parametrize("vector", VALID)
def test_a_valid_frame_reads_as_its_published_fields(vector: Golden) -> None:
    assert vector.frame.header == vector.header
    if vector.frame.header.kind == Kind.RECORDS:
        assert unpack_block(vector.frame.body) == golden.block(vector.body)
    elif vector.frame.header.kind == Kind.OUTCOMES:
        assert unpack_outcomes(vector.frame.body) == golden.outcomes(vector.body)
    elif vector.frame.header.kind == Kind.ORDERS:
        assert unpack_page(vector.frame.body) == golden.orders(vector.body)
    else:
        assert decode(vector.frame.header.kind, vector.frame.body) == golden.message(vector.body)


@pytest.mark.parametrize("vector", VALID)
def test_a_valid_frame_is_made_again_byte_for_byte_from_its_fields(vector: Golden) -> None:
    header = vector.header
    assert header is not None
    blank = header._replace(suite=0, key_id=0, body_bytes=0, body_digest=bytes(32))
    key = golden.signing_keys()[header.sender, header.key_id]
    assert make_frame(blank, golden.body(vector), key) == vector.frame


@pytest.mark.parametrize("vector", VALID)
def test_what_was_read_is_written_again_as_it_was(vector: Golden) -> None:
    kind, body = vector.frame.header.kind, vector.frame.body
    if kind == Kind.RECORDS:
        again = b"".join(record.packed() for record in unpack_block(body))
    elif kind == Kind.OUTCOMES:
        again = unpack_outcomes(body).packed()
    elif kind == Kind.ORDERS:
        again = unpack_page(body).packed()
    else:
        again = encode(decode(kind, body))
    assert again == body


def test_the_golden_freeze_names_price_and_security() -> None:
    records = next(vector for vector in golden.valid(Suite.ED25519) if vector.name == "records")
    freeze = unpack_record(records.frame.body[:64])
    assert (freeze.security, freeze.price, freeze.amount_fen) == ("600000", 100_000, 1_001_820)


def test_the_golden_orders_are_as_this_client_says_them() -> None:
    named = {vector.name: vector.frame for vector in golden.valid(Suite.ED25519)}
    contract, date = contract_no(1), named["orders"].header.trade_date
    bodies = {name: unpack_block(named[name].body) for name in ("orders", "cancel", "order_reports")}
    first, second = (
        ordering.order(contract, ordering.XSHG, ordering.BUY, "600000", quantity, 100_000, ref)
        for quantity, ref in ((1_000, b"phone-01"), (100, b"phone-02"))
    )
    told = ordering.about(first, (date, 71, 1), Order.EXECUTED, 400, 39_800_000)

    assert bodies["orders"][:2] == [first, second]
    assert bodies["cancel"] == [ordering.about(first, (date, 71, 1), Order.CANCEL)._replace(partner_ref=b"phone-04")]
    assert bodies["order_reports"][1] == told._replace(partner_ref=b"deal-001")
    assert bodies["order_reports"][2] == ordering.about(first, (date, 71, 1), Order.CANCELLED, 1, 600, 3)
    assert bodies["order_reports"][3] == ordering.about(second, (date, 71, 2), Order.REFUSED, 7)
    for name in ("outcomes_orders", "outcomes_cancel", "outcomes_order_reports"):
        assert unpack_outcomes(named[name].body).are_possible()


@pytest.mark.parametrize("suite", list(Suite))
def test_the_golden_set_is_announced_as_this_client_adds_up_its_lines(suite: Suite) -> None:
    named = {vector.name: vector.frame.body for vector in golden.valid(suite)}
    announcement = decode(Kind.CONTROL, named["announce_set"])
    answer = decode(Kind.ANSWER, named["answer_set"])

    assert announcement.field("totals") == totals([named["clear_lines"]])
    assert answer.field("announced") == answer.field("arrived") == totals([named["clear_lines"]])
    assert totals([]) == decode(Kind.ANSWER, named["answer_set_none"]).field("announced")


def test_the_golden_outcome_of_a_line_whose_order_is_not_there_is_listed() -> None:
    named = {vector.name: vector.frame.body for vector in golden.valid(Suite.ED25519)}
    lines, told = unpack_block(named["clear_lines"]), unpack_outcomes(named["outcomes_clear_lines"])
    known = {line.order for line in lines if isinstance(line, Line) and line.kind == Order.CLEAR_ORDER}

    assert told.are_possible()
    for line, outcome in zip(lines, told.outcomes, strict=True):
        assert isinstance(line, Line)
        is_listed = line.kind in NAME_ORDERS and line.order not in known
        assert (outcome.code, outcome.state) == (Code.ACCEPTED, LISTED if is_listed else 0)


@pytest.mark.parametrize("vector", TO_BANK)
def test_the_bank_refuses_an_invalid_frame_for_its_reason(vector: Golden) -> None:
    assert first_frame(vector.frame.packed(), golden.bank(), golden.now_ns()) == vector.code


@pytest.mark.parametrize("vector", TO_PARTNER)
def test_a_partner_refuses_an_invalid_frame_for_its_reason(vector: Golden) -> None:
    party, seat = (2, 11) if vector.name.startswith("suite1") else (3, 21)
    reader = FrameReader(Direction.TO_PARTNER, golden.partner(party, seat))
    reader.feed(vector.frame.packed())
    with pytest.raises(FrameRefused) as refused:
        reader.next_frame()
    assert refused.value.code == vector.code


def test_a_negotiate_that_is_right_lets_the_logon_go_on() -> None:
    for suite in Suite:
        negotiate = golden.valid(suite)[0]
        assert first_frame(negotiate.frame.packed(), golden.bank(), golden.now_ns()) is None


@pytest.mark.parametrize(
    ("what", "made", "is_one"), [("contracts", contract_no, is_contract_no), ("accounts", account_no, is_account_no)]
)
def test_numbers_carry_their_check_digits(what: str, made: Callable[[int], int], is_one: Callable[[int], bool]) -> None:
    right, wrong = golden.numbers_of(what)
    assert [made(index) for index, _ in right] == [number for _, number in right]
    assert all(is_one(number) for _, number in right)
    assert not any(is_one(number) for number in wrong)


@pytest.mark.parametrize(
    ("kind", "name", "good", "bad"),
    [
        (Kind.TERMINATE, "Terminate", [100, 199, 310, 32_767], [0, 99, 200, 299, 32_768]),
        (Kind.NOT_APPLIED, "NotApplied", [200, 299], [0, 199, 300, 420]),
        (Kind.ANSWER, "OutcomeAnswer", [0, 300, 32_767], [1, 99, 100, 299, 32_768]),
    ],
)
def test_a_code_is_read_by_its_class(kind: Kind, name: str, good: list[int], bad: list[int]) -> None:
    tails: dict[str, tuple[Field, ...]] = {
        "Terminate": (0, "", bytes(16)),
        "NotApplied": (1, 1, 0),
        "OutcomeAnswer": (0, 0, 0, 0),
    }
    rest = tails[name]
    for number in good:
        values = (True, number, *rest) if name == "OutcomeAnswer" else (number, *rest)
        assert decode(kind, encode(Message(name, values))).int("code") == number
    for number in bad:
        values = (True, number, *rest) if name == "OutcomeAnswer" else (number, *rest)
        with pytest.raises(MessageRefused):
            encode(Message(name, values))
