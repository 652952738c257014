"""PostgreSQL's binary COPY rows as numpy arrays: one big-endian item per row, lengths included.

Belongs here: the byte layout of each projected table and how journal bytes become its rows, a whole batch at a
time. Never here: connections, decisions, what a value means.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from protocol.records import OutcomeArray, RecordArray

CopyArray = npt.NDArray[np.void]
"""(n,) of one of the layouts below: `n` rows of COPY data."""
Int64s = npt.NDArray[np.int64]

COPY_HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)  # signature, flags, no header extension
COPY_TAIL: Final = b"\xff\xff"
CHUNK_ROWS_MAX: Final = 32_768
"""Rows built and sent at a time: some 5 MB, so that building the next overlaps with the server storing the last."""

_LENGTH_SUFFIX: Final = ":length"


def _layout(fields: Sequence[tuple[str, str]]) -> np.dtype[np.void]:
    """The dtype of one COPY row: a field count, then per column its length and its big-endian value."""
    members: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in fields:
        members += [(name + _LENGTH_SUFFIX, ">i4"), (name, kind)]
    return np.dtype(members)


ORDER_COPY: Final = _layout(
    [
        ("number", ">i8"),
        ("contract_no", ">i8"),
        ("amount_fen", ">i8"),
        ("price", ">i8"),
        ("sequence", ">i8"),
        ("decided_at_ns", ">i8"),
        ("trade_date", ">i4"),
        ("seat", ">i4"),
        ("quantity", ">i4"),
        ("code", ">i2"),
        ("market", ">i2"),
        ("security", "V8"),
        ("partner_ref", "V8"),
    ]
)
MOVEMENT_COPY: Final = _layout(
    [
        ("number", ">i8"),
        ("target_number", ">i8"),
        ("contract_no", ">i8"),
        ("amount_fen", ">i8"),
        ("release_fen", ">i8"),
        ("turnover_fen", ">i8"),
        ("remaining_fen", ">i8"),
        ("sequence", ">i8"),
        ("decided_at_ns", ">i8"),
        ("trade_date", ">i4"),
        ("seat", ">i4"),
        ("target_date", ">i4"),
        ("target_seat", ">i4"),
        ("kind", ">i2"),
        ("code", ">i2"),
        ("partner_ref", "V8"),
    ]
)
CONTRACT_COPY: Final = _layout(
    [
        ("contract_no", ">i8"),
        ("account_no", ">i8"),
        ("as_of_sequence", ">i8"),
        ("party", ">i4"),
        ("status", ">i2"),
    ]
)
ACCOUNT_COPY: Final = _layout(
    [
        ("contract_no", ">i8"),
        ("balance_fen", ">i8"),
        ("frozen_fen", ">i8"),
        ("bought_unsettled_fen", ">i8"),
        ("sold_unsettled_fen", ">i8"),
        ("restrained_fen", ">i8"),
        ("as_of_sequence", ">i8"),
    ]
)


def column_names(layout: np.dtype[np.void]) -> list[str]:
    """The table's columns in the order of the layout."""
    assert layout.names is not None
    return [name for name in layout.names if name != "fields" and not name.endswith(_LENGTH_SUFFIX)]


def _template(layout: np.dtype[np.void]) -> CopyArray:
    """(1,) row with count and lengths filled in and every value zero."""
    row = np.zeros(1, layout)
    names = column_names(layout)
    row["fields"] = len(names)
    for name in names:
        row[name + _LENGTH_SUFFIX] = layout[name].itemsize
    return row


_TEMPLATES: Final = {layout: _template(layout) for layout in (ORDER_COPY, MOVEMENT_COPY, CONTRACT_COPY, ACCOUNT_COPY)}


def blank_rows(layout: np.dtype[np.void], count: int) -> CopyArray:
    """(count,) rows of a layout, counts and lengths filled in, values zero."""
    rows = np.empty(count, layout)
    rows[:] = _TEMPLATES[layout]
    return rows


class RecordColumns:
    """What each record of a batch is beside its own 64 bytes; built once per batch, read by chunks."""

    def __init__(
        self,
        records: RecordArray,
        outcomes: OutcomeArray,
        places: Int64s,
    ) -> None:
        """Takes (n,) RECORD, (n,) OUTCOME, and (5, n) int64 as `place_records` makes it."""
        self.records = records
        self.outcomes = outcomes
        self.number, self.seat, self.trade_date, self.sequence, self.decided_at_ns = places


def place_records(frames: Int64s, counts: Int64s) -> Int64s:
    """Spread what is known per frame over its records.

    `frames` is (5, f): first number, seat, trade date, sequence, decided-at; `counts` is (f,) records per frame.
    Returns: (5, n) with the record's own number in row 0, n = Σ counts.
    """
    places = np.repeat(frames, counts, axis=1)
    first_index = np.repeat(np.cumsum(counts) - counts, counts)
    places[0] += np.arange(places.shape[1]) - first_index
    return places


def order_rows(columns: RecordColumns, chosen: Int64s) -> CopyArray:
    """(k,) ORDER_COPY for the FREEZE records at the indices `chosen`."""
    records = columns.records[chosen]
    rows = _placed_rows(ORDER_COPY, columns, chosen)
    for name in ("contract_no", "amount_fen", "price", "quantity", "market", "partner_ref"):
        rows[name] = records[name]
    rows["security"] = records["security"].view("V8")  # bytes as they are: a partner's need not be text
    return rows


def movement_rows(columns: RecordColumns, chosen: Int64s) -> CopyArray:
    """(k,) MOVEMENT_COPY for the records of any other kind at the indices `chosen`."""
    records = columns.records[chosen]
    rows = _placed_rows(MOVEMENT_COPY, columns, chosen)
    for name in ("contract_no", "amount_fen", "release_fen", "turnover_fen", "kind", "partner_ref"):
        rows[name] = records[name]
    for name in ("target_date", "target_seat", "target_number"):
        rows[name] = records[name]
    rows["remaining_fen"] = columns.outcomes["remaining_fen"][chosen]
    return rows


def _placed_rows(layout: np.dtype[np.void], columns: RecordColumns, chosen: Int64s) -> CopyArray:
    rows = blank_rows(layout, len(chosen))
    rows["number"] = columns.number[chosen]
    rows["seat"] = columns.seat[chosen]
    rows["trade_date"] = columns.trade_date[chosen]
    rows["sequence"] = columns.sequence[chosen]
    rows["decided_at_ns"] = columns.decided_at_ns[chosen]
    rows["code"] = columns.outcomes["code"][chosen]
    return rows


def chunks_of(indices: Int64s) -> Iterator[Int64s]:
    """`indices` in pieces of at most CHUNK_ROWS_MAX, in order."""
    for start in range(0, len(indices), CHUNK_ROWS_MAX):
        yield indices[start : start + CHUNK_ROWS_MAX]
