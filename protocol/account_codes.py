"""The accounts of the bank's general ledger 科目, by their numbers.

Belongs here: the numbers, and by what each is split. Never here: which of them is posted to (the bank's rules), titles
(the read model).
"""

from enum import IntEnum


class AccountCode(IntEnum):
    """Accounts of the general ledger 科目."""

    CASH = 1010
    OTHER_BANKS = 1110  # and the clearing house
    ERRORS = 1910  # to be cleared 待处理清算差错, by party and its case; the bank's own by outlet
    SAVINGS = 2110  # by outlet
    SETTLEMENT = 2410  # by broker and trade date
    MOVED = 2420  # by broker: what was moved of customers' money for their orders 委托划转资金
    CARD_CLEARING = 2510
    JUDICIAL_DEDUCTIONS = 2520
