"""The part of MessagePack that the protocol uses: int, bool, str, bin and array, in their shortest form only.

Belongs here: bytes to values and back. Never here: which messages there are.
"""

import struct
from typing import TypeAlias

Value: TypeAlias = "int | str | bytes | list[Value]"  # bool is an int to Python and is told apart by its type

DEPTH_MAX = 8  # the deepest message nests three arrays
UNSIGNED = ((0xCC, ">B"), (0xCD, ">H"), (0xCE, ">I"), (0xCF, ">Q"))
SIGNED = ((0xD0, ">b"), (0xD1, ">h"), (0xD2, ">i"), (0xD3, ">q"))
NUMBERS = dict(UNSIGNED + SIGNED)
TEXTS = {0xD9: ">B", 0xDA: ">H", 0xDB: ">I"}
BLOBS = {0xC4: ">B", 0xC5: ">H", 0xC6: ">I"}
ARRAYS = {0xDC: ">H", 0xDD: ">I"}


class NotCanonical(ValueError):
    """The bytes are no canonical body of this subset."""


def _prefix(length: int, small_first: int, small_max: int, formats: dict[int, str]) -> bytes:
    if length <= small_max:
        return bytes([small_first + length])
    for first, layout in formats.items():
        if length < 1 << 8 * struct.calcsize(layout):
            return bytes([first]) + struct.pack(layout, length)
    raise ValueError("longer than MessagePack allows")


def _pack_int(value: int) -> bytes:
    if -32 <= value <= 127:
        return bytes([value & 0xFF])
    for first, layout in UNSIGNED if value >= 0 else SIGNED:
        bits = 8 * struct.calcsize(layout)
        if value < 1 << bits if value >= 0 else value >= -(1 << bits - 1):
            return bytes([first]) + struct.pack(layout, value)
    raise ValueError("does not fit 64 bits")


def pack(value: Value) -> bytes:
    """The shortest encoding of a value. Raises ValueError when a number or length has no encoding."""
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return _pack_int(value)
    if isinstance(value, str):
        text = value.encode()
        return _prefix(len(text), 0xA0, 31, TEXTS) + text
    if isinstance(value, bytes):
        return _prefix(len(value), 0, -1, BLOBS) + value
    return _prefix(len(value), 0x90, 15, ARRAYS) + b"".join(pack(item) for item in value)


class _Cursor:
    """A place in the bytes that only moves forward."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, length: int) -> bytes:
        if length > len(self.data) - self.at:
            raise NotCanonical("a value ends behind the body")
        self.at += length
        return self.data[self.at - length : self.at]

    def number(self, layout: str) -> int:
        return int(struct.unpack(layout, self.take(struct.calcsize(layout)))[0])

    def value(self, depth: int) -> Value:
        first = self.take(1)[0]
        if first < 0x80 or first >= 0xE0:
            return first if first < 0x80 else first - 0x100
        if first in (0xC2, 0xC3):
            return first == 0xC3
        if first in NUMBERS:
            return self.number(NUMBERS[first])
        if first in BLOBS:
            return self.take(self.number(BLOBS[first]))
        if 0xA0 <= first <= 0xBF or first in TEXTS:
            return self.take(first - 0xA0 if first in range(0xA0, 0xC0) else self.number(TEXTS[first])).decode()
        if 0x90 <= first <= 0x9F or first in ARRAYS:
            return self.array(first - 0x90 if first in range(0x90, 0xA0) else self.number(ARRAYS[first]), depth)
        raise NotCanonical(f"type byte {first:#x} does not occur")

    def array(self, count: int, depth: int) -> list[Value]:
        if depth == DEPTH_MAX or count > len(self.data) - self.at:
            raise NotCanonical("an array deeper or longer than the body allows")
        return [self.value(depth + 1) for _ in range(count)]


def unpack(data: bytes) -> Value:
    """The value that the bytes encode. Raises NotCanonical unless `pack` of it gives the same bytes."""
    cursor = _Cursor(data)
    try:
        value = cursor.value(0)
    except UnicodeDecodeError as error:
        raise NotCanonical("text is not UTF-8") from error
    if pack(value) != data:
        raise NotCanonical("not the shortest form, or bytes behind the end")
    return value
