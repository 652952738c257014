"""Rows of PostgreSQL's binary COPY that hold many records each, their fields as strings of bytes, built all at once.

Belongs here: the byte layout of such rows and of their columns. Never here: which columns a table has, connections.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ledger.follower.projection.copying.rows import Int64s

Integers = npt.NDArray[np.signedinteger]

_PLACES = (">i4", ">i4", ">i8", ">i4", ">i8", ">i8")
_WIDTHS = ((1, 1 << 8), (2, 1 << 16), (4, 1 << 32))
_NULL_BYTES = -1


@dataclass(frozen=True, slots=True)
class Column:
    """One column of many rows: (n,) values as they are stored, `item_bytes` each."""

    items: npt.NDArray[np.generic]
    item_bytes: int

    @classmethod
    def of(cls, values: Integers, or_none: bool = True) -> "Column | None":
        """Integers, in as few bytes as the largest needs. None for zeros only, unless they must be there."""
        low, high = int(values.min()), int(values.max())
        if or_none and low == high == 0:
            return None
        width = 8 if low < 0 else next((width for width, end in _WIDTHS if high < end), 8)
        return cls(values.astype(f">u{width}" if width < 8 else ">i8"), width)

    @classmethod
    def as_it_came(cls, words: Int64s) -> "Column | None":
        """Items of 8 bytes, as they lie in memory. None for zeros only."""
        return cls(words, words.itemsize) if words.any() else None


@lru_cache(maxsize=256)
def _layout(records: int, with_kind: bool, widths: tuple[int, ...]) -> tuple[np.dtype[np.void], npt.NDArray[np.void]]:
    """The dtype of a row of so many records and (1,) of it with everything constant filled in; width 0: NULL."""
    sizes = [int(kind[2:]) for kind in _PLACES] + [2 if with_kind else 0] + [width * records for width in widths]
    members: list[tuple[str, str]] = [("fields", ">i2")]
    for place, size in enumerate(sizes):
        value = _PLACES[place] if place < len(_PLACES) else ">i2" if place == len(_PLACES) else f"V{size}"
        members += [(f"length {place}", ">i4"), *([(f"value {place}", value)] if size else [])]
    row = np.zeros(1, np.dtype(members))
    row["fields"] = len(sizes)
    for place, size in enumerate(sizes):
        row[f"length {place}"] = size or _NULL_BYTES
    return row.dtype, row


def block_rows(places: Int64s, kinds: Int64s | None, columns: Sequence[Column | None]) -> bytes:
    """COPY rows of blocks with the same number of records: six scalars, the kind or NULL, a field for each column.

    `places`: (6, rows), of which line 3 is the number of records; `kinds`: (rows,); a column has the items of the rows
    one after the other, or is None: NULL in every row.
    """
    rows, records = places.shape[1], int(places[3, 0])
    widths = tuple(column.item_bytes if column is not None else 0 for column in columns)
    layout, template = _layout(records, kinds is not None, widths)
    made = np.empty(rows, layout)
    made[:] = template
    for place, values in enumerate(places):
        made[f"value {place}"] = values
    if kinds is not None:
        made[f"value {len(_PLACES)}"] = kinds
    for place, column in enumerate(columns, len(_PLACES) + 1):
        if column is not None:
            made[f"value {place}"] = np.ascontiguousarray(column.items).view(f"V{records * column.item_bytes}")
    return made.tobytes()
