"""Who may still have pages of the date's request table: so that nobody fills it for the others.

Belongs here: the share of a party, what is kept back for the bank and for a commit. Never here: giving pages out
(requests, frames), the numbers of a seat (sequence).

A CONTROL frame takes a number and no page, so control always finds room, the roll of the date above all. RECORDS
frames need pages. A party may hold no more room than it leaves free to others: one party gets at most half, two at
most a third each, and whoever comes later still finds as much as the largest has. The carried freezes of a party's
seats count as held. The first pages of the bank are kept for it.
A frame's kind does not tell releases and fills from freezes: a broker that used up its share can send neither before
the next date, and its open freezes are carried into it.
"""

import numpy as np

from ledger.core.state.book import Book
from protocol.header import Header
from protocol.limits import BANK_REQUESTS_SHARE, COMMIT_RECORDS_MAX, REQUEST_PAGE_RECORDS
from protocol.vocabulary import BANK_PARTY, FrameKind


def has_room(book: Book, header: Header, next_number: int) -> bool:
    """False when a numbered frame at `next_number` must be told SEAT_DATE_FULL because its party has had its share.

    Asked for each frame of a commit before any of it is decided; the pages kept back cover the whole commit.
    """
    last = next_number + header.record_count - 1
    if header.kind == FrameKind.CONTROL or book.requests.has_page(header.seat, last):
        return True
    # Pages that one commit can need: each seat may begin one, and full pages for the rest.
    commit_pages = int(np.count_nonzero(book.seat_owner)) + COMMIT_RECORDS_MAX // REQUEST_PAGE_RECORDS
    free = (book.requests.pages_free - commit_pages) * REQUEST_PAGE_RECORDS
    held, held_by_bank = _held(book, header.sender), _held(book, BANK_PARTY)
    kept_for_bank = book.size.requests_max // BANK_REQUESTS_SHARE - held_by_bank
    if header.sender == BANK_PARTY and kept_for_bank > 0:
        return free > 0
    # Brokers stop a commit earlier, so that the bank finds its own whole when their last one is done.
    return held < free - commit_pages * REQUEST_PAGE_RECORDS - max(0, kept_for_bank)


def _held(book: Book, party: int) -> int:
    """Slots of the table that the party's seats have: whole pages, and the carried freezes."""
    return int(book.requests.seat_slots[book.seat_owner == party].sum())
