"""Who may still have pages of the date's request table: so that nobody fills it for the others.

Belongs here: the share of a party, what is kept back for a commit. Never here: giving pages out (requests, frames), the
numbers of a seat (sequence).

Only a frame that holds a FREEZE or an ORDER needs pages: so control, movements, fills, releases and reports always
find room. A party may hold no more room than it leaves free to others: one party gets at most half, two at most a third
each, and whoever comes later still finds as much as the largest has. What a party's seats left open before the oldest
unsettled date counts as held. Each seat of a channel is a party of its own here: it is of one broker's customers, and
uses up nothing of another's.
"""

import numpy as np

from ledger.core.kind_tables import TAKES_SLOT
from ledger.core.state.book import Book
from protocol.header import Header
from protocol.limits import COMMIT_RECORDS_MAX, RECORD_BYTES, REQUEST_PAGE_RECORDS
from protocol.vocabulary import FrameKind

_OPENING_KINDS: list[int] = np.flatnonzero(TAKES_SLOT).tolist()


def has_room(book: Book, header: Header, next_number: int, body: bytes) -> bool:
    """False when a numbered frame at `next_number` must be told SEAT_DATE_FULL because its party has had its share.

    Asked for each frame of a commit before any of it is decided; the pages kept back cover the whole commit. The body
    is looked at only where there is no room.
    """
    last = next_number + header.record_count - 1
    if header.kind == FrameKind.CONTROL or book.requests.has_page(header.seat, last):
        return True
    # Pages that one commit can need: each seat may begin two, and full pages for the rest.
    commit_pages = 2 * int(np.count_nonzero(book.seat_owner)) + COMMIT_RECORDS_MAX // REQUEST_PAGE_RECORDS
    free = (book.requests.pages_free - commit_pages) * REQUEST_PAGE_RECORDS
    slots = book.requests.seat_slots
    of_channel = book.orders.channels.broker[header.seat] != 0
    held = int(slots[header.seat] if of_channel else slots[book.seat_owner == header.sender].sum())
    return held < free or not any(kind in body[::RECORD_BYTES] for kind in _OPENING_KINDS)
