"""Serials of the bank's desks in a block: whether they rise, so that no movement was told before.

Belongs here: the look at a whole block. Never here: what a serial is (rules.money.cash), verdicts (decide), what
follows for an account (lane).
"""

import numpy as np

from ledger.core.resolve import Block
from ledger.core.state.book import Book
from ledger.core.state.columns import Mask, Positions, is_some


def accounts_of_falling_serials(book: Book, block: Block, counts: Mask) -> list[Positions]:
    """The accounts of those of (n,) records that `counts`, seat by seat, unless the serials of the seat rise above its
    last one, or it has none: then nothing was told before, whichever of them is booked.
    """
    if block.serial is None:
        return []
    positions, found = counts.nonzero()[0], list[Positions]()
    serial, seats = block.serial[positions], np.broadcast_to(block.seat, (block.count,))[positions]
    for seat in np.unique(seats).tolist():
        of_seat = np.flatnonzero(seats == seat)
        in_order = np.concatenate((book.seat_serial[seat : seat + 1], serial[of_seat]))
        if is_some(in_order) and is_some(in_order[1:] <= in_order[:-1]):
            found.append(block.account[positions[of_seat]])
    return found
