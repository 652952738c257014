"""What a broker owes, to the second: paid in time, a tenth before and behind, with notice, short, in parts, never.

Belongs here: days of one broker that pays or not, each amount worked on paper. Never here: what the bank owes
(test_bank_pays), what is lent (test_lending).

Tuesday 6 January 2026 is published in its evening: 700.00 are owed, first due on Wednesday at 10:00:00, with notice up
to 14:00:00.
"""

import pytest

from protocol.account_codes import AccountCode
from protocol.codes import ReplyCode
from protocol.messages.codec import decode_content
from protocol.messages.day.paying import Due, Fund
from protocol.messages.feeds import Notice, PaymentTold
from protocol.messages.fields import fen_from_sum
from protocol.vocabulary import FeedKind, ObligationState
from tests.ledger_core.control.test_feeds import entries
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, SEAT, THURSDAY, TUESDAY, WEDNESDAY, same_after_all
from tests.ledger_core.paying.bank import ACCEPTED, House, at

OWED, NOTIFIED, PAID = ObligationState.OWED_BY_BROKER, ObligationState.NOTIFIED, ObligationState.PAID
OVERDUE = ObligationState.OVERDUE
NINE, TEN, TWO = (at(WEDNESDAY, hour) for hour in (9, 10, 14))
ALL = 70_000


def tuesday(owed_fen: int = ALL) -> House:
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net(TUESDAY, owed_fen)
    house.open(WEDNESDAY)
    return house


def told(house: House) -> list[tuple[ObligationState, int, int, int]]:
    """State, paid, advanced and second of what the broker heard of its payments."""
    found = [decode_content(each.content) for each in entries(house.desk.book) if each.kind == FeedKind.PAYMENT]
    return [
        (ObligationState(each.state), fen_from_sum(each.paid), fen_from_sum(each.advanced), each.at_s)
        for each in found
        if isinstance(each, PaymentTold)
    ]


def test_what_is_there_at_ten_is_taken_at_ten() -> None:
    """1,000.00 come at 09:00, 700.00 are taken at 10:00:00: 300.00 stay."""
    house = tuesday()
    house.now(NINE)
    assert house.fund(100_000).code == ACCEPTED
    assert house.stands(TUESDAY) == (OWED, ALL, 0, 0)  # before its due time nothing is taken
    house.now(TEN - 1, tenths=9)
    assert house.due() == 0
    house.now(TEN)
    assert house.due() == 1

    assert house.stands(TUESDAY) == (PAID, 0, ALL, 0)
    assert (house.there(), house.book(AccountCode.OTHER_BANKS)) == (30_000, 100_000)
    assert house.book(AccountCode.SETTLEMENT, BROKER, TUESDAY) == -ALL
    assert told(house) == [(PAID, ALL, 0, TEN)]
    assert house.due() == 0
    same_after_all(house.desk)


@pytest.mark.parametrize(("tenths", "second", "state"), [(9, TEN - 1, PAID), (0, TEN, OVERDUE)])
def test_a_tenth_before_ten_is_in_time_and_ten_is_not(tenths: int, second: int, state: ObligationState) -> None:
    """A step that comes at 10:05 takes what was there at 10:00:00; what came since is taken as if it came then."""
    house = tuesday()
    house.now(second, tenths)
    house.fund(ALL)
    first = told(house)
    house.now(TEN + 300)
    house.due()

    assert house.stands(TUESDAY) == (PAID, 0, ALL, 0)
    if state == PAID:
        assert (first, told(house)) == ([], [(PAID, ALL, 0, TEN)])
    else:
        assert first == told(house) == [(OVERDUE, 0, 0, TEN), (PAID, ALL, 0, TEN)]
    same_after_all(house.desk)


def test_with_notice_money_of_13_30_is_taken_when_it_comes_and_only_in_full() -> None:
    """400.00 are there at 10:00:00, and stay: nothing moves of it. 300.00 come at 13:30."""
    house = tuesday()
    house.now(NINE)
    house.fund(40_000)
    assert house.desk.control(Notice(TUESDAY, 0), SEAT) == ACCEPTED
    house.now(TEN)
    assert house.due() == 1
    assert (house.stands(TUESDAY), house.there()) == ((NOTIFIED, ALL, 0, 0), 40_000)
    assert house.pay_out(1) == ReplyCode.CLEARING_HELD
    house.now(at(WEDNESDAY, 13))
    house.fund(29_999)
    assert house.there() == 69_999
    house.now(at(WEDNESDAY, 13, 30))
    house.fund(1)

    assert (house.stands(TUESDAY), house.there()) == ((PAID, 0, ALL, 0), 0)
    assert told(house) == [(PAID, ALL, 0, at(WEDNESDAY, 13, 30))]
    same_after_all(house.desk)


@pytest.mark.parametrize(("tenths", "second", "is_in_time"), [(9, TWO, True), (0, TWO + 1, False)])
def test_with_notice_fourteen_and_nine_tenths_is_in_time(tenths: int, second: int, is_in_time: bool) -> None:
    house = tuesday()
    house.now(NINE)
    house.desk.control(Notice(TUESDAY, 0), SEAT)
    house.now(second, tenths)
    house.fund(ALL)

    last = [(OVERDUE, 0, 0, TWO)] if not is_in_time else []
    assert told(house) == [*last, (PAID, ALL, 0, second)]
    same_after_all(house.desk)


def test_with_notice_and_short_behind_fourteen_what_is_there_is_taken() -> None:
    house = tuesday()
    house.now(NINE)
    house.fund(40_000)
    house.desk.control(Notice(TUESDAY, 0), SEAT)
    house.now(TWO)
    assert house.due() == 1  # the first due time, of which nothing moves
    assert house.there() == 40_000
    house.now(TWO + 1)
    assert house.due() == 1

    assert (house.stands(TUESDAY), house.there()) == ((OVERDUE, 30_000, 40_000, 0), 0)
    same_after_all(house.desk)


def test_overdue_it_is_paid_in_parts_and_never_more_than_it_is() -> None:
    """400.00 at 10:00:00, then 100.00, 150.00 and 100.00, of which 50.00 stay."""
    house = tuesday()
    house.now(NINE)
    house.fund(40_000)
    house.now(TEN)
    house.due()
    assert house.stands(TUESDAY) == (OVERDUE, 30_000, 40_000, 0)
    for hour, amount_fen, unpaid_fen in ((11, 10_000, 20_000), (12, 15_000, 5_000), (13, 10_000, 0)):
        house.now(at(THURSDAY, hour))
        house.fund(amount_fen)
        assert house.stands(TUESDAY)[1] == unpaid_fen

    assert house.stands(TUESDAY) == (PAID, 0, ALL, 0)
    assert (house.there(), house.book(AccountCode.SETTLEMENT, BROKER, TUESDAY)) == (5_000, -ALL)
    same_after_all(house.desk)


def test_a_broker_that_never_pays_stays_overdue_and_takes_nothing_out() -> None:
    house = tuesday()
    house.now(at(20260205, 9))
    assert house.due() == 1

    assert (house.stands(TUESDAY), house.there()) == ((OVERDUE, ALL, 0, 0), 0)
    assert house.pay_out(1) == ReplyCode.CLEARING_HELD
    house.now(at(20260205, 10))
    house.fund(1)
    assert house.stands(TUESDAY) == (OVERDUE, ALL - 1, 1, 0)
    same_after_all(house.desk)


def test_the_oldest_is_paid_first() -> None:
    """700.00 of Tuesday and 200.00 of Wednesday are overdue on Thursday; 750.00 come: 50.00 are left for Wednesday."""
    house = tuesday()
    house.now(at(WEDNESDAY, 20))
    house.net(WEDNESDAY, 20_000)
    house.now(at(THURSDAY, 10))
    assert house.due() == 1
    assert house.stands(WEDNESDAY) == (OVERDUE, 20_000, 0, 0)
    house.fund(75_000)

    assert house.stands(TUESDAY) == (PAID, 0, ALL, 0)
    assert house.stands(WEDNESDAY) == (OVERDUE, 15_000, 5_000, 0)
    same_after_all(house.desk)


def test_a_notice_keeps_its_own_date_and_no_other() -> None:
    """Tuesday's 700.00 with notice, 500.00 there; Wednesday's 200.00 are overdue since 10:00:00 of the same Wednesday,
    for it was published at 09:00 that morning: they are taken, and 300.00 wait for the rest of Tuesday's.
    """
    house = tuesday()
    house.now(at(WEDNESDAY, 8))
    house.desk.control(Notice(TUESDAY, 0), SEAT)
    house.fund(50_000)
    house.net(WEDNESDAY, 20_000)
    house.now(at(THURSDAY, 10))
    # In the order of their times: Tuesday's at Wednesday 14:00:00 takes all 500.00, Wednesday's on Thursday nothing.
    assert house.due() == 3

    assert house.stands(TUESDAY) == (OVERDUE, 20_000, 50_000, 0)
    assert house.stands(WEDNESDAY) == (OVERDUE, 20_000, 0, 0)
    same_after_all(house.desk)


def test_published_between_ten_and_fourteen_it_is_due_behind_fourteen_without_notice() -> None:
    house = House()
    house.open(TUESDAY)
    house.now(at(WEDNESDAY, 11))
    house.net(TUESDAY, ALL)
    house.fund(60_000)
    assert house.desk.control(Notice(TUESDAY, 0), SEAT) == ReplyCode.DUE_TIME_PAST
    house.now(TWO, tenths=9)
    assert (house.due(), house.there()) == (0, 60_000)
    house.now(TWO + 1)
    assert house.due() == 1

    assert (house.stands(TUESDAY), house.there()) == ((OVERDUE, 10_000, 60_000, 0), 0)
    same_after_all(house.desk)


def test_what_falls_due_is_kept_when_the_request_itself_is_refused() -> None:
    """A notice at 10:00:00 comes too late, and the due time has acted in front of it."""
    house = tuesday()
    house.now(TEN)
    assert house.desk.control(Notice(TUESDAY, 0), SEAT) == ReplyCode.DUE_TIME_PAST
    assert house.stands(TUESDAY) == (OVERDUE, ALL, 0, 0)
    same_after_all(house.desk)


def test_who_may_not_ask_catches_up_with_nothing() -> None:
    house = tuesday()
    house.now(TEN)
    assert house.desk.control(Due(BROKER), SEAT) == ReplyCode.ROLE_FORBIDS
    assert house.code(Due(OTHER_BROKER)) == ACCEPTED
    assert house.stands(TUESDAY) == (OWED, ALL, 0, 0)
    assert house.due() == 1


def test_the_roll_catches_up_with_all_brokers() -> None:
    house = tuesday()
    house.now(at(THURSDAY, 8))
    house.open(THURSDAY)
    assert house.stands(TUESDAY) == (OVERDUE, ALL, 0, 0)
    same_after_all(house.desk)


def test_money_that_is_told_twice_is_booked_once() -> None:
    house = tuesday()
    assert house.code(Fund(BROKER, 100, 7)) == ACCEPTED
    assert house.code(Fund(BROKER, 100, 7)) == ReplyCode.SERIAL_USED
    assert house.code(Fund(BROKER, 100, 6)) == ReplyCode.SERIAL_USED
    assert house.code(Fund(OTHER_BROKER, 100, 6)) == ACCEPTED  # another broker's serials are its own
    assert house.code(Fund(1, 100, 9)) == ReplyCode.PARTY_UNKNOWN
    house.now(at(THURSDAY, 8))
    house.open(THURSDAY)
    assert house.code(Fund(BROKER, 100, 7)) == ReplyCode.SERIAL_USED  # on no later date either
    assert (house.there(), house.there(OTHER_BROKER)) == (0, 100)  # the hundred went to what is overdue
    same_after_all(house.desk)


def test_without_a_calendar_it_is_due_at_once_and_never_too_late() -> None:
    """Monday has no due times: what its broker owes is taken in full as soon as it is there."""
    house = House()
    house.net(MONDAY, ALL)
    house.now(at(THURSDAY, 20))
    house.fund(ALL - 1)
    assert house.stands(MONDAY) == (OWED, ALL, 0, 0)
    house.fund(1)
    assert house.stands(MONDAY) == (PAID, 0, ALL, 0)
    same_after_all(house.desk)
