"""The gateway's own book as of the last mark: its totals, and after a deep one all pairs, range by range.

Belongs here: what is kept of it for questions, how it is told. Never here: when a mark comes (book_intake), the
ledger's figures, what differs (the day desk compares).

The columns are copied when the mark is passed, because the book goes on: 32 bytes an account, and only for a deep mark,
which the day desk says after totals that differ.
"""

from dataclasses import dataclass, field

import numpy as np

from gateway.own_book.book import OwnBook
from gateway.own_book.told import Column
from protocol.limits import QUERY_PAIRS_MAX, QUERY_RANGES_MAX, RANGE_PAIRS
from protocol.messages.day.marked import PairsAnswer, PairsQuery, RangesAnswer, RangesQuery, range_digest
from protocol.messages.queries import TotalsAnswer, TotalsQuery


@dataclass(frozen=True, slots=True)
class MarkedBook:
    """As of row `totals.as_of_sequence`; nothing is complete before a mark was passed."""

    totals: TotalsAnswer = field(default_factory=lambda: TotalsAnswer(0, False, []))
    figures: tuple[Column, ...] = ()  # balances by account; frozen, bought, sold by contract; none but of a deep mark

    @staticmethod
    def of(book: OwnBook, sequence: int, is_complete: bool, is_deep: bool) -> "MarkedBook":
        """A book as it is behind the row of a mark."""
        totals = TotalsAnswer(sequence, is_complete, book.totals())
        return MarkedBook(totals, book.figures() if is_deep and is_complete else ())

    def answer(self, query: TotalsQuery | RangesQuery | PairsQuery) -> TotalsAnswer | RangesAnswer | PairsAnswer:
        """What is told of it."""
        sequence, is_deep = self.totals.as_of_sequence, bool(self.figures)
        count = max(map(len, self.figures), default=0)
        if isinstance(query, TotalsQuery):
            return self.totals
        if isinstance(query, PairsQuery):
            return PairsAnswer(sequence, is_deep, self._amounts(query.first, min(QUERY_PAIRS_MAX, count - query.first)))
        ranges = range(-(-count // RANGE_PAIRS))[query.first :]
        digests = [range_digest(self._amounts(n * RANGE_PAIRS, RANGE_PAIRS)) for n in ranges[:QUERY_RANGES_MAX]]
        further = query.first + QUERY_RANGES_MAX if len(ranges) > QUERY_RANGES_MAX else 0
        return RangesAnswer(sequence, is_deep, further, digests)

    def _amounts(self, first: int, count: int) -> bytes:
        """Of `count` pairs, those behind the last one as 0."""
        told = np.zeros((len(self.figures), max(0, count)), "<i8")
        for row, column in zip(told, self.figures, strict=True):
            here = column[first : first + len(row)]
            row[: len(here)] = here
        return told.tobytes()
