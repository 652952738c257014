"""The identity desk's secrets as files: the keys that open what is sealed, and the key of holders' digests.

Belongs here: making them, reading them, forgetting them. Never here: what they are used for (desk, holders).

Only their owner may read them. What was read is overwritten once it is in use or is used no more; libsodium and Python
keep copies that cannot be reached, so a process that has had the keys does not outlive its work, and leaves no core.
"""

import resource
import secrets
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from config.keys import public_file_of, write_new
from config.kit.exit_codes import ConfigFault
from config.kit.own_files import refuse_if_others_may_read
from gateway.identity.holders import HOLDER_KEY_BYTES

KEY_FILE_BYTES_MAX = 4_096


class Unsealing:
    """Opens what is sealed for one key of the bank."""

    def __init__(self, secret: bytearray) -> None:
        """Takes the 32 bytes and overwrites them."""
        key = PrivateKey(bytes(secret))
        self._box = SealedBox(key)
        self.public_key = bytes(key.public_key)
        """(32,) for which it is sealed."""
        wipe(secret)

    def opened(self, sealed: bytes) -> bytes | None:
        """What is in it; None when it is not sealed for this key."""
        try:
            return self._box.decrypt(sealed)
        except CryptoError:
            return None


def wipe(secret: bytearray) -> None:
    """Overwrite it."""
    secret[:] = bytes(len(secret))


def leave_no_core() -> None:
    """A crash of this process writes nothing of its memory anywhere."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def write_unsealing_key(file: Path) -> Path:
    """A new key pair: the private PEM for its owner alone, the public one beside it for brokers. Returns the latter.

    Raises ConfigFault when a file is there already or cannot be written.
    """
    public_file = public_file_of(file)
    for each in (file, public_file):
        if each.exists():
            raise ConfigFault(f"{each}: File exists")
    key = X25519PrivateKey.generate()
    write_new(file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_new(public_file, public, 0o644)
    return public_file


def write_holder_key(file: Path) -> None:
    """A new key of holders' digests, in hexadecimal. Raises ConfigFault when there is a file, or it cannot be written.

    It is made once: accounts that were loaded with digests of another one are nobody's.
    """
    write_secret(file, HOLDER_KEY_BYTES)


def write_secret(file: Path, size: int) -> None:
    """So many random bytes in hexadecimal, for their owner alone. Raises ConfigFault as `write_holder_key`."""
    if file.exists():
        raise ConfigFault(f"{file}: File exists")
    write_new(file, secrets.token_hex(size).encode() + b"\n", 0o600)


def read_unsealing(file: Path) -> Unsealing:
    """The key in a PEM file that `write_unsealing_key` made. Raises ConfigFault with the file and what is wrong."""
    content = _read(file)
    try:
        key = load_pem_private_key(content, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigFault(f"{file}: not an unencrypted PEM private key") from None
    finally:
        wipe(content)
    if not isinstance(key, X25519PrivateKey):
        raise ConfigFault(f"{file}: not a key that unseals: X25519 is wanted")
    return Unsealing(bytearray(key.private_bytes_raw()))


def read_holder_key(file: Path) -> bytearray:
    """The key in a file that `write_holder_key` made. Raises ConfigFault with the file and what is wrong."""
    return read_secret(file, HOLDER_KEY_BYTES)


def read_secret(file: Path, size: int) -> bytearray:
    """So many bytes that stand in a file in hexadecimal. Raises ConfigFault with the file and what is wrong."""
    content = _read(file)
    try:
        secret = bytearray.fromhex(content.decode("ascii").strip())
    except ValueError:
        secret = bytearray()
    finally:
        wipe(content)
    if len(secret) != size:
        raise ConfigFault(f"{file}: not {size} bytes in hexadecimal")
    return secret


def _read(file: Path) -> bytearray:
    try:
        refuse_if_others_may_read(file)
        with file.open("rb") as stream:
            content = bytearray(KEY_FILE_BYTES_MAX)
            del content[stream.readinto(content) :]
            return content
    except OSError as error:
        raise ConfigFault(f"{file}: {error.strerror}") from None
