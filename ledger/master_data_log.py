"""What the log says of master data and the trade date: once when a load has ended, and at each roll.

Belongs here: noticing a change from one look to the next. Never here: anything per request, customers.
"""

import logging
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ledger.core.state.book import Book
from ledger.core.state.unsettled import Unsettled
from protocol.limits import UNSETTLED_DATES_LEFT_WARNED

_LOG = logging.getLogger(__name__)


class _Counts(NamedTuple):
    parties: int
    keys: int
    seats: int
    outlets: int
    accounts: int
    contracts: int
    security_versions: int  # that ever came about


class MasterDataLog:
    """Looks at the book twice a second; a load of many frames is told when nothing has come between two looks."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._told: _Counts | None = None
        self._seen: _Counts | None = None
        self._trade_date = 0

    def look(self, book: Book) -> None:
        """Tells what has changed since the last look. Costs some microseconds."""
        counts = _counts(book)
        if self._told is None:
            self._told = self._seen = counts
            self._trade_date = book.trade_date
        if book.trade_date != self._trade_date:
            self._say(f"trade date {book.trade_date} is open, {self._trade_date} before it")
            self._trade_date = book.trade_date
            self._warn(book.unsettled)
        if counts != self._told and counts == self._seen:
            added = zip(counts._fields, counts, self._told, strict=True)
            told = [f"{now:,} {name.replace('_', ' ')} ({now - old:+,})" for name, now, old in added]
            self._say(f"master data: {', '.join(told)}")
            self._told = counts
        self._seen = counts

    def _warn(self, unsettled: Unsettled) -> None:
        used, most = unsettled.dates_used(), unsettled.dates_max
        if used >= most - UNSETTLED_DATES_LEFT_WARNED:
            _LOG.warning(
                "%d of at most %d trade dates are unsettled: with %d no date can be opened; %d is the oldest",
                *(used, most, most, unsettled.oldest_date),
            )


def _counts(book: Book) -> _Counts:
    keys = sum(len(entry.keys) for entry in book.parties.values())
    seats = int(np.count_nonzero(book.seat_owner))
    outlets = len(book.outlets.entries)
    customers = book.accounts_count, book.contracts_count
    return _Counts(len(book.parties), keys, seats, outlets, *customers, book.orders.securities.given)
