"""Once a set is complete: what it says was bought stays frozen, fills of its date are listed, until it is withdrawn."""

import pytest

from ledger.core.lines.answers import clearing_set
from protocol.codes import ReplyCode
from protocol.messages.day.steps import CompleteSet, Reconcile, SignOff, WithdrawSet
from protocol.vocabulary import Fate
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    SEAT,
    TUESDAY,
    Desk,
    Frame,
    codes,
    deposit,
    fill_buy,
    fill_sell,
    joined,
    release,
    same_after_all,
)
from tests.ledger_core.lines.words import announce, buy, event, order, send, send_whole

ACCEPTED = ReplyCode.ACCEPTED


@pytest.mark.parametrize("padding", [0, 20], ids=["law", "lane"])
def test_once_the_set_is_complete_what_was_cleared_stays_frozen_and_fills_are_listed(padding: int) -> None:
    """60 frozen, 20 drawn, 1 released, 50 cleared: 30 of the 39 that remain are due, so 9 may be released.

    The order ends with Monday, so a fill of Tuesday is listed too: it would draw for Tuesday what Monday's set has.
    """
    desk = Desk()
    customer = desk.open(1_000)
    target = desk.freeze(customer, 60)
    desk.ask(SEAT, fill_buy(target, customer, 20))
    desk.roll(TUESDAY)
    announce(desk, buy(target, customer, 50))
    send(desk, buy(target, customer, 50))
    more = [Frame(SAVINGS_SEAT, joined(*[deposit(customer, 1)] * padding))] if padding else []
    assert desk.send(Frame(SEAT, release(target, customer, 1)), *more)[0].code == ACCEPTED  # not complete yet
    desk.control(CompleteSet(MONDAY, 1), SEAT)

    late = [fill_buy(target, customer, 5), fill_sell(customer, 7), fill_buy(target, customer, 5, on=TUESDAY)]
    asked = [*late, release(target, customer, 10), release(target, customer, 9), release(target, customer, 1)]
    answers = [desk.send(Frame(SEAT, each), *more)[0] for each in asked]

    listed, over = ReplyCode.LISTED, ReplyCode.AMOUNT_OVER_REMAINING
    assert codes(answers) == [listed, listed, listed, over, ACCEPTED, over]
    assert desk.money(customer) == (1_000 + 7 * padding, 30, 20, 0)
    assert desk.send(Frame(SEAT, fill_sell(customer, 7, on=TUESDAY)), *more)[0].code == ACCEPTED
    assert int(desk.book.requests.released_after_fen.sum()) == 9
    same_after_all(desk)


@pytest.mark.parametrize("padding", [0, 20], ids=["law", "lane"])
def test_an_order_that_a_complete_set_has_or_should_have_ends_with_it_unless_it_is_held(padding: int) -> None:
    """One is told as held, one as cancelled, one not at all: on Tuesday the first alone is bought for."""
    desk = Desk()
    customer = desk.open(1_000)
    held, cancelled, untold = (desk.freeze(customer, 60) for _ in range(3))
    desk.done(SignOff(MONDAY))
    lines = (order(held, customer, 60, fate=Fate.HELD), order(cancelled, customer, 60, fate=Fate.CANCELLED))
    send_whole(desk, event(customer), *lines)
    desk.roll(TUESDAY)
    more = [Frame(SAVINGS_SEAT, joined(*[deposit(customer, 1)] * padding))] if padding else []

    asked = [fill_buy(target, customer, 10, on=TUESDAY) for target in (held, cancelled, untold)]
    answers = [desk.send(Frame(SEAT, each), *more)[0] for each in asked]

    assert codes(answers) == [ACCEPTED, ReplyCode.LISTED, ReplyCode.LISTED]
    assert desk.unsettled(customer) == {TUESDAY: (10, 0)}
    same_after_all(desk)
    desk.control(WithdrawSet(MONDAY, 1), SEAT)
    assert codes(desk.ask(SEAT, fill_buy(cancelled, customer, 10, on=TUESDAY))) == [ACCEPTED]


def test_a_withdrawn_set_holds_nothing_back() -> None:
    desk = Desk()
    customer = desk.open(1_000)
    target = desk.freeze(customer, 60)
    desk.done(SignOff(MONDAY))
    announce(desk, buy(target, customer, 50))
    send(desk, buy(target, customer, 50))
    desk.control(CompleteSet(MONDAY, 1), SEAT)
    assert codes(desk.ask(SEAT, release(target, customer, 11))) == [ReplyCode.AMOUNT_OVER_REMAINING]

    desk.control(WithdrawSet(MONDAY, 1), SEAT)

    assert codes(desk.ask(SEAT, release(target, customer, 60), fill_sell(customer, 7))) == [ACCEPTED, ACCEPTED]


def test_what_was_released_while_a_withdrawn_set_was_complete_is_of_the_next_one() -> None:
    """9 of 60 were released behind the first set; the second one says so, and nothing differs."""
    desk = Desk()
    customer = desk.open(1_000)
    target = desk.freeze(customer, 60)
    desk.done(SignOff(MONDAY))
    number = send_whole(desk, event(customer), order(target, customer, 60, fate=Fate.CANCELLED))
    assert codes(desk.ask(SEAT, release(target, customer, 9))) == [ACCEPTED]
    assert desk.control(WithdrawSet(MONDAY, number), SEAT) == ACCEPTED

    send_whole(desk, event(customer), order(target, customer, 60, 9, Fate.CANCELLED))
    desk.done(Reconcile(MONDAY, BROKER, 0))

    assert clearing_set(desk.book, BROKER, MONDAY).differences == [0, 0, 0, 0]
    same_after_all(desk)
