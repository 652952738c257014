"""Key files: making private keys and the bank's missing ones.

What belongs here: PEM files on disk. What never may: a signature (protocol.keys.signing), or a key that leaves its
file.
"""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from config.kit.exit_codes import ConfigFault
from config.kit.own_files import refuse_if_others_may_read
from config.kit.processes import Progress
from config.schema import Config
from config.supervise.state_folders import make_state_folder
from protocol.vocabulary import SUITES

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


def generate(suite: str) -> PrivateKey:
    """A new private key of `ed25519` or `p256`, from the operating system's randomness."""
    return ed25519.Ed25519PrivateKey.generate() if suite == "ed25519" else ec.generate_private_key(ec.SECP256R1())


def public_file_of(private_file: Path) -> Path:
    """Where the public key lies beside a private one: `NAME.pub.pem` beside `NAME.pem`."""
    return private_file.with_suffix(".pub.pem")


def write_key_pair(private_file: Path, suite: str) -> Path:
    """Makes a key pair: PKCS#8 PEM readable by the owner alone, and the public key beside it. Returns the
    latter.

    Raises: ConfigFault when a file is already there (no key is ever overwritten) or cannot be written.
    """
    key = generate(suite)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public_file = public_file_of(private_file)
    for file in (private_file, public_file):
        if file.exists():
            raise ConfigFault(f"{file}: File exists")
    write_new(private_file, private, 0o600)
    _write_public(public_file, key)
    return public_file


def public_key_hex(public_file: Path) -> str:
    """The public key of a file that `write_key_pair` made, as the CSV of keys wants it: 32 bytes of Ed25519, or the
    65 bytes of a P-256 point, in hexadecimal.
    """
    key = load_pem_public_key(public_file.read_bytes())
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()


def check_private_key(file: Path, suite: str) -> None:
    """Whether a file holds a private key of a suite.

    Raises: ConfigFault with the file and what is wrong with it.
    """
    try:
        refuse_if_others_may_read(file)
        key = load_pem_private_key(file.read_bytes(), None)
    except OSError as error:
        raise ConfigFault(f"{file}: {error.strerror}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigFault(f"{file}: not an unencrypted PEM private key") from None
    is_p256 = isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp256r1"
    fits = isinstance(key, ed25519.Ed25519PrivateKey) if suite == "ed25519" else is_p256
    if not fits:
        raise ConfigFault(f"{file}: not a key of suite {suite}")


def bank_key_files(config: Config) -> list[tuple[Path, str]]:
    """The bank's private key files with the suite of each: one per suite, and its own seat's."""
    files = [(config.key_file(suite), suite) for suite in SUITES]
    return [*files, (config.seat_key_file, config.bank.seat_suite)]


def make_missing_bank_keys(config: Config, progress: Progress) -> None:
    """Makes those of the bank's keys that are missing, in the state directory only: a file that is named must
    exist.

    Raises: ConfigFault when a named file is missing, any holds something else, or the directory cannot be made.
    """
    own_folder = make_state_folder(config, "keys")
    for file, suite in bank_key_files(config):
        if file.parent == own_folder and not file.exists():
            write_key_pair(file, suite)
            progress(f"made a new key: {file}")
        check_private_key(file, suite)
        public_file = public_file_of(file)
        if file.parent == own_folder and not public_file.exists():
            key = load_pem_private_key(file.read_bytes(), None)
            assert isinstance(key, PrivateKey)
            _write_public(public_file, key)
            progress(f"made the missing public key: {public_file}")


def _write_public(file: Path, key: PrivateKey) -> None:
    write_new(file, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), 0o644)


def write_new(file: Path, content: bytes, mode: int) -> None:
    """The whole file under its name, or none: half a key would be in the way of the next."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                os.fchmod(stream.fileno(), mode)  # whatever the mask is
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.link(draft, file)  # unlike a rename, overwrites nothing
        finally:
            draft.unlink()
    except OSError as error:
        raise ConfigFault(f"{file}: {error.strerror}") from None
