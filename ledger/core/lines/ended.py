"""Freezes that a complete clearing set ends: what becomes of them at the close is settled, whatever is told later.

Belongs here: which they are. Never here: closing them (ledger.core.corrections), what a fill of one earns
(rules.money.freezes).
"""

import numpy as np

from ledger.core.lines.waiting import wait
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.columns import LongColumn, Mask, Positions
from ledger.core.state.requests import FATE_MASK
from protocol.vocabulary import Fate


def are_ended(book: Book, slots: Positions, dates: LongColumn) -> Mask:
    """(m,) whether a complete set has the freeze at a slot, made on a date, or should have it, and does not tell that
    it is held. Where no freeze is the answer means nothing.
    """
    requests, clearing = book.requests, book.clearing
    ended = np.zeros(len(slots), bool)
    if not len(clearing.complete):
        return ended
    owners = requests.contract.take(slots)
    parties = book.contract_facts.take(np.maximum(owners, 1) - 1) >> PARTY_SHIFT
    for trade_date, has_set in clearing.cleared.items():
        ended |= (dates == trade_date) & has_set[parties]
    is_named = np.isin(requests.cleared_in.take(slots), clearing.complete)
    is_held = is_named & (requests.told.take(slots) & FATE_MASK == Fate.HELD)
    over: Mask = (ended | is_named) & ~is_held
    # What is open of a date that is settled was held, also while a later set is sent that names it.
    unnamed = np.flatnonzero(ended & ~is_named)
    if len(unnamed):
        over[unnamed] &= ~wait(book, dates[unnamed], parties[unnamed])
    return over
