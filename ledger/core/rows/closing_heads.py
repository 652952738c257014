"""The heads of the seats when a trade date was closed: what the row that opens the next one keeps of it.

Belongs here: their bytes, a column of that row. Never here: who needs them (ledger.order_path.lookup).

A number that no row holds may be used again by its partner, so "never used" must not rest on what was not found. The
heads are decided with the roll, bound by the chain and compared by everybody who applies the row.
"""

import numpy as np
import numpy.typing as npt

from ledger.core.rows.row import Row
from ledger.core.state.book import Book

HEAD = np.dtype([("seat", "<i4"), ("next_number", "<i8")])
HeadArray = npt.NDArray[np.void]


def closing_heads(book: Book) -> bytes:
    """(s × 12) bytes: seat and next number of every seat that used a number of the date that `book` closed last."""
    seats = np.flatnonzero(book.previous_next_number > 1)
    heads = np.empty(len(seats), HEAD)
    heads["seat"], heads["next_number"] = seats, book.previous_next_number[seats]
    return heads.tobytes()


def heads_of(row: Row) -> dict[int, int]:
    """Seat → next number of the date that `row`, an accepted OpenTradeDate, closed; only seats that used numbers."""
    heads = np.frombuffer(row.closing_heads, HEAD)
    return dict(zip(heads["seat"].tolist(), heads["next_number"].tolist(), strict=True))
