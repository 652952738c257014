"""What differs of sums of contracts order by order, where the bank has computed what each of its orders costs.

Belongs here: adding up the orders of a lane of scheme A. Never here: what is tolerated of it (rules.day.corrections).
"""

import numpy as np

from ledger.core.lines.compare import slots_of_contracts
from ledger.core.lines.waiting import named_before
from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn, Positions
from ledger.core.state.day.clearing import Lane


def falls_fen(book: Book, lane: Lane, contracts: Positions) -> FenColumn:
    """(m,) Σ over the orders of each ascending contract of what each has drawn beyond what the lane's set says: none
    that costs more makes up for another that costs less. Closing makes it neither more nor less.
    """
    requests, found = book.requests, np.zeros(len(contracts), np.int64)
    slots, named = slots_of_contracts(book, lane.trade_date, lane.party, contracts), named_before(book, lane)
    slots = np.concatenate([slots, named[np.isin(requests.contract[named] - 1, contracts)]])
    is_named = requests.cleared_in[slots] == lane.inner
    beyond_fen = requests.drawn_fen[slots] - np.where(is_named, requests.cleared_fen[slots], 0)
    np.add.at(found, np.searchsorted(contracts, requests.contract[slots] - 1), np.maximum(beyond_fen, 0))
    return found
