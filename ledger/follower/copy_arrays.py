"""Arrays of PostgreSQL's binary COPY: the items of a whole batch encoded at once, then cut per SQL row.

Belongs here: the byte layout of one-dimensional arrays without NULL items, and which are NULL as a whole.
Never here: which columns a table has, connections, strings of bytes (copy_blocks).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.signedinteger]
Int64s = npt.NDArray[np.int64]

NULL: Final = b"\xff\xff\xff\xff"
OIDS: Final = {2: 21, 4: 23, 8: 20}  # int2, int4, int8 of pg_type, by bytes
_HEAD: Final = np.dtype(
    [
        ("field_bytes", ">i4"),
        ("dimensions", ">i4"),
        ("has_null", ">i4"),
        ("oid", ">i4"),
        ("count", ">i4"),
        ("lower_bound", ">i4"),
    ]
)
_FIELD_BYTES: Final = 4  # the length that opens a field is not part of what it counts


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where each SQL row's items begin in the columns of a batch, and how many they are; all counts ≥ 1."""

    starts: Int64s  # (rows,)
    counts: Int64s  # (rows,)

    @classmethod
    def of(cls, counts: Int64s) -> "Cuts":
        """Rows of `counts` items, one after the other."""
        return cls(np.cumsum(counts) - counts, counts)

    def any_set(self, column: Integers) -> npt.NDArray[np.bool_]:
        """(rows,) whether any item of each row is not zero."""
        if not column.any():
            return np.zeros(len(self.starts), np.bool_)
        return np.logical_or.reduceat(column != 0, self.starts)


def array_fields(cuts: Cuts, column: Integers, item_bytes: int, kept: npt.NDArray[np.bool_] | None) -> list[bytes]:
    """One array field per SQL row from (n,) integers that fit `item_bytes`; NULL for rows that `kept` leaves out."""
    if kept is not None and not kept.any():
        return [NULL] * len(cuts.starts)
    items = np.empty(len(column), [("length", ">i4"), ("value", f">i{item_bytes}")])
    items["length"] = item_bytes
    items["value"] = column
    heads = np.zeros(len(cuts.starts), _HEAD)
    heads["field_bytes"] = _HEAD.itemsize - _FIELD_BYTES + cuts.counts * items.itemsize
    heads["dimensions"] = 1
    heads["oid"] = OIDS[item_bytes]
    heads["count"] = cuts.counts
    heads["lower_bound"] = 1
    return _cut(cuts, heads.tobytes(), items.tobytes(), kept)


def rows_of(heads: npt.NDArray[np.void], fields: Iterable[list[bytes]]) -> bytes:
    """COPY rows: each of (rows,) `heads`, which holds the field count and the scalars, and its fields in order."""
    raw, width = heads.tobytes(), heads.itemsize
    opened = [raw[place : place + width] for place in range(0, len(raw), width)]
    return b"".join(chain.from_iterable(zip(opened, *fields, strict=True)))


def _cut(cuts: Cuts, heads: bytes, items: bytes, kept: npt.NDArray[np.bool_] | None) -> list[bytes]:
    head_bytes = len(heads) // len(cuts.starts)
    item_bytes = len(items) // int(cuts.counts.sum())
    keeps: Iterator[bool] = iter([True] * len(cuts.starts) if kept is None else kept.tolist())
    begins = (cuts.starts * item_bytes).tolist()
    ends = ((cuts.starts + cuts.counts) * item_bytes).tolist()
    return [
        heads[row * head_bytes : (row + 1) * head_bytes] + items[begin:end] if keep else NULL
        for row, (begin, end, keep) in enumerate(zip(begins, ends, keeps, strict=True))
    ]
