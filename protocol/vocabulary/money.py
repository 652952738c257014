"""Words of money: kinds of records, the ways by which it comes and goes, what holds it back.

Belongs here: enumerations of records that move money. Never here: words of another room.
"""

from enum import IntEnum


class RecordKind(IntEnum):
    """Kind of a money record (first byte of the record)."""

    FREEZE = 1
    RELEASE = 2
    FILL_BUY = 3
    FILL_SELL = 4
    DEPOSIT = 5
    WITHDRAWAL = 6
    CLEAR_ORDER = 7
    CLEAR_BUY = 8
    CLEAR_SELL = 9
    CLEAR_DIVIDEND = 10
    CLEAR_REFUND = 11
    CLEAR_CONTRACT = 12
    CORRECT = 13
    PROCEEDS = 14
    CLOSE = 15
    SETTLE = 16
    CREDIT = 17
    REVERT = 18
    INTEREST = 19
    ORDER = 20
    CANCEL = 21
    TAKEN = 22
    REFUSED = 23
    EXECUTED = 24
    CANCELLED = 25
    CANCEL_REFUSED = 26
    SIGNED_ON = 30


class Way(IntEnum):
    """How the money of a movement comes to the savings account or leaves it."""

    CASH = 0
    CARD = 1
    TRANSFER = 2
    JUDICIAL = 3  # deducted 扣划 by the authority that restrained it, of a withdrawal alone
    FORCED_CARD = 4  # what the card scheme has paid already, likewise
    CARD_COLLECTED = 5  # what the account could not give of it then, likewise


class RestraintKind(IntEnum):
    """Why money of an account is withheld."""

    JUDICIAL = 1  # by an authority that may also have it deducted
    OTHER = 2
    CARD = 3  # by the bank: what the card scheme has paid and the account could not give
