"""Words of customers: what their contracts, accounts and pushes are, and what happens to them.

Belongs here: enumerations of states and events of these. Never here: words of another room.
"""

from enum import IntEnum


class ContractStatus(IntEnum):
    """State of a contract 签约."""

    PRE_ASSIGNED = 1
    ACTIVE = 2
    SUSPENDED = 3
    LOSS_REPORTED = 4  # told of any of them while the loss of its account is reported
    TERMINATED = 5
    RUNS_OFF = 6


class ContractEvent(IntEnum):
    """What can happen to a contract."""

    CONFIRM = 1
    SUSPEND = 2
    RESUME = 3
    TERMINATE = 4


class AccountStatus(IntEnum):
    """State of a savings account."""

    OPEN = 0
    LOSS_REPORTED = 1
    CLOSED = 2


class Verdict(IntEnum):
    """What the password desk found of an attempt to sign on."""

    SIGNED_ON = 1
    FAILED = 2


class PasswordFound(IntEnum):
    """What whoever asks the password desk is told of an attempt."""

    SIGNED_ON = 1
    FAILED = 2  # whatever the reason: a wrong password, a bar, a contract that is unknown
    STALE = 3  # a box that is not good: old, used, of another contract or channel, or not for a key of the desk
    BUSY = 4  # come back: another attempt is under way, or too many wait
    SET = 5  # the new password stands, and nobody is signed on
    AWAY = 6  # the desk does not answer: whether it has checked nobody knows


class PushState(IntEnum):
    """Where a push stands, which is what a broker sends of a contract for the bank to look into; 0 is told of none."""

    WAITING = 1
    IDENTIFIED = 2  # the sealed person is the account's holder
    ASSIGNED = 3  # and confirmed it by card password: the contract is signed
    PRE_ASSIGNED = 4  # signed, and not confirmed yet
    NOT_IDENTIFIED = 5
    IMPOSSIBLE = 6  # the code says why
    UNREADABLE = 7  # it is not sealed for a key that the bank has, or holds no particulars


class PushEvent(IntEnum):
    """What becomes of a push."""

    NOT_READ = 1
    NOT_FOUND = 2  # another person, no such account, or one try too many
    IDENTIFY = 3
    BAR = 4
    CONFIRM = 5
    LEAVE_UNCONFIRMED = 6


class CardAnswer(IntEnum):
    """What the card host said of a card password."""

    NOT_ASKED = 0
    RIGHT = 1
    WRONG = 2


class AccountEvent(IntEnum):
    """What can happen to a savings account."""

    REPORT_LOSS = 1
    LIFT_LOSS = 2
    CLOSE = 3
    SETTLE_INTEREST = 4  # before it is closed: what it has earned becomes due
