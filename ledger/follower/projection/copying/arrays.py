"""Arrays of PostgreSQL's binary COPY: the items of a whole batch encoded at once, then cut per SQL row.

Belongs here: the byte layout of one-dimensional arrays without NULL items, and which are NULL as a whole.
Never here: which columns a table has, connections, strings of bytes (blocks).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from ledger.follower.projection.copying.rows import Int64s

NULL = b"\xff\xff\xff\xff"
INT8_OID = 20  # of pg_type
_HEAD = np.dtype(
    [
        ("field_bytes", ">i4"),
        ("dimensions", ">i4"),
        ("has_null", ">i4"),
        ("oid", ">i4"),
        ("count", ">i4"),
        ("lower_bound", ">i4"),
    ]
)
_ITEM = np.dtype([("length", ">i4"), ("value", ">i8")])
_FIELD_BYTES = 4  # the length that opens a field is not part of what it counts


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where each SQL row's items begin in the columns of a batch, and how many they are; all counts ≥ 1."""

    starts: Int64s  # (rows,)
    counts: Int64s  # (rows,)

    @classmethod
    def of(cls, counts: Int64s) -> "Cuts":
        """Rows of `counts` items, one after the other."""
        return cls(np.cumsum(counts) - counts, counts)


def array_fields(cuts: Cuts, column: Int64s, kept: npt.NDArray[np.bool_]) -> list[bytes]:
    """One field per SQL row, its items of the (n,) `column` as an array of int8; NULL for rows not `kept`."""
    if not kept.any():
        return [NULL] * len(cuts.starts)
    items = np.empty(len(column), _ITEM)
    items["length"] = _ITEM["value"].itemsize
    items["value"] = column
    heads = np.zeros(len(cuts.starts), _HEAD)
    heads["field_bytes"] = _HEAD.itemsize - _FIELD_BYTES + cuts.counts * _ITEM.itemsize
    heads["dimensions"] = 1
    heads["oid"] = INT8_OID
    heads["count"] = cuts.counts
    heads["lower_bound"] = 1
    return _cut(cuts, heads.tobytes(), items.tobytes(), kept)


def rows_of(heads: npt.NDArray[np.void], fields: Iterable[list[bytes]]) -> bytes:
    """COPY rows: each of (rows,) `heads`, which holds the field count and the scalars, and its fields in order."""
    raw, width = heads.tobytes(), heads.itemsize
    opened = [raw[place : place + width] for place in range(0, len(raw), width)]
    return b"".join(chain.from_iterable(zip(opened, *fields, strict=True)))


def _cut(cuts: Cuts, heads: bytes, items: bytes, kept: npt.NDArray[np.bool_]) -> list[bytes]:
    begins = (cuts.starts * _ITEM.itemsize).tolist()
    ends = ((cuts.starts + cuts.counts) * _ITEM.itemsize).tolist()
    return [
        heads[row * _HEAD.itemsize : (row + 1) * _HEAD.itemsize] + items[begin:end] if keep else NULL
        for row, (begin, end, keep) in enumerate(zip(begins, ends, kept.tolist(), strict=True))
    ]
