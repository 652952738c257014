"""The codes by rank, and the three classes that they are of.

Belongs here: the list, what a number alone says. Never here: what a code means to people (facts).
"""

from enum import IntEnum

LINK_CODE_MIN = 100  # 1 to 99 are never given
NOT_APPLIED_CODE_MIN = 200
OUTCOME_CODE_MIN = 300
CODE_MAX = 2**15 - 1  # an outcome's code is an int16

_newer: dict[int, "ReplyCode"] = {}  # at most CODE_MAX of them


class ReplyCode(IntEnum):
    """The answer to a request, or the reason why a link ends. The number is the rank.

    `ReplyCode(number)` of a number in a class that is not in this list is a member too, named CODE_<number>: a newer
    bank may say it. Raises ValueError for a number of no class.
    """

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
    NOT_SIGNED_ON = 325
    CONTRACT_UNKNOWN = 330
    ACCOUNT_UNKNOWN = 332
    SCHEME_FORBIDS = 333
    CONTRACT_TERMINATED = 335
    CONTRACT_RUNS_OFF = 338
    CONTRACT_PRE_ASSIGNED = 340
    CHANNEL_UNKNOWN = 341
    PASSWORD_NOT_SET = 342
    PASSWORD_STALE = 343
    PASSWORD_BARRED = 344
    ACCOUNT_LOSS_REPORTED = 345
    ACCOUNT_CLOSED = 347
    CONTRACT_SUSPENDED = 350
    BROKER_STOPPED = 351
    MARKET_CLOSED = 352
    SECURITY_UNKNOWN = 353
    SECURITY_SUSPENDED = 354
    PRICE_LIMITS_MISSING = 355
    ORDER_TYPE_NOT_TAKEN = 356
    QUANTITY_OUT_OF_LOTS = 357
    PRICE_OFF_TICK = 358
    PRICE_OUT_OF_LIMITS = 359
    AMOUNT_OUT_OF_RANGE = 360
    FEES_MISSING = 361
    SET_NOT_OPEN = 362
    BROKER_AWAY = 363
    LINE_DOUBLED = 364
    LINES_LISTED_FULL = 366
    SERIAL_USED = 368
    RESTRAINT_UNKNOWN = 369
    FREEZE_UNKNOWN = 370
    ORDER_UNKNOWN = 371
    CANNOT_BE_CANCELLED = 372
    CANCEL_CLOSED = 373
    CANCEL_UNDER_WAY = 374
    FREEZE_CLOSED = 375
    ORDER_ENDED = 376
    AMOUNT_OVER_REMAINING = 380
    AWAITS_CLEARING = 382
    LISTED = 385
    SHARES_SHORT = 386
    SHARES_NOT_SELLABLE_YET = 387
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
    FEES_LATE = 544
    MASTER_DATA_FULL = 545
    FEE_NOTICE_UNKNOWN = 546
    FEES_DIFFER = 547
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

    @classmethod
    def _missing_(cls, value: object) -> "ReplyCode | None":
        if not isinstance(value, int) or not LINK_CODE_MIN <= value <= CODE_MAX:
            return None
        number = int(value)
        if number not in _newer:
            code = int.__new__(cls, number)
            code._name_, code._value_ = f"CODE_{number}", number
            _newer[number] = code
        return _newer[number]

    @property
    def is_listed(self) -> bool:
        """False for a code that is newer than this program: only its class is known."""
        return self.name in ReplyCode.__members__


def ends_link(code: ReplyCode) -> bool:
    """True for the codes that are the reason in a Terminate."""
    return LINK_CODE_MIN <= code < NOT_APPLIED_CODE_MIN


def consumes_nothing(code: ReplyCode) -> bool:
    """True for the codes told in NotApplied."""
    return NOT_APPLIED_CODE_MIN <= code < OUTCOME_CODE_MIN


def burns_number(code: ReplyCode) -> bool:
    """True for journaled outcomes, acceptance included."""
    return code == ReplyCode.ACCEPTED or code >= OUTCOME_CODE_MIN
