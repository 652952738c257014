"""Rows of equal width stored as columns, without the bytes that are the same in every row.

Belongs here: bytes to packed bytes and back, loss-free, and their layout. Never here: which columns of the journal are
packed (journal), what a row means.

Layout, little-endian: the first row as it is; one byte with the number of columns; two bytes a column, the place of its
first byte in a row and its width (1, 2, 4 or 8); then each column's values, row after row. Bytes of a row that no
column covers are those of the first row. See docs/decisions/0016.
"""

import numpy as np
import numpy.typing as npt

WORD_BYTES = 8
FOLDED_ROWS = 64  # rows combined by one wide operation; a reduction over short rows pays per row, not per byte
UNPACKED_ROWS = 1_024  # rows put together at a time: 64 KiB of records stay in the nearest cache
SPLIT_GAIN_BYTES = 2  # a column more is worth this much of every row: below it one wide column is as good


def pack(rows: bytes, row_bytes: int) -> bytes:
    """`rows` packed, or `rows` itself where packing does not make it shorter.

    `row_bytes`: a multiple of 8, at most 248; `rows`: a whole number of rows, at least one. A packed value is always
    shorter than what went in, which is how `unpack`'s caller tells the two apart.
    """
    columns = _columns(_varying(rows, row_bytes))
    head = rows[:row_bytes] + bytes([len(columns), *(number for column in columns for number in column)])
    packed = b"".join([head, *(_column(rows, row_bytes, *column).tobytes() for column in columns)])
    return packed if len(packed) < len(rows) else rows


def unpack(packed: bytes, row_bytes: int, rows_count: int) -> bytes:
    """The `rows_count` rows that `pack` was given. Raises ValueError when `packed` is not such rows packed."""
    if rows_count < 1 or len(packed) <= row_bytes:
        raise ValueError(f"{len(packed)} bytes are no packed rows")
    position = row_bytes + 1 + 2 * packed[row_bytes]
    numbers = packed[row_bytes + 1 : position]
    columns = list(zip(numbers[0::2], numbers[1::2], strict=False))
    if any(width not in (1, 2, 4, 8) or place + width > row_bytes for place, width in columns):
        raise ValueError("a packed column lies outside its row")
    if len(packed) != position + rows_count * sum(width for _, width in columns):
        raise ValueError(f"{len(packed)} bytes are not {rows_count} packed rows")
    piece = bytearray(packed[:row_bytes] * min(rows_count, UNPACKED_ROWS))
    targets = []
    for place, width in columns:
        targets.append(
            (_column(piece, row_bytes, place, width), np.frombuffer(packed, f"<u{width}", rows_count, position))
        )
        position += rows_count * width
    pieces = []
    for start in range(0, rows_count, UNPACKED_ROWS):
        here = min(UNPACKED_ROWS, rows_count - start)
        for target, values in targets:
            target[:here] = values[start : start + here]
        pieces.append(bytes(memoryview(piece)[: here * row_bytes]))
    return b"".join(pieces)


def _column(rows: bytes | bytearray, row_bytes: int, place: int, width: int) -> npt.NDArray[np.unsignedinteger]:
    """(n,) view of the bytes `place` to `place + width` of every row as one number."""
    item = np.dtype({"names": ["it"], "formats": [f"<u{width}"], "offsets": [place], "itemsize": row_bytes})
    return np.frombuffer(rows, item)["it"]


def _varying(rows: bytes, row_bytes: int) -> bytes:
    """(row_bytes,) not zero where some row differs from another."""
    words = np.frombuffer(rows, np.uint64)
    row_words = row_bytes // WORD_BYTES
    folded_words = len(words) // (FOLDED_ROWS * row_words) * FOLDED_ROWS * row_words
    folded = words[:folded_words].reshape(-1, FOLDED_ROWS * row_words)
    rest = words[folded_words:].reshape(-1, row_words)
    ones = np.bitwise_or.reduce(np.bitwise_or.reduce(folded, 0).reshape(-1, row_words), 0)
    shared = np.bitwise_and.reduce(np.bitwise_and.reduce(folded, 0).reshape(-1, row_words), 0)
    ones |= np.bitwise_or.reduce(rest, 0)
    shared &= np.bitwise_and.reduce(rest, 0)
    differing: npt.NDArray[np.uint64] = ones ^ shared
    return differing.tobytes()


def _columns(varying: bytes) -> list[tuple[int, int]]:
    """Place and width of columns that cover every byte that varies, in order."""
    return [
        column for place in range(0, len(varying), WORD_BYTES) for column in _columns_within(varying, place, WORD_BYTES)
    ]


def _columns_within(varying: bytes, place: int, width: int) -> list[tuple[int, int]]:
    if not any(varying[place : place + width]):
        return []
    if width == 1:
        return [(place, 1)]
    half = width // 2
    low, high = _columns_within(varying, place, half), _columns_within(varying, place + half, half)
    if not low or not high:
        return low or high
    if width - sum(column_bytes for _, column_bytes in low + high) >= SPLIT_GAIN_BYTES:
        return low + high
    return [(place, width)]
