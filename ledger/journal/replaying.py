"""Stored rows applied to a book: whatever does not fit is told as the journal's fault, with its place.

Belongs here: which exception means what, for recovery and follower alike. Never here: how a row is applied
(ledger.core), the chain between rows (chain), reading.

A row that was committed is applied without a word. So whatever an applied row breaks was made or changed by somebody
else, with a digest that fits, or the state has gone wrong that it was applied to: nothing may be served either way, and
`yzt audit verify --redecide` tells which.
"""

from ledger.core.rows.row import Row
from ledger.core.rows.runs import apply_run
from ledger.core.state.book import Book
from ledger.journal.head import JournalTampered
from protocol.errors import InvariantBroken


def apply_stored(book: Book, run: list[Row]) -> bool:
    """Apply one list of `ledger.core.rows.runs.runs` and compare the slice of the state that its last row names.

    Returns whether a slice was compared. Raises JournalTampered naming row or rows; the book is then of no use.
    """
    try:
        return apply_run(book, run)
    except InvariantBroken as error:
        raise JournalTampered(str(error)) from error
    except Exception as error:
        rows = f"row {run[0].sequence}" if len(run) == 1 else f"rows {run[0].sequence} to {run[-1].sequence}"
        raise JournalTampered(f"{rows}: not what a ledger commits, {type(error).__name__}: {error}") from error
