"""PostgreSQL's binary COPY rows as numpy arrays: one big-endian item per row, lengths included.

Belongs here: the byte layout of rows of scalars. Never here: arrays (arrays), connections, what a value means.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

CopyArray = npt.NDArray[np.void]
"""(n,) of a layout: `n` rows of COPY data."""
Int64s = npt.NDArray[np.int64]

COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)  # signature, flags, no header extension
COPY_TAIL = b"\xff\xff"
CHUNK_ROWS_MAX = 32_768
"""Rows built and sent at a time, so that building the next overlaps with the server storing the last."""

_LENGTH_SUFFIX = ":length"


def copy_layout(fields: Sequence[tuple[str, str]]) -> np.dtype[np.void]:
    """The dtype of one COPY row: a field count, then per column its length and its big-endian value."""
    members: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in fields:
        members += [(name + _LENGTH_SUFFIX, ">i4"), (name, kind)]
    return np.dtype(members)


def column_names(layout: np.dtype[np.void]) -> list[str]:
    """The table's columns in the order of the layout."""
    assert layout.names is not None
    return [name for name in layout.names if name != "fields" and not name.endswith(_LENGTH_SUFFIX)]


def filled_template(layout: np.dtype[np.void], field_count: int) -> CopyArray:
    """(1,) row with count and lengths filled in and every value zero; fields beyond the layout's follow it."""
    row = np.zeros(1, layout)
    row["fields"] = field_count
    for name in column_names(layout):
        row[name + _LENGTH_SUFFIX] = layout[name].itemsize
    return row


def chunks_of(indices: Int64s) -> Iterator[Int64s]:
    """`indices` in pieces of at most CHUNK_ROWS_MAX, in order."""
    for start in range(0, len(indices), CHUNK_ROWS_MAX):
        yield indices[start : start + CHUNK_ROWS_MAX]
