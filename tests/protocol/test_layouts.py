"""Headers, records and messages as bytes: round trips, bounds, and the one canonical form."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codes import ReplyCode
from protocol.errors import MisuseError, PeerViolation
from protocol.header import MAGIC, PREFIX, PROTOCOL_VERSION, Header, pack_header, unpack_header
from protocol.limits import (
    ACCOUNTS_PER_CONTROL_MAX,
    ANSWER_BODY_BYTES_MAX,
    BANK_ACCOUNT_NO_MAX,
    CONTRACTS_PER_CONTROL_MAX,
    CONTROL_BODY_BYTES_MAX,
    FRAME_RECORDS_MAX,
    HEADER_BYTES,
    HOLDER_BYTES,
    OUTLET_MAX,
    OUTLETS_PER_CONTROL_MAX,
    PARTIES_MAX,
    QUERY_CONTRACTS_MAX,
    REQUEST_NUMBER_MAX,
)
from protocol.messages.base import Message
from protocol.messages.codec import (
    decode_answer,
    decode_control,
    decode_kept,
    decode_link,
    decode_query,
    decode_session,
    encode,
)
from protocol.messages.control import OpenTradeDate
from protocol.messages.customers.accounts import (
    AccountTerms,
    ContractTerms,
    OpenAccounts,
    SecuritiesAccount,
    SignContracts,
)
from protocol.messages.fields import code_from_number
from protocol.messages.outlets import OutletEntry, RegisterOutlets
from protocol.messages.queries import (
    AccountAnswer,
    AccountFacts,
    BuyingPowerAnswer,
    BuyingPowerQuery,
    ContractMoney,
    PartyTotals,
    TotalsAnswer,
)
from protocol.records import (
    OUTCOME,
    RECORD,
    OutcomesPreamble,
    outcomes_from_body,
    pack_preamble,
    records_from_body,
    unpack_preamble,
)
from protocol.vocabulary import Direction, FrameKind, Suite
from tests.vectors.frames import valid as valid_frames

T = TypeVar("T")
INT32 = st.integers(0, 2**31 - 1)
INT64 = st.integers(0, 2**63 - 1)
HEADERS = st.builds(
    Header,
    magic=st.just(MAGIC),
    version=st.just(PROTOCOL_VERSION),
    suite=st.sampled_from(list(Suite)),
    kind=st.just(FrameKind.RECORDS),
    direction=st.sampled_from(list(Direction)),
    sender=INT32,
    recipient=INT32,
    seat=INT32,
    trade_date=INT32,
    session_version=INT32,
    key_id=INT32,
    first_number=st.integers(1, REQUEST_NUMBER_MAX),
    record_count=st.just(3),
    body_bytes=st.just(192),
    sent_at_ns=INT64,
    valid_until_ns=INT64,
    body_digest=st.binary(min_size=32, max_size=32),
)
MESSAGES = [
    vector.message
    for vectors in (valid_frames.of_suite(Suite.ED25519_SHA256), valid_frames.of_bank_seat())
    for vector in vectors
    if vector.message is not None
]
DECODERS: tuple[Callable[[bytes], Message], ...] = (
    decode_session,
    decode_control,
    decode_query,
    decode_answer,
    decode_link,
)


def outcome_of(read: Callable[[bytes], T], data: bytes) -> T | ReplyCode:
    """What `read` makes of the bytes, or the code with which it refuses them."""
    try:
        return read(data)
    except PeerViolation as violation:
        return violation.code


@given(HEADERS)
def test_a_header_reads_back_as_it_was_packed(header: Header) -> None:
    data = pack_header(header)

    assert len(data) == HEADER_BYTES
    assert unpack_header(b"xyz" + data, 3) == header


@given(HEADERS)
def test_the_array_form_of_a_header_has_the_same_fields(header: Header) -> None:
    (item,) = np.frombuffer(pack_header(header) + bytes(64), PREFIX)

    for name, value in header._asdict().items():
        assert (item[name].tobytes() if name == "body_digest" else item[name].item()) == value


@given(st.binary(min_size=HEADER_BYTES, max_size=HEADER_BYTES))
def test_arbitrary_bytes_are_a_header_or_a_violation(data: bytes) -> None:
    for candidate in (data, MAGIC + b"\x01\x01\x05\x01" + data[8:]):
        read = outcome_of(unpack_header, candidate)
        assert read == ReplyCode.MALFORMED_FRAME or pack_header(unpack_header(candidate)) == candidate


@given(st.sampled_from(MESSAGES))
def test_a_message_reads_back_as_it_was_encoded(message: Message) -> None:
    read = [outcome_of(decode, encode(message)) for decode in DECODERS]

    assert read.count(message) == 1
    assert read.count(ReplyCode.MALFORMED_FRAME) == len(DECODERS) - 1


@given(st.sampled_from(MESSAGES), st.data())
def test_a_changed_body_is_refused_or_is_another_canonical_message(message: Message, data: st.DataObject) -> None:
    body = bytearray(encode(message))
    index = data.draw(st.integers(0, len(body) - 1))
    body[index] = data.draw(st.integers(0, 255))
    for decode in DECODERS:
        read = outcome_of(decode, bytes(body))
        assert read == ReplyCode.MALFORMED_FRAME or encode(decode(bytes(body))) == bytes(body)


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x91\x01", b"\x93\x63\x01\x02", b"\x93\x06\x00\xc3"])
def test_the_detail_of_a_refused_body_tells_nothing_of_the_decoder(body: bytes) -> None:
    with pytest.raises(PeerViolation) as refused:
        decode_session(body)

    assert refused.value.detail == "body is no message within its bounds"


@given(st.binary(max_size=64))
def test_arbitrary_bytes_are_a_message_or_a_violation(body: bytes) -> None:
    for decode in DECODERS:
        read = outcome_of(decode, body)
        assert read == ReplyCode.MALFORMED_FRAME or encode(decode(body)) == body


@pytest.mark.parametrize(
    "body",
    [
        b"\x92\x28\x91\xcc\x02",  # 2 as uint 8
        b"\x92\x28\x91\xd0\x02",  # 2 as int 8
        b"\x92\x28\xdc\x00\x01\x02",  # array 16
        b"\x92\x28\x91\xcb\x40\x00\x00\x00\x00\x00\x00\x00",  # 2.0
        b"\x82\x28\x91\x02\x00",  # a map
        b"\x92\x28\x91\x02\x00",  # a byte too many
        b"\x93\x28\x91\x02\xc0",  # a field too many
        b"\x91\x28",  # a field too few
        b"\x92\x28\x90",  # an empty list where one is the least
        b"\x92\x28\x91\x00",  # contract number 0
        b"\x92\x28\x91\xff",  # contract number −1
        b"\x92\x28\xdd\xff\xff\xff\xff",  # a list that claims 2^32 − 1 items
        b"\x91" * 4_000,  # nested without end
    ],
)
def test_a_query_that_is_not_in_canonical_form_or_bounds_is_refused(body: bytes) -> None:
    assert decode_query(b"\x92\x28\x91\x02") == BuyingPowerQuery([2])
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
        decode_query(body)


def test_a_number_that_is_no_reply_code_is_refused() -> None:
    assert code_from_number(420) is ReplyCode.INSUFFICIENT_FUNDS
    for number in (-1, 1, 99, 2**15):
        with pytest.raises(PeerViolation, match=f"there is no reply code {number}"):
            code_from_number(number)


def test_the_largest_answers_fit_their_frames() -> None:

    party = PartyTotals.of(1_024, -(2**127), 2**127 - 1, 0, -1)
    contract = ContractMoney(2**62, 420, 5, 2**60, 2**60)
    assert len(encode(TotalsAnswer(2**62, True, [party] * PARTIES_MAX))) <= ANSWER_BODY_BYTES_MAX
    assert len(encode(BuyingPowerAnswer(2**62, [contract] * QUERY_CONTRACTS_MAX))) <= ANSWER_BODY_BYTES_MAX
    account = AccountFacts(BANK_ACCOUNT_NO_MAX, 332, 2**62, 2, 2**62, 6)
    assert len(encode(AccountAnswer(2**62, [account] * QUERY_CONTRACTS_MAX))) <= ANSWER_BODY_BYTES_MAX


@pytest.mark.parametrize("amount_fen", [0, 1, -1, 2**62, -(2**63), 2**86, 2**127 - 1, -(2**127)])
def test_a_sum_over_contracts_is_sixteen_bytes_of_any_sign(amount_fen: int) -> None:
    totals = PartyTotals.of(2, amount_fen, 0, -amount_fen // 2, amount_fen // 3)

    assert totals.amounts_fen == (amount_fen, 0, -amount_fen // 2, amount_fen // 3)
    assert totals.balance_fen == amount_fen.to_bytes(16, "big", signed=True)
    answer = TotalsAnswer(1, True, [totals])
    assert decode_answer(encode(answer)) == answer


def test_the_largest_control_frame_fits() -> None:

    opened = AccountTerms(BANK_ACCOUNT_NO_MAX, OUTLET_MAX, bytes(HOLDER_BYTES), 2**60)
    shares = [SecuritiesAccount(market, "A123456789") for market in (1, 2)]
    signed = ContractTerms(2**62, 1_024, shares, 6)
    for message in (
        OpenAccounts([opened] * ACCOUNTS_PER_CONTROL_MAX),
        SignContracts([signed] * CONTRACTS_PER_CONTROL_MAX),
    ):
        assert len(encode(message)) <= CONTROL_BODY_BYTES_MAX


def test_all_outlets_of_a_message_fit_with_names_of_usual_length_and_1_927_with_the_longest() -> None:
    usual = OutletEntry(OUTLET_MAX, 3, OUTLET_MAX, "网" * 36)
    longest = OutletEntry(OUTLET_MAX, 3, OUTLET_MAX, "\U0010ffff" * 64)

    assert len(encode(RegisterOutlets([usual] * OUTLETS_PER_CONTROL_MAX))) <= CONTROL_BODY_BYTES_MAX
    assert len(encode(RegisterOutlets([longest] * 1_927))) <= CONTROL_BODY_BYTES_MAX
    assert len(encode(RegisterOutlets([longest] * 1_928))) > CONTROL_BODY_BYTES_MAX


def test_every_message_has_a_tag_of_its_own() -> None:
    tags = [
        subclass.__struct_config__.tag for subclass in Message.__subclasses__() if issubclass(subclass, msgspec.Struct)
    ]

    assert len(tags) == len(set(tags))


@pytest.mark.parametrize("body_bytes", [0, 63, 65, (FRAME_RECORDS_MAX + 1) * 64])
def test_only_whole_records_within_the_frame_limit_are_a_block(body_bytes: int) -> None:
    assert len(records_from_body(bytes(128))) == 2
    with pytest.raises(MisuseError, match="no block of records"):
        records_from_body(bytes(body_bytes))


def test_preamble_and_outcomes_read_back() -> None:
    preamble = OutcomesPreamble(2**62, 2**61, b"c" * 32, b"r" * 32)
    outcomes = np.zeros(2, OUTCOME)
    outcomes["remaining_fen"] = (7, 2**60)
    body = pack_preamble(preamble) + outcomes.tobytes()

    assert unpack_preamble(body) == preamble
    assert outcomes_from_body(body)["remaining_fen"].tolist() == [7, 2**60]
    assert RECORD.itemsize == 64
    with pytest.raises(MisuseError, match="shorter"):
        unpack_preamble(body[:79])


def test_what_was_kept_is_read_in_any_form_and_what_comes_is_not() -> None:
    message = OpenTradeDate(20_260_106)
    body = encode(message)
    longer = body[:2] + b"\xd3" + (20_260_106).to_bytes(8, "big") + body[7:]  # the same number, in nine bytes, not five
    assert decode_kept(longer) == decode_control(body) == message
    with pytest.raises(PeerViolation, match="canonical"):
        decode_control(longer)
    with pytest.raises(PeerViolation):
        decode_kept(longer[:-1])
