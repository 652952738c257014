"""What is always true of securities, and the check that stops the process when it is not.

Belongs here: statements about their state. Never here: refusals, statements about money (invariants). Everything raises
InvariantBroken with the place.
"""

import numpy as np

from ledger.core.state.book import Book
from ledger.core.state.columns import Mask
from ledger.core.state.orders.securities import NEXT, OPEN
from protocol.errors import InvariantBroken


def check_securities(book: Book) -> None:
    """Versions are sorted, each of a security, and each security has one; limits are of the open or a later date."""
    securities = book.orders.securities
    rows, days = securities.rows_and_days()
    _demand(np.diff(securities.version_keys) > 0, "the order of versions", book)
    _demand(np.isin(np.arange(len(securities.code)), rows), "a security without a version", book)
    _demand(rows < len(securities.code), "a version of no security", book)
    _demand(days == securities.first_days(), "the first date of a version", book)
    dates, low, high = securities.limit_dates, securities.limits[:, :, 0], securities.limits[:, :, 1]
    _demand(np.isin(dates[:, OPEN], (0, book.trade_date)), "limits of the open date", book)
    _demand((dates[:, NEXT] == 0) | (dates[:, NEXT] > book.trade_date), "limits of a later date", book)
    _demand(np.where(dates > 0, (low >= 1) & (low <= high), high == 0), "limits", book)


def _demand(holds: Mask, what: str, book: Book) -> None:
    if not holds.all():
        raise InvariantBroken(f"after row {book.sequence}: {what} is wrong at place {int(np.argwhere(~holds)[0][0])}")
