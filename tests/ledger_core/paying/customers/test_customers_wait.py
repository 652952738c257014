"""Whole dates from trading to the last credit, each worked out on paper: what customers have, may and wait for while
their broker pays in parts, late, never, or is lent what is short.

Belongs here: customers and broker together. Never here: what a broker owes by itself (test_in_time, test_lending), a
settlement by itself (tests.ledger_core.settling).

Tuesday 6 January 2026 is due on Wednesday. Amounts in the comments are yuan. Ann and Bob have contracts since Monday,
with 200.00 and nothing, where nothing else is said. Of whoever waits all is true in both modes.
"""

import pytest

from protocol.account_codes import AccountCode
from protocol.codes import ReplyCode
from protocol.messages.feeds import Notice
from protocol.vocabulary import LaneState, Mode, ObligationState
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import BROKER, SEAT, THURSDAY, TUESDAY, WEDNESDAY, codes, freeze, same_after_all, withdrawal
from tests.ledger_core.paying.bank import at
from tests.ledger_core.paying.customers.two import settled, two
from tests.ledger_core.settling.words import ACCEPTED, PAID, bought, credited, set_off, sold, state

OWED, OVERDUE = ObligationState.OWED_BY_BROKER, ObligationState.OVERDUE
BY_BANK, ADVANCED, DONE = ObligationState.OWED_BY_BANK, ObligationState.ADVANCED, ObligationState.PAID
WAITS = ReplyCode.PROCEEDS_UNSETTLED
IN_BOTH_MODES = pytest.mark.parametrize("mode", [Mode.FREEZE, Mode.TRANSFER])
NINE, TEN = at(WEDNESDAY, 9), at(WEDNESDAY, 10)


@IN_BOTH_MODES
def test_where_nothing_is_owed_nobody_waits(mode: Mode) -> None:
    """Ann buys for 30.00, Bob sells for 30.00. O = 0: Ann 170.00, Bob 30.00 at once, and the lane is closed."""
    b = two(mode)

    told = settled(b, *bought(b.desk, b.ann, 3_000), *sold(b.desk, b.bob, 3_000))

    assert told == [credited(0), credited(3_000)]
    assert (b.desk.money(b.ann), b.desk.money(b.bob)) == ((17_000, 0, 0, 0), (3_000, 0, 0, 0))
    assert (b.suspense(), b.house.stands(TUESDAY)) == (0, (DONE, 0, 0, 0))
    assert state(b.desk, TUESDAY) == LaneState.CLOSED
    assert b.house.book(AccountCode.MOVED, BROKER) == 0
    same_after_all(b.desk)


@IN_BOTH_MODES
def test_a_net_receiver_is_paid_and_its_sellers_never_wait(mode: Mode) -> None:
    """Ann buys for 30.00, Bob sells for 10.00. O = −20.00: Bob 10.00 at once; 20.00 lie on 2410 until nine."""
    b = two(mode)

    told = settled(b, *bought(b.desk, b.ann, 3_000), *sold(b.desk, b.bob, 1_000))

    assert told == [credited(0), credited(1_000)]
    assert (b.suspense(), b.house.stands(TUESDAY)) == (2_000, (BY_BANK, 2_000, 0, 0))
    b.house.now(NINE)
    assert b.house.pay(TUESDAY) == ACCEPTED
    assert (b.suspense(), b.house.there(), state(b.desk, TUESDAY)) == (0, 2_000, LaneState.CLOSED)
    assert b.desk.money(b.ann) == (17_000, 0, 0, 0)
    same_after_all(b.desk)


@IN_BOTH_MODES
def test_a_broker_that_pays_in_parts_keeps_its_customers_waiting_until_the_last(mode: Mode) -> None:
    """Ann buys for 30.00, Bob sells for 50.00. O = +20.00.

    Wednesday 10:00: 5.00 are there, and taken; 15.00 are overdue. 11:00: 10.00. Thursday: 5.00, and Bob is due.
    On 2410: 50.00 wait − unpaid 20.00, 15.00, 5.00, 0.
    """
    b = two(mode)
    assert settled(b, *bought(b.desk, b.ann, 3_000), *sold(b.desk, b.bob, 5_000)) == [set_off(0), set_off(0)]
    assert (b.suspense(), b.desk.buying_power(b.bob)) == (3_000, (5_000, 0))
    parts = ((NINE, 500, OWED, 2_000), (at(WEDNESDAY, 11), 1_000, OVERDUE, 500), (at(THURSDAY, 16), 500, DONE, 0))

    for second, fen, is_so, unpaid_fen in parts:
        assert b.bob_asks() == WAITS
        assert b.credit() == []
        b.house.now(second)
        assert b.house.fund(fen).code == ACCEPTED
        assert b.house.stands(TUESDAY)[:2] == (is_so, unpaid_fen)
        assert b.suspense() == 5_000 - unpaid_fen
        if second == NINE:
            b.house.now(TEN)
            assert (b.house.due(), b.house.stands(TUESDAY)) == (1, (OVERDUE, 1_500, 500, 0))

    assert b.credit() == [PAID]
    assert b.desk.buying_power(b.bob) == (5_000, 5_000)
    assert (b.suspense(), state(b.desk, TUESDAY)) == (0, LaneState.CLOSED)
    same_after_all(b.desk)


def test_what_the_bank_lends_ends_the_waiting_at_ten() -> None:
    """Ann buys for 30.00, Bob sells for 150,030.00. O = 150,000.00; a tenth of it is there at 10:00:00, the limit is
    135,000.00, so the rest is lent at 2.40 %. Bob is due at 10:00:00, out of what the bank has lent.

    Thursday: 135,000.00 × 2.40 % / 360 = 9.00 for a day. 135,009.00 come: nothing is left of the loan.
    """
    b = two()
    told = settled(b, *bought(b.desk, b.ann, 3_000), *sold(b.desk, b.bob, 15_003_000))
    assert told == [set_off(0), set_off(0)]
    b.house.lends(13_500_000, TUESDAY)
    b.house.now(NINE)
    b.house.fund(1_500_000)
    assert b.bob_asks() == WAITS
    b.house.now(TEN)
    b.house.due()

    assert b.house.stands(TUESDAY) == (ADVANCED, 0, 1_500_000, 13_500_000)
    assert b.house.book(AccountCode.ADVANCES, BROKER) == 13_500_000
    assert b.suspense() == 15_003_000
    assert b.credit() == [PAID]
    assert b.desk.buying_power(b.bob) == (15_003_000, 15_003_000)
    assert (b.suspense(), state(b.desk, TUESDAY)) == (0, LaneState.CLOSED)
    b.house.now(at(THURSDAY, 9))
    b.house.fund(13_500_900)
    assert b.house.stands(TUESDAY) == (DONE, 0, 15_000_000, 0)
    assert b.house.book(AccountCode.INTEREST_INCOME) == -900
    assert (b.house.book(AccountCode.ADVANCES, BROKER), b.house.there()) == (0, 0)
    same_after_all(b.desk)


def test_a_limit_a_fen_too_low_lends_nothing_and_they_wait_on() -> None:
    """As above, with a limit of 134,999.99."""
    b = two()
    settled(b, *bought(b.desk, b.ann, 3_000), *sold(b.desk, b.bob, 15_003_000))
    b.house.lends(13_499_999, TUESDAY)
    b.house.now(NINE)
    b.house.fund(1_500_000)
    b.house.now(TEN)
    b.house.due()

    assert b.house.stands(TUESDAY) == (OVERDUE, 13_500_000, 1_500_000, 0)
    assert b.credit() == []
    assert b.bob_asks() == WAITS


def test_late_with_notice_they_are_due_when_it_comes() -> None:
    """Ann buys for 30.00, Bob for 10.00 of the 50.00 that he sells. O = +10.00. Of Bob 10.00 are set off, 40.00 wait.

    Notice at 09:50. At 13:30 the 10.00 come: 2410 has 40.00, and Bob is credited 40.00.
    """
    b = two()
    lines = [*bought(b.desk, b.ann, 3_000), *sold(b.desk, b.bob, 5_000), *bought(b.desk, b.bob, 1_000)]
    assert settled(b, *lines) == [set_off(0), set_off(1_000)]
    assert b.desk.money(b.bob) == (0, 0, 0, 4_000)
    b.house.now(at(WEDNESDAY, 9, 50))
    assert b.desk.control(Notice(TUESDAY, 0), SEAT) == ACCEPTED
    b.house.now(TEN)
    assert (b.house.due(), b.suspense()) == (1, 3_000)
    assert b.bob_asks() == WAITS
    b.house.now(at(WEDNESDAY, 13, 30))
    b.house.fund(1_000)

    assert (b.house.stands(TUESDAY), b.suspense()) == ((DONE, 0, 1_000, 0), 4_000)
    assert b.credit() == [PAID]
    assert b.desk.buying_power(b.bob) == (4_000, 4_000)
    same_after_all(b.desk)


@IN_BOTH_MODES
def test_of_a_broker_that_never_pays_nothing_is_withdrawn_that_did_not_come_in(mode: Mode) -> None:
    """Ann has 100.00 and buys for 60.00, Bob sells for 90.00. O = +30.00, never paid.

    Wednesday: Bob buys for 50.00 of what waits, and sells for 20.00: O = −30.00. Set off are 50.00: 40.00 of Tuesday
    wait and 20.00 of Wednesday. All that may be is withdrawn: Ann's 40.00. Of the 100.00 that came in 60.00 lie on
    2410: of Tuesday 40.00 − 30.00 = 10.00, of Wednesday 20.00 + 30.00 = 50.00.

    Thursday: what the bank owes by Wednesday it keeps for Tuesday, 30.00, and nothing goes out: 2410 of Tuesday has
    40.00, of Wednesday 20.00. So both are due, and Bob is paid by what Ann and he himself have brought.
    """
    b = two(mode, ann_fen=10_000)
    assert settled(b, *bought(b.desk, b.ann, 6_000), *sold(b.desk, b.bob, 9_000)) == [set_off(0), set_off(0)]
    assert b.suspense() == 6_000
    b.house.now(at(WEDNESDAY, 10, 30))
    assert codes(b.desk.ask(SEAT, freeze(b.bob, 9_001))) == [ReplyCode.INSUFFICIENT_FUNDS]
    lines = [*bought(b.desk, b.bob, 5_000), *sold(b.desk, b.bob, 2_000, 2)]

    assert settled(b, *lines, date=WEDNESDAY) == [set_off(5_000)]

    assert b.house.stands(TUESDAY) == (OVERDUE, 3_000, 0, 0)
    assert codes(b.desk.ask(SAVINGS_SEAT, withdrawal(b.ann, 4_001), withdrawal(b.ann, 4_000))) == [
        ReplyCode.INSUFFICIENT_FUNDS,
        ACCEPTED,
    ]
    assert b.bob_asks() == WAITS
    assert b.desk.money(b.bob) == (0, 0, 0, 6_000)
    assert (b.suspense(), b.suspense(WEDNESDAY)) == (1_000, 5_000)
    b.house.now(at(THURSDAY, 9))
    assert b.house.pay(WEDNESDAY) == ACCEPTED
    assert (b.house.there(), b.house.stands(TUESDAY)) == (0, (DONE, 0, 3_000, 0))
    assert (b.suspense(), b.suspense(WEDNESDAY)) == (4_000, 2_000)
    assert [b.credit(), b.credit(), b.credit()] == [[PAID], [PAID], []]
    assert b.desk.buying_power(b.bob) == (6_000, 6_000)
    assert [state(b.desk, date) for date in (TUESDAY, WEDNESDAY)] == [LaneState.CLOSED] * 2
    same_after_all(b.desk)
