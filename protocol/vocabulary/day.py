"""Words of the business day: dates, lanes, lines of clearing sets, differences, what is owed.

Belongs here: enumerations of states and events of these. Never here: words of another room.
"""

from enum import IntEnum


class DatePhase(IntEnum):
    """Phase of the open trade date."""

    TRADING = 0
    SIGNED_OFF = 1


class LaneState(IntEnum):
    """State of a lane, which is one broker's trade date."""

    TRADING = 0
    FINISHED = 1  # the broker has sent all that it has of the date
    REVERTING = 2  # a set was withdrawn, and what was booked by it is taken back
    COLLECTING = 3  # a clearing set is announced, its lines come
    COMPLETE = 4  # and it is as it was announced
    RECONCILED = 5  # and says what the bank has
    PUBLISHED = 6  # and what is owed by it is told
    CLOSING = 7  # orders that it left open are ended as its set says
    SETTLING = 8  # its customers are settled, one after the other
    SETTLED = 9  # all of them are
    CLOSED = 10  # and nothing of it is gated, or owed and not paid


class LaneEvent(IntEnum):
    """What moves a lane on."""

    FINISH_SENDING = 1
    ANNOUNCE_SET = 2
    COMPLETE_SET = 3
    WITHDRAW_SET = 4
    RECONCILE = 5  # to its end, without a difference
    PUBLISH = 6
    CORRECT = 7  # close an order of it, or correct a contract
    WITHDRAW_ADJUSTED = 8  # by an act of two, a set by which something was booked
    REVERT = 9  # the last contract of which something was booked by that set
    CLOSE = 10  # an order of it, once it is published
    BEGIN_SETTLE = 11  # each of its orders is ended
    SETTLE = 12  # the last of its customers
    DISCHARGE = 13  # the last that was owed, and the last credit that was gated


class DifferenceClass(IntEnum):
    """What kind of difference there is between a clearing set and what the bank has."""

    MISSING_HERE = 1
    MISSING_THERE = 2
    AMOUNT = 3
    STATE = 4
    FEE = 5  # of an order through the bank


class ComparedField(IntEnum):
    """What a difference is about."""

    ORDER = 1  # the order's own line
    BUY = 2  # the line of what it bought
    OPENED = 3
    CLOSED = 4
    FROZEN = 5
    RELEASED = 6
    FATE = 7
    BOUGHT = 8  # of a contract: what it will have bought once its orders are closed
    SOLD = 9
    QUANTITY = 10  # of an order through the bank, as the following ones
    TURNOVER = 11
    COMMISSION = 12
    STAMP = 13
    TRANSFER = 14
    HANDLING = 15
    REGULATORY = 16


class ObligationState(IntEnum):
    """State of what is owed by a broker's date."""

    OWED_BY_BROKER = 1
    NOTIFIED = 2  # and it said that it will fund it later on the due day
    OWED_BY_BANK = 3
    PAID = 4  # and from the beginning where nothing is owed
    ADVANCED = 5  # the broker was short, and the bank has lent the rest
    OVERDUE = 6  # the broker was short, and every later credit is taken


class LineSide(IntEnum):
    """What a line of a clearing set says of money."""

    NONE = 0
    BUY = 1  # turnover and fees are owed by the customer
    SALE = 2  # turnover less fees is owed to it
    CREDIT = 3  # a gross amount less tax is owed to it


class Fate(IntEnum):
    """What became of an order, as the broker's clearing data say."""

    FILLED = 1
    PARTLY = 2  # filled in part, the rest cancelled
    CANCELLED = 3  # nothing was filled
    REFUSED = 4
    HELD = 5  # waits for its allotment


class ClearedEvent(IntEnum):
    """What became of a contract on a date, as the broker's clearing data say."""

    OPENED = 1
    CLOSED = 2


class DateEvent(IntEnum):
    """What moves the open trade date on; the roll, which begins the next one in TRADING, is none."""

    SIGN_OFF = 1
    REOPEN = 2  # by two people
