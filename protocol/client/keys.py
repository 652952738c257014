"""Key files: PEM to signer and verifier.

Belongs here: reading keys from files, with one clear line when a file is not what it should be.
Never here: suites (protocol.keys.signing), policies, generating keys.
"""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from ..errors import MisuseError
from ..keys.signing import DOMAIN, Signer, Verifier, signer_from_key, verifier_from_bytes
from ..vocabulary import Suite
from .settings import PATH_CHARS_MAX
from .verbs.arguments import INT32_MAX, shown, text, whole_number

KEY_FILE_BYTES_MAX = 64 * 1024  # far more than any key has: a device that never ends is not read for ever

OTHERS = 0o077  # whoever may read a private key can sign as its owner


class KeyFileError(Exception):
    """A key file cannot be used; the message names the file and the reason in one line."""


def load_signer(path: str | Path, key_id: int, domain: bytes = DOMAIN) -> Signer:
    """The signer of an unencrypted PEM private key (PKCS #8), Ed25519 or P-256; of acts with the domain of acts.

    Raises KeyFileError when the file cannot be read, holds no such key, or others may read it; MisuseError when an
    argument is no path or no key id (1 to 2^31 - 1).
    """
    key_id = whole_number("key_id", key_id, 1, INT32_MAX)
    data = read_key_file(path)
    if Path(path).stat().st_mode & OTHERS:
        remedy = f"chmod 600 {path}, and replace the key if somebody did"
        raise KeyFileError(f"{path}: others may read this private key: {remedy}")
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path}: no unencrypted PEM private key") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyFileError(f"{path}: signing keys are Ed25519 or P-256")
    try:
        return signer_from_key(key, key_id, domain)
    except MisuseError as error:
        raise KeyFileError(f"{path}: {error}") from error


def load_verifier(path: str | Path) -> Verifier:
    """The verifier of a PEM public key, Ed25519 or P-256; the key says the suite.

    Raises KeyFileError when the file cannot be read or holds no such key, MisuseError when `path` is no path.
    """
    data = read_key_file(path)
    try:
        key = load_pem_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path}: no PEM public key") from error
    if isinstance(key, ed25519.Ed25519PublicKey):
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return verifier_from_bytes(Suite.ED25519_SHA256, raw)
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return verifier_from_bytes(Suite.P256_SHA256, point)
    raise KeyFileError(f"{path}: bank keys are Ed25519 or P-256")


def read_sealing_key(path: str | Path) -> bytes:
    """(32,) the X25519 public key in a PEM file of the bank, for which is sealed. Raises as `load_verifier`."""
    try:
        key = load_pem_public_key(read_key_file(path))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path}: no PEM public key") from error
    if not isinstance(key, X25519PublicKey):
        raise KeyFileError(f"{path}: what is sealed is sealed for an X25519 key")
    return key.public_bytes_raw()


def read_key_file(path: str | Path) -> bytes:
    """What is in a key file. Raises KeyFileError when it cannot be read, MisuseError when `path` is no path."""
    if not isinstance(path, str | Path):
        raise MisuseError(f"path is the name of a file, not {shown(path)}")
    text("path", str(path), PATH_CHARS_MAX)
    try:
        with Path(path).open("rb") as file:
            return file.read(KEY_FILE_BYTES_MAX)
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
