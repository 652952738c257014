"""What is inside of a box that a channel seals for the password desk: one attempt with a trading password 交易密码.

Belongs here: its words, their bounds, the bytes and back, sealing them. Never here: opening a box, who has used one
before (the bank's password desk).

The bytes are the length of a MessagePack array in two bytes, that array, and zeros up to one length, whatever the
password's is. Nothing here shows a password when it is printed, and no exception has one.
"""

from typing import Annotated

import msgspec
from nacl.exceptions import CryptoError
from nacl.public import PublicKey, SealedBox

from .errors import MisuseError
from .limits import CHANNELS_MAX, PASSWORD_BOX_BYTES, TRADING_PASSWORD_CHARS_MAX, TRADING_PASSWORD_CHARS_MIN
from .messages.fields import Count, Number

AT_THE_COUNTER = 0
"""In place of a channel: a customer who has no password sets the first one there."""
_LENGTH_BYTES = 2
PasswordText = Annotated[
    str, msgspec.Meta(min_length=TRADING_PASSWORD_CHARS_MIN, max_length=TRADING_PASSWORD_CHARS_MAX)
]
NewPasswordText = Annotated[str, msgspec.Meta(max_length=TRADING_PASSWORD_CHARS_MAX)]


class Attempt(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a customer has typed in, for whom and where."""

    contract_no: Number
    channel: Annotated[int, msgspec.Meta(ge=AT_THE_COUNTER, le=CHANNELS_MAX)]
    nonce: Number  # drawn for this attempt
    second: Count  # since 1970, UTC, when it was sealed
    password: PasswordText
    new_password: NewPasswordText = ""  # that is set in its place; "": none

    def __repr__(self) -> str:
        """Nothing of a password."""
        return f"Attempt({self.contract_no}, {self.channel}, …)"


_encoder = msgspec.msgpack.Encoder()
_attempts: msgspec.msgpack.Decoder[Attempt] = msgspec.msgpack.Decoder(Attempt)


def attempt_to_bytes(attempt: Attempt) -> bytes:
    """(PASSWORD_BOX_BYTES,) to be sealed. Raises MisuseError, without a word of it, for what is out of its bounds."""
    body = b""
    try:
        body = _encoder.encode(attempt)
        _attempts.decode(body)  # a struct is not judged when it is made
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError):
        raise MisuseError("an attempt to sign on: a field is out of its bounds") from None
    if not _is_whole(attempt):
        raise MisuseError("an attempt to sign on: a field is out of its bounds")
    if len(body) > PASSWORD_BOX_BYTES - _LENGTH_BYTES:
        raise MisuseError("an attempt to sign on: the password is too long")
    return (len(body).to_bytes(_LENGTH_BYTES, "big") + body).ljust(PASSWORD_BOX_BYTES, b"\0")


def attempt_from_bytes(plain: bytes) -> Attempt | None:
    """What was sealed; None for what is none."""
    length = int.from_bytes(plain[:_LENGTH_BYTES], "big")
    body, rest = plain[_LENGTH_BYTES : _LENGTH_BYTES + length], plain[_LENGTH_BYTES + length :]
    if len(plain) != PASSWORD_BOX_BYTES or any(rest):
        return None
    try:
        attempt = _attempts.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return attempt if _is_whole(attempt) else None


def sealed_attempt(attempt: Attempt, public_key: bytes) -> bytes:
    """(SEALED_ATTEMPT_BYTES,) for this X25519 key alone. Raises MisuseError as `attempt_to_bytes`, and for no key."""
    plain = attempt_to_bytes(attempt)
    try:
        return SealedBox(PublicKey(public_key)).encrypt(plain)
    except (ValueError, TypeError, CryptoError):
        raise MisuseError("a key of boxes has 32 bytes") from None


def _is_whole(attempt: Attempt) -> bool:
    """A new password is none, or long enough."""
    return not attempt.new_password or len(attempt.new_password) >= TRADING_PASSWORD_CHARS_MIN
