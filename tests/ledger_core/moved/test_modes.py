"""The mode of a broker: when it holds, who says it, and that a change waits until nothing of the broker is moved."""

import pytest

from protocol.acts.parties import ChangeModeAct
from protocol.codes import ReplyCode
from protocol.messages.control import ChangeMode
from protocol.vocabulary import BANK_PARTY, Mode, Right
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Desk,
    fill_buy,
    freeze,
    release,
    same_after_all,
)
from tests.ledger_core.moved.words import frozen, in_2420, moved, stands, transfers
from tests.ledger_core.sealed import sealed
from tests.people import signed

TRANSFER, FREEZE = ChangeMode(BROKER, Mode.TRANSFER), ChangeMode(BROKER, Mode.FREEZE)
LEE, MAX = 17, 18


def modes(desk: Desk) -> tuple[int, int]:
    """The mode that holds, and the one that it becomes."""
    return int(desk.book.moved.mode[BROKER]), int(desk.book.moved.next_mode[BROKER])


def test_a_broker_begins_in_freeze_mode_and_changes_at_once_while_it_has_no_contract() -> None:
    desk = Desk()
    assert modes(desk) == (Mode.FREEZE, Mode.FREEZE)

    desk.done(TRANSFER)

    assert modes(desk) == (Mode.TRANSFER, Mode.TRANSFER)
    assert int(desk.book.moved.mode[OTHER_BROKER]) == Mode.FREEZE
    same_after_all(desk)


def test_with_a_contract_it_changes_at_the_roll() -> None:
    desk = Desk()
    ann = desk.open(100)
    desk.done(TRANSFER)
    assert modes(desk) == (Mode.FREEZE, Mode.TRANSFER)
    assert desk.ask(SEAT, freeze(ann, 10)) == [frozen(10)]
    same_after_all(desk)

    desk.roll(TUESDAY)

    assert modes(desk) == (Mode.TRANSFER, Mode.TRANSFER)
    assert desk.ask(SEAT, freeze(ann, 20)) == [moved(20)]
    assert stands(desk, ann) == (80, 20, 0)  # Monday's freeze of 10 stays as it was made
    same_after_all(desk)


def test_saying_the_mode_in_force_takes_back_a_change_that_waits() -> None:
    desk = Desk()
    desk.open(100)
    desk.done(TRANSFER)
    desk.done(FREEZE)

    desk.roll(TUESDAY)

    assert modes(desk) == (Mode.FREEZE, Mode.FREEZE)


def test_a_change_back_waits_until_nothing_of_the_broker_is_moved() -> None:
    """Monday's order has 30 moved: Tuesday is traded in transfer mode still. All of it is given back by Wednesday."""
    desk = transfers(Desk())
    ann = desk.open(100)
    order = desk.freeze(ann, 30)
    desk.done(FREEZE)

    desk.roll(TUESDAY)
    assert (modes(desk), in_2420(desk)) == ((Mode.TRANSFER, Mode.FREEZE), 30)
    assert desk.ask(SEAT, freeze(ann, 5)) == [moved(5)]
    desk.ask(SEAT, release((TUESDAY, SEAT, 1), ann, 5), release(order, ann, 30))
    desk.roll(WEDNESDAY)

    assert (modes(desk), in_2420(desk)) == ((Mode.FREEZE, Mode.FREEZE), 0)
    assert desk.ask(SEAT, freeze(ann, 5)) == [frozen(5)]
    same_after_all(desk)


def test_what_is_drawn_of_moved_money_keeps_the_mode_too() -> None:
    desk = transfers(Desk())
    ann = desk.open(100)
    order = desk.freeze(ann, 30)
    desk.ask(SEAT, fill_buy(order, ann, 30, on=MONDAY))
    desk.done(FREEZE)

    desk.roll(TUESDAY)

    assert (modes(desk), in_2420(desk)) == ((Mode.TRANSFER, Mode.FREEZE), 30)


@pytest.mark.parametrize("party", [BANK_PARTY, 9])
def test_only_a_broker_has_a_mode(party: int) -> None:
    assert Desk().control(ChangeMode(party, Mode.TRANSFER)) == ReplyCode.PARTY_UNKNOWN


def test_once_the_bank_is_sealed_two_people_say_it() -> None:
    desk = Desk()
    office = sealed(desk, (LEE, Right.BROKERS), (MAX, Right.BROKERS))
    assert desk.control(TRANSFER) == ReplyCode.ACT_NEEDED

    act = ChangeModeAct(**office.by(LEE), party=BROKER, mode="TRANSFER")

    assert desk.control(signed(act, LEE)) == ReplyCode.SECOND_PERSON_NEEDED
    assert desk.control(signed(act, LEE, MAX)) == ReplyCode.ACCEPTED
    assert modes(desk) == (Mode.TRANSFER, Mode.TRANSFER)
    same_after_all(desk)
