"""Rows of the table request_blocks: the records of consecutive numbers of one seat in one journal row, as columns.

Belongs here: which frames make one run, which pieces of it make SQL rows, which record fields are kept. Never here:
bytes of COPY (copying), connections, decisions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ledger.core.kind_tables import BOOKS_PROCEEDS, BY_SET, IS_CORRECTION, IS_LINE, IS_ORDERING, OPENS_FREEZE
from ledger.core.rows.row import Row
from ledger.core.state.columns import Mask
from ledger.follower.projection.copying.blocks import Column, block_rows
from ledger.follower.projection.copying.rows import Int64s
from protocol.codes import ReplyCode
from protocol.header import PREFIX
from protocol.records import OUTCOME, RECORD, STATE_LISTED, STATE_MOVED, OutcomeArray, RecordArray, records_at

PIECE_RECORDS = 128
"""Records of an SQL row: with every field filled they fit one page of the table, and nothing is stored beside it."""
CHUNK_RECORDS = 8_192
"""Records encoded and sent at a time: building the next overlaps with storing the last."""

_PLACES = ("trade_date", "seat", "first_number", "record_count", "sequence", "decided_at_ns")
# Columns and fields, by what a record must be to have them. What opens a freeze and the others share bytes, so that a
# field of the one says nothing of the other. Lines share theirs with the others, and so do records about orders through
# the bank: the views tell them apart.
_OF_ALL = (("markets", "market"),)
_OF_FREEZES = (("prices", "price"),)
_BY_SET = BY_SET | BOOKS_PROCEEDS
_OF_FREEZES_AND_LINES = (("quantities", "quantity"),)
_OF_OTHERS = (("releases_fen", "release_fen"),)
_OF_OTHERS_BUT_ORDERING = (("turnovers_fen", "turnover_fen"),)
_OF_TARGETS = (
    ("target_dates", "target_date"),
    ("target_seats", "target_seat"),
    ("target_numbers", "target_number"),
)
_OF_SETS = (("trade_days", "trade_day"),)
COLUMNS = [
    *_PLACES,
    *("kind", "kinds", "codes", "named_nos", "amounts_fen", "remaining_fen"),
    *(name for name, _ in (*_OF_ALL, *_OF_FREEZES, *_OF_FREEZES_AND_LINES, *_OF_OTHERS)),
    *(name for name, _ in (*_OF_OTHERS_BUT_ORDERING, *_OF_TARGETS)),
    *("securities", "partner_refs"),
    *(name for name, _ in _OF_SETS),
    "listed",
]


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

    def accepted_kinds(self) -> set[int]:
        """Kinds of which a record was accepted: those that moved money."""
        kinds, codes = self.records["kind"].view(np.uint8), self.outcomes["code"]
        return set(np.flatnonzero(np.bincount(kinds[codes == ReplyCode.ACCEPTED] if codes.any() else kinds)).tolist())

    def chunks(self) -> Iterator[bytes]:
        """COPY rows of all runs, built when asked for; of each chunk the rows of one form stand together."""
        places = _pieces(self.places)
        ends = np.cumsum(places[3])
        first = 0
        while first < len(ends):
            sent = int(ends[first - 1]) if first else 0
            last = max(int(np.searchsorted(ends, sent + CHUNK_RECORDS, side="right")), first + 1)
            piece = slice(sent, int(ends[last - 1]))
            yield b"".join(_encoded(self.records[piece], self.outcomes[piece], places[:, first:last]))
            first = last


def _pieces(places: Int64s) -> Int64s:
    """Runs cut into pieces of at most PIECE_RECORDS."""
    per_run = -(-places[3] // PIECE_RECORDS)
    pieces = np.repeat(places, per_run, axis=1)
    done = (np.arange(pieces.shape[1]) - np.repeat(np.cumsum(per_run) - per_run, per_run)) * PIECE_RECORDS
    pieces[2] += done
    pieces[3] = np.minimum(pieces[3] - done, PIECE_RECORDS)
    return pieces


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
        records, outcomes = records_at(records, chosen), outcomes[chosen]
    runs = ordered[:, firsts]
    runs[3] = np.add.reduceat(ordered[3], firsts)
    return RequestRuns(records, outcomes, runs)


class _Form(NamedTuple):
    """What is alike in the records of rows that are built together."""

    is_mixed: bool  # kinds differ within a row, and the others are False
    is_freezes: bool
    is_lines: bool
    is_by_set: bool  # it closes, corrects or books proceeds
    is_correction: bool
    is_ordering: bool  # it is about an order through the bank


def _encoded(records: RecordArray, outcomes: OutcomeArray, places: Int64s) -> Iterator[bytes]:
    """Rows of the same number of records, and of the same columns, are built together."""
    counts = places[3]
    starts = np.cumsum(counts) - counts
    kinds = records["kind"]
    first_kinds = kinds[starts].astype(np.int64)
    is_mixed = np.logical_or.reduceat(kinds != np.repeat(first_kinds, counts), starts)
    is_freezes = ~is_mixed & OPENS_FREEZE[first_kinds & 0xFF]
    is_lines = ~is_mixed & IS_LINE[first_kinds & 0xFF]
    is_by_set = ~is_mixed & _BY_SET[first_kinds & 0xFF]
    is_correction = ~is_mixed & IS_CORRECTION[first_kinds & 0xFF]
    is_ordering = ~is_mixed & IS_ORDERING[first_kinds & 0xFF]
    facts = np.stack((is_mixed, is_freezes, is_lines, is_by_set, is_correction, is_ordering))
    forms = counts << len(facts) | np.packbits(facts, axis=0, bitorder="little")[0]
    if (forms == forms[0]).all():
        yield _alike(records, outcomes, places, first_kinds, _Form(*facts[:, 0].tolist()))
        return
    for each in np.unique(forms):
        rows = np.flatnonzero(forms == each)
        if rows[-1] - rows[0] == len(rows) - 1:  # side by side, as most are: nothing is copied
            whole = slice(int(starts[rows[0]]), int(starts[rows[-1]] + counts[rows[-1]]))
            alike = records[whole], outcomes[whole]
        else:
            chosen = (starts[rows, np.newaxis] + np.arange(counts[rows[0]])).ravel()
            alike = records_at(records, chosen), outcomes[chosen]
        form = _Form(*facts[:, rows[0]].tolist())
        yield _alike(*alike, places[:, rows], first_kinds[rows], form)


def _alike(records: RecordArray, outcomes: OutcomeArray, places: Int64s, kinds: Int64s, form: _Form) -> bytes:
    """Rows of one form; `kinds`: (rows,) of their first records."""
    is_freeze, is_line, is_by_set, is_correction, is_ordering = (_all_or_none(records, holds) for holds in form[1:])
    if form.is_mixed:
        codes = records["kind"].view(np.uint8)
        is_freeze, is_line = OPENS_FREEZE[codes], IS_LINE[codes]
        is_by_set, is_correction, is_ordering = _BY_SET[codes], IS_CORRECTION[codes], IS_ORDERING[codes]
    columns = [
        Column.of(records["kind"]) if form.is_mixed else None,
        Column.of(outcomes["code"]),
        Column.of(records["contract_no"]),
        Column.of(records["amount_fen"]),
        None if form.is_freezes else Column.of(_remaining(records, outcomes), or_none=False),
    ]
    columns += [Column.of(records[name]) for _, name in _OF_ALL]
    has_quantity, has_security = is_freeze | is_line | is_correction | is_ordering, is_freeze | is_ordering
    for of, fields in (
        (is_freeze, _OF_FREEZES),
        (has_quantity, _OF_FREEZES_AND_LINES),
        (~is_freeze, _OF_OTHERS),
        (~has_security, _OF_OTHERS_BUT_ORDERING),
        (~is_freeze, _OF_TARGETS),
    ):
        columns += _columns_of(records, of, fields)
    securities = _words(records, "security")
    columns += [
        Column.as_it_came(securities if form.is_freezes else np.where(has_security, securities, 0)),
        Column.as_it_came(_words(records, "partner_ref")),
        *_columns_of(records, is_line | is_by_set | is_ordering, _OF_SETS),
        Column.of((outcomes["state"] == STATE_LISTED).view(np.int8)) if is_line.any() else None,
    ]
    return block_rows(places, None if form.is_mixed else kinds, columns)


def _remaining(records: RecordArray, outcomes: OutcomeArray) -> Int64s:
    """(n,) what remains: of a freeze of which something was moved its outcome tells that instead."""
    moved = outcomes["state"] == STATE_MOVED
    if not moved.any():
        return outcomes["remaining_fen"]
    return np.where(moved, records["amount_fen"], outcomes["remaining_fen"])


def _all_or_none(records: RecordArray, holds: bool) -> Mask:
    return np.broadcast_to(np.bool_(holds), len(records))


def _columns_of(records: RecordArray, of: Mask, fields: Sequence[tuple[str, str]]) -> list[Column | None]:
    """The fields of those of (n,) records that have them, zeros for the others; None where no record has."""
    everybody, anybody = bool(of.all()), bool(of.any())
    return [
        Column.of(records[name] if everybody else np.where(of, records[name], 0)) if anybody else None
        for _, name in fields
    ]


def _words(records: RecordArray, name: str) -> Int64s:
    """(n,) a field of 8 bytes, which need not be text, as one integer each with the bytes as they were."""
    return np.ascontiguousarray(records[name].view("V8")).view(np.int64)
