"""One line of a file of master data: its fields as numbers, words, bytes, prices and times.

Belongs here: what each way of writing means, and one clear reason for what is none. Never here: which columns a file
has (csv_files), messages.
"""

import datetime
import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec

NS_PER_SECOND = 1_000_000_000
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_YUAN = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,4}))?")
PRICE_PARTS = 10_000
"""A price is in so many parts of a yuan."""
Row = dict[str, str]
AnyItem = TypeVar("AnyItem", bound=msgspec.Struct)


def bounded(item: AnyItem) -> AnyItem:
    """The item, if every field is within the bounds of the wire. Raises ValueError naming the field."""
    try:
        return msgspec.convert(msgspec.to_builtins(item), type(item))
    except msgspec.ValidationError as error:
        raise ValueError(_spoken(error, item)) from None


def _spoken(error: msgspec.ValidationError, item: msgspec.Struct) -> str:
    """msgspec names places in an array by number; a person wants the field's name."""
    reason, _, place = str(error).partition(" - at `$")
    place = place.rstrip("`")
    if place.startswith("["):
        return f"{item.__struct_fields__[int(place[1:-1]) - 1]}: {reason}"
    return f"{place.lstrip('.')}: {reason}"


def whole(row: Row, name: str) -> int:
    """A whole number. Raises ValueError naming the field."""
    text = row[name].replace("_", "")
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{name}: {row[name]!r} is no whole number")
    return int(text[:40])


def word(row: Row, name: str, words: Mapping[str, int]) -> int:
    """The number of a word, in capitals or not. Raises ValueError naming the field."""
    if row[name].lower() not in words:
        raise ValueError(f"{name}: {row[name]!r} is none of {', '.join(words)}")
    return words[row[name].lower()]


def hexadecimal(row: Row, name: str) -> bytes:
    """Bytes. Raises ValueError naming the field."""
    try:
        return bytes.fromhex(row[name])
    except ValueError:
        raise ValueError(f"{name}: not hexadecimal") from None


def moment_ns(row: Row, name: str, when_empty: int) -> int:
    """Nanoseconds since 1970 of a time with a zone, cut to the second. Raises ValueError naming the field."""
    if not row[name]:
        return when_empty
    try:
        moment = datetime.datetime.fromisoformat(row[name])
    except ValueError:
        raise ValueError(f"{name}: {row[name]!r} is no time such as 2026-01-05T09:00:00+08:00") from None
    if moment.tzinfo is None:
        raise ValueError(f"{name}: {row[name]!r} names no time zone")
    return max(0, (moment - _EPOCH) // datetime.timedelta(seconds=1) * NS_PER_SECOND)


def printable(row: Row, name: str) -> str:
    """Text as it is. Raises ValueError naming the field."""
    if not row[name].isprintable():
        raise ValueError(f"{name}: {row[name]!r} has a sign that cannot be printed")
    return row[name]


def price(row: Row, name: str) -> int:
    """1/10,000 yuan of an amount of yuan with up to four decimals. Raises ValueError naming the field."""
    found = _YUAN.fullmatch(row[name])
    if found is None:
        raise ValueError(f"{name}: {row[name]!r} is no price such as 9.05 or 100.1234")
    return int(found[1]) * PRICE_PARTS + int((found[2] or "").ljust(4, "0"))
