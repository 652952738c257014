"""Words of every frame: what it is, which way it goes, by which suite it is signed, what a feed tells.

Belongs here: enumerations of the header and of feeds. Never here: words of another room.
"""

from enum import IntEnum


class FrameKind(IntEnum):
    """What a frame is. 1 to 63 travel between partner and bank, 64 and up only between gateway and ledger."""

    NEGOTIATE = 1
    NEGOTIATED = 2
    ESTABLISH = 3
    ESTABLISHED = 4
    RECORDS = 5
    OUTCOMES = 6
    CONTROL = 7
    NOT_APPLIED = 8
    QUERY = 9
    ANSWER = 10
    HEARTBEAT = 11
    TERMINATE = 12
    FEED = 13
    ORDERS = 14  # a page of what is told of orders through the bank
    ORDERS_ACK = 15
    REGISTER = 64
    REGISTERED = 65
    SEAT_HEAD_QUERY = 66
    SEAT_HEAD = 67
    BOOK_FEED = 68
    LIFE_SIGN = 69  # no body: the process at the other end lives
    FEED_ASK = 70
    FEED_TOLD = 71
    FEED_NEWS = 72
    ORDERS_ASK = 73
    ORDERS_TOLD = 74
    ORDERS_NEWS = 75


NUMBERED_KINDS = frozenset({FrameKind.RECORDS, FrameKind.CONTROL})  # these consume request numbers


class Direction(IntEnum):
    """Which way a frame travels; signed, so that a frame can never be reflected to its sender."""

    TO_BANK = 1
    TO_PARTNER = 2


class Suite(IntEnum):
    """Signing suite, fixed per partner when it is registered and never negotiated."""

    ED25519_SHA256 = 1
    P256_SHA256 = 2


SUITES: dict[str, Suite] = {"ed25519": Suite.ED25519_SHA256, "p256": Suite.P256_SHA256}
"""By the names that a configuration, a command and a file of master data have for them."""


class FeedKind(IntEnum):
    """What an entry of a feed is about."""

    DATE_OPENED = 1
    SIGNED_OFF = 2  # with what the bank has of the party: the bank's own "finished sending"
    CONTRACT_CHANGED = 3
    SET_COMPARED = 4
    OBLIGATION = 5
    STOPPED = 6  # or resumed
    SET_WITHDRAWN = 7  # by the bank
    CASE = 8  # something is made good by the broker
    PAYMENT = 9  # something of what is owed was paid, lent or is overdue
    FEES = 10  # what is charged of orders through the bank
    PHASES = 11  # of a market on the open date, which are others now


class OrdersFault(IntEnum):
    """Why no page of a feed of orders is told, between gateway and ledger."""

    NONE = 0
    BEYOND = 1  # the number, or its date, is not there
    OTHER_DIGEST = 2  # what the partner has read is not what the bank has told
