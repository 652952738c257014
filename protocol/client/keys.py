"""Key files: PEM to signer and verifier.

Belongs here: reading keys from files, with one clear line when a file is not what it should be.
Never here: suites (protocol.signing), policies, generating keys.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from protocol.errors import MisuseError
from protocol.signing import Signer, Verifier, signer_from_key, verifier_from_bytes
from protocol.vocabulary import Suite


class KeyFileError(Exception):
    """A key file cannot be used; the message names the file and the reason in one line."""


def load_signer(path: str | Path, key_id: int) -> Signer:
    """The signer of an unencrypted PEM private key (PKCS #8), Ed25519 or P-256.

    Raises KeyFileError when the file cannot be read or holds no such key.
    """
    data = _read(path)
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path}: no unencrypted PEM private key") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyFileError(f"{path}: signing keys are Ed25519 or P-256")
    try:
        return signer_from_key(key, key_id)
    except MisuseError as error:
        raise KeyFileError(f"{path}: {error}") from error


def load_verifier(path: str | Path) -> Verifier:
    """The verifier of a PEM public key, Ed25519 or P-256; the key says the suite.

    Raises KeyFileError when the file cannot be read or holds no such key.
    """
    data = _read(path)
    try:
        key = load_pem_public_key(data)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path}: no PEM public key") from error
    if isinstance(key, ed25519.Ed25519PublicKey):
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return verifier_from_bytes(Suite.ED25519_SHA256, raw)
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return verifier_from_bytes(Suite.P256_SHA256, point)
    raise KeyFileError(f"{path}: bank keys are Ed25519 or P-256")


def _read(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
