"""Sections 20.1 and 23.1: particulars and attempts with trading passwords as bytes, sealed and opened again.

Belongs here: a sealed box of libsodium, by its published construction: X25519, HSalsa20, XSalsa20 and Poly1305. Never
here: messages.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.poly1305 import Poly1305

from tests.outsider.wire.messagepack import Value, pack, unpack

PERSON_BYTES, PASSWORD_BYTES, ATTEMPT_BYTES, KEY_BYTES, TAG_BYTES = 256, 64, 320, 32, 16
_SIGMA = b"expand 32-byte k"
_ROWS = (  # of one double round: columns, then rows
    *((0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6), (15, 3, 7, 11)),
    *((0, 1, 2, 3), (5, 6, 7, 4), (10, 11, 8, 9), (15, 12, 13, 14)),
)


class Pushed(NamedTuple):
    """What a push says beside what is sealed, whose it is and of which date."""

    party: int
    trade_date: int
    serial: int
    bank_account_no: int
    securities_accounts: tuple[tuple[int, str], ...]
    replaces: int

    def binding(self) -> bytes:
        """What both boxes begin with."""
        accounts: list[Value] = [[market, number] for market, number in self.securities_accounts]
        head: list[Value] = [self.party, self.trade_date, self.serial, self.bank_account_no]
        return hashlib.sha256(pack([*head, accounts, self.replaces])).digest()


def person_plain(binding: bytes, document: int, number: str, name: str) -> bytes:
    """The 256 bytes."""
    return _filled([binding, [document, number, name]], PERSON_BYTES)


def password_plain(binding: bytes, card_password: str) -> bytes:
    """The 64 bytes."""
    return _filled([binding, card_password], PASSWORD_BYTES)


def attempt_plain(numbers: Sequence[int], password: str, new_password: str = "") -> bytes:
    """The 320 bytes; the numbers are contract, channel, nonce and second."""
    return _filled([*numbers, password, new_password], ATTEMPT_BYTES)


def inside(plain: bytes) -> Value:
    """What is in either. Raises ValueError for what is not filled up with zeros."""
    end = 2 + int.from_bytes(plain[:2], "big")
    if any(plain[end:]):
        raise ValueError("no zeros behind what is inside")
    return unpack(plain[2:end])


def _filled(value: Value, size: int) -> bytes:
    body = pack(value)
    if len(body) > size - 2:
        raise ValueError("name and number are too long")
    return (len(body).to_bytes(2, "big") + body).ljust(size, b"\0")


def seal(plain: bytes, recipient: bytes, once: X25519PrivateKey) -> bytes:
    """For a public key, with a key of its own."""
    own = once.public_key().public_bytes_raw()
    stream = _stream(once, recipient, own + recipient, len(plain))
    hidden = _xor(plain, stream[KEY_BYTES:])
    return own + Poly1305.generate_tag(stream[:KEY_BYTES], hidden) + hidden


def unseal(sealed: bytes, recipient: X25519PrivateKey) -> bytes:
    """What was sealed. Raises InvalidSignature when it was not for this key, or was changed."""
    own, tag, hidden = sealed[:KEY_BYTES], sealed[KEY_BYTES:][:TAG_BYTES], sealed[KEY_BYTES + TAG_BYTES :]
    public = recipient.public_key().public_bytes_raw()
    stream = _stream(recipient, own, own + public, len(hidden))
    Poly1305.verify_tag(stream[:KEY_BYTES], hidden, tag)
    return _xor(hidden, stream[KEY_BYTES:])


def _stream(private: X25519PrivateKey, public: bytes, both: bytes, length: int) -> bytes:
    """32 bytes for the tag, and as many as are hidden."""
    nonce = hashlib.blake2b(both, digest_size=24).digest()
    shared = _hsalsa(private.exchange(X25519PublicKey.from_public_bytes(public)), bytes(16))
    key = _hsalsa(shared, nonce[:16])
    blocks = (_salsa(key, nonce[16:] + place.to_bytes(8, "little")) for place in range((KEY_BYTES + length) // 64 + 1))
    return b"".join(blocks)[: KEY_BYTES + length]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _words(data: bytes) -> list[int]:
    return [int.from_bytes(data[place : place + 4], "little") for place in range(0, len(data), 4)]


def _bytes(words: list[int]) -> bytes:
    return b"".join(word.to_bytes(4, "little") for word in words)


def _begin(key: bytes, nonce: bytes) -> list[int]:
    sigma, keys, rest = _words(_SIGMA), _words(key), _words(nonce)
    return [sigma[0], *keys[:4], sigma[1], *rest, sigma[2], *keys[4:], sigma[3]]


def _turned(begin: list[int]) -> list[int]:
    """Twenty rounds."""
    words = begin.copy()
    for _ in range(10):
        for a, b, c, d in _ROWS:
            for into, left, right, bits in ((b, a, d, 7), (c, b, a, 9), (d, c, b, 13), (a, d, c, 18)):
                total = (words[left] + words[right]) & 0xFFFFFFFF
                words[into] ^= (total << bits | total >> (32 - bits)) & 0xFFFFFFFF
    return words


def _salsa(key: bytes, nonce: bytes) -> bytes:
    begin = _begin(key, nonce)
    return _bytes([(a + b) & 0xFFFFFFFF for a, b in zip(begin, _turned(begin), strict=True)])


def _hsalsa(key: bytes, nonce: bytes) -> bytes:
    words = _turned(_begin(key, nonce))
    return _bytes([words[place] for place in (0, 5, 10, 15, 6, 7, 8, 9)])
