"""Stored rows applied several at a time: a pass over small rows costs the same for one as for dozens.

Belongs here: which rows may go together, and that the book comes out as if each had been applied alone. Never here:
what a row does (engine, effects), whether it is believed (the shells check the chain first).

The argument. Outcomes are given, so nothing that rows do depends on their order: every effect is a sum, or is written
to the slot of its own request, or to a contract and date of which there is one correction between control rows;
restraints alone are moved record by record, in their order. What settles and credits is judged by the lane as its row
begins, so such a row goes alone. So does one with records about orders through the bank: what these do hangs on
what stands before them; and one that closes orders, for what is told of it is told as of its own row. All of them are
of one day of the bank, for days are counted in front of the first row of each. Their numbers follow one another as
those of one block do.
What must be true of the books is checked after the last row of a run, not after each.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from ledger.core import engine
from ledger.core.frames import Frames, advance, check_next, give_out_pages
from ledger.core.kind_tables import BY_SET, IS_ORDERING, SETTLES
from ledger.core.resolve import resolve
from ledger.core.rows.row import Row
from ledger.core.rows.row_form import time_fault
from ledger.core.rows.state_check import check_state
from ledger.core.rows.undecided import is_undecided
from ledger.core.savings.days import count_days, running_day
from ledger.core.state.book import Book
from protocol.errors import InvariantBroken, MisuseError
from protocol.header import PREFIX
from protocol.limits import COMMIT_RECORDS_MAX, OUTCOME_BYTES, RECORD_BYTES
from protocol.records import OUTCOME, RECORD

RUN_RECORDS_MAX = (
    4_096  # of several rows: above it a row's own work is more than the pass, and joining rows copies them
)
RUN_ROWS_MAX = 64  # a row in a run still costs its digests; a run is work without a rest
_ALONE = SETTLES | IS_ORDERING | BY_SET
assert RUN_RECORDS_MAX <= COMMIT_RECORDS_MAX


def runs(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """The same rows in their order, in lists for `apply_run`: block rows together, every other row alone.

    A row with a state check ends its list: the check is of the state right after it.
    """
    run: list[Row] = []
    records_bytes = 0
    for row in rows:
        fits = _joins(row) and records_bytes + len(row.records) <= RUN_RECORDS_MAX * RECORD_BYTES
        if run and (not fits or len(run) == RUN_ROWS_MAX):
            yield run
            run, records_bytes = [], 0
        run.append(row)
        records_bytes += len(row.records)
        if row.state_check or not _joins(row):
            yield run
            run, records_bytes = [], 0
    if run:
        yield run


def _joins(row: Row) -> bool:
    """Whether a row is a block that may share a list with others."""
    return bool(row.records) and not is_undecided(row) and not _goes_alone(row)


def _goes_alone(row: Row) -> bool:
    return bool(_ALONE[np.frombuffer(row.records, np.uint8)[::RECORD_BYTES]].any())


def apply_run(book: Book, run: list[Row]) -> bool:
    """Apply one list of `runs`. Returns whether its last row named a slice of the state, which was then compared.

    Raises InvariantBroken when a row is not the next one or does not fit the book, or the slice is not as it was.
    """
    if len(run) == 1 or not _apply_together(book, run):
        for row in run:
            engine.apply_row(book, row)
    try:
        return check_state(book, run[-1])
    except InvariantBroken as error:
        raise InvariantBroken(f"row {run[-1].sequence}: {error}") from None


def _apply_together(book: Book, run: list[Row]) -> bool:
    """False, with nothing changed, when some row does not fit: applied one by one they tell which."""
    counts = [len(row.outcomes) // OUTCOME_BYTES for row in run]
    frame_counts = [len(row.headers) // PREFIX.itemsize for row in run]
    in_order = [row.sequence for row in run] == list(range(book.sequence + 1, book.sequence + 1 + len(run)))
    before = [book.ordered_at_ns, *(row.ordered_at_ns for row in run[:-1])]
    in_order &= all(row.trade_date == book.trade_date for row in run)
    in_order &= all(time_fault(ordered_at_ns, row) is None for ordered_at_ns, row in zip(before, run, strict=True))
    days = {running_day(book, row.decided_at_ns) for row in run}
    in_order &= len(days) == 1
    if not in_order or 0 in frame_counts or counts != [len(row.records) // RECORD_BYTES for row in run]:
        return False
    frames = Frames.of(np.frombuffer(b"".join([row.headers for row in run]), PREFIX))
    begins = np.cumsum([0, *frame_counts[:-1]])
    if np.add.reduceat(frames.record_count, begins).tolist() != counts:
        return False
    records = np.frombuffer(b"".join([row.records for row in run]), RECORD)
    try:
        # A key that is over at the last of them may have been good at its own row: one by one tells.
        check_next(book, frames, len(records), max(row.decided_at_ns for row in run))
        give_out_pages(book, frames, records)
    except MisuseError:
        return False
    outcomes = np.frombuffer(b"".join([row.outcomes for row in run]), OUTCOME)
    count_days(book, run[0].decided_at_ns)
    try:
        engine.apply_stored_block(book, frames, resolve(book, frames, records), outcomes)
    except InvariantBroken as error:
        raise InvariantBroken(f"rows {run[0].sequence} to {run[-1].sequence}: {error}") from error
    sequences = [row.sequence for row, count in zip(run, frame_counts, strict=True) for _ in range(count)]
    advance(book, frames, run[-1].ordered_at_ns, sequences)
    return True
