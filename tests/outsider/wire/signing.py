"""The two signing suites of section 4 over the `cryptography` package.

Belongs here: keys, the signed message, signatures of 64 bytes. Never here: whose key is believed.
"""

from dataclasses import dataclass
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from tests.outsider.wire.codes import Suite

PrivateKey: TypeAlias = Ed25519PrivateKey | EllipticCurvePrivateKey
PublicKey: TypeAlias = Ed25519PublicKey | EllipticCurvePublicKey

SIGNED_BEFORE_HEADER = b"YZT1/frame\0"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the number under which the other side knows its public half."""

    key_id: int
    private: PrivateKey

    @property
    def suite(self) -> Suite:
        """The suite follows from the key."""
        return Suite.ED25519 if isinstance(self.private, Ed25519PrivateKey) else Suite.P256

    def sign(self, header: bytes) -> bytes:
        """The 64 bytes behind a header; the same for the same header."""
        message = SIGNED_BEFORE_HEADER + header
        if isinstance(self.private, Ed25519PrivateKey):
            return self.private.sign(message)
        r, s = decode_dss_signature(self.private.sign(message, ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32, "big") + min(s, P256_ORDER - s).to_bytes(32, "big")


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key of the other side."""

    public: PublicKey

    @property
    def suite(self) -> Suite:
        """The suite follows from the key."""
        return Suite.ED25519 if isinstance(self.public, Ed25519PublicKey) else Suite.P256

    def verifies(self, header: bytes, signature: bytes) -> bool:
        """Whether this key signed this header."""
        message = SIGNED_BEFORE_HEADER + header
        try:
            if isinstance(self.public, Ed25519PublicKey):
                self.public.verify(signature, message)
                return True
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            if not (1 <= r < P256_ORDER and 1 <= s <= P256_ORDER // 2):
                return False
            self.public.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


def signing_key(suite: int, key_id: int, secret: bytes) -> SigningKey:
    """From an Ed25519 seed of 32 bytes or a big-endian P-256 scalar."""
    if suite == Suite.ED25519:
        return SigningKey(key_id, Ed25519PrivateKey.from_private_bytes(secret))
    return SigningKey(key_id, derive_private_key(int.from_bytes(secret, "big"), SECP256R1()))


def verifying_key(suite: int, public: bytes) -> VerifyingKey:
    """From the 32 bytes of an Ed25519 key or an uncompressed point of 65. Raises ValueError for anything else."""
    if suite == Suite.ED25519:
        return VerifyingKey(Ed25519PublicKey.from_public_bytes(public))
    return VerifyingKey(EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public))


def signing_key_of_pem(key_id: int, pem: bytes) -> SigningKey:
    """From an unencrypted PEM file. Raises ValueError when another kind of key is in it."""
    key = load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey | EllipticCurvePrivateKey):
        raise ValueError("neither Ed25519 nor P-256")
    return SigningKey(key_id, key)


def verifying_key_of_pem(pem: bytes) -> VerifyingKey:
    """From a PEM file with a public key. Raises ValueError when another kind of key is in it."""
    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey | EllipticCurvePublicKey):
        raise ValueError("neither Ed25519 nor P-256")
    return VerifyingKey(key)
