"""What a clearing set said, when its date is carried over a roll or is settled."""

from protocol.codes import ReplyCode
from protocol.messages.day.steps import SignOff
from protocol.vocabulary import ClearedEvent
from tests.ledger_core.desk import (
    MONDAY,
    SEAT,
    TUESDAY,
    Desk,
    codes,
    same_after_all,
)
from tests.ledger_core.lines.words import (
    announce,
    buy,
    event,
    order,
    send,
    signed_off,
)


def test_a_carried_freeze_keeps_what_was_said_of_it() -> None:
    desk = Desk()
    customer = desk.open(100)
    target = desk.freeze(customer, 60)
    desk.done(SignOff(MONDAY))
    announce(desk)
    send(desk, order(target, customer, 60), buy(target, customer, 20))

    desk.roll(TUESDAY)

    assert codes(send(desk, order(target, customer, 60), buy(target, customer, 20))) == [ReplyCode.LINE_DOUBLED] * 2
    same_after_all(desk)


def test_settled_customers_leave_no_lane() -> None:
    desk, (customer,) = signed_off(0)
    announce(desk)
    send(desk, event(customer), buy((MONDAY, SEAT, 5_000), customer, 3))
    desk.roll(TUESDAY)

    desk.settle(MONDAY)

    assert codes(send(desk, event(customer, ClearedEvent.CLOSED))) == [ReplyCode.SET_NOT_OPEN]
    assert announce(desk).code == ReplyCode.DATE_NOT_UNSETTLED
    assert not desk.book.clearing.lanes
    assert not len(desk.book.clearing.listed_keys)
    same_after_all(desk)
