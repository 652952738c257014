"""To which accounts interest is due.

Belongs here: reading. Never here: who may ask (book_answers), what is due (days).
"""

import numpy as np

from ledger.core.state.book import Book
from protocol.given_numbers import account_nos_from_indices
from protocol.limits import CONTRACTS_LOOKED_AT_MAX, QUERY_INTEREST_MAX
from protocol.messages.customers.interest import InterestAnswer, InterestDue, InterestQuery


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
