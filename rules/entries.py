"""`The books behind it`: the double entry that stands behind what happens to a savings account.

What a customer brings or takes is an entry of the bank's books as at the counter (004 附件二 第3条4): a debit and a
credit of the same amount, so that every block of entries sums to zero, and the accounts of an outlet together are what
the general ledger has for it 总分平衡.

Between bank and broker it is the clearing account 清算账户 that is debited and credited, and what stands in suspense of
a date until both have paid (附件一 第4条).

Belongs here: which account of the general ledger is debited and which credited. Never here: what an account of a
customer may do (cash, orders), where entries are kept (the core).
"""

from typing import NamedTuple

from protocol.vocabulary import AccountCode, Way


class Leg(NamedTuple):
    """The two accounts that one amount is posted to."""

    debit: AccountCode
    credit: AccountCode


OPENING = Leg(AccountCode.CASH, AccountCode.SAVINGS)
"""What is on an account when it is opened was brought in."""

INTEREST = Leg(AccountCode.SAVINGS_INTEREST, AccountCode.SAVINGS)
"""What a savings account has earned is the bank's expense, at the outlet that keeps the account."""

_THROUGH = {Way.CASH: AccountCode.CASH, Way.CARD: AccountCode.CARD_CLEARING, Way.TRANSFER: AccountCode.OTHER_BANKS}
_TAKEN_ONLY = {
    Way.JUDICIAL: AccountCode.JUDICIAL_DEDUCTIONS,
    Way.FORCED_CARD: AccountCode.CARD_CLEARING,
    Way.CARD_COLLECTED: AccountCode.ERRORS,
}

BROUGHT: dict[int, Leg] = {way: Leg(through, AccountCode.SAVINGS) for way, through in _THROUGH.items()}
TAKEN: dict[int, Leg] = {way: Leg(AccountCode.SAVINGS, through) for way, through in (_THROUGH | _TAKEN_ONLY).items()}
"""By way."""

MADE_GOOD = Leg(AccountCode.ERRORS, AccountCode.SETTLEMENT)
"""What clearing data say and a customer's account cannot bear is its broker's case."""
TAKEN_BACK = Leg(MADE_GOOD.credit, MADE_GOOD.debit)

FUNDED = Leg(AccountCode.OTHER_BANKS, AccountCode.CLEARING_ACCOUNT)
"""A broker brings money to its clearing account."""
PAID_OUT = Leg(FUNDED.credit, FUNDED.debit)
"""And has it back; also what was booked by mistake."""
BANK_PAYS = Leg(AccountCode.SETTLEMENT, AccountCode.CLEARING_ACCOUNT)
BROKER_PAYS = Leg(BANK_PAYS.credit, BANK_PAYS.debit)
CASE_PAID = Leg(AccountCode.CLEARING_ACCOUNT, AccountCode.ERRORS)
KEPT_OLD = Leg(AccountCode.SETTLEMENT, AccountCode.SETTLEMENT)
"""From what the bank pays for one date, what the broker owes by another."""
KEPT_CASE = Leg(AccountCode.SETTLEMENT, AccountCode.ERRORS)
ADVANCED = Leg(AccountCode.ADVANCES, AccountCode.SETTLEMENT)
CASE_ADVANCED = Leg(AccountCode.ADVANCES, AccountCode.ERRORS)
INTEREST_ACCRUED = Leg(AccountCode.INTEREST_RECEIVABLE, AccountCode.INTEREST_INCOME)
INTEREST_COLLECTED = Leg(AccountCode.CLEARING_ACCOUNT, AccountCode.INTEREST_RECEIVABLE)
PRINCIPAL_COLLECTED = Leg(AccountCode.CLEARING_ACCOUNT, AccountCode.ADVANCES)
CUSTOMER_PAID: dict[int, Leg] = {
    way: Leg(AccountCode.OWED_TO_CUSTOMERS, through)
    for way, through in _THROUGH.items()
    if way in (Way.CASH, Way.TRANSFER)
}
"""What is owed to a customer whose account is closed is paid over the counter, or to another bank."""
INTEREST_TO_BROKER = Leg(AccountCode.SAVINGS_INTEREST, AccountCode.CLEARING_ACCOUNT)
"""What a clearing account has earned."""
OF_CLEARING: dict[Leg, str] = {
    FUNDED: "FUNDED",
    PAID_OUT: "PAID_OUT",
    BANK_PAYS: "BANK_PAYS",
    BROKER_PAYS: "BROKER_PAYS",
    CASE_PAID: "CASE_PAID",
    KEPT_OLD: "KEPT_OLD",
    KEPT_CASE: "KEPT_CASE",
    ADVANCED: "ADVANCED",
    CASE_ADVANCED: "CASE_ADVANCED",
    INTEREST_ACCRUED: "INTEREST_ACCRUED",
    INTEREST_COLLECTED: "INTEREST_COLLECTED",
    PRINCIPAL_COLLECTED: "PRINCIPAL_COLLECTED",
    CUSTOMER_PAID[Way.CASH]: "CUSTOMER_PAID_CASH",
    CUSTOMER_PAID[Way.TRANSFER]: "CUSTOMER_PAID_TRANSFER",
    INTEREST_TO_BROKER: "INTEREST_TO_BROKER",
}
"""What is posted between the bank and a broker once something is owed, and to customers on its behalf, by the name of
each."""
DEBITED = Leg(AccountCode.SAVINGS, AccountCode.SETTLEMENT)
"""What was bought on a date, when its customer is settled."""
MOVED_DEBITED = Leg(AccountCode.MOVED, AccountCode.SETTLEMENT)
"""The same, of what was moved when it was ordered."""
CREDITED = Leg(AccountCode.SETTLEMENT, AccountCode.SAVINGS)
"""What was sold, dividends and refunds: each of its own date, whenever it is credited."""
CREDITED_TO_NONE = Leg(AccountCode.SETTLEMENT, AccountCode.OWED_TO_CUSTOMERS)
"""The same of a customer whose account is closed."""
BETWEEN = AccountCode.BETWEEN_OUTLETS
"""Moves with each of these: a customer's account and the settlement suspense are kept by two branches. What an outlet
takes from its customer it owes to the branch of the clearing accounts, and what it credits that branch owes to it.
"""

SUSPENSE = Leg(AccountCode.ERRORS, AccountCode.CARD_CLEARING)
"""What a forced card debit takes beyond what the account gives: the bank's own 挂账, until it is collected."""

MOVED = Leg(AccountCode.SAVINGS, AccountCode.MOVED)
"""What a customer orders with, where his broker is in transfer mode 划转, as far as it could be withdrawn."""
GIVEN_BACK = Leg(MOVED.credit, MOVED.debit)

BY_OUTLET = frozenset(
    {AccountCode.SAVINGS, AccountCode.ERRORS, AccountCode.BETWEEN_OUTLETS, AccountCode.SAVINGS_INTEREST}
)
"""Kept for each outlet; what is in none of these is kept for the bank as a whole."""
BY_PARTY = frozenset(
    {
        *(AccountCode.ERRORS, AccountCode.CLEARING_ACCOUNT, AccountCode.MOVED, AccountCode.OWED_TO_CUSTOMERS),
        *(AccountCode.ADVANCES, AccountCode.INTEREST_RECEIVABLE),
    }
)
"""Kept for each party: of errors what is the bank's own by outlet, what is a broker's by case; what was moved."""
BY_CASE = frozenset({AccountCode.ERRORS, AccountCode.OWED_TO_CUSTOMERS})
"""Kept for each broker and case; what is owed to a customer for each broker and contract."""
BY_DATE = frozenset({AccountCode.SETTLEMENT})
"""Kept for each broker and trade date."""

assert set(TAKEN) == set(Way) > set(BROUGHT)
_OF_DATES = (MADE_GOOD, TAKEN_BACK, DEBITED, MOVED_DEBITED, CREDITED, CREDITED_TO_NONE)
_LEGS = (OPENING, INTEREST, SUSPENSE, MOVED, GIVEN_BACK, *_OF_DATES, *OF_CLEARING, *BROUGHT.values(), *TAKEN.values())
# Between two dates alone the account is the same.
assert all(leg.debit != leg.credit for leg in _LEGS if leg != KEPT_OLD)
