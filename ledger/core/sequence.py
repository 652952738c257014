"""Where a numbered frame stands relative to the head of its seat.

Belongs here: the comparison of date, first number and count with the head. Never here: what is answered to each
case (the ledger's link), the heads themselves (book).
"""

from enum import IntEnum

from protocol.header import Header
from protocol.limits import CONTROL_NUMBERS_KEPT, REQUESTS_PER_SEAT_DATE_MAX
from protocol.vocabulary import FrameKind


class Arrival(IntEnum):
    """How a frame arrives. Only NEXT may be decided; nothing else ever consumes a number."""

    NEXT = 1
    PAST = 2  # all of its numbers are used: the stored outcomes, if the content is equal
    GAP = 3  # numbers are missing before it
    STRADDLES = 4  # it begins before the head and ends after it
    OLD_DATE = 5  # numbered in a trade date before the open one
    LATER_DATE = 6  # numbered in a trade date that is not open yet
    DATE_FULL = 7  # it is next, and would pass the numbers that its kind has on one date
    KEY_OVER = 8  # it was signed with a key of its party that is good no more
    UNTIMED = 9  # it or its key may have expired, and nobody knows what time it is
    SUPERSEDED = 10  # it is next, and a newer session of its seat is in force


def classify(header: Header, trade_date: int, next_number: int, closes_date: bool = False) -> Arrival:
    """Compare a RECORDS or CONTROL header with the open `trade_date` (yyyymmdd) and the seat's `next_number`.

    `closes_date`: it is the bank's OpenTradeDate, which finds a number however many were used: else the date could
    never be closed.
    """
    if header.trade_date != trade_date:
        return Arrival.OLD_DATE if header.trade_date < trade_date else Arrival.LATER_DATE
    end = header.first_number + header.record_count
    if end <= next_number:
        return Arrival.PAST
    if header.first_number < next_number:
        return Arrival.STRADDLES
    if header.first_number > next_number:
        return Arrival.GAP
    kept = CONTROL_NUMBERS_KEPT if header.kind == FrameKind.CONTROL else 0
    if end - 1 > REQUESTS_PER_SEAT_DATE_MAX + kept and not closes_date:
        return Arrival.DATE_FULL
    return Arrival.NEXT
