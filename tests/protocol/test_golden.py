"""Golden bytes fed three ways, flipped and cut: an orderly refusal or the same result, and nothing else."""

import json
from collections.abc import Iterator
from typing import TypedDict

import pytest

from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import Frame, FrameReader
from protocol.given_numbers import index_from_account_no, index_from_contract_no
from protocol.header import Header
from protocol.keys.signing import DOMAIN
from protocol.limits import HEADER_BYTES, PREFIX_BYTES
from protocol.messages.codec import decode_answer, decode_control, decode_page, decode_query, decode_session, encode
from protocol.session.bank import BankSession
from protocol.session.bank_events import NegotiateReceived, RequestReceived
from protocol.session.states import BankState
from protocol.vocabulary import Direction, FrameKind, Suite
from tests.protocol import keys
from tests.protocol.conversation import T0_NS, bank_session, freezes, new_pair, partner_session
from tests.vectors import generate
from tests.vectors.frames import invalid as invalid_frames
from tests.vectors.frames import valid as valid_frames
from tests.vectors.frames.invalid import InvalidVector
from tests.vectors.voices import SENT_AT_NS, Vector

VALID = [vector for suite in Suite for vector in valid_frames.of_suite(suite)]
VALID += list(valid_frames.of_bank_seat())
VALID_NAMES = [f"{vector.name}-{vector.frame.header.suite}" for vector in VALID]
TO_BANK = invalid_frames.to_bank()
TO_PARTNER = invalid_frames.to_partner()


class Numbers(TypedDict):
    """One half of the file numbers.json."""

    valid: list[dict[str, int]]
    invalid: list[int]


def verify(header: Header, header_bytes: bytes, signature: bytes) -> None:
    """Either side's verification with the published keys."""
    if header.direction == Direction.TO_PARTNER:
        verifier = keys.bank_verifiers().get(header.key_id)
    else:
        verifier = keys.registry().verifier(header.sender, header.seat, header.key_id, (header.sent_at_ns,) * 2)
    if verifier is None or verifier.suite != header.suite or not verifier.verify(header_bytes, signature):
        raise PeerViolation(ReplyCode.SIGNATURE_INVALID, "test")


def read(*chunks: bytes) -> list[Frame]:
    """What a reader makes of the chunks. Raises PeerViolation."""
    reader = FrameReader(verify)
    frames: list[Frame] = []
    fed_bytes = given_bytes = 0
    for chunk in chunks:
        reader.feed(chunk)
        fed_bytes += len(chunk)
        while (frame := reader.next_frame()) is not None:
            frames.append(frame)
            given_bytes += len(frame.wire())
        assert reader.buffered_bytes <= fed_bytes - given_bytes
    return frames


def one_by_one(data: bytes) -> Iterator[bytes]:
    """Each byte on its own."""
    return (data[index : index + 1] for index in range(len(data)))


@pytest.mark.parametrize(("name", "content"), generate.files().items())
def test_the_published_files_are_what_the_script_makes(name: str, content: str) -> None:
    assert (generate.FOLDER / name).read_text(encoding="utf-8") == content
    assert json.loads(content)


@pytest.mark.parametrize("vector", VALID, ids=VALID_NAMES)
def test_a_golden_frame_reads_the_same_whole_in_bytes_and_with_a_tail(vector: Vector) -> None:
    wire = vector.frame.wire()

    assert read(wire) == [vector.frame]
    assert read(*one_by_one(wire)) == [vector.frame]
    assert read(wire + wire[: PREFIX_BYTES - 1]) == [vector.frame]
    assert read(wire[:-1], wire[-1:] + wire) == [vector.frame, vector.frame]


@pytest.mark.parametrize("vector", VALID, ids=VALID_NAMES)
def test_a_golden_body_is_the_canonical_form_of_its_message(vector: Vector) -> None:
    if vector.message is None:
        return
    decoders = {
        FrameKind.CONTROL: decode_control,
        FrameKind.QUERY: decode_query,
        FrameKind.ANSWER: decode_answer,
        FrameKind.FEED: decode_page,
    }
    decode = decoders.get(FrameKind(vector.frame.header.kind), decode_session)

    assert decode(vector.frame.body) == vector.message
    assert encode(vector.message) == vector.frame.body


@pytest.mark.parametrize("vector", VALID[:5] + VALID[15:20], ids=VALID_NAMES[:5] + VALID_NAMES[15:20])
def test_every_flipped_byte_of_a_frame_is_refused(vector: Vector) -> None:
    wire = vector.frame.wire()
    for index in range(len(wire)):
        damaged = bytearray(wire)
        damaged[index] ^= 1 << (index % 8)
        with pytest.raises(PeerViolation) as caught:
            read(bytes(damaged), bytes(1024))
        expected = {ReplyCode.MALFORMED_FRAME, ReplyCode.SIGNATURE_INVALID}
        assert caught.value.code in (expected if index < PREFIX_BYTES else {ReplyCode.BODY_DIGEST_MISMATCH})


@pytest.mark.parametrize("suite", list(Suite))
def test_every_prefix_of_a_frame_waits_for_more(suite: Suite) -> None:
    for vector in list(valid_frames.of_suite(suite))[:5]:
        wire = vector.frame.wire()
        for length in range(len(wire)):
            assert read(wire[:length]) == []


def recorded_talk(suite: Suite) -> bytes:
    """All that a partner says in a logon and two requests."""
    pair = new_pair(suite).log_on()
    pair.partner.send_block(freezes(2), 1, 2, 0, pair.now_ns)
    pair.partner.send_block(freezes(1), 3, 1, 0, pair.now_ns)
    pair.exchange()
    return bytes(pair.to_bank)


def hear(suite: Suite, chunks: Iterator[bytes]) -> tuple[BankState, int, ReplyCode | None]:
    """What the bank's side becomes: its state, its next number, and the violation if there was one."""
    pair = new_pair(suite)
    for chunk in chunks:
        if pair.violation is None:
            pair.bank_hears(chunk)
    code = None if pair.violation is None else pair.violation.code
    return pair.bank.state, pair.bank.next_number, code


@pytest.mark.parametrize("suite", list(Suite))
def test_a_whole_talk_byte_by_byte_is_the_same_talk(suite: Suite) -> None:
    assert hear(suite, one_by_one(recorded_talk(suite))) == (BankState.ESTABLISHED, 4, None)


@pytest.mark.parametrize("suite", list(Suite))
def test_every_flipped_byte_of_a_talk_is_an_orderly_end(suite: Suite) -> None:
    talk = recorded_talk(suite)
    for index in range(0, len(talk), 3):
        damaged = bytearray(talk)
        damaged[index] ^= 0x80 >> (index % 8)
        state, _, code = hear(suite, iter([bytes(damaged)]))
        assert code is not None, f"byte {index} may be changed unnoticed"
        assert state is BankState.TERMINATED


def test_every_cut_of_a_talk_leaves_the_bank_waiting() -> None:
    talk = recorded_talk(Suite.ED25519_SHA256)
    for length in range(0, len(talk), 7):
        _, _, code = hear(Suite.ED25519_SHA256, iter([talk[:length]]))
        assert code is None


def bank_at(now_ns: int) -> BankSession:
    """A bank session that has heard nothing."""
    return bank_session(now_ns=now_ns)


@pytest.mark.parametrize("vector", TO_BANK, ids=[vector.name for vector in TO_BANK])
def test_the_bank_refuses_each_invalid_frame_for_its_reason(vector: InvalidVector) -> None:
    bank = bank_at(SENT_AT_NS)
    bank.receive_data(vector.header_bytes + vector.signature + vector.body, SENT_AT_NS)

    with pytest.raises(PeerViolation) as caught:
        bank.next_event(SENT_AT_NS)
    assert caught.value.code == vector.code
    bank.terminate(caught.value.code, caught.value.detail, SENT_AT_NS)
    assert bank.data_to_send()


@pytest.mark.parametrize("vector", TO_PARTNER, ids=[vector.name for vector in TO_PARTNER])
def test_a_partner_refuses_each_invalid_frame_for_its_reason(vector: InvalidVector) -> None:
    partner = partner_session()
    if vector.name.startswith("suite2"):
        partner = partner_session(keys.OTHER_BROKER, keys.OTHER_SEAT)
    partner.receive_data(vector.header_bytes + vector.signature + vector.body, SENT_AT_NS)

    with pytest.raises(PeerViolation) as caught:
        partner.next_event(SENT_AT_NS)
    assert caught.value.code == vector.code


def test_whatever_is_wrong_with_an_identity_reads_the_same() -> None:
    told = set()
    for vector in invalid_frames.wrong_identities():
        bank = bank_at(SENT_AT_NS)
        bank.receive_data(vector.header_bytes + vector.signature, SENT_AT_NS)
        with pytest.raises(PeerViolation) as caught:
            bank.next_event(SENT_AT_NS)
        told.add((caught.value.code, caught.value.detail))

    assert told == {(ReplyCode.SIGNATURE_INVALID, "party, seat, key or signature is not known here")}


def test_a_header_is_verified_before_its_body_is_awaited() -> None:
    vector = next(vector for vector in TO_BANK if vector.name == "suite1_to_bank_bit")
    with pytest.raises(PeerViolation, match="SIGNATURE_INVALID"):
        read(vector.header_bytes, vector.signature)
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
        read(b"\0" * HEADER_BYTES, bytes(64))


def test_no_byte_is_allocated_for_a_stated_length() -> None:
    vector = next(vector for vector in VALID if vector.name == "records")
    reader = FrameReader(verify)
    for fed_bytes, byte in enumerate(one_by_one(vector.frame.wire()[:-1]), start=1):
        reader.feed(byte)
        assert reader.next_frame() is None
        assert reader.buffered_bytes <= fed_bytes


def test_valid_logons_and_requests_are_taken_by_the_bank() -> None:
    bank = bank_at(SENT_AT_NS)
    negotiate = VALID[0].frame
    bank.receive_data(negotiate.wire(), SENT_AT_NS)

    assert bank.next_event(SENT_AT_NS) == NegotiateReceived(negotiate)
    assert RequestReceived(negotiate).frame is negotiate


def test_numbers_carry_their_check_digits() -> None:
    content: dict[str, Numbers] = json.loads(generate.files()["numbers.json"])

    kinds = (("contracts", index_from_contract_no, 1), ("accounts", index_from_account_no, 2))
    for name, index_from, remainder in kinds:
        for pair in content[name]["valid"]:
            assert index_from(pair["number"]) == pair["index"]
            assert pair["number"] % 97 == remainder
        for wrong in content[name]["invalid"]:
            assert index_from(wrong) == -1
    assert [index_from_contract_no(pair["number"]) for pair in content["accounts"]["valid"]] == [-1] * 11
    assert [index_from_account_no(pair["number"]) for pair in content["contracts"]["valid"]] == [-1] * 11


def test_the_published_domain_string_is_the_one_that_is_signed() -> None:
    assert bytes.fromhex(json.loads(generate.files()["keys.json"])["signed_before_header"]) == DOMAIN
    assert T0_NS == SENT_AT_NS
