"""Key files: good ones work together, bad ones get one line."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from protocol.client import KeyFileError, load_signer, load_verifier
from protocol.keys.signing import PrivateKey
from protocol.vocabulary import Suite


def write_pair(directory: Path, key: PrivateKey | rsa.RSAPrivateKey) -> tuple[Path, Path]:
    private, public = directory / "private.pem", directory / "public.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    private.chmod(0o600)
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.mark.parametrize("suite", list(Suite))
def test_a_pair_of_files_signs_and_verifies(tmp_path: Path, suite: Suite) -> None:
    ed = suite is Suite.ED25519_SHA256
    key = ed25519.Ed25519PrivateKey.generate() if ed else ec.generate_private_key(ec.SECP256R1())
    private, public = write_pair(tmp_path, key)

    signer, verifier = load_signer(private, 7), load_verifier(public)

    assert (signer.suite, signer.key_id, verifier.suite) == (suite, 7, suite)
    assert verifier.verify(b"h" * 96, signer.sign(b"h" * 96))
    assert not verifier.verify(b"i" * 96, signer.sign(b"h" * 96))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o666])
def test_a_private_key_that_others_may_read_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    private, _public = write_pair(tmp_path, ed25519.Ed25519PrivateKey.generate())
    private.chmod(mode)
    with pytest.raises(KeyFileError, match=rf"others may read this private key: chmod 600 {private}, and replace"):
        load_signer(private, 7)
    private.chmod(0o400)
    load_signer(private, 7)


def test_files_that_hold_something_else_are_told_by_name(tmp_path: Path) -> None:
    private, public = write_pair(tmp_path, rsa.generate_private_key(65_537, 2_048))
    with pytest.raises(KeyFileError, match=r"private\.pem: signing keys are Ed25519 or P-256"):
        load_signer(private, 7)
    with pytest.raises(KeyFileError, match=r"public\.pem: bank keys are Ed25519 or P-256"):
        load_verifier(public)

    private, public = write_pair(tmp_path, ec.generate_private_key(ec.SECP384R1()))
    with pytest.raises(KeyFileError, match=r"private\.pem: signing keys are Ed25519 or P-256"):
        load_signer(private, 7)
    with pytest.raises(KeyFileError, match=r"public\.pem: bank keys are Ed25519 or P-256"):
        load_verifier(public)


def test_files_that_hold_no_key_are_told_by_name(tmp_path: Path) -> None:
    letter, locked = tmp_path / "letter.pem", tmp_path / "locked.pem"
    letter.write_text("dear bank")
    letter.chmod(0o600)
    secret = ed25519.Ed25519PrivateKey.generate()
    locked.write_bytes(secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")))
    locked.chmod(0o600)

    with pytest.raises(KeyFileError, match=r"letter\.pem: no unencrypted PEM private key"):
        load_signer(letter, 7)
    with pytest.raises(KeyFileError, match=r"locked\.pem: no unencrypted PEM private key"):
        load_signer(locked, 7)
    with pytest.raises(KeyFileError, match=r"letter\.pem: no PEM public key"):
        load_verifier(letter)
    with pytest.raises(KeyFileError, match=r"nowhere\.pem: No such file or directory"):
        load_signer(tmp_path / "nowhere.pem", 7)
