"""Sets withdrawn by two people after something was booked by them: what goes back, what stays, what is refused.

Worked out on paper in the comments. Broker 2 has proceeds count at the fill, broker 3 has not.
"""

import pytest

from ledger.core.corrections.answers import to_revert
from ledger.core.lines.answers import clearing_set, proceeds_to_book
from protocol.codes import ReplyCode
from protocol.messages.day.corrections import Revert, RevertsQuery
from protocol.messages.day.steps import Publish
from protocol.messages.queries import ContractProceeds
from protocol.vocabulary import Fate, LaneState
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.corrections.one_day import (
    ACCEPTED,
    AMOUNT,
    BOTH_WAYS,
    CLOSED,
    DIFFERS,
    DONE,
    NOT_DUE,
    case,
    day,
    made_good,
    withdrawn,
)
from tests.ledger_core.corrections.people import permitted, tolerance
from tests.ledger_core.corrections.words import (
    Both,
    closing,
    compare,
    compared,
    correction,
    reversal,
    reversals,
    sent,
    stands,
)
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    account_of,
    codes,
    freeze,
    record,
    release,
    same_after_all,
)
from tests.ledger_core.lines.words import buy, event, order, proceeds, sell


@BOTH_WAYS
def test_a_correction_goes_back_and_the_order_that_it_closed_stays_closed(padding: int) -> None:
    """Ann has 1,050.00 and froze 1,000.00; the set says 1,100.00: closing draws 1,000.00, 50.00 more are bought, 50.00
    are made good. Without the set 1,000.00 are bought, by what closing drew.

    The new set says 1,000.00 and that nothing of it was released: nothing differs.
    """
    d = day(105_000, 100_000, OTHER_BROKER)
    compared(d.desk, OTHER_BROKER, event(d.ann), order(d.target, d.ann, 100_000), buy(d.target, d.ann, 110_000))
    both = Both(110_000, 0, 100_000, 0, 5_000)
    act = permitted(d.office, d.desk, OTHER_BROKER, d.ann, both)
    told = sent(d.desk, padding, closing(d.target, d.ann, 100_000, 0), correction(d.ann, both, act))
    assert told == [CLOSED, case(1)]
    assert d.desk.money(d.ann) == (105_000, 0, 105_000, 0)

    act = withdrawn(d, OTHER_BROKER)

    assert stands(d.desk, OTHER_BROKER) == LaneState.REVERTING
    assert to_revert(d.desk.book, RevertsQuery(MONDAY, OTHER_BROKER, 0)).contracts == [
        Revert(d.ann, 100_000, 0, 105_000, 0, 0, 0)
    ]
    assert sent(d.desk, padding, reversal(d.ann, Both(100_000, 0, 105_000), act)) == [case(1)]
    assert stands(d.desk, OTHER_BROKER) == LaneState.FINISHED
    assert d.desk.money(d.ann) == (105_000, 0, 100_000, 0)
    assert d.desk.unsettled(d.ann) == {MONDAY: (100_000, 0)}
    assert made_good(d.desk, OTHER_BROKER) == {1: 0}
    same_after_all(d.desk)
    lines = (event(d.ann), order(d.target, d.ann, 100_000), buy(d.target, d.ann, 100_000))
    assert compared(d.desk, OTHER_BROKER, *lines) == [0, 0, 0, 0]
    d.desk.done(Publish(MONDAY, OTHER_BROKER))
    same_after_all(d.desk)


@BOTH_WAYS
def test_what_closing_released_is_no_release_of_the_broker_for_any_later_set(padding: int) -> None:
    """Ann froze 12.00; 2.00 are released by her broker once the set is complete, closing draws 5.00 and releases 5.00.

    The broker's next set knows of its own 2.00, and of no more.
    """
    d = day(5_000, 1_200)
    lines = (event(d.ann), order(d.target, d.ann, 1_200, fate=Fate.PARTLY), buy(d.target, d.ann, 500))
    assert compared(d.desk, BROKER, *lines) == [0, 0, 0, 0]
    assert codes(d.desk.ask(SEAT, release(d.target, d.ann, 200))) == [ACCEPTED]
    both = Both(500, 0, 500)
    assert sent(d.desk, padding, closing(d.target, d.ann, 500, 500), correction(d.ann, both)) == [CLOSED, DONE]
    assert compare(d.desk, BROKER) == [0, 0, 0, 0]

    act = withdrawn(d, BROKER)
    assert sent(d.desk, padding, reversal(d.ann, both, act)) == [DONE]

    again = (event(d.ann), order(d.target, d.ann, 1_200, 200, Fate.PARTLY), buy(d.target, d.ann, 500))
    assert compared(d.desk, BROKER, *again) == [0, 0, 0, 0]
    assert stands(d.desk, BROKER) == LaneState.RECONCILED
    same_after_all(d.desk)


@BOTH_WAYS
def test_proceeds_go_back_and_come_again(padding: int) -> None:
    """Broker 3, without fills: Cid has 1.00 and sold for 3.50; an excess of 0.30 is a cost. Both go back.

    The new set says 2.00 and no excess: 2.00 are booked, without an act.
    """
    d = day(100, 0, OTHER_BROKER)
    compared(d.desk, OTHER_BROKER, event(d.ann), sell(1, d.ann, 400, 50), sell(2, d.ann, 200, 230))
    assert codes(sent(d.desk, padding, proceeds(d.ann, 350, 30))) == [ACCEPTED]
    assert d.desk.money(d.ann) == (100, 0, 30, 350)

    act = withdrawn(d, OTHER_BROKER)
    assert sent(d.desk, padding, reversal(d.ann, Both(0, 0, 30, 350), act)) == [DONE]

    assert d.desk.money(d.ann) == (100, 0, 0, 0)
    assert compared(d.desk, OTHER_BROKER, event(d.ann), sell(1, d.ann, 200)) == [0, 0, 0, 0]
    assert clearing_set(d.desk.book, OTHER_BROKER, MONDAY).proceeds_due == 1
    assert codes(sent(d.desk, padding, proceeds(d.ann, 200))) == [ACCEPTED]
    d.desk.done(Publish(MONDAY, OTHER_BROKER))
    assert d.desk.money(d.ann) == (100, 0, 0, 200)
    same_after_all(d.desk)


@BOTH_WAYS
@pytest.mark.parametrize("says_fen", [500, 350, 280])
def test_proceeds_that_are_spent_stay_and_the_next_set_books_what_is_missing(says_fen: int, padding: int) -> None:
    """Cid has 1.00, 3.50 are booked, and he freezes 3.80 on Tuesday: 0.70 can fall, 2.80 stay.

    The next set says 5.00: 2.20 are booked; 3.50: 0.70; 2.80: nothing is missing. His buying power is what it would
    have been without the first set, less what he froze: 1.00 + cleared − 3.80.
    """
    d = day(100, 0, OTHER_BROKER)
    compared(d.desk, OTHER_BROKER, event(d.ann), sell(1, d.ann, 350))
    assert codes(sent(d.desk, padding, proceeds(d.ann, 350))) == [ACCEPTED]
    d.desk.roll(TUESDAY)
    assert codes(d.desk.ask(OTHER_SEAT, freeze(d.ann, 380))) == [ACCEPTED]

    act = withdrawn(d, OTHER_BROKER)
    assert sent(d.desk, padding, reversal(d.ann, Both(0, 0, 0, 350, 0, 280), act)) == [DONE]

    assert d.desk.money(d.ann) == (100, 380, 0, 280)
    assert d.desk.buying_power(d.ann) == (0, 0)
    assert compared(d.desk, OTHER_BROKER, event(d.ann), sell(1, d.ann, says_fen)) == [0, 0, 0, 0]
    due = proceeds_to_book(d.desk.book, OTHER_BROKER, MONDAY, 0).contracts
    missing_fen = says_fen - 280
    assert due == ([ContractProceeds(d.ann, missing_fen, 0)] if missing_fen else [])
    wrong = codes(sent(d.desk, padding, proceeds(d.ann, says_fen)))
    assert wrong == [DIFFERS if missing_fen else NOT_DUE]
    if missing_fen:
        assert codes(sent(d.desk, padding, proceeds(d.ann, missing_fen))) == [ACCEPTED]
    assert d.desk.unsettled(d.ann) == {MONDAY: (0, says_fen)}
    assert d.desk.buying_power(d.ann)[0] == 100 + says_fen - 380
    d.desk.done(Publish(MONDAY, OTHER_BROKER))
    same_after_all(d.desk)


@BOTH_WAYS
def test_what_is_left_of_proceeds_beyond_the_next_set_is_corrected_by_two(padding: int) -> None:
    """2.80 stay, and the next set says 1.00. Nothing can fall: 1.80 are the broker's case. Without an act: not even
    where the money is back, for what falls is more than is tolerated.
    """
    d = day(100, 0, OTHER_BROKER)
    compared(d.desk, OTHER_BROKER, event(d.ann), sell(1, d.ann, 350))
    assert codes(sent(d.desk, padding, proceeds(d.ann, 350))) == [ACCEPTED]
    d.desk.roll(TUESDAY)
    target = d.desk.freeze(d.ann, 380, OTHER_SEAT)
    act = withdrawn(d, OTHER_BROKER)
    assert codes(sent(d.desk, padding, *reversals(d.desk, OTHER_BROKER))) == [ACCEPTED]

    assert compared(d.desk, OTHER_BROKER, event(d.ann), sell(1, d.ann, 100))[AMOUNT] == 1
    assert d.desk.control(Publish(MONDAY, OTHER_BROKER)) == NOT_DUE
    both = Both(0, 100, 0, 280, 0, 180)
    assert codes(sent(d.desk, padding, correction(d.ann, both))) == [ReplyCode.ACT_NEEDED]
    act = permitted(d.office, d.desk, OTHER_BROKER, d.ann, both)
    assert codes(d.desk.ask(OTHER_SEAT, release(target, d.ann, 380))) == [ACCEPTED]
    falls = Both(0, 100, 0, 280)
    assert codes(sent(d.desk, padding, correction(d.ann, falls))) == [ReplyCode.ACT_NEEDED]
    d.desk.done(tolerance(d.office, OTHER_BROKER, 180, 180))
    assert codes(sent(d.desk, padding, correction(d.ann, both, act))) == [DIFFERS]
    assert sent(d.desk, padding, correction(d.ann, falls)) == [DONE]
    assert d.desk.book.clearing.lane(MONDAY, OTHER_BROKER).tolerated_fen == 180
    assert d.desk.money(d.ann) == (100, 0, 0, 100)
    assert compare(d.desk, OTHER_BROKER) == [0, 0, 0, 0]
    d.desk.done(Publish(MONDAY, OTHER_BROKER))
    same_after_all(d.desk)


@BOTH_WAYS
def test_a_rejected_buy_comes_back_as_far_as_the_account_bears_it(padding: int) -> None:
    """105.00 were filled, and two people rejected it: a case, nothing bought. Ann takes 460.00 of her 500.00 away.

    40.00 are bought again, 65.00 stay, and the case is taken back: no set says now what anybody bears. The next set
    says 105.00: by two people the 65.00 are the broker's, under another case.
    """
    d = day(50_000, 10_500, filled_fen=10_500)
    lines = (event(d.ann), order(d.target, d.ann, 10_500), buy(d.target, d.ann, 10_500))
    compared(d.desk, BROKER, *lines)
    both = Both(10_500, 0, 10_500, 0, 10_500)
    act = permitted(d.office, d.desk, BROKER, d.ann, both, rejected_fen=10_500)
    assert sent(d.desk, padding, correction(d.ann, both, act)) == [case(1)]
    taken = record(6, account_of(d.ann), 46_000)
    assert codes(d.desk.ask(SAVINGS_SEAT, taken)) == [ACCEPTED]

    act = withdrawn(d, BROKER)
    assert sent(d.desk, padding, reversal(d.ann, Both(10_500, 0, 0, 0, 6_500), act)) == [case(1)]

    assert d.desk.money(d.ann) == (4_000, 0, 4_000, 0)
    assert made_good(d.desk, BROKER) == {1: 0}
    assert compared(d.desk, BROKER, *lines)[AMOUNT] == 1
    again = Both(10_500, 0, 4_000, 0, 6_500)
    act = permitted(d.office, d.desk, BROKER, d.ann, again)
    assert sent(d.desk, padding, correction(d.ann, again, act)) == [case(2)]
    assert made_good(d.desk, BROKER) == {1: 0, 2: 6_500}
    assert compare(d.desk, BROKER) == [0, 0, 0, 0]
    d.desk.done(Publish(MONDAY, BROKER))
    same_after_all(d.desk)


@BOTH_WAYS
def test_falls_pay_for_rises_when_it_goes_back(padding: int) -> None:
    """Ann bought for 1.00 and sold for 3.00 by fills; the set says 3.00 and 1.00. She has 2.00, and froze 2.00 then.

    2.00 − 1.00 + 3.00 = 4.00, and by the set 2.00 − 3.00 + 1.00 = 0: no freeze would pass. She pays 2.00 in and
    freezes them. Back again: bought falls by 2.00, sold rises by 2.00.
    """
    d = day(200, 100, filled_fen=100, sold_fen=300)
    lines = (event(d.ann), order(d.target, d.ann, 100), buy(d.target, d.ann, 300), sell(1, d.ann, 100))
    compared(d.desk, BROKER, *lines)
    both = Both(300, 100, 100, 300)
    act = permitted(d.office, d.desk, BROKER, d.ann, both)
    assert codes(sent(d.desk, padding, correction(d.ann, both, act))) == [ACCEPTED]
    assert d.desk.buying_power(d.ann)[0] == 0
    assert codes(d.desk.ask(SAVINGS_SEAT, record(5, account_of(d.ann), 200))) == [ACCEPTED]
    d.desk.roll(TUESDAY)
    d.desk.freeze(d.ann, 200)

    act = withdrawn(d, BROKER)
    assert sent(d.desk, padding, reversal(d.ann, Both(100, 300, 300, 100), act)) == [DONE]
    assert d.desk.money(d.ann) == (400, 200, 100, 300)
    same_after_all(d.desk)


@BOTH_WAYS
def test_a_reversal_names_all_that_it_is_about(padding: int) -> None:
    d = day(105_000, 100_000, OTHER_BROKER)
    compared(d.desk, OTHER_BROKER, event(d.ann), order(d.target, d.ann, 100_000), buy(d.target, d.ann, 110_000))
    both = Both(110_000, 0, 100_000, 0, 5_000)
    act = permitted(d.office, d.desk, OTHER_BROKER, d.ann, both)
    early = reversal(d.ann, Both(0, 0), act)
    assert codes(sent(d.desk, padding, early)) == [NOT_DUE]
    sent(d.desk, padding, closing(d.target, d.ann, 100_000, 0), correction(d.ann, both, act))
    back = Both(100_000, 0, 105_000)
    assert codes(sent(d.desk, padding, reversal(d.ann, back, act))) == [NOT_DUE]

    act = withdrawn(d, OTHER_BROKER)

    for other in (
        back._replace(buys_fen=100_001),
        back._replace(proceeds_fen=1),
        back._replace(bought_fen=104_999),
        back._replace(sold_fen=1),
        back._replace(good_buys_fen=1),
        back._replace(good_proceeds_fen=1),
    ):
        assert codes(sent(d.desk, padding, reversal(d.ann, other, act))) == [DIFFERS]
    negative = back._replace(good_proceeds_fen=-1)
    assert codes(sent(d.desk, padding, reversal(d.ann, negative, act))) == [ReplyCode.AMOUNT_OUT_OF_RANGE]
    for number in (0, act - 1, act + 1):
        assert codes(sent(d.desk, padding, reversal(d.ann, back, number))) == [ReplyCode.ACT_NEEDED]
    assert codes(sent(d.desk, padding, reversal(d.ann, back, act, on=TUESDAY))) == [NOT_DUE]
    assert codes(sent(d.desk, padding, *[reversal(d.ann, back, act)] * 2)) == [ACCEPTED, NOT_DUE]
    assert codes(sent(d.desk, padding, reversal(d.ann, back, act))) == [NOT_DUE]
    same_after_all(d.desk)
