"""What is sealed, by this client and by the bank's: sealed.json, sections 20.1 and 23.1."""

from typing import NamedTuple

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests.outsider import golden
from tests.outsider.wire.sealing import (
    Pushed,
    attempt_plain,
    inside,
    password_plain,
    person_plain,
    seal,
    unseal,
)

PUBLISHED = golden.load("sealed.json")
DOCUMENT, NUMBER, NAME = golden.number(PUBLISHED, "document"), str(PUBLISHED["number"]), str(PUBLISHED["name"])
PASSWORD = str(PUBLISHED["card_password"])


class Box(NamedTuple):
    """One that is published, with the key that opens it."""

    key: X25519PrivateKey
    public_key: bytes
    plain: bytes
    sealed: bytes


def box(name: str) -> Box:
    (fields,) = golden.objects([PUBLISHED[name]])
    data = {key: bytes.fromhex(str(value)) for key, value in fields.items()}
    key = X25519PrivateKey.from_private_bytes(data["private_key"])
    return Box(key, data["public_key"], data["plain"], data["sealed"])


def binding() -> bytes:
    accounts = PUBLISHED["securities_accounts"]
    assert isinstance(accounts, list)
    pairs = tuple((int(str(each[0])), str(each[1])) for each in accounts if isinstance(each, list))
    named = ("party", "trade_date", "serial", "bank_account_no")
    party, date, serial, account = (golden.number(PUBLISHED, name) for name in named)
    return Pushed(party, date, serial, account, pairs, golden.number(PUBLISHED, "replaces")).binding()


def test_what_was_published_is_opened_and_read() -> None:
    person, password = box("person"), box("password")

    assert binding().hex() == PUBLISHED["binding"]
    assert unseal(person.sealed, person.key) == person.plain == person_plain(binding(), DOCUMENT, NUMBER, NAME)
    assert unseal(password.sealed, password.key) == password.plain == password_plain(binding(), PASSWORD)
    assert inside(person.plain) == [binding(), [DOCUMENT, NUMBER, NAME]]
    assert inside(password.plain) == [binding(), PASSWORD]
    assert (len(person.sealed), len(password.sealed)) == (304, 112)
    assert person.key.public_key().public_bytes_raw() == person.public_key


def test_an_attempt_that_was_published_is_opened_and_read() -> None:
    attempt = box("attempt_box")
    (fields,) = golden.objects([PUBLISHED["attempt"]])
    numbers = [golden.number(fields, name) for name in ("contract_no", "channel", "nonce", "second")]
    said = [*numbers, str(fields["password"]), ""]

    assert unseal(attempt.sealed, attempt.key) == attempt.plain
    assert inside(attempt.plain) == said
    assert attempt.plain == attempt_plain(numbers, str(fields["password"]))
    assert len(attempt.sealed) == 368
    assert attempt.key.public_key().public_bytes_raw() == attempt.public_key


def test_what_is_sealed_here_is_opened_with_the_same_key_alone() -> None:
    person = box("person")
    once = X25519PrivateKey.from_private_bytes(bytes(range(32)))
    sealed = seal(person.plain, person.public_key, once)

    assert unseal(sealed, person.key) == person.plain
    for wrong in (sealed[:-1] + bytes([sealed[-1] ^ 1]), bytes([sealed[0] ^ 1]) + sealed[1:]):
        with pytest.raises(InvalidSignature):
            unseal(wrong, person.key)
    with pytest.raises(InvalidSignature):
        unseal(sealed, box("password").key)
