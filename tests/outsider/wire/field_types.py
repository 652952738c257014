"""The types of a message's fields, with their bounds.

Belongs here: what a type is. Never here: which message has which (messages).
"""

from typing import NamedTuple, TypeAlias


class Int(NamedTuple):
    """A whole number within bounds, both included."""

    low: int
    high: int


class Text(NamedTuple):
    """Text of so many characters."""

    shortest: int
    longest: int


class Capitals(NamedTuple):
    """Text of so many of the characters 0 to 9 and A to Z."""

    shortest: int
    longest: int


class Blob(NamedTuple):
    """So many bytes."""

    shortest: int
    longest: int


class Flag(NamedTuple):
    """True or false."""


class ReplyCode(NamedTuple):
    """A code of section 12 or one that is newer, of these classes."""

    classes: tuple[range, ...]


class Nested(NamedTuple):
    """A message inside a message."""

    name: str


class Many(NamedTuple):
    """An array of so many items of one type."""

    fewest: int
    most: int
    item: Int | Blob | Nested


Type: TypeAlias = Int | Text | Capitals | Blob | Flag | ReplyCode | Nested | Many
Layout: TypeAlias = tuple[int, tuple[tuple[str, Type], ...]]
