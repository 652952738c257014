"""What is inside of a sealed push: who the customer is, and the card password; as bytes of one length each.

Belongs here: the words of an identity, their bounds, what binds a box to its push, the bytes and back. Never here:
sealing (client.pushes) and opening (the bank's identity desk), the messages that carry boxes
(messages.customers.pushes).

Both boxes begin with a digest of the push that they are for, so that none is of use in another one. The bytes are the
length of a MessagePack array in two bytes, that array, and zeros up to one length, whatever the name's is. Nothing here
shows a person when it is printed: a text that reaches a log by mistake says nothing.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from enum import IntEnum
from typing import Annotated, TypeVar

import msgspec

from .errors import MisuseError
from .limits import DIGEST_BYTES, PARTICULARS_BYTES, PASSWORD_BYTES
from .messages.customers.accounts import SecuritiesAccount

DOCUMENT_CHARS_MAX = 32
NAME_CHARS_MAX = 64  # Chinese ones are 2 to 4, those of other peoples rarely above 40
CARD_PASSWORD_CHARS_MAX = 12
_LENGTH_BYTES = 2
_DOTS = dict.fromkeys(map(ord, "•・‧∙⋅・"), "·")  # inside names of several parts, which every keyboard has otherwise


class Document(IntEnum):
    """What kind of document 证件 proves who somebody is."""

    RESIDENT_CARD = 1  # 居民身份证
    PASSPORT = 2  # 护照
    HONG_KONG_MACAO_PERMIT = 3  # 港澳居民来往内地通行证
    TAIWAN_PERMIT = 4  # 台湾居民来往大陆通行证
    FOREIGN_RESIDENT_CARD = 5  # 外国人永久居留身份证
    OFFICER_CARD = 6  # 军官证


class Person(msgspec.Struct, frozen=True, array_like=True):
    """A person by kind and number of a document and name."""

    document: Annotated[int, msgspec.Meta(ge=1, le=int(max(Document)))]
    number: Annotated[str, msgspec.Meta(min_length=1, max_length=DOCUMENT_CHARS_MAX)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_CHARS_MAX)]

    def __repr__(self) -> str:
        """Nothing of the person."""
        return "Person(…)"

    def normal(self) -> "Person":
        """The same person as everybody would write it: half-width capitals, single spaces, one kind of dot in a name,
        no spaces in a number."""
        number = "".join(unicodedata.normalize("NFKC", self.number).upper().split())
        name = " ".join(unicodedata.normalize("NFKC", self.name).upper().translate(_DOTS).split())
        return Person(self.document, number, name.replace(" · ", "·"))


class Particulars(msgspec.Struct, frozen=True):
    """What a broker's program seals of a customer."""

    person: Person
    card_password: str  # "": the customer gave none

    def __repr__(self) -> str:
        """Nothing of the customer."""
        return "Particulars(…)"


Binding = Annotated[bytes, msgspec.Meta(min_length=DIGEST_BYTES, max_length=DIGEST_BYTES)]


class _PersonInside(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    binding: Binding
    person: Person


class _PasswordInside(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    binding: Binding
    card_password: Annotated[str, msgspec.Meta(max_length=CARD_PASSWORD_CHARS_MAX)]


_encoder = msgspec.msgpack.Encoder()
_person_decoder: msgspec.msgpack.Decoder[Person] = msgspec.msgpack.Decoder(Person)
_persons: msgspec.msgpack.Decoder[_PersonInside] = msgspec.msgpack.Decoder(_PersonInside)
_passwords: msgspec.msgpack.Decoder[_PasswordInside] = msgspec.msgpack.Decoder(_PasswordInside)
I = TypeVar("I", _PersonInside, _PasswordInside)  # noqa: E741 - one of the two insides


def binding_of(
    party: int,
    trade_date: int,
    serial: int,
    bank_account_no: int,
    securities_accounts: Sequence[SecuritiesAccount],
    replaces: int,
) -> bytes:
    """(DIGEST_BYTES,) SHA-256 of what else a push says, whose it is and of which date."""
    accounts = [[each.market, each.number] for each in securities_accounts]
    said = [party, trade_date, serial, bank_account_no, accounts, replaces]
    return hashlib.sha256(_encoder.encode(said)).digest()


def person_to_bytes(binding: bytes, person: Person) -> bytes:
    """(PARTICULARS_BYTES,) to be sealed. Raises MisuseError, without a word of it, for what is out of its bounds."""
    return _filled(_PersonInside(binding, person), _persons, PARTICULARS_BYTES)


def person_from_bytes(binding: bytes, plain: bytes) -> Person | None:
    """Who was sealed; None for nobody, or what was sealed for another push: no word of it comes into an exception."""
    inside = _inside(plain, _persons, PARTICULARS_BYTES)
    return inside.person if inside is not None and inside.binding == binding else None


def password_to_bytes(binding: bytes, card_password: str) -> bytes:
    """(PASSWORD_BYTES,) to be sealed. Raises as `person_to_bytes`."""
    return _filled(_PasswordInside(binding, card_password), _passwords, PASSWORD_BYTES)


def password_from_bytes(binding: bytes, plain: bytes) -> str | None:
    """The password; None as of `person_from_bytes`."""
    inside = _inside(plain, _passwords, PASSWORD_BYTES)
    return inside.card_password if inside is not None and inside.binding == binding else None


def digested_bytes(person: Person) -> bytes:
    """What a keyed digest of a person is made of: of its normal form, unmistakable. Raises MisuseError for a name or
    number that is nothing when it is written so, or out of its bounds."""
    body = _encoder.encode(person.normal())
    try:
        _person_decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise MisuseError("a person's name or number is out of its bounds") from None
    return body


def _filled(inside: I, decoder: "msgspec.msgpack.Decoder[I]", size: int) -> bytes:
    try:
        body = _encoder.encode(inside)
        decoder.decode(body)  # a struct is not judged when it is made
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, AttributeError):
        raise MisuseError("particulars: a field is out of its bounds") from None
    if len(body) > size - _LENGTH_BYTES:
        raise MisuseError(f"particulars: {len(body) - size + _LENGTH_BYTES} bytes too long")
    return (len(body).to_bytes(_LENGTH_BYTES, "big") + body).ljust(size, b"\0")


def _inside(plain: bytes, decoder: "msgspec.msgpack.Decoder[I]", size: int) -> I | None:
    length = int.from_bytes(plain[:_LENGTH_BYTES], "big")
    body, rest = plain[_LENGTH_BYTES : _LENGTH_BYTES + length], plain[_LENGTH_BYTES + length :]
    if len(plain) != size or any(rest):
        return None
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
