"""To which accounts interest is due, and what the accounts of each outlet have earned.

Belongs here: reading. Never here: who may ask (book_answers), what is due (days).
"""

from typing import NamedTuple

import numpy as np

from ledger.core.state.book import Book
from ledger.core.state.totals import sums_by_outlet
from protocol.given_numbers import account_nos_from_indices
from protocol.limits import CONTRACTS_LOOKED_AT_MAX, QUERY_INTEREST_MAX
from protocol.messages.customers.interest import InterestAnswer, InterestDue, InterestQuery


class OutletEarned(NamedTuple):
    """What accounts of one outlet have earned together."""

    accounts_count: int  # to which anything is due
    due_fen: int
    points: int  # since the last interest day


def interest_due(book: Book, query: InterestQuery) -> InterestAnswer:
    """From the account index `first` on, some at a time."""
    end = min(query.first + CONTRACTS_LOOKED_AT_MAX, book.accounts_count)
    found = query.first + np.flatnonzero(book.savings.due_fen[query.first : end])
    next_place = end if end < book.accounts_count else 0
    if len(found) > QUERY_INTEREST_MAX:
        next_place = int(found[QUERY_INTEREST_MAX])
        found = found[:QUERY_INTEREST_MAX]
    rows = zip(account_nos_from_indices(found).tolist(), book.savings.due_fen[found].tolist(), strict=True)
    return InterestAnswer(book.sequence, next_place, [InterestDue(*each) for each in rows])


def earned_by_outlet(book: Book, accounts: slice) -> dict[int, OutletEarned]:
    """What these accounts have earned, by the outlet that keeps them; an outlet whose accounts have nothing is none."""
    outlets, due_fen, points = book.outlet[accounts], book.savings.due_fen[accounts], book.savings.points[accounts]
    has_earned = (due_fen | points) != 0
    if not has_earned.any():
        return {}
    numbers = np.flatnonzero(np.bincount(outlets[has_earned]))
    columns = ((due_fen != 0).astype(np.int64), due_fen, points)
    sums = [sums_by_outlet(column, outlets, numbers) for column in columns]
    return dict(zip(numbers.tolist(), map(OutletEarned, *sums), strict=True))
