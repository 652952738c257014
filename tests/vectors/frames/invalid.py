"""Frames that must be refused, each with the code that is the reason.

Belongs here: one frame per way to be wrong, told apart from its valid twin by that one thing. Never here: files.
Each is the first thing that its reader hears: the bank on a new link at the moment of sending, or the broker.
"""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.frame import Frame, make_frame
from protocol.header import Header, pack_header
from protocol.limits import HEADER_BYTES, NEGOTIATE_FRESH_NS, SESSION_BODY_BYTES_MAX, SIGNATURE_BYTES
from protocol.messages.codec import encode
from protocol.messages.session import Establish, Heartbeat, Negotiate
from protocol.vocabulary import FrameKind, Suite
from tests.protocol import keys
from tests.vectors.frames.valid import PARTNER_NONCE, order_block
from tests.vectors.voices import Voice, bank_voice, partner_voice

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
NEGOTIATE_BODY = encode(Negotiate(PARTNER_NONCE, "example 1.0"))


class InvalidVector(NamedTuple):
    """A frame as three parts and the reason for which it is refused."""

    name: str
    what: str
    code: ReplyCode
    header_bytes: bytes
    signature: bytes
    body: bytes


def _signed(
    name: str, what: str, code: ReplyCode, voice: Voice, header: Header, body: bytes = NEGOTIATE_BODY
) -> InvalidVector:
    """A frame whose length, digest and signature are right and something else is not."""
    frame = make_frame(header, body, voice.signer.sign)
    return InvalidVector(name, what, code, frame.header_bytes, frame.signature, frame.body)


def _raw(name: str, what: str, voice: Voice, header: Header, body: bytes = b"") -> InvalidVector:
    """A signed header whose fields contradict each other or the body."""
    header_bytes = pack_header(header)
    signature = voice.signer.sign(header_bytes)
    return InvalidVector(name, what, ReplyCode.MALFORMED_FRAME, header_bytes, signature, body)


def _with(header: Header, name: str, value: int) -> Header:
    """`header` with one numeric field, named at run time, replaced."""
    return Header._make(value if field == name else old for field, old in header._asdict().items())


def _good(voice: Voice) -> Frame:
    return make_frame(voice.header(FrameKind.NEGOTIATE), NEGOTIATE_BODY, voice.signer.sign)


def malformed_headers() -> Iterator[InvalidVector]:
    """What the header's own bytes rule out."""
    voice = partner_voice(Suite.ED25519_SHA256)
    good = _good(voice).header
    block = voice.header(FrameKind.RECORDS)._replace(
        first_number=1, record_count=4, body_bytes=256, body_digest=bytes(32)
    )
    yield _raw("magic", "the magic is YZT2", voice, good._replace(magic=b"YZT2"), NEGOTIATE_BODY)
    yield _raw("protocol_version", "version 2", voice, good._replace(version=2), NEGOTIATE_BODY)
    yield _raw("kind_unknown", "kind 13", voice, good._replace(kind=13), NEGOTIATE_BODY)
    yield _raw("kind_internal", "a kind of the bank's own link", voice, good._replace(kind=FrameKind.REGISTER))
    yield _raw("kind_of_bank", "OUTCOMES sent to the bank", voice, good._replace(kind=FrameKind.NEGOTIATED))
    yield _raw("suite_unknown", "suite 3", voice, good._replace(suite=3), NEGOTIATE_BODY)
    yield _raw("direction_unknown", "direction 0", voice, good._replace(direction=0), NEGOTIATE_BODY)
    yield _raw("reflected", "direction to the partner, sent to the bank", voice, good._replace(direction=2))
    for name in ("sender", "seat", "trade_date", "session_version", "sent_at_ns", "valid_until_ns"):
        yield _raw(f"negative_{name}", f"{name} is −1", voice, _with(good, name, -1))
    yield _raw("body_too_long", "1,025 bytes", voice, good._replace(body_bytes=SESSION_BODY_BYTES_MAX + 1))
    yield _raw("count_in_session_message", "record_count 1", voice, good._replace(record_count=1))
    yield _raw("no_records", "record_count 0", voice, block._replace(record_count=0, body_bytes=0))
    yield _raw("too_many_records", "8,193", voice, block._replace(record_count=8_193, body_bytes=524_352))
    yield _raw("count_and_length", "4 records in 192 bytes", voice, block._replace(body_bytes=192))
    yield _raw("number_zero", "first_number 0", voice, block._replace(first_number=0))
    yield _raw("number_too_large", "2^62 + 1", voice, block._replace(first_number=2**62 + 1))
    yield _raw("empty_control", "no body", voice, block._replace(kind=7, record_count=1, body_bytes=0))


def wrong_identities() -> Iterator[InvalidVector]:
    """Everything that is wrong with party, seat, key or signature reads the same."""
    code = ReplyCode.SIGNATURE_INVALID
    voice, other = partner_voice(Suite.ED25519_SHA256), partner_voice(Suite.P256_SHA256)
    header = voice.header(FrameKind.NEGOTIATE)
    yield _signed("party_unknown", "party 9", code, voice, header._replace(sender=9))
    yield _signed("seat_unknown", "seat 99", code, voice, header._replace(seat=99))
    yield _signed("seat_foreign", "seat of party 3", code, voice, header._replace(seat=keys.OTHER_SEAT))
    yield _signed("recipient", "addressed to party 3", code, voice, header._replace(recipient=3))
    yield _signed("key_unknown", "key id 8", code, voice, header._replace(key_id=8))
    yield _signed("key_of_other", "key id 6 is another party's", code, voice, header._replace(key_id=6))
    yield _signed("suite_of_other", "party 2 signs with suite 1", code, voice, header._replace(suite=2))
    yield _signed(
        "key_expired",
        "key 7 was valid before",
        code,
        voice._replace(signer=keys.expired_signer()),
        header._replace(key_id=keys.EXPIRED_KEY_ID),
    )
    forged = header._replace(suite=2, key_id=other.signer.key_id)
    yield _signed("signed_by_other", "party 3 signs as party 2", code, other, forged)


def wrong_signatures(voice: Voice) -> Iterator[InvalidVector]:
    """A right header under a wrong signature, in either suite and direction."""
    kind = FrameKind.NEGOTIATE if voice.sender != 1 else FrameKind.HEARTBEAT
    body = NEGOTIATE_BODY if voice.sender != 1 else encode(Heartbeat(47, False))
    frame = make_frame(voice.header(kind), body, voice.signer.sign)
    prefix = f"suite{frame.header.suite}_{'from_bank' if voice.sender == 1 else 'to_bank'}"

    def vector(name: str, what: str, signature: bytes) -> InvalidVector:
        return InvalidVector(f"{prefix}_{name}", what, ReplyCode.SIGNATURE_INVALID, frame.header_bytes, signature, body)

    flipped = bytearray(frame.signature)
    flipped[17] ^= 0x20
    yield vector("bit", "one bit of the signature is flipped", bytes(flipped))
    yield vector("zero", "64 zero bytes", bytes(SIGNATURE_BYTES))
    if frame.header.suite == Suite.P256_SHA256:
        s = int.from_bytes(frame.signature[32:], "big")
        high = frame.signature[:32] + (P256_ORDER - s).to_bytes(32, "big")
        yield vector("high_s", "s replaced by n − s: ECDSA would accept it, this protocol does not", high)
    changed = bytearray(frame.header_bytes)
    struct.pack_into("<i", changed, 24, 8)
    yield InvalidVector(
        f"{prefix}_version",
        "session version changed after signing",
        ReplyCode.SIGNATURE_INVALID,
        bytes(changed),
        frame.signature,
        body,
    )
    damaged = body[:-1] + bytes([body[-1] ^ 1])
    yield InvalidVector(
        f"{prefix}_body",
        "the last bit of the body is flipped",
        ReplyCode.BODY_DIGEST_MISMATCH,
        frame.header_bytes,
        frame.signature,
        damaged,
    )


def _bodies() -> dict[str, tuple[str, bytes]]:
    good = NEGOTIATE_BODY
    text = good[good.index(b"\xab") :]
    nonce = good[2 : 2 + 2 + 16]
    return {
        "empty": ("no bytes", b""),
        "cut": ("the last byte is missing", good[:-1]),
        "trailing": ("one byte too many", good + b"\xc0"),
        "array_form": ("array 16 where fixarray is the shortest", b"\xdc\x00\x03" + good[1:]),
        "tag_form": ("the tag 1 as uint 8", good[:1] + b"\xcc\x01" + good[2:]),
        "string_form": ("str 8 where fixstr is the shortest", good[:2] + nonce + b"\xd9\x0b" + text[1:]),
        "tag_unknown": ("tag 99", good[:1] + b"\x63" + good[2:]),
        "tag_missing": ("no tag", b"\x92" + good[2:]),
        "field_missing": ("no software", b"\x92\x01" + nonce),
        "field_extra": ("one field too many", b"\x94" + good[1:] + b"\xc0"),
        "field_type": ("software is a number", b"\x93\x01" + nonce + b"\x05"),
        "map": ("a map instead of an array", b"\x81\x01\x02"),
        "nonce_short": ("a nonce of 15 bytes", b"\x93\x01\xc4\x0f" + bytes(15) + text),
        "not_utf8": ("software is not UTF-8", b"\x93\x01" + nonce + b"\xa2\xc3\x28"),
        "software_long": ("65 characters", b"\x93\x01" + nonce + b"\xd9\x41" + b"x" * 65),
        "huge_array": ("an array that claims 2^32 − 1 items", b"\xdd\xff\xff\xff\xff\x01"),
        "other_message": ("an ESTABLISH body", encode(Establish(PARTNER_NONCE, 1, 1_000_000_000))),
    }


def bad_logons() -> Iterator[InvalidVector]:
    """Signed and whole, and still no logon."""
    voice = partner_voice(Suite.ED25519_SHA256)
    header = voice.header(FrameKind.NEGOTIATE)
    for name, (what, body) in _bodies().items():
        yield _signed(f"body_{name}", what, ReplyCode.MALFORMED_FRAME, voice, header, body)
    now_ns, stale = header.sent_at_ns, ReplyCode.STALE_TIMESTAMP
    early = header._replace(sent_at_ns=now_ns - NEGOTIATE_FRESH_NS - 1)
    late = header._replace(sent_at_ns=now_ns + NEGOTIATE_FRESH_NS + 1)
    yield _signed("stale", "sent 5 s and 1 ns before it is read", stale, voice, early)
    yield _signed("from_the_future", "sent 5 s and 1 ns after it is read", stale, voice, late)
    records = voice.header(FrameKind.RECORDS)._replace(first_number=1, record_count=4)
    yield _signed("no_logon", "RECORDS first", ReplyCode.SESSION_UNKNOWN, voice, records, order_block())
    slow = encode(Establish(PARTNER_NONCE, 1, 1_000_000_000)).replace(
        struct.pack(">I", 1_000_000_000), struct.pack(">I", 99_999_999)
    )
    establish = voice.header(FrameKind.ESTABLISH)
    yield _signed("heartbeat_short", "99,999,999 ns", ReplyCode.MALFORMED_FRAME, voice, establish, slow)


def to_bank() -> list[InvalidVector]:
    """For the bank to refuse as the first frame of a link, read at the moment 1790000000000000000."""
    groups: list[Callable[[], Iterator[InvalidVector]]] = [malformed_headers, wrong_identities, bad_logons]
    found = [vector for group in groups for vector in group()]
    for suite in Suite:
        found += wrong_signatures(partner_voice(suite))
    assert all(len(vector.header_bytes) == HEADER_BYTES for vector in found)
    return found


def to_partner() -> list[InvalidVector]:
    """For a partner to refuse: party 2 at seat 11 (suite 1), or party 3 at seat 21 (suite 2)."""
    found: list[InvalidVector] = []
    code = ReplyCode.SIGNATURE_INVALID
    body = encode(Heartbeat(47, False))
    for suite in Suite:
        voice = bank_voice(suite)
        header = voice.header(FrameKind.HEARTBEAT)
        found += wrong_signatures(voice)
        wrong = {"recipient": 4, "seat": 12, "key_id": 9, "sender": 2}
        for name, value in wrong.items():
            changed = _with(header, name, value)
            found.append(_signed(f"suite{int(suite)}_{name}", f"{name} is {value}", code, voice, changed, body))
        reflected = header._replace(direction=1, body_bytes=len(body))
        found.append(_raw(f"suite{int(suite)}_reflected", "direction to the bank", voice, reflected, body))
    return found
