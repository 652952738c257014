"""Rows of the table request_blocks: the records of consecutive numbers of one seat in one journal row, as columns.

Belongs here: which frames make one SQL row, which record fields are kept, the order of the table's columns. Never
here: bytes of arrays (copy_arrays), connections, decisions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ledger.core.row import Row
from ledger.follower.copy_arrays import NULL, Cuts, Int64s, array_fields, bytes_fields, rows_of
from ledger.follower.copy_rows import copy_layout, filled_template
from protocol.header import PREFIX
from protocol.records import OUTCOME, RECORD, OutcomeArray, RecordArray
from protocol.vocabulary import RecordKind

CHUNK_RECORDS: Final = 32_768
"""Records encoded and sent at a time (more only for one long row): building the next overlaps with storing the last."""

_PLACES: Final = ("trade_date", "seat", "first_number", "record_count", "sequence", "decided_at_ns")
_HEAD: Final = copy_layout(list(zip(_PLACES, (">i4", ">i4", ">i8", ">i4", ">i8", ">i8"), strict=True)))
# Fields and the bytes of an item: of every record, of FREEZE only, of all other kinds only. The last two share bytes
# of the record, so that a field of the one kind says nothing of the other.
_OF_FREEZES: Final = (("prices", "price", 8), ("quantities", "quantity", 4), ("markets", "market", 2))
_OF_OTHERS: Final = (
    ("releases_fen", "release_fen", 8),
    ("turnovers_fen", "turnover_fen", 8),
    ("target_dates", "target_date", 4),
    ("target_seats", "target_seat", 4),
    ("target_numbers", "target_number", 8),
)
COLUMNS: Final = [
    *_PLACES,
    *("kind", "kinds", "codes", "contract_nos", "amounts_fen", "remaining_fen"),
    *(name for name, _, _ in (*_OF_FREEZES, *_OF_OTHERS)),
    *("securities", "partner_refs"),
]
_HEAD_TEMPLATE: Final = filled_template(_HEAD, len(COLUMNS))
_KIND_FIELDS: Final = [b"\x00\x00\x00\x02" + kind.to_bytes(2, "big", signed=True) for kind in range(-128, 128)]


@dataclass(frozen=True, slots=True)
class RequestRuns:
    """All records of a batch, run after run; a run is what one SQL row holds."""

    records: RecordArray  # (n,)
    outcomes: OutcomeArray  # (n,)
    places: Int64s  # (6, runs): as _PLACES

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "RequestRuns":
        """The records of block rows, at least one. Frames of a seat that follow one another in a row make one run."""
        records = np.frombuffer(b"".join([row.records for row in rows]), RECORD)
        outcomes = np.frombuffer(b"".join([row.outcomes for row in rows]), OUTCOME)
        prefixes = np.frombuffer(b"".join([row.headers for row in rows]), PREFIX)
        per_row = [len(row.headers) // PREFIX.itemsize for row in rows]
        places = np.empty((6, len(prefixes)), np.int64)
        for line, name in enumerate(_PLACES[:4]):
            places[line] = prefixes[name]
        places[4] = np.repeat(np.array([row.sequence for row in rows], np.int64), per_row)
        places[5] = np.repeat(np.array([row.decided_at_ns for row in rows], np.int64), per_row)
        return _joined(records, outcomes, places)

    def chunks(self) -> Iterator[bytes]:
        """COPY rows of all runs in order, built when asked for."""
        counts = self.places[3]
        ends = np.cumsum(counts)
        first = 0
        while first < len(counts):
            sent = int(ends[first - 1]) if first else 0
            last = max(int(np.searchsorted(ends, sent + CHUNK_RECORDS, side="right")), first + 1)
            piece = slice(sent, int(ends[last - 1]))
            yield _encoded(self.records[piece], self.outcomes[piece], self.places[:, first:last])
            first = last


def _joined(records: RecordArray, outcomes: OutcomeArray, places: Int64s) -> RequestRuns:
    """Brings the frames of a seat in a row side by side, where that makes fewer runs, and joins them."""
    order = np.lexsort((places[1], places[4]))
    ordered = places[:, order]
    begins = np.ones(len(order), np.bool_)
    begins[1:] = (ordered[1, 1:] != ordered[1, :-1]) | (ordered[4, 1:] != ordered[4, :-1])
    firsts = np.flatnonzero(begins)
    if len(firsts) == len(order):
        return RequestRuns(records, outcomes, places)
    if (order[1:] < order[:-1]).any():
        counts = ordered[3]
        starts = (np.cumsum(places[3]) - places[3])[order]
        chosen = np.repeat(starts - (np.cumsum(counts) - counts), counts) + np.arange(len(records))
        records, outcomes = records[chosen], outcomes[chosen]
    runs = ordered[:, firsts]
    runs[3] = np.add.reduceat(ordered[3], firsts)
    return RequestRuns(records, outcomes, runs)


def _encoded(records: RecordArray, outcomes: OutcomeArray, places: Int64s) -> bytes:
    cuts = Cuts.of(places[3])
    heads = np.repeat(_HEAD_TEMPLATE, len(cuts.starts))
    for line, name in enumerate(_PLACES):
        heads[name] = places[line]
    kinds = records["kind"].astype(np.int64)
    codes = outcomes["code"].astype(np.int64)
    is_freeze = kinds == RecordKind.FREEZE
    first_kinds = kinds[cuts.starts]
    mixed = cuts.any_set(kinds != np.repeat(first_kinds, cuts.counts))
    not_freezes = cuts.any_set(~is_freeze)
    fields = [
        [NULL if many else _KIND_FIELDS[kind + 128] for kind, many in zip(first_kinds.tolist(), mixed, strict=True)],
        array_fields(cuts, kinds, 2, mixed),
        array_fields(cuts, codes, 2, cuts.any_set(codes)),
        array_fields(cuts, records["contract_no"], 8, None),
        array_fields(cuts, records["amount_fen"], 8, None),
        array_fields(cuts, outcomes["remaining_fen"], 8, not_freezes),
    ]
    for of, group in ((is_freeze, _OF_FREEZES), (~is_freeze, _OF_OTHERS)):
        everybody, anybody = bool(of.all()), bool(of.any())
        for _, name, item_bytes in group:
            if not anybody:
                fields.append([NULL] * len(cuts.starts))
                continue
            column = records[name] if everybody else np.where(of, records[name], 0)
            fields.append(array_fields(cuts, column, item_bytes, cuts.any_set(column)))
    securities = np.where(is_freeze, _words(records, "security"), 0)
    partner_refs = _words(records, "partner_ref")
    fields.append(bytes_fields(cuts, securities, cuts.any_set(securities)))
    fields.append(bytes_fields(cuts, partner_refs, cuts.any_set(partner_refs)))
    return rows_of(heads, fields)


def _words(records: RecordArray, name: str) -> Int64s:
    """(n,) a field of 8 bytes, which need not be text, as one integer each with the bytes as they were."""
    return np.ascontiguousarray(records[name].view("V8")).view(np.int64)
