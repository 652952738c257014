"""The numbers of the protocol that this client names: kinds of frame, kinds of record, codes.

Belongs here: section 2, 3, 12 and 17 of the page. Never here: behaviour.
"""

from enum import IntEnum


class Kind(IntEnum):
    """What a frame is."""

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


class Direction(IntEnum):
    """Where a frame goes."""

    TO_BANK = 1
    TO_PARTNER = 2


class Suite(IntEnum):
    """How a frame is signed."""

    ED25519 = 1
    P256 = 2


class Order(IntEnum):
    """What a record asks for."""

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


class Fate(IntEnum):
    """What became of an order."""

    FILLED = 1
    PARTLY = 2
    CANCELLED = 3
    REFUSED = 4
    HELD = 5


class Event(IntEnum):
    """What became of a contract on a date."""

    OPENED = 1
    CLOSED = 2


class Lane(IntEnum):
    """Where a broker's trade date stands."""

    TRADING = 0
    FINISHED = 1
    REVERTING = 2
    COLLECTING = 3
    COMPLETE = 4
    RECONCILED = 5
    PUBLISHED = 6
    CLOSING = 7
    SETTLING = 8
    SETTLED = 9
    CLOSED = 10


class Push(IntEnum):
    """Where a push stands."""

    WAITING = 1
    IDENTIFIED = 2
    ASSIGNED = 3
    PRE_ASSIGNED = 4
    NOT_IDENTIFIED = 5
    IMPOSSIBLE = 6
    UNREADABLE = 7


class Difference(IntEnum):
    """What kind of difference there is."""

    MISSING_HERE = 1
    MISSING_THERE = 2
    AMOUNT = 3
    STATE = 4


class About(IntEnum):
    """What a difference is about."""

    ORDER = 1
    BUY = 2
    OPENED = 3
    CLOSED = 4
    FROZEN = 5
    RELEASED = 6
    FATE = 7
    BOUGHT = 8
    SOLD = 9


ENDS, REFUSALS, OUTCOMES = range(100, 200), range(200, 300), range(300, 2**15)
"""The classes of section 15: a code that is newer than this client has its class all the same."""


class Code(IntEnum):
    """Why: every code of section 12."""

    ACCEPTED = 0
    FINISHED = 100
    MALFORMED_FRAME = 105
    SIGNATURE_INVALID = 110
    BODY_DIGEST_MISMATCH = 115
    STALE_TIMESTAMP = 120
    SESSION_UNKNOWN = 125
    SESSION_SUPERSEDED = 130
    SESSION_VERSION_NOT_GROWING = 135
    SEQUENCE_STRADDLES = 140
    CREDIT_EXCEEDED = 145
    RATE_EXCEEDED = 148
    REPLIES_UNREAD = 150
    PEER_SILENT = 155
    STOPPING = 160
    WRONG_TRADE_DATE = 200
    REQUEST_STALE = 205
    DUPLICATE_OTHER_CONTENT = 210
    SEQUENCE_GAP = 220
    SEAT_DATE_FULL = 230
    BUSY = 240
    DRAINING = 250
    REQUEST_MALFORMED = 300
    NOT_DECIDED = 305
    ROLE_FORBIDS = 310
    EXPIRED = 320
    CONTRACT_UNKNOWN = 330
    ACCOUNT_UNKNOWN = 332
    SCHEME_FORBIDS = 333
    CONTRACT_TERMINATED = 335
    CONTRACT_RUNS_OFF = 338
    CONTRACT_PRE_ASSIGNED = 340
    ACCOUNT_LOSS_REPORTED = 345
    ACCOUNT_CLOSED = 347
    CONTRACT_SUSPENDED = 350
    BROKER_STOPPED = 351
    MARKET_CLOSED = 352
    SECURITY_UNKNOWN = 353
    AMOUNT_OUT_OF_RANGE = 360
    SET_NOT_OPEN = 362
    LINE_DOUBLED = 364
    LINES_LISTED_FULL = 366
    SERIAL_USED = 368
    RESTRAINT_UNKNOWN = 369
    FREEZE_UNKNOWN = 370
    FREEZE_CLOSED = 375
    AMOUNT_OVER_REMAINING = 380
    AWAITS_CLEARING = 382
    LISTED = 385
    LIMIT_EXCEEDED = 390
    SETTLEMENT_DIFFERS = 395
    ACT_NEEDED = 398
    PROCEEDS_UNSETTLED = 400
    FUNDS_FROZEN = 410
    INSUFFICIENT_FUNDS = 420
    PARTY_UNKNOWN = 500
    PARTY_EXISTS = 505
    KEY_UNFIT = 510
    SEAT_EXISTS = 515
    CHANNEL_TAKEN = 517
    ACCOUNT_EXISTS = 520
    ACCOUNT_HAS_CONTRACT = 525
    SECURITIES_ACCOUNT_TAKEN = 527
    HOLDER_DIFFERS = 528
    STATUS_FORBIDS = 530
    ITEMS_OPEN = 535
    INTEREST_LEFT = 536
    BALANCE_LEFT = 537
    ACCOUNT_RESTRAINED = 538
    TRADE_DATE_NOT_LATER = 540
    OUTLET_PARENT_UNKNOWN = 541
    OUTLET_LEVEL_FIXED = 542
    PRODUCT_NOT_TAKEN = 543
    MASTER_DATA_FULL = 545
    TRADE_DATE_TOO_FAR = 550
    DATES_UNSETTLED = 552
    DATE_NOT_IN_TURN = 554
    ROLL_UNKNOWN = 556
    STEP_NOT_DUE = 560
    DATE_NOT_UNSETTLED = 562
    SET_EXISTS = 564
    SET_UNKNOWN = 566
    SET_DIFFERS = 568
    LANE_ADJUSTED = 570
    LANE_PUBLISHED = 572
    SETS_FULL = 574
    TOTALS_DIFFER = 576
    BOOKS_NOT_AGREED = 578
    ACT_NOT_VALID = 580
    ACT_REPEATED = 582
    ACT_SERIAL_USED = 584
    RIGHT_MISSING = 586
    SECOND_PERSON_NEEDED = 588
    ACT_NOT_SIGNED = 590
    PERSON_UNKNOWN = 591
    PERSON_EXISTS = 592
    ADMINISTRATORS_FEW = 593
    DECISION_DIFFERS = 594
    FEED_ENTRY_UNKNOWN = 600
    OBLIGATION_UNKNOWN = 602
    OBLIGATIONS_FULL = 604
    DUE_TIMES_MISSING = 606
    SERIAL_TOO_FAR = 607
    DUE_TIME_PAST = 608
    CLEARING_HELD = 609
    FUND_UNKNOWN = 610
    RATE_MISSING = 611
    RATE_FIXED = 612
    LIMIT_BELOW_LENT = 613
    PUSHES_FULL = 614
    PUSHES_FUTILE = 616
    PUSH_UNKNOWN = 618
    PUSH_DIFFERS = 620
    RESTRAINTS_FULL = 624
    RESTRAINT_OVER = 626
    OPENING_BALANCE_LATE = 628
