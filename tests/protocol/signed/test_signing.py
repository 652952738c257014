"""Signatures in both suites, the registry of keys, and the list of codes."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from protocol import codes
from protocol.codes import FACTS, ReplyCode
from protocol.errors import MisuseError
from protocol.keys.registry import PartyRegistry
from protocol.keys.signing import signer_from_key, verifier_from_bytes
from protocol.limits import HEADER_BYTES
from protocol.messages.control import OpenTradeDate, RegisterKey, RegisterParty, RegisterSeat, SeatEntry
from protocol.vocabulary import SeatRole, Suite
from tests.protocol import keys

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
HEADER = st.binary(min_size=HEADER_BYTES, max_size=HEADER_BYTES)
SUITES = list(Suite)


@pytest.mark.parametrize("suite", SUITES)
@given(header_bytes=HEADER)
def test_signing_is_deterministic_and_verifies(suite: Suite, header_bytes: bytes) -> None:
    signer = keys.bank_signers()[suite]
    verifier = verifier_from_bytes(suite, signer.public_key())
    signature = signer.sign(header_bytes)

    assert len(signature) == 64
    assert signer.sign(header_bytes) == signature
    assert verifier.verify(header_bytes, signature)
    assert not verifier.verify(header_bytes[::-1] + b"x", signature)


@given(header_bytes=HEADER)
def test_a_p256_signature_has_low_s_and_its_twin_is_refused(header_bytes: bytes) -> None:
    signer = keys.bank_signers()[Suite.P256_SHA256]
    verifier = verifier_from_bytes(Suite.P256_SHA256, signer.public_key())
    signature = signer.sign(header_bytes)
    s = int.from_bytes(signature[32:], "big")

    assert 0 < s <= P256_ORDER // 2
    assert not verifier.verify(header_bytes, signature[:32] + (P256_ORDER - s).to_bytes(32, "big"))


@pytest.mark.parametrize(
    "signature",
    [bytes(64), b"\xff" * 64, bytes(63), bytes(65), b"", bytes(32) + b"\1" * 32, b"\1" * 32 + bytes(32)],
)
@pytest.mark.parametrize("suite", SUITES)
def test_what_is_no_signature_is_refused_without_an_exception(suite: Suite, signature: bytes) -> None:
    verifier = verifier_from_bytes(suite, keys.bank_signers()[suite].public_key())

    assert not verifier.verify(bytes(HEADER_BYTES), signature)


@pytest.mark.parametrize("suite", SUITES)
def test_what_is_no_key_is_told(suite: Suite) -> None:
    for public_key in (b"", bytes(31), bytes(64), bytes(66)):
        with pytest.raises(MisuseError, match="public key has"):
            verifier_from_bytes(suite, public_key)
    with pytest.raises(MisuseError, match="not a P256_SHA256 public key"):
        verifier_from_bytes(Suite.P256_SHA256, b"\x04" + b"\x01" * 64)
    with pytest.raises(MisuseError, match="Ed25519 or P-256"):
        signer_from_key(ec.derive_private_key(5, ec.SECP384R1()), 1)


def test_a_key_is_good_from_its_first_to_before_its_last_moment() -> None:
    registry = PartyRegistry([])
    registry.apply(RegisterParty(4, 2, 1, "丙证券", False), 0)
    registry.apply(RegisterKey(4, 9, keys.broker_signer().public_key(), 100, 200, 0), 0)

    known = [registry.verifier(4, 31, 9, (sent_at_ns, 150)) is not None for sent_at_ns in (99, 100, 199, 200)]
    assert known == [False, True, True, False]
    known = [registry.verifier(4, 31, 9, (150, received_at_ns)) is not None for received_at_ns in (99, 100, 199, 200)]
    assert known == [False, True, True, False]
    assert registry.verifier(4, 31, 8, (150, 150)) is None
    assert registry.verifier(5, 31, 9, (150, 150)) is None


def test_accepted_registrations_may_be_applied_twice() -> None:
    registry = PartyRegistry([])
    public_key = keys.broker_signer().public_key()
    for _ in range(2):
        registry.apply(RegisterParty(4, 2, 1, "丙证券", True), 0)
        registry.apply(RegisterKey(4, 9, public_key, 0, 200, 0), 0)
        registry.apply(RegisterSeat(31, 4, SeatRole.BROKER), 0)
        registry.apply(OpenTradeDate(20_260_922), 0)

    (entry,) = registry.entries()
    assert registry.party(4) == entry
    assert (entry.seats, [key.key_id for key in entry.keys]) == ([SeatEntry(31, SeatRole.BROKER)], [9])
    assert (registry.owner_of(31), registry.owner_of(32), registry.party(5)) == (4, None, None)
    assert PartyRegistry(registry.entries()).entries() == registry.entries()


def test_bytes_that_are_no_key_read_as_an_unknown_key() -> None:
    registry = PartyRegistry([])
    registry.apply(RegisterParty(4, 2, 2, "丙证券", True), 0)
    registry.apply(RegisterKey(4, 9, b"\x04" + b"\x01" * 64, 0, 200, 0), 0)

    assert registry.verifier(4, 31, 9, (100, 100)) is None


def test_a_seat_of_nobody_is_a_bug_of_ours() -> None:
    with pytest.raises(MisuseError, match="party 4 is not registered"):
        PartyRegistry([]).apply(RegisterSeat(31, 4, SeatRole.BROKER), 0)


def test_every_code_has_its_facts() -> None:
    assert set(FACTS) == set(ReplyCode)
    assert list(FACTS) == list(ReplyCode)
    assert all(facts.meaning and facts.customary for facts in FACTS.values())


def test_codes_stand_in_the_order_of_their_rank() -> None:
    assert [int(code) for code in ReplyCode] == sorted({int(code) for code in ReplyCode})


def test_each_code_is_told_in_exactly_one_way() -> None:
    for code in ReplyCode:
        ways = (codes.ends_link(code), codes.consumes_nothing(code), codes.burns_number(code))
        assert sum(ways) == 1
