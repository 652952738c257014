"""The words of the wire: every closed set of numbers that a header, record or message may carry.

Belongs here: enumerations shared by both sides. Never here: limits (limits), refusals (codes), numbers of contracts and
accounts (given_numbers), byte layouts (header, records), behaviour.
"""

from enum import IntEnum

from .account_codes import AccountCode as AccountCode  # a word of the bank's books, which records post to

BANK_PARTY = 1  # the bank's own party number, fixed by the genesis row
BANK_SEAT = 1  # the bank's seat of the genesis row, MASTER_DATA: it registers everybody, the bank's other desks too


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
    REGISTER = 64
    REGISTERED = 65
    SEAT_HEAD_QUERY = 66
    SEAT_HEAD = 67
    BOOK_FEED = 68
    LIFE_SIGN = 69  # no body: the process at the other end lives
    FEED_ASK = 70
    FEED_TOLD = 71
    FEED_NEWS = 72


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
    SIGNED_ON = 30


class Way(IntEnum):
    """How the money of a movement comes to the savings account or leaves it."""

    CASH = 0
    CARD = 1
    TRANSFER = 2
    JUDICIAL = 3  # deducted 扣划 by the authority that restrained it, of a withdrawal alone
    FORCED_CARD = 4  # what the card scheme has paid already, likewise
    CARD_COLLECTED = 5  # what the account could not give of it then, likewise


class Mode(IntEnum):
    """What becomes of the money that a broker's customers order with."""

    FREEZE = 0  # 冻结: it stays on their accounts
    TRANSFER = 1  # 划转: what could be withdrawn of it is moved to the bank's own account for that broker


class Scheme(IntEnum):
    """Who computes what an order of a broker's customers freezes, and hears of it first."""

    B = 0  # the broker 方案二
    A = 1  # the bank 方案一


class RestraintKind(IntEnum):
    """Why money of an account is withheld."""

    JUDICIAL = 1  # by an authority that may also have it deducted
    OTHER = 2
    CARD = 3  # by the bank: what the card scheme has paid and the account could not give


class Market(IntEnum):
    """Market of an order, informative in scheme B."""

    NONE = 0
    XSHG = 1
    XSHE = 2


class OrderType(IntEnum):
    """What an order through the bank is."""

    LIMIT = 1  # at a limit price
    RIGHTS = 2  # 配股
    SUBSCRIPTION_HELD = 3  # 认购, its money stays frozen until the allotment
    SUBSCRIPTION_PAID = 4  # and is drawn by the set of its own date
    PLACING = 5  # 配售 by market value, nothing is frozen


class Product(IntEnum):
    """What kind of security 证券品种 it is: fees hang on it."""

    SHARE = 1  # 股票
    FUND = 2  # 基金
    BOND = 3  # 债券
    REPO = 4  # 债券回购, which is not taken


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


class Verdict(IntEnum):
    """What the password desk found of an attempt to sign on."""

    SIGNED_ON = 1
    FAILED = 2


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


class DateEvent(IntEnum):
    """What moves the open trade date on; the roll, which begins the next one in TRADING, is none."""

    SIGN_OFF = 1
    REOPEN = 2  # by two people


class AccountEvent(IntEnum):
    """What can happen to a savings account."""

    REPORT_LOSS = 1
    LIFT_LOSS = 2
    CLOSE = 3
    SETTLE_INTEREST = 4  # before it is closed: what it has earned becomes due


def role_fits_party(role: int, party: int) -> bool:
    """Whether a seat of this role may belong to the party and names no other one: a broker has broker seats, the bank
    all others but those of channels, which are of a broker besides.
    """
    return role != SeatRole.CHANNEL and (role == SeatRole.BROKER) == (party != BANK_PARTY)
