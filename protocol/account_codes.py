"""The accounts of the bank's general ledger 科目, by their numbers.

Belongs here: the numbers, and by what each is split. Never here: which of them is posted to (the bank's rules), titles
(the read model).
"""

from enum import IntEnum


class AccountCode(IntEnum):
    """Accounts of the general ledger 科目."""

    CASH = 1010
    OTHER_BANKS = 1110  # and the clearing house
    ADVANCES = 1310  # lent to a broker that was short 垫付
    INTEREST_RECEIVABLE = 1320  # on that, by broker
    ERRORS = 1910  # to be cleared 待处理清算差错, by party and its case; the bank's own by outlet
    SAVINGS = 2110  # by outlet
    CLEARING_ACCOUNT = 2310  # of a broker 清算账户: its reserve 备付金
    SETTLEMENT = 2410  # by broker and trade date
    MOVED = 2420  # by broker: what was moved of customers' money for their orders 委托划转资金
    CARD_CLEARING = 2510
    JUDICIAL_DEDUCTIONS = 2520
    OWED_TO_CUSTOMERS = 2910  # whose accounts are closed 待处理清算差错, by broker and contract
    BETWEEN_OUTLETS = 3110  # 辖内往来, by outlet; 0 is the branch of the clearing accounts
    INTEREST_INCOME = 5110
    SAVINGS_INTEREST = 5210  # what the bank pays savers, by outlet
