"""Once a set is complete: fills that come too late, and what a release may still give back."""

import pytest

from protocol.codes import ReplyCode
from protocol.messages.day import CompleteSet, SignOff, WithdrawSet
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import (
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
from tests.ledger_core.lines.words import announce, buy, send

ACCEPTED = ReplyCode.ACCEPTED


@pytest.mark.parametrize("padding", [0, 20], ids=["law", "lane"])
def test_once_the_set_is_complete_what_was_cleared_stays_frozen_and_fills_are_listed(padding: int) -> None:
    """60 frozen, 20 drawn, 1 released, 50 cleared: 30 of the 39 that remain are due, so 9 may be released.

    A fill of Tuesday draws 5 of what is due: 34 remain, 25 are due.
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
    assert codes(answers) == [listed, listed, ACCEPTED, over, ACCEPTED, over]
    assert desk.money(customer) == (1_000 + 7 * padding, 25, 25, 0)
    assert desk.send(Frame(SEAT, fill_sell(customer, 7, on=TUESDAY)), *more)[0].code == ACCEPTED
    assert int(desk.book.requests.released_after_fen.sum()) == 9
    same_after_all(desk)


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
