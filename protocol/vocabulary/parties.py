"""Words of who takes part: parties, seats, people of the bank, how a broker works.

Belongs here: enumerations of roles, rights, modes and schemes, and which seat fits whom. Never here: other words.
"""

from enum import IntEnum

BANK_PARTY = 1  # the bank's own party number, fixed by the genesis row


BANK_SEAT = 1  # the bank's seat of the genesis row, MASTER_DATA: it registers everybody, the bank's other desks too


class Role(IntEnum):
    """What a party is; decides which roles its seats may have."""

    BANK = 1
    BROKER = 2
    CHANNEL = 3  # who runs phones, web pages or kiosks by which customers order through the bank; it owns no contract


class OutletLevel(IntEnum):
    """Where an outlet stands: a branch 分行 under nothing, a sub-branch 支行 under it, an outlet 储蓄所 under that."""

    BRANCH = 1
    SUB_BRANCH = 2
    OUTLET = 3


class SeatRole(IntEnum):
    """What a seat is for; decides what it may send. BROKER is a broker's, CHANNEL a channel's, others the bank's."""

    BROKER = 1
    CHANNEL = 2
    SAVINGS_DESK = 3
    TELLER_DESK = 4
    DAY_DESK = 5
    MASTER_DATA = 6
    IDENTITY_DESK = 7  # holds the only key to sealed particulars, and sends nothing but what it found
    PASSWORD_DESK = 8  # opens what customers seal to it, and says whether the trading password fits


class Right(IntEnum):
    """What a person may sign for. A person's rights are a sum of these."""

    NONE = 0  # of what everybody may do for himself
    ADMINISTER = 1  # persons, and keys of people
    BROKERS = 2  # keys of parties, stops
    RESTRAIN = 4
    RECONCILE = 8  # decisions on differences
    DAY = 16  # what moves the business day out of its plan
    CUSTOMERS = 32  # who a holder is
    CLEARING = 64  # brokers' clearing accounts: what leaves them, advances and their rate
    ORDERS = 128  # what orders through the bank go by: securities, prices, fees


class Mode(IntEnum):
    """What becomes of the money that a broker's customers order with."""

    FREEZE = 0  # 冻结: it stays on their accounts
    TRANSFER = 1  # 划转: what could be withdrawn of it is moved to the bank's own account for that broker


class Scheme(IntEnum):
    """Who computes what an order of a broker's customers freezes, and hears of it first."""

    B = 0  # the broker 方案二
    A = 1  # the bank 方案一


def role_fits_party(role: int, party: int) -> bool:
    """Whether a seat of this role may belong to the party and names no other one: a broker has broker seats, the bank
    all others but those of channels, which are of a broker besides.
    """
    return role != SeatRole.CHANNEL and (role == SeatRole.BROKER) == (party != BANK_PARTY)
