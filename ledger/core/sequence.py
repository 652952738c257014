"""Where a numbered frame stands relative to the head of its seat.

Belongs here: the comparison of date, first number and count with the head. Never here: what is answered to each
case (the ledger's link), the heads themselves (book).
"""

from enum import IntEnum

from protocol.header import Header
from protocol.limits import REQUESTS_PER_SEAT_DATE_MAX


class Arrival(IntEnum):
    """How a frame arrives. Only NEXT may be decided; nothing else ever consumes a number."""

    NEXT = 1
    PAST = 2  # all of its numbers are used: the stored outcomes, if the content is equal
    GAP = 3  # numbers are missing before it
    STRADDLES = 4  # it begins before the head and ends after it
    OLD_DATE = 5  # numbered in a trade date before the open one
    LATER_DATE = 6  # numbered in a trade date that is not open yet
    DATE_FULL = 7  # it is next, and would pass the requests that a seat may make on one date
    KEY_RETIRED = 8  # it was signed with a key that its party has no more
    UNTIMED = 9  # it is next, and may expire while nobody knows what time it is


def classify(header: Header, trade_date: int, next_number: int) -> Arrival:
    """Compare a RECORDS or CONTROL header with the open `trade_date` (yyyymmdd) and the seat's `next_number`."""
    if header.trade_date != trade_date:
        return Arrival.OLD_DATE if header.trade_date < trade_date else Arrival.LATER_DATE
    end = header.first_number + header.record_count
    if end <= next_number:
        return Arrival.PAST
    if header.first_number < next_number:
        return Arrival.STRADDLES
    if header.first_number > next_number:
        return Arrival.GAP
    if end - 1 > REQUESTS_PER_SEAT_DATE_MAX:
        return Arrival.DATE_FULL
    return Arrival.NEXT
