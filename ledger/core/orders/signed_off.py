"""What the bank has of the orders of a broker's customers when the open date is signed off.

Belongs here: adding it up. Never here: who hears of it (ledger.core.control.feeds), what becomes of an order.
"""

import numpy as np

from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn, IntColumn, LongColumn
from protocol.messages.feeds import SignedOffOfA
from protocol.messages.fields import sum_from_fen


def of_orders(book: Book, party: int) -> SignedOffOfA:
    """All that were accepted on the open date by the seats of channels that serve it. Each order and each cancel has
    taken one entry of its feed.
    """
    requests, words, last = book.requests, book.requests.orders, int(book.orders.entries.last[party])
    if not words.are_kept:
        return SignedOffOfA(0, 0, 0, 0, *[sum_from_fen(0)] * 5)
    pages = requests.slots_of(book.trade_date, book.orders.channels.seats_for(party), book.trade_date)
    slots = (page.start + np.flatnonzero(words.order_type[page.start : page.stop]) for page in pages)
    found = np.concatenate([np.zeros(0, np.intp), *slots])
    columns = (words.traded, words.turnover, words.cancelled, requests.amount_fen, requests.drawn_fen)
    sums = (sum_from_fen(_exact(column[found])) for column in columns)
    return SignedOffOfA(last, len(found), last - len(found), int(np.count_nonzero(words.are_open(found))), *sums)


def _exact(column: IntColumn | LongColumn | FenColumn) -> int:
    """Its sum, which may be above 64 bits: of both halves of each number, none of which is below 0."""
    wide = column.astype(np.int64)
    return (int((wide >> 32).sum()) << 32) + int((wide & 0xFFFF_FFFF).sum())
