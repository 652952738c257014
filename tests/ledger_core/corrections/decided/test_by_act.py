"""Corrections that two people have signed, and those that a tolerance spares: worked out on paper in the comments."""

import pytest

from protocol.codes import ReplyCode
from protocol.messages.day.steps import Publish
from protocol.vocabulary import Fate, LaneState
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.corrections.one_day import ACCEPTED, AMOUNT, BOTH_WAYS, DONE, NOT_DUE, case, day, made_good
from tests.ledger_core.corrections.people import permission, permitted, staffed, tolerance
from tests.ledger_core.corrections.words import (
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
    Desk,
    codes,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    same_after_all,
)
from tests.ledger_core.lines.words import buy, event, order, sell

NEEDED = ReplyCode.ACT_NEEDED


@BOTH_WAYS
def test_a_clearing_buy_above_its_freeze(padding: int) -> None:
    """Ann has 1,200.00, froze 1,000.00, and 1,100.00 were bought: closing draws 1,000.00, and 100.00 more are bought.

    1,200.00 − 1,100.00 = 100.00 buys. Had she but 1,050.00, 50.00 of it would be the broker's case.
    """
    for has_fen, good_fen in ((120_000, 0), (105_000, 5_000)):
        d = day(has_fen, 100_000, OTHER_BROKER)
        lines = (event(d.ann), order(d.target, d.ann, 100_000), buy(d.target, d.ann, 110_000))
        assert compared(d.desk, OTHER_BROKER, *lines)[AMOUNT] == 1
        both = Both(110_000, 0, 100_000, 0, good_fen)
        close = closing(d.target, d.ann, 100_000, 0)
        assert codes(sent(d.desk, padding, close, correction(d.ann, both))) == [ACCEPTED, NEEDED]

        act = permitted(d.office, d.desk, OTHER_BROKER, d.ann, both)
        told = sent(d.desk, padding, correction(d.ann, both, act))

        assert told == [case(1) if good_fen else DONE]
        assert d.desk.money(d.ann) == (has_fen, 0, 110_000 - good_fen, 0)
        assert made_good(d.desk, OTHER_BROKER) == ({1: 5_000} if good_fen else {})
        assert compare(d.desk, OTHER_BROKER) == [0, 0, 0, 0]
        d.desk.done(Publish(MONDAY, OTHER_BROKER))
        same_after_all(d.desk)


@BOTH_WAYS
def test_a_clearing_buy_without_a_freeze(padding: int) -> None:
    """700.00 were bought under a number that is not there, and Ann has 300.00: she bears that, her broker 400.00.

    The line stays a difference of its own; her sums are in order.
    """
    d = day(30_000, 0)
    assert compared(d.desk, BROKER, event(d.ann), buy((MONDAY, SEAT, 99), d.ann, 70_000)) == [1, 0, 0, 0]
    both = Both(70_000, 0, 0, 0, 40_000)

    act = permitted(d.office, d.desk, BROKER, d.ann, both)
    assert sent(d.desk, padding, correction(d.ann, both, act)) == [case(1)]

    assert d.desk.money(d.ann) == (30_000, 0, 30_000, 0)
    assert made_good(d.desk, BROKER) == {1: 40_000}
    assert compare(d.desk, BROKER) == [1, 0, 0, 0]
    same_after_all(d.desk)


@BOTH_WAYS
def test_clearing_below_the_fills(padding: int) -> None:
    """The fills say 105.00, the set 104.00: 1.00 buys again. Buying power 500.00 − 104.00 = 396.00."""
    d = day(50_000, 10_500, filled_fen=10_500)
    lines = (event(d.ann), order(d.target, d.ann, 10_500), buy(d.target, d.ann, 10_400))
    assert compared(d.desk, BROKER, *lines)[AMOUNT] == 1
    both = Both(10_400, 0, 10_500)

    act = permitted(d.office, d.desk, BROKER, d.ann, both)

    assert sent(d.desk, padding, correction(d.ann, both, act)) == [DONE]
    assert d.desk.buying_power(d.ann) == (39_600, 39_600)
    assert made_good(d.desk, BROKER) == {}
    same_after_all(d.desk)


@BOTH_WAYS
def test_a_rejected_buy_is_made_good_in_full(padding: int) -> None:
    """105.00 were filled and cleared, and two people say that Ann did not order them: nothing is bought any more."""
    d = day(50_000, 10_500, filled_fen=10_500)
    compared(d.desk, BROKER, event(d.ann), order(d.target, d.ann, 10_500), buy(d.target, d.ann, 10_500))
    assert stands(d.desk, BROKER) == LaneState.RECONCILED
    both = Both(10_500, 0, 10_500, 0, 10_500)

    act = permitted(d.office, d.desk, BROKER, d.ann, both, rejected_fen=10_500)

    assert sent(d.desk, padding, correction(d.ann, both, act)) == [case(1)]
    assert d.desk.money(d.ann) == (50_000, 0, 0, 0)
    assert made_good(d.desk, BROKER) == {1: 10_500}
    assert compare(d.desk, BROKER) == [0, 0, 0, 0]
    d.desk.done(Publish(MONDAY, BROKER))
    same_after_all(d.desk)


@BOTH_WAYS
def test_what_was_sold_falls_as_far_as_it_was_not_spent(padding: int) -> None:
    """Ann sold for 100.00 and froze 80.00 of it on Tuesday; the set says 40.00. 20.00 can fall, 40.00 are the broker's.

    100.00 − 80.00 = 20.00 was left: sold is 80.00, which is 40.00 cleared and 40.00 made good. Buying power 0.
    """
    d = day(0, 0, sold_fen=10_000)
    d.desk.roll(TUESDAY)
    assert codes(d.desk.ask(SEAT, freeze(d.ann, 8_000))) == [ACCEPTED]
    assert compared(d.desk, BROKER, event(d.ann), sell(1, d.ann, 4_000))[AMOUNT] == 1
    both = Both(0, 4_000, 0, 10_000, 0, 4_000)

    act = permitted(d.office, d.desk, BROKER, d.ann, both)

    assert sent(d.desk, padding, correction(d.ann, both, act)) == [case(1)]
    assert d.desk.money(d.ann) == (0, 8_000, 0, 8_000)
    assert d.desk.unsettled(d.ann) == {MONDAY: (0, 8_000)}
    assert made_good(d.desk, BROKER) == {1: 4_000}
    assert compare(d.desk, BROKER) == [0, 0, 0, 0]
    same_after_all(d.desk)


@BOTH_WAYS
def test_a_customer_who_moves_money_changes_the_split_and_not_the_act(padding: int) -> None:
    """700.00 without a freeze, 300.00 there: at most 700.00 bought, 400.00 made good are signed. She pays in 0.01."""
    d = day(30_000, 0)
    compared(d.desk, BROKER, event(d.ann), buy((MONDAY, SEAT, 99), d.ann, 70_000))
    both = Both(70_000, 0, 0, 0, 40_000)
    signed = permission(d.office, d.desk, BROKER, d.ann, both, changed={"rise_max_fen": 70_000})
    act = d.desk.told(signed).remaining_fen
    d.desk.ask(SAVINGS_SEAT, deposit(d.ann, 1))

    assert codes(sent(d.desk, padding, correction(d.ann, both, act))) == [ReplyCode.SETTLEMENT_DIFFERS]
    assert sent(d.desk, padding, correction(d.ann, both._replace(good_buys_fen=39_999), act)) == [case(1)]

    assert d.desk.money(d.ann) == (30_001, 0, 30_001, 0)


@BOTH_WAYS
@pytest.mark.parametrize(
    "other",
    [
        {"rise_max_fen": 29_999},
        {"made_good_max_fen": 39_999},
        {"cleared_buys_fen": 70_001},
        {"cleared_proceeds_fen": 1},
    ],
)
def test_an_act_permits_what_it_says_and_no_more(other: dict[str, int], padding: int) -> None:
    d = day(30_000, 0)
    compared(d.desk, BROKER, event(d.ann), buy((MONDAY, SEAT, 99), d.ann, 70_000))
    both = Both(70_000, 0, 0, 0, 40_000)
    answer = d.desk.told(permission(d.office, d.desk, BROKER, d.ann, both, changed=other))
    assert answer.code == ACCEPTED

    assert codes(sent(d.desk, padding, correction(d.ann, both, answer.remaining_fen))) == [NEEDED]
    assert made_good(d.desk, BROKER) == {}
    same_after_all(d.desk)


@BOTH_WAYS
def test_an_act_is_of_one_contract_and_used_once(padding: int) -> None:
    d = day(30_000, 0)
    bob = d.desk.open(30_000)
    lines = (buy((MONDAY, SEAT, 99), d.ann, 70_000), buy((MONDAY, SEAT, 98), bob, 70_000))
    compared(d.desk, BROKER, event(d.ann), *lines)
    both = Both(70_000, 0, 0, 0, 40_000)
    act = permitted(d.office, d.desk, BROKER, d.ann, both)

    told = sent(d.desk, padding, correction(bob, both, act), correction(d.ann, both, act), correction(d.ann, both, act))

    assert codes(told) == [NEEDED, ACCEPTED, NOT_DUE]
    assert d.desk.book.permits.find(act, d.ann) is None
    again = permitted(d.office, d.desk, BROKER, bob, both)
    assert sent(d.desk, padding, correction(bob, both, again)) == [case(2)]
    assert made_good(d.desk, BROKER) == {1: 40_000, 2: 40_000}
    same_after_all(d.desk)


REFUSED = [
    (ReplyCode.PARTY_UNKNOWN, {"party": 9}),
    (ReplyCode.CONTRACT_UNKNOWN, {"contract_no": 999_999}),
    (ReplyCode.CONTRACT_UNKNOWN, {"party": OTHER_BROKER}),
    (ReplyCode.AMOUNT_OUT_OF_RANGE, {"cleared_buys_fen": 69_999, "rejected_fen": 70_000}),
    (ReplyCode.TRADE_DATE_NOT_LATER, {"last_date": MONDAY - 1}),
    (ReplyCode.DATE_NOT_UNSETTLED, {"trade_date": TUESDAY}),
    (ReplyCode.SET_UNKNOWN, {"set_number": 2}),
]


@pytest.mark.parametrize(("code", "other"), REFUSED)
def test_an_act_about_what_is_not_there_permits_nothing(code: ReplyCode, other: dict[str, int]) -> None:
    d = day(30_000, 0)
    compared(d.desk, BROKER, event(d.ann), buy((MONDAY, SEAT, 99), d.ann, 70_000))

    asked = permission(d.office, d.desk, BROKER, d.ann, Both(70_000, 0, 0, 0, 40_000))
    assert d.desk.control(asked) == ACCEPTED
    asked = permission(d.office, d.desk, BROKER, d.ann, Both(70_000, 0, 0, 0, 40_000), changed=other)
    assert d.desk.control(asked) == code


def test_an_act_is_over_with_its_last_date() -> None:
    d = day(30_000, 0)
    compared(d.desk, BROKER, event(d.ann), buy((MONDAY, SEAT, 99), d.ann, 70_000))
    both = Both(70_000, 0, 0, 0, 40_000)
    act = d.desk.told(permission(d.office, d.desk, BROKER, d.ann, both, changed={"last_date": MONDAY})).remaining_fen
    d.desk.roll(TUESDAY)

    assert codes(sent(d.desk, IN_ORDER, correction(d.ann, both, act))) == [NEEDED]


@BOTH_WAYS
def test_a_tolerance_for_each_contract_and_one_for_all(padding: int) -> None:
    """0.10 for a contract, 0.15 for the date. Ann was filled for 10.00, cleared 9.90: within. Bob 0.10 more: 0.05 are
    left, so not; Cid sold for 0.05 more: within, and nothing is left.
    """
    desk = Desk()
    office = staffed(desk)
    ann, bob, cid = (desk.open(5_000) for _ in range(3))
    orders = [desk.freeze(contract_no, 1_000) for contract_no in (ann, bob)]
    desk.ask(SEAT, *(fill_buy(target, no, 1_000) for target, no in zip(orders, (ann, bob), strict=True)))
    desk.ask(SEAT, fill_sell(cid, 100))
    signed_off(desk)
    lines = [event(no) for no in (ann, bob, cid)]
    for target, no in zip(orders, (ann, bob), strict=True):
        lines += [order(target, no, 1_000), buy(target, no, 990)]
    assert compared(desk, BROKER, *lines, sell(1, cid, 105))[AMOUNT] == 3
    within = [correction(no, Both(990, 0, 1_000)) for no in (ann, bob)]
    assert codes(sent(desk, padding, within[0])) == [NEEDED]
    desk.done(tolerance(office, BROKER, 10, 15))

    told = codes(sent(desk, padding, *within, correction(cid, Both(0, 105, 0, 100))))

    assert told == [ACCEPTED, NEEDED, ACCEPTED]
    assert desk.book.clearing.lane(MONDAY, BROKER).tolerated_fen == 15
    assert codes(sent(desk, padding, within[1])) == [NEEDED]
    desk.done(tolerance(office, BROKER, 10, 25))
    assert codes(sent(desk, padding, within[1])) == [ACCEPTED]
    assert desk.control(tolerance(office, 9, 1, 1)) == ReplyCode.PARTY_UNKNOWN
    assert compare(desk, BROKER) == [0, 0, 0, 0]
    same_after_all(desk)


def test_a_held_order_stays_through_a_correction() -> None:
    """50.00 are held, and 100.00 of listed buys are rejected: the held freeze is not closed, nothing is bought."""
    d = day(20_000, 5_000)
    lines = (event(d.ann), order(d.target, d.ann, 5_000, fate=Fate.HELD), buy((MONDAY, SEAT, 99), d.ann, 10_000))
    compared(d.desk, BROKER, *lines)
    both = Both(10_000, 0, 0, 0, 10_000)

    act = permitted(d.office, d.desk, BROKER, d.ann, both, rejected_fen=10_000)

    assert sent(d.desk, IN_ORDER, correction(d.ann, both, act)) == [case(1)]
    assert d.desk.money(d.ann) == (20_000, 5_000, 0, 0)
    same_after_all(d.desk)
