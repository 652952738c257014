"""Orders closed and contracts corrected by a complete set, without anybody's act: the excess of a sale, and what is
refused.
"""

import pytest

from ledger.core.lines.answers import clearing_set
from protocol.codes import ReplyCode
from protocol.messages.day.steps import Publish, Reconcile, SignOff, WithdrawSet
from protocol.records import RecordArray
from protocol.vocabulary import Fate, LaneState
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.ledger_core.corrections.words import (
    BY_LANE,
    IN_ORDER,
    Both,
    closing,
    compare,
    compared,
    correction,
    sent,
    signed_off,
    stands,
)
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    SEAT,
    TUESDAY,
    Answer,
    Desk,
    codes,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    release,
    same_after_all,
)
from tests.ledger_core.lines.words import agree, buy, event, order, proceeds, sell, send_whole

ACCEPTED, NOT_DUE, DIFFERS = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.SETTLEMENT_DIFFERS
DONE, CLOSED = Answer(ACCEPTED, 0, 0), Answer(ACCEPTED, 2, 0)
AMOUNT = 2  # the place of the class among the four
BOTH_WAYS = pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])


@BOTH_WAYS
def test_an_excess_of_a_sale_is_booked_without_an_act_and_the_orders_of_the_date_are_closed(padding: int) -> None:
    """Ann has 50.00, froze 12.00 and was filled for 5.00 of it; one share was sold at 2.00 with fees of 5.00.

    The set: bought 10.00 by the order, and 3.00 by the fees: buys 13.00, proceeds 0. Closing draws 5.00 more and
    releases 2.00: bought 10.00. The correction brings 13.00: buying power 50.00 − 13.00 = 37.00.
    """
    desk = Desk()
    ann = desk.open(5_000)
    target = desk.freeze(ann, 1_200)
    assert codes(desk.ask(SEAT, fill_buy(target, ann, 500), fill_sell(ann, 0))) == [ACCEPTED, ACCEPTED]
    signed_off(desk)
    lines = (event(ann), order(target, ann, 1_200, fate=Fate.PARTLY), buy(target, ann, 990, 10), sell(1, ann, 200, 500))
    assert compared(desk, BROKER, *lines)[AMOUNT] == 1

    told = sent(desk, padding, closing(target, ann, 500, 200), correction(ann, Both(1_300, 0, 1_000)))

    assert told == [CLOSED, DONE]
    assert desk.money(ann) == (5_000, 0, 1_300, 0)
    assert desk.unsettled(ann) == {MONDAY: (1_300, 0)}
    assert desk.buying_power(ann) == (3_700, 3_700)
    assert (stands(desk, BROKER), compare(desk, BROKER)) == (LaneState.COMPLETE, [0, 0, 0, 0])
    assert stands(desk, BROKER) == LaneState.RECONCILED
    same_after_all(desk)
    assert desk.control(WithdrawSet(MONDAY, 1), SEAT) == ReplyCode.LANE_ADJUSTED
    assert desk.control(Publish(MONDAY, BROKER)) == ACCEPTED


@BOTH_WAYS
def test_where_proceeds_come_with_the_set_a_correction_brings_them_too(padding: int) -> None:
    """Cid has 1.00 and sold for 4.00 less 0.50, and another share for 2.00 less 5.00: proceeds 3.50, excess 3.00.

    The correction books both: 1.00 + 3.50 − 3.00 = 1.50 buys, and no proceeds are due any more.
    """
    desk = Desk()
    cid = desk.open(100, OTHER_BROKER)
    signed_off(desk)
    assert compared(desk, OTHER_BROKER, event(cid), sell(1, cid, 400, 50), sell(2, cid, 200, 500)) == [0, 0, 0, 0]
    assert stands(desk, OTHER_BROKER) == LaneState.RECONCILED

    assert sent(desk, padding, correction(cid, Both(300, 350))) == [DONE]

    assert desk.money(cid) == (100, 0, 300, 350)
    assert desk.buying_power(cid) == (150, 0)
    assert stands(desk, OTHER_BROKER) == LaneState.COMPLETE  # what is corrected is compared again
    assert codes(sent(desk, padding, proceeds(cid, 350, 300))) == [NOT_DUE]
    assert compare(desk, OTHER_BROKER) == [0, 0, 0, 0]
    answer = clearing_set(desk.book, OTHER_BROKER, MONDAY)
    assert (answer.state, answer.proceeds_due) == (LaneState.RECONCILED, 0)
    again = (proceeds(cid, 350, 300), correction(cid, Both(300, 350, 300, 350)))
    assert codes(sent(desk, padding, *again)) == [NOT_DUE] * 2
    assert desk.control(Publish(MONDAY, OTHER_BROKER)) == ACCEPTED
    same_after_all(desk)


@BOTH_WAYS
def test_proceeds_behind_a_correction_of_their_lane_wait_for_the_next_comparison(padding: int) -> None:
    desk = Desk()
    cid, dan = (desk.open(100, OTHER_BROKER) for _ in range(2))
    signed_off(desk)
    compared(desk, OTHER_BROKER, event(cid), event(dan), sell(1, cid, 400, 50), sell(2, dan, 300, 30))

    told = codes(sent(desk, padding, proceeds(cid, 350), correction(cid, Both(0, 350, 0, 350)), proceeds(dan, 270)))

    assert told == [ACCEPTED, ACCEPTED, NOT_DUE]
    assert (desk.money(cid), desk.money(dan)) == ((100, 0, 0, 350), (100, 0, 0, 0))
    compare(desk, OTHER_BROKER)
    assert clearing_set(desk.book, OTHER_BROKER, MONDAY).proceeds_due == 1
    assert codes(sent(desk, padding, proceeds(dan, 270))) == [ACCEPTED]
    same_after_all(desk)


@BOTH_WAYS
def test_an_excess_beyond_buying_power_is_left_to_two_people(padding: int) -> None:
    """2.00 are there, the cost is 3.00: with the proceeds 2.00 are booked, and the date is not published."""
    desk = Desk()
    ann = desk.open(200, OTHER_BROKER)
    signed_off(desk)
    compared(desk, OTHER_BROKER, event(ann), sell(1, ann, 200, 500))
    assert codes(sent(desk, padding, proceeds(ann, 0, 200))) == [ACCEPTED]
    assert desk.control(Publish(MONDAY, OTHER_BROKER)) == NOT_DUE

    assert compare(desk, OTHER_BROKER)[AMOUNT] == 1
    told = sent(desk, padding, correction(ann, Both(300, 0, 200, 0, good_buys_fen=100)))

    assert codes(told) == [ReplyCode.ACT_NEEDED]
    desk.ask(DAY_SEAT, proceeds(ann, 0))
    assert desk.money(ann) == (200, 0, 200, 0)
    same_after_all(desk)


DIFFERENT = {
    "cleared buys": Both(1_001, 50, 1_000, 50),
    "cleared proceeds": Both(1_000, 51, 1_000, 50),
    "what was bought": Both(1_000, 50, 999, 50),
    "what was sold": Both(1_000, 50, 1_000, 49),
    "made good of buys": Both(1_000, 50, 1_000, 50, 1),
    "made good of proceeds": Both(1_000, 50, 1_000, 50, 0, 1),
}


@BOTH_WAYS
@pytest.mark.parametrize("both", DIFFERENT.values(), ids=DIFFERENT)
def test_a_correction_names_all_that_it_is_about(both: Both, padding: int) -> None:
    """Ann bought for 10.00 by a fill, and sold for 0.50; the set says so."""
    desk = Desk()
    ann = desk.open(5_000)
    target = desk.freeze(ann, 1_000)
    desk.ask(SEAT, fill_buy(target, ann, 1_000), fill_sell(ann, 50))
    signed_off(desk)
    compared(desk, BROKER, event(ann), order(target, ann, 1_000), buy(target, ann, 1_000), sell(1, ann, 50))

    assert codes(sent(desk, padding, correction(ann, both))) == [DIFFERS]
    assert stands(desk, BROKER) == LaneState.RECONCILED
    assert codes(sent(desk, padding, correction(ann, Both(1_000, 50, 1_000, 50), act=7))) == [ReplyCode.ACT_NEEDED]
    assert codes(sent(desk, padding, correction(ann, Both(1_000, 50, 1_000, 50)))) == [ACCEPTED]
    assert codes(sent(desk, padding, correction(ann, Both(1_000, 50, 1_000, 50)))) == [NOT_DUE]  # once
    same_after_all(desk)


@BOTH_WAYS
def test_an_amount_that_differs_needs_an_act(padding: int) -> None:
    """The fills say 10.00, the set 9.99; then 10.01; then 0.01 was sold less; then more."""
    for says, both in (
        ((999, 50), Both(999, 50, 1_000, 50)),
        ((1_001, 50), Both(1_001, 50, 1_000, 50)),
        ((1_000, 49), Both(1_000, 49, 1_000, 50)),
        ((1_000, 51), Both(1_000, 51, 1_000, 50)),
    ):
        desk = Desk()
        ann = desk.open(5_000)
        target = desk.freeze(ann, 1_000)
        desk.ask(SEAT, fill_buy(target, ann, 1_000), fill_sell(ann, 50))
        signed_off(desk)
        lines = (event(ann), order(target, ann, 1_000), buy(target, ann, says[0]), sell(1, ann, says[1]))
        assert compared(desk, BROKER, *lines)[AMOUNT] == 1

        assert codes(sent(desk, padding, correction(ann, both))) == [ReplyCode.ACT_NEEDED]
        assert desk.money(ann) == (5_000, 0, 1_000, 50)


class Open:
    """Monday of broker 2, complete: Ann froze 10.00 and 7.00 and 5.00, which is held; 6.00 of the first were bought.

    Her set says 6.00 of buys and 3.00 of an excess.
    """

    def __init__(self) -> None:
        self.desk = Desk()
        self.ann, self.bob = self.desk.open(5_000), self.desk.open(5_000)
        self.first, self.second, self.held = (self.desk.freeze(self.ann, fen) for fen in (1_000, 700, 500))
        signed_off(self.desk)
        send_whole(
            self.desk,
            *(event(self.ann), event(self.bob)),
            *(order(self.first, self.ann, 1_000), buy(self.first, self.ann, 600)),
            order(self.second, self.ann, 700, fate=Fate.CANCELLED),
            order(self.held, self.ann, 500, fate=Fate.HELD),
            sell(1, self.ann, 200, 500),
        )
        self.both = Both(900, 0, 600)

    def all_of_it(self) -> tuple[RecordArray, ...]:
        """What closes and corrects Ann's Monday."""
        return (
            closing(self.first, self.ann, 600, 400),
            closing(self.second, self.ann, 0, 700),
            correction(self.ann, self.both),
        )


@BOTH_WAYS
def test_every_order_of_the_date_is_closed_first_but_those_that_are_held(padding: int) -> None:
    d = Open()
    first, second, corrects = d.all_of_it()

    assert codes(sent(d.desk, padding, first, corrects)) == [ACCEPTED, NOT_DUE]
    assert codes(sent(d.desk, padding, closing(d.held, d.ann, 0, 500), corrects)) == [NOT_DUE, NOT_DUE]
    assert codes(sent(d.desk, padding, second, corrects)) == [ACCEPTED, ACCEPTED]

    assert d.desk.money(d.ann) == (5_000, 500, 900, 0)
    assert codes(sent(d.desk, padding, first, corrects)) == [ReplyCode.FREEZE_CLOSED, NOT_DUE]
    assert compare(d.desk, BROKER) == [0, 0, 0, 0]
    same_after_all(d.desk)


@BOTH_WAYS
def test_an_order_is_closed_in_front_of_its_contracts_correction_alone(padding: int) -> None:
    """Not without one, behind it, in front of another contract's or another date's, or in another frame."""
    d = Open()
    first, second, corrects = d.all_of_it()
    others = (correction(d.bob, Both()), correction(d.ann, d.both, on=TUESDAY))

    assert codes(sent(d.desk, padding, first, second)) == [NOT_DUE, NOT_DUE]
    assert codes(sent(d.desk, padding, corrects, first, second)) == [NOT_DUE] * 3
    assert codes(sent(d.desk, padding, first, *others)) == [NOT_DUE, ACCEPTED, NOT_DUE]
    assert codes(sent(d.desk, padding, closing(d.first, d.ann, 600, 400, on=TUESDAY), corrects)) == [NOT_DUE] * 2
    assert d.desk.money(d.ann) == (5_000, 2_200, 0, 0)
    same_after_all(d.desk)


@BOTH_WAYS
def test_closing_names_what_it_draws_and_releases(padding: int) -> None:
    d = Open()
    wrong = [closing(d.first, d.ann, *fen) for fen in ((599, 401), (601, 399), (600, 399), (0, 1_000))]
    unknown = closing((MONDAY, SEAT, 99), d.ann, 0, 1)
    foreign = closing(d.first, d.bob, 600, 400)

    told = codes(sent(d.desk, padding, *wrong, unknown, foreign, d.all_of_it()[2], correction(d.bob, Both())))

    assert told == [*[DIFFERS] * 4, ReplyCode.FREEZE_UNKNOWN, ReplyCode.FREEZE_UNKNOWN, NOT_DUE, ACCEPTED]


@BOTH_WAYS
def test_an_order_and_a_release_meet_a_closing_in_their_order(padding: int) -> None:
    """What was released before is not there to be closed; what closing releases buys at once."""
    d = Open()
    d.desk.roll(TUESDAY)
    first, second, corrects = d.all_of_it()

    told = codes(sent(d.desk, padding, first, second, corrects))
    assert told == [ACCEPTED] * 3
    assert codes(d.desk.ask(SEAT, freeze(d.ann, 3_601), freeze(d.ann, 3_600))) == [ReplyCode.FUNDS_FROZEN, ACCEPTED]

    d = Open()
    assert codes(d.desk.ask(SEAT, release(d.second, d.ann, 300))) == [ACCEPTED]
    first, second, corrects = d.all_of_it()
    assert codes(sent(d.desk, padding, first, second, corrects)) == [ACCEPTED, DIFFERS, NOT_DUE]
    again = (closing(d.second, d.ann, 0, 400), corrects)
    assert codes(sent(d.desk, padding, *again)) == [ACCEPTED, ACCEPTED]
    assert d.desk.money(d.ann) == (5_000, 500, 900, 0)
    same_after_all(d.desk)


@BOTH_WAYS
def test_nothing_is_corrected_before_the_set_is_complete_and_the_bank_agrees_with_itself(padding: int) -> None:
    desk = Desk()
    ann = desk.open(1_000)
    desk.done(SignOff(MONDAY))
    nothing = correction(ann, Both())
    assert codes(sent(desk, padding, nothing)) == [NOT_DUE]
    send_whole(desk, event(ann))
    assert codes(sent(desk, padding, nothing)) == [NOT_DUE]
    agree(desk)
    assert codes(sent(desk, padding, correction(ann, Both(), on=TUESDAY))) == [NOT_DUE]
    assert codes(sent(desk, padding, nothing)) == [ACCEPTED]
    compare(desk, BROKER)
    desk.done(Publish(MONDAY, BROKER))

    assert codes(sent(desk, padding, nothing)) == [NOT_DUE]
    assert codes(desk.ask(SEAT, nothing)) == [ReplyCode.ROLE_FORBIDS]
    assert desk.control(Reconcile(MONDAY, BROKER, 0)) == NOT_DUE


@BOTH_WAYS
def test_money_that_comes_in_between_is_seen(padding: int) -> None:
    """An excess of 3.00 with 2.00 there is not covered; with a deposit of 1.00 it is."""
    desk = Desk()
    ann = desk.open(200)
    desk.ask(SEAT, fill_sell(ann, 0))
    signed_off(desk)
    compared(desk, BROKER, event(ann), sell(1, ann, 200, 500))
    assert codes(sent(desk, padding, correction(ann, Both(300)))) == [DIFFERS]

    assert codes(desk.ask(SAVINGS_SEAT, deposit(ann, 100))) == [ACCEPTED]

    assert codes(sent(desk, padding, correction(ann, Both(300)))) == [ACCEPTED]
    assert desk.money(ann) == (300, 0, 300, 0)
    same_after_all(desk)


@BOTH_WAYS
def test_what_a_withdrawn_set_said_corrects_nothing(padding: int) -> None:
    """A first set has an excess of 3.00, the second one nothing."""
    desk = Desk()
    ann = desk.open(1_000)
    signed_off(desk)
    number = send_whole(desk, event(ann), sell(1, ann, 200, 500))
    assert desk.control(WithdrawSet(MONDAY, number), SEAT) == ACCEPTED
    assert codes(sent(desk, padding, correction(ann, Both(300)))) == [NOT_DUE]
    send_whole(desk)

    assert codes(sent(desk, padding, correction(ann, Both(300)), correction(ann, Both()))) == [DIFFERS, ACCEPTED]
    assert desk.money(ann) == (1_000, 0, 0, 0)
    same_after_all(desk)
