"""The identity desk's secrets as files: made for the owner alone, read, refused, overwritten in memory."""

import stat
from pathlib import Path

import pytest

from config.keys import write_key_pair
from config.kit.exit_codes import ConfigFault
from gateway.identity.holders import holder_digest
from gateway.identity.key_files import (
    Unsealing,
    read_holder_key,
    read_unsealing,
    wipe,
    write_holder_key,
    write_unsealing_key,
)
from protocol.client import KeyFileError, load_identity_key
from protocol.errors import MisuseError
from protocol.limits import PARTICULARS_BYTES, SEALED_PERSON_BYTES
from protocol.particulars import Person

WANG = Person(1, "11010519491231002X", "王小明")
PLAIN = bytes(PARTICULARS_BYTES)


def test_what_a_broker_seals_with_the_public_file_the_private_one_opens(tmp_path: Path) -> None:
    file = tmp_path / "identity-1.pem"
    public_file = write_unsealing_key(file)

    key = load_identity_key(public_file, 1)
    sealed = key.seal(PLAIN)

    assert read_unsealing(file).opened(sealed) == PLAIN
    assert (len(sealed), key.seal(PLAIN) == sealed) == (SEALED_PERSON_BYTES, False)  # not twice the same
    assert read_unsealing(file).opened(sealed[:-1] + bytes([sealed[-1] ^ 1])) is None
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_key_of_digests_makes_the_same_digest_for_the_same_person(tmp_path: Path) -> None:
    file, other = tmp_path / "holder.key", tmp_path / "other.key"
    write_holder_key(file)
    write_holder_key(other)

    key = read_holder_key(file)

    assert holder_digest(key, WANG) == holder_digest(read_holder_key(file), WANG)
    assert holder_digest(key, WANG) != holder_digest(read_holder_key(other), WANG)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_key_is_overwritten(tmp_path: Path) -> None:
    file, holder = tmp_path / "a.pem", tmp_path / "holder.key"
    write_unsealing_key(file)
    write_holder_key(holder)
    before = file.read_bytes(), holder.read_bytes()

    with pytest.raises(ConfigFault, match="File exists"):
        write_unsealing_key(file)
    with pytest.raises(ConfigFault, match="File exists"):
        write_holder_key(holder)

    assert (file.read_bytes(), holder.read_bytes()) == before


@pytest.mark.parametrize("content", [b"", b"zz" * 32, b"ab" * 31, b"\xff" * 64])
def test_what_is_no_key_is_told_with_its_file_and_nothing_of_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "some.key"
    file.touch(0o600)
    file.write_bytes(content)

    with pytest.raises(ConfigFault, match=r"some\.key: not 32 bytes in hexadecimal"):
        read_holder_key(file)
    with pytest.raises(ConfigFault, match=r"some\.key: not an unencrypted PEM private key"):
        read_unsealing(file)


def test_a_key_that_others_may_read_and_one_of_another_kind_are_refused(tmp_path: Path) -> None:
    file, signing = tmp_path / "a.pem", tmp_path / "b.pem"
    public_file = write_unsealing_key(file)
    signing_public = write_key_pair(signing, "ed25519")
    file.chmod(0o640)

    with pytest.raises(ConfigFault, match="others may read this private key"):
        read_unsealing(file)
    with pytest.raises(ConfigFault, match="X25519 is wanted"):
        read_unsealing(signing)
    with pytest.raises(ConfigFault, match="No such file"):
        read_unsealing(tmp_path / "none.pem")
    with pytest.raises(KeyFileError, match="X25519"):
        load_identity_key(signing_public, 1)
    with pytest.raises(KeyFileError, match="no PEM public key"):
        load_identity_key(file, 1)
    with pytest.raises(MisuseError):
        load_identity_key(public_file, 0)


def test_a_secret_is_overwritten_once_it_is_in_use() -> None:
    secret = bytearray(range(32))

    Unsealing(secret)
    assert secret == bytes(32)
    key = bytearray(b"k" * 32)
    wipe(key)
    assert key == bytes(32)
