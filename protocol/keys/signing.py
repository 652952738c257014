"""Signing suites: one short signature over domain-separated bytes, which are a header's, or the text of an act.

Belongs here: the suites, key encodings, canonical signatures. Never here: key files, key registries, policies.
Ed25519 is RFC 8032. P-256 is ECDSA with SHA-256 and RFC 6979 nonces; its signature is raw r‖s, big-endian, with low s
(DER is malleable). A further suite (SM2 with SM3) is one more class and one more row in the tables.

Ed25519 signatures are made and checked by libsodium, P-256 ones by OpenSSL: each the faster of the two, see
docs/decisions/0011-libsodium-for-ed25519.md.
"""

from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_BYTES,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError

from ..errors import MisuseError
from ..limits import SIGNATURE_BYTES
from ..vocabulary import Suite

DOMAIN = b"YZT1/frame\x00"  # of frames: what was signed as one thing is never taken for another
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_P256_HALF = _P256_ORDER // 2
assert crypto_sign_BYTES == SIGNATURE_BYTES
_ECDSA = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
PUBLIC_KEY_BYTES: dict[Suite, int] = {Suite.ED25519_SHA256: 32, Suite.P256_SHA256: 65}

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


class Signer(Protocol):
    """Makes signatures with one private key."""

    @property
    def suite(self) -> Suite: ...
    @property
    def key_id(self) -> int: ...
    def sign(self, content: bytes) -> bytes:
        """Header bytes, or an act's text, to a (64,) signature; the same input gives the same bytes."""
        ...

    def public_key(self) -> bytes:
        """The raw public key as `verifier_from_bytes` takes it."""
        ...


class Verifier(Protocol):
    """Checks signatures with one public key."""

    @property
    def suite(self) -> Suite: ...
    def verify(self, content: bytes, signature: bytes) -> bool:
        """True only for the one canonical signature of these bytes by this key."""
        ...


class Ed25519Signer:
    """Suite 1."""

    suite = Suite.ED25519_SHA256

    def __init__(self, key: ed25519.Ed25519PrivateKey, key_id: int, domain: bytes = DOMAIN) -> None:
        self._domain = domain
        self._public, self._secret = crypto_sign_seed_keypair(key.private_bytes_raw())
        self.key_id = key_id

    def sign(self, content: bytes) -> bytes:
        return crypto_sign(self._domain + content, self._secret)[:SIGNATURE_BYTES]

    def public_key(self) -> bytes:
        return self._public


class Ed25519Verifier:
    """Suite 1."""

    suite = Suite.ED25519_SHA256

    def __init__(self, key: ed25519.Ed25519PublicKey, domain: bytes = DOMAIN) -> None:
        self._domain = domain
        self._key = key.public_bytes_raw()

    def verify(self, content: bytes, signature: bytes) -> bool:
        if len(signature) != SIGNATURE_BYTES:
            return False
        try:
            crypto_sign_open(signature + self._domain + content, self._key)
        except BadSignatureError:
            return False
        return True


class P256Signer:
    """Suite 2."""

    suite = Suite.P256_SHA256

    def __init__(self, key: ec.EllipticCurvePrivateKey, key_id: int, domain: bytes = DOMAIN) -> None:
        self._domain = domain
        self._key = key
        self.key_id = key_id

    def sign(self, content: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(self._domain + content, _ECDSA))
        if s > _P256_HALF:
            s = _P256_ORDER - s
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


class P256Verifier:
    """Suite 2."""

    suite = Suite.P256_SHA256

    def __init__(self, key: ec.EllipticCurvePublicKey, domain: bytes = DOMAIN) -> None:
        self._domain = domain
        self._key = key

    def verify(self, content: bytes, signature: bytes) -> bool:
        if len(signature) != SIGNATURE_BYTES:
            return False
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if not (0 < r < _P256_ORDER and 0 < s <= _P256_HALF):
            return False
        try:
            self._key.verify(encode_dss_signature(r, s), self._domain + content, _ECDSA)
        except InvalidSignature:
            return False
        return True


def signer_from_key(key: PrivateKey, key_id: int, domain: bytes = DOMAIN) -> Signer:
    """A signer for an Ed25519 or P-256 private key, of one domain. Raises MisuseError for any other curve."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return Ed25519Signer(key, key_id, domain)
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return P256Signer(key, key_id, domain)
    raise MisuseError("signing keys are Ed25519 or P-256")


def verifier_from_bytes(suite: Suite, public_key: bytes, domain: bytes = DOMAIN) -> Verifier:
    """A verifier for a raw public key (Ed25519: 32 bytes; P-256: 65 bytes, uncompressed point), of what `domain` says.

    Raises MisuseError when the bytes are no key of that suite, or one that is unfit: under an Ed25519 point of small
    order a signature holds for any message, or a mixed one for several.
    """
    if len(public_key) != PUBLIC_KEY_BYTES[suite]:
        raise MisuseError(f"a {suite.name} public key has {PUBLIC_KEY_BYTES[suite]} bytes, not {len(public_key)}")
    try:
        if suite == Suite.ED25519_SHA256:
            if not crypto_core_ed25519_is_valid_point(public_key):
                raise ValueError("not a canonical point of the prime order")
            return Ed25519Verifier(ed25519.Ed25519PublicKey.from_public_bytes(public_key), domain)
        return P256Verifier(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key), domain)
    except ValueError as error:
        raise MisuseError(f"not a {suite.name} public key: {error}") from error
