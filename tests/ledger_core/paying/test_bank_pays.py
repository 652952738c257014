"""What the bank owes: from 09:00 on, late at 10:00:00, less what the broker owes by this date or an older one.

Belongs here: Pay and what it keeps. Never here: what a broker owes by itself (test_in_time).

Tuesday 6 January 2026 is due on Wednesday.
"""

from protocol.account_codes import AccountCode
from protocol.codes import ReplyCode
from protocol.messages.day.paying import Pay
from protocol.messages.feeds import Notice
from protocol.vocabulary import ObligationState
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, SEAT, THURSDAY, TUESDAY, WEDNESDAY, same_after_all
from tests.ledger_core.paying.bank import ACCEPTED, House, at

NOT_DUE, UNKNOWN = ReplyCode.STEP_NOT_DUE, ReplyCode.OBLIGATION_UNKNOWN
OWED, OVERDUE, PAID = ObligationState.OWED_BY_BROKER, ObligationState.OVERDUE, ObligationState.PAID
BY_BANK, NOTIFIED = ObligationState.OWED_BY_BANK, ObligationState.NOTIFIED
SUSPENSE, ERRORS = AccountCode.SETTLEMENT, AccountCode.ERRORS
NINE, TEN = at(WEDNESDAY, 9), at(WEDNESDAY, 10)


def tuesday(owed_fen: int) -> House:
    """Tuesday is published in its evening, and settled."""
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net(TUESDAY, owed_fen)
    house.settled(TUESDAY)
    return house


def test_the_bank_pays_from_nine_on_once_and_before_ten() -> None:
    house = tuesday(-50_000)
    house.now(NINE - 1, tenths=9)
    assert house.pay(TUESDAY) == NOT_DUE
    house.now(NINE)
    assert house.pay(TUESDAY) == ACCEPTED

    assert house.stands(TUESDAY) == (PAID, 0, 50_000, 0)
    assert (house.there(), house.book(SUSPENSE, BROKER, TUESDAY)) == (50_000, 0)
    assert house.pay(TUESDAY) == NOT_DUE
    assert house.owed(TUESDAY).bank_late_s == 0
    same_after_all(house.desk)


def test_nothing_is_paid_of_what_is_not_owed_or_not_settled() -> None:
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net(TUESDAY, -50_000)
    house.now(NINE)
    assert house.pay(TUESDAY) == NOT_DUE  # its customers are not settled
    assert house.pay(MONDAY) == house.pay(TUESDAY, OTHER_BROKER) == UNKNOWN
    assert house.code(Pay(TUESDAY, 1)) == ReplyCode.PARTY_UNKNOWN
    owing = tuesday(700)
    owing.now(NINE)
    assert owing.pay(TUESDAY) == NOT_DUE  # the broker owes it


def test_at_ten_the_bank_is_late_whenever_it_pays_then() -> None:
    house = tuesday(-50_000)
    house.now(TEN)
    assert house.pay(TUESDAY) == ACCEPTED

    assert (house.owed(TUESDAY).bank_late_s, house.there()) == (TEN, 50_000)
    late = tuesday(-50_000)
    late.now(at(THURSDAY, 12))
    assert late.due() == 1
    assert late.stands(TUESDAY) == (BY_BANK, 50_000, 0, 0)
    assert late.owed(TUESDAY).bank_late_s == TEN
    assert late.due() == 0
    same_after_all(late.desk)


def owed_by_both(wednesday_fen: int) -> House:
    """Thursday at nine: 300.00 of Tuesday are overdue, and by Wednesday the bank owes this."""
    house = tuesday(30_000)
    house.now(at(WEDNESDAY, 20))
    house.net(WEDNESDAY, wednesday_fen)
    house.settled(WEDNESDAY)
    house.now(at(THURSDAY, 9))
    return house


def test_what_is_overdue_is_kept_and_the_rest_is_paid() -> None:
    """300.00 of Tuesday are overdue; the bank owes 500.00 of Wednesday: 200.00 come to the clearing account."""
    house = owed_by_both(-50_000)
    assert house.pay(WEDNESDAY) == ACCEPTED

    assert house.stands(TUESDAY) == (PAID, 0, 30_000, 0)
    assert house.there() == 20_000
    # Wednesday's 500.00 came from its customers; Tuesday's 300.00 are now due to its own.
    assert (house.book(SUSPENSE, BROKER, WEDNESDAY), house.book(SUSPENSE, BROKER, TUESDAY)) == (0, -30_000)
    same_after_all(house.desk)


def test_of_what_is_overdue_no_more_is_kept_than_the_bank_pays() -> None:
    house = owed_by_both(-10_000)
    assert house.pay(WEDNESDAY) == ACCEPTED

    assert house.stands(TUESDAY) == (OVERDUE, 20_000, 10_000, 0)
    assert house.stands(WEDNESDAY) == (PAID, 0, 10_000, 0)
    assert house.there() == 0
    same_after_all(house.desk)


def test_nothing_is_kept_for_a_later_date() -> None:
    """The bank is late with 500.00 of Tuesday; 300.00 of Wednesday are owed on Thursday at 10:00:00, and taken then."""
    house = tuesday(-50_000)
    house.now(at(WEDNESDAY, 20))
    house.net(WEDNESDAY, 30_000)
    assert house.pay(TUESDAY) == ACCEPTED
    assert (house.there(), house.stands(WEDNESDAY)) == (50_000, (OWED, 30_000, 0, 0))
    house.now(at(THURSDAY, 10))
    house.due()
    assert (house.there(), house.stands(WEDNESDAY)) == (20_000, (PAID, 0, 30_000, 0))
    same_after_all(house.desk)


def test_what_is_not_due_yet_is_kept_as_well() -> None:
    """A rejected buy of 100.00: the bank owes 100.00 by the date, the broker its case of 100.00, due at 10:00:00. At
    09:00 the case is kept: nothing comes to the clearing account that could be gone at 10:00:00.
    """
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net_with_case(TUESDAY, 10_000)
    assert (house.stands(TUESDAY), house.stands(TUESDAY, 1)) == ((BY_BANK, 10_000, 0, 0), (OWED, 10_000, 0, 0))
    assert house.book(ERRORS, BROKER, 0, 1) == 10_000
    house.settled(TUESDAY)
    house.now(NINE)
    assert house.pay(TUESDAY) == ACCEPTED

    assert (house.stands(TUESDAY), house.stands(TUESDAY, 1)) == ((PAID, 0, 10_000, 0), (PAID, 0, 10_000, 0))
    assert (house.there(), house.book(ERRORS, BROKER, 0, 1), house.book(SUSPENSE, BROKER, TUESDAY)) == (0, 0, 0)
    same_after_all(house.desk)


def test_a_case_is_taken_of_the_clearing_account_like_what_is_owed() -> None:
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net_with_case(TUESDAY, 10_000)
    house.fund(15_000)
    house.now(TEN)
    assert house.due() == 2  # the case is taken, and the bank is late

    assert house.stands(TUESDAY, 1) == (PAID, 0, 10_000, 0)
    assert (house.there(), house.book(ERRORS, BROKER, 0, 1)) == (5_000, 0)
    same_after_all(house.desk)


def test_what_was_noticed_is_kept_in_part() -> None:
    """700.00 of Tuesday with notice; the bank owes 400.00 of Wednesday, published and paid that very morning: no."""
    house = tuesday(70_000)
    house.now(at(WEDNESDAY, 8))
    assert house.desk.control(Notice(TUESDAY, 0), SEAT) == ACCEPTED
    house.net(WEDNESDAY, -40_000)
    house.settled(WEDNESDAY)
    house.now(at(WEDNESDAY, 13))
    assert house.pay(WEDNESDAY) == NOT_DUE  # it is due on Thursday
    assert house.stands(TUESDAY) == (NOTIFIED, 70_000, 0, 0)
    house.now(at(THURSDAY, 9))
    assert house.pay(WEDNESDAY) == ACCEPTED
    assert house.stands(TUESDAY) == (OVERDUE, 30_000, 40_000, 0)
    same_after_all(house.desk)


def test_what_the_bank_pays_collects_like_any_other_rise() -> None:
    """300.00 of Tuesday were lent; the bank owes 500.00 of Wednesday: interest and 300.00 go back, the rest stays.

    30,000 fen at 2.40 % for one day are 30,000 × 24,000 / 360 / 10^6 = 2 fen.
    """
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.lends(100_000, TUESDAY)
    house.net(TUESDAY, 30_000)
    house.settled(TUESDAY)
    house.now(at(WEDNESDAY, 20))
    house.net(WEDNESDAY, -50_000)
    house.settled(WEDNESDAY)
    house.now(at(THURSDAY, 9))
    assert house.pay(WEDNESDAY) == ACCEPTED

    assert house.stands(TUESDAY) == (PAID, 0, 30_000, 0)
    assert house.there() == 50_000 - 30_000 - 2
    assert (house.book(AccountCode.ADVANCES, BROKER), house.book(AccountCode.INTEREST_INCOME)) == (0, -2)
    same_after_all(house.desk)
