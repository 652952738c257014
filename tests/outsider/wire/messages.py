"""The messages of section 6: a tag and fields in order, each within its bounds.

Belongs here: reading and writing one. Never here: the table (layouts), frames, sessions.
"""

from dataclasses import dataclass
from typing import TypeAlias

from tests.outsider.wire.field_types import Blob, Capitals, Flag, Int, Many, Nested, ReplyCode, Text, Type
from tests.outsider.wire.layouts.table import BODIES, LAYOUTS, NAMES
from tests.outsider.wire.layouts.told import CONTENTS, OF_SCHEME_A
from tests.outsider.wire.messagepack import NotCanonical, Value, pack, unpack

Field: TypeAlias = "int | str | bytes | Message | tuple[Field, ...]"

CAPITALS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class MessageRefused(ValueError):
    """A body that the protocol does not allow."""


NO_WINDOWS: Field = ()
"""Of a date that is opened without due times."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its name in the table, and its values in the table's order."""

    name: str
    values: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """The value of a field. Raises KeyError when the message has no such field."""
        names = [field for field, _ in LAYOUTS[self.name][1]]
        if name not in names:
            raise KeyError(name)
        return self.values[names.index(name)]

    def int(self, name: str) -> int:
        """The value of a field that is a number or a flag."""
        value = self.field(name)
        if not isinstance(value, int):
            raise TypeError(f"{name} of {self.name} is no number")
        return value

    def bytes(self, name: str) -> bytes:
        """The value of a field that is bytes."""
        value = self.field(name)
        if not isinstance(value, bytes):
            raise TypeError(f"{name} of {self.name} is no bytes")
        return value

    def messages(self, name: str) -> list["Message"]:
        """The value of a field that is an array of messages."""
        value = self.field(name)
        if not isinstance(value, tuple):
            raise TypeError(f"{name} of {self.name} is no array")
        return [item for item in value if isinstance(item, Message)]


def _fits(value: Value, wanted: Type) -> bool:
    match wanted:
        case Int(low, high):
            return type(value) is int and low <= value <= high
        case ReplyCode(classes):
            return type(value) is int and any(value in each for each in classes)
        case Flag():
            return type(value) is bool
        case Text(shortest, longest):
            return isinstance(value, str) and shortest <= len(value) <= longest
        case Capitals(shortest, longest):
            return isinstance(value, str) and shortest <= len(value) <= longest and set(value) <= CAPITALS
        case Blob(shortest, longest):
            return isinstance(value, bytes) and shortest <= len(value) <= longest
        case Many(fewest, most):
            return isinstance(value, list) and fewest <= len(value) <= most
        case Nested():
            return isinstance(value, list)


def _read(value: Value, wanted: Type) -> Field:
    if not _fits(value, wanted):
        raise MessageRefused(f"{value!r:.60} is not {wanted}")
    if isinstance(value, list):
        if isinstance(wanted, Many):
            return tuple(_read(item, wanted.item) for item in value)
        message = _message(value)
        if not isinstance(wanted, Nested) or message.name != wanted.name:
            raise MessageRefused(f"{message.name} stands where {wanted} belongs")
        return message
    return value


def _message(value: Value) -> Message:
    tag = value[0] if isinstance(value, list) and value else None
    if not isinstance(value, list) or type(tag) is not int or tag not in NAMES:
        raise MessageRefused("no array with a known tag")
    name = NAMES[tag]
    fields = LAYOUTS[name][1]
    if len(value) != 1 + len(fields):
        raise MessageRefused(f"{name} has {len(fields)} fields, not {len(value) - 1}")
    return Message(name, tuple(_read(item, wanted) for item, (_, wanted) in zip(value[1:], fields, strict=True)))


def decode(kind: int, body: bytes) -> Message:
    """The message in the body of a frame of this kind. Raises MessageRefused."""
    try:
        message = _message(unpack(body))
    except NotCanonical as error:
        raise MessageRefused(str(error)) from error
    if message.name not in BODIES.get(kind, ()):
        raise MessageRefused(f"{message.name} does not belong into kind {kind}")
    return message


def decode_content(kind: int, content: bytes) -> Message | None:
    """What an entry of a feed says, None for a kind that this client does not know. Raises MessageRefused."""
    if kind not in CONTENTS:
        return None
    try:
        message = _message(unpack(content))
    except NotCanonical as error:
        raise MessageRefused(str(error)) from error
    if message.name not in (CONTENTS[kind], OF_SCHEME_A.get(kind)):
        raise MessageRefused(f"{message.name} is no content of kind {kind}")
    return message


def _plain(value: Field) -> Value:
    if isinstance(value, Message):
        return [LAYOUTS[value.name][0], *(_plain(item) for item in value.values)]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def encode(message: Message) -> bytes:
    """The canonical body. Raises MessageRefused when a value is out of bounds."""
    plain = _plain(message)
    _message(plain)
    return pack(plain)
