"""A held order waits for its allotment: a later set of its broker names it, and it is closed with that set's date."""

import pytest

from ledger.core.corrections.answers import correction as dry_run
from ledger.core.corrections.answers import to_close
from ledger.core.lines.answers import clearing_set
from ledger.core.settling.answers import to_settle
from protocol.codes import ReplyCode
from protocol.messages.day.corrections import ClosingsQuery, CorrectionQuery, OrderClosing
from protocol.messages.day.settling import Settlement, SettlementsQuery
from protocol.messages.day.steps import (
    BeginSettle,
    CompleteSet,
    Publish,
    Reconcile,
    SignOff,
    WithdrawSet,
)
from protocol.records import FREEZE_STATE_CLOSED, FREEZE_STATE_OPEN, STATE_LISTED, RecordArray
from protocol.vocabulary import Fate, LaneState
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.people import decision, permission, staffed, withdrawal
from tests.ledger_core.corrections.words import IN_ORDER, Both, both_of, closing, correction, reversals, sent
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    SEAT,
    SECOND_SEAT,
    TUESDAY,
    WEDNESDAY,
    Answer,
    Desk,
    Frame,
    Target,
    codes,
    fill_buy,
    release,
    same_after_all,
)
from tests.ledger_core.lines.words import agree, announce, buy, event, order, send, send_whole
from tests.ledger_core.moved.words import stands as in_place
from tests.ledger_core.moved.words import transfers
from tests.ledger_core.settling.words import begin, published, settle, settlement, state

ACCEPTED, LISTED, NOT_DUE = ReplyCode.ACCEPTED, ReplyCode.LISTED, ReplyCode.STEP_NOT_DUE
TAKEN, AS_LISTED = Answer(ACCEPTED, 0, 0), Answer(ACCEPTED, STATE_LISTED, 0)
CLOSED = Answer(ACCEPTED, FREEZE_STATE_CLOSED, 0)


def held(desk: Desk | None = None) -> tuple[Desk, int, Target]:
    """Ann has 100.00 and subscribes for 60.00 on Monday. Her order is held, and Monday is settled; Tuesday is open."""
    desk = desk or Desk()
    ann = desk.open(10_000)
    target = desk.freeze(ann, 6_000)
    published(desk, event(ann), order(target, ann, 6_000, fate=Fate.HELD))
    assert settle(desk) == []
    desk.roll(TUESDAY)
    return desk, ann, target


def signed_off(desk: Desk, on: int = TUESDAY) -> None:
    desk.done(SignOff(on))
    agree(desk, on)


def differs(desk: Desk, *lines: RecordArray, on: int = TUESDAY) -> list[int]:
    """The differences by class of a set of these lines."""
    send_whole(desk, *lines, on=on)
    return compared(desk, on)


def compared(desk: Desk, on: int = TUESDAY) -> list[int]:
    desk.done(Reconcile(on, BROKER, 0))
    return clearing_set(desk.book, BROKER, on).differences


def to_be_closed(desk: Desk, on: int = TUESDAY) -> list[OrderClosing]:
    return to_close(desk.book, ClosingsQuery(on, BROKER, 0)).closings


def partly(target: Target, contract_no: int, on: int = TUESDAY) -> list[RecordArray]:
    """Of 60.00, 25.00 are allotted, with a fee of 1.00."""
    return [order(target, contract_no, 6_000, fate=Fate.PARTLY, on=on), buy(target, contract_no, 2_500, 100, on=on)]


def test_what_is_allotted_is_bought_and_the_rest_goes_back() -> None:
    """Of 60.00 she is allotted 25.00, with a fee of 1.00: 26.00 are drawn and 34.00 released. She pays 26.00."""
    desk, ann, target = held()
    assert desk.money(ann) == (10_000, 6_000, 0, 0)
    signed_off(desk)

    assert differs(desk, *partly(target, ann)) == [0, 0, 0, 0]
    desk.done(Publish(TUESDAY, BROKER))
    assert desk.control(BeginSettle(TUESDAY, BROKER)) == NOT_DUE
    assert to_be_closed(desk) == [OrderClosing(ann, *target, 2_600, 3_400)]
    assert codes(sent(desk, IN_ORDER, closing(target, ann, 2_600, 3_400))) == [NOT_DUE]  # with Monday
    assert codes(sent(desk, IN_ORDER, closing(target, ann, 2_500, 3_500, TUESDAY))) == [ReplyCode.SETTLEMENT_DIFFERS]
    assert sent(desk, IN_ORDER, closing(target, ann, 2_600, 3_400, TUESDAY)) == [CLOSED]

    assert to_be_closed(desk) == []
    assert desk.money(ann) == (10_000, 0, 2_600, 0)
    assert len(settle(desk, TUESDAY)) == 1
    assert state(desk, TUESDAY) >= LaneState.SETTLED
    assert desk.money(ann) == (7_400, 0, 0, 0)
    same_after_all(desk)


def test_beside_orders_of_the_date_itself_each_contract_has_all_of_its_own() -> None:
    """Bob and Ann order on Tuesday too, for 10.00 each, of which nothing is bought. Closed by contract: Ann's order of
    Tuesday, the one that was held, then Bob's.
    """
    desk, ann, target = held()
    bob = desk.open(1_000)
    of_bob, of_ann = desk.freeze(bob, 1_000), desk.freeze(ann, 1_000)
    signed_off(desk)
    lines = [event(bob, on=TUESDAY), order(of_bob, bob, 1_000, fate=Fate.CANCELLED, on=TUESDAY)]
    lines.append(order(of_ann, ann, 1_000, fate=Fate.CANCELLED, on=TUESDAY))

    assert differs(desk, *lines, *partly(target, ann)) == [0, 0, 0, 0]
    desk.done(Publish(TUESDAY, BROKER))

    assert to_be_closed(desk) == [
        *(OrderClosing(ann, *of_ann, 0, 1_000), OrderClosing(ann, *target, 2_600, 3_400)),
        OrderClosing(bob, *of_bob, 0, 1_000),
    ]


def test_in_transfer_mode_what_is_allotted_is_drawn_of_what_was_moved() -> None:
    """Her 60.00 were moved on Monday: 26.00 are debited from there, 34.00 come back to her account."""
    desk, ann, target = held(transfers(Desk()))
    assert in_place(desk, ann) == (4_000, 6_000, 0)
    signed_off(desk)
    assert differs(desk, *partly(target, ann)) == [0, 0, 0, 0]
    desk.done(Publish(TUESDAY, BROKER))

    assert sent(desk, IN_ORDER, closing(target, ann, 2_600, 3_400, TUESDAY)) == [CLOSED]
    assert in_place(desk, ann) == (7_400, 0, 2_600)
    begin(desk, TUESDAY)
    asked = to_settle(desk.book, SettlementsQuery(TUESDAY, BROKER, 0))
    assert asked.contracts == [Settlement(ann, 0, 2_600, 0, 0)]
    of_moved = settlement(ann, on=TUESDAY)
    of_moved["from_moved_fen"] = 2_600
    assert codes(desk.ask(DAY_SEAT, of_moved)) == [ACCEPTED]

    assert desk.money(ann) == (7_400, 0, 0, 0)
    assert in_place(desk, ann) == (7_400, 0, 0)
    same_after_all(desk)


@pytest.mark.parametrize(("fate", "closes"), [(Fate.CANCELLED, True), (Fate.REFUSED, True), (Fate.HELD, False)])
def test_without_an_allotment_all_goes_back_unless_it_is_held_on(fate: Fate, closes: bool) -> None:
    desk, ann, target = held()
    signed_off(desk)

    assert differs(desk, order(target, ann, 6_000, fate=fate, on=TUESDAY)) == [0, 0, 0, 0]
    desk.done(Publish(TUESDAY, BROKER))

    assert to_be_closed(desk) == ([OrderClosing(ann, *target, 0, 6_000)] if closes else [])
    assert (desk.control(BeginSettle(TUESDAY, BROKER)) == ACCEPTED) is not closes


def test_an_order_that_no_set_names_waits_on() -> None:
    desk, ann, target = held()
    signed_off(desk)
    assert differs(desk) == [0, 0, 0, 0]
    desk.done(Publish(TUESDAY, BROKER))
    assert to_be_closed(desk) == []
    settle(desk, TUESDAY)
    desk.roll(WEDNESDAY)
    signed_off(desk, WEDNESDAY)

    assert differs(desk, *partly(target, ann, WEDNESDAY), on=WEDNESDAY) == [0, 0, 0, 0]
    desk.done(Publish(WEDNESDAY, BROKER))
    assert to_be_closed(desk, WEDNESDAY) == [OrderClosing(ann, *target, 2_600, 3_400)]
    same_after_all(desk)


def test_what_the_set_says_otherwise_of_it_differs() -> None:
    """Missing here, missing there, amount, state. What it bought without its order line is an order that is missing
    there; 1.00 more than was frozen is an amount; FILLED and nothing bought is a state.
    """
    desk, ann, target = held()
    signed_off(desk)
    for lines, found in (
        ([buy(target, ann, 2_600, on=TUESDAY)], [0, 1, 0, 0]),
        ([order(target, ann, 6_100, fate=Fate.CANCELLED, on=TUESDAY)], [0, 0, 1, 0]),
        ([order(target, ann, 6_000, 100, fate=Fate.CANCELLED, on=TUESDAY)], [0, 0, 1, 0]),
        ([order(target, ann, 6_000, on=TUESDAY)], [0, 0, 0, 1]),
    ):
        number = send_whole(desk, *lines, on=TUESDAY)
        assert compared(desk) == found
        assert desk.control(WithdrawSet(TUESDAY, number), SEAT) == ACCEPTED


def test_only_what_was_held_may_be_named() -> None:
    """Listed: an order of Monday before Monday is settled; one of another contract; one that is closed."""
    desk = Desk()
    ann, bob = desk.open(10_000), desk.open(1_000)
    target, gone = desk.freeze(ann, 6_000), desk.freeze(bob, 1_000)
    desk.done(SignOff(MONDAY))
    agree(desk)
    desk.roll(TUESDAY)
    signed_off(desk)
    lines = order(target, ann, 6_000, fate=Fate.CANCELLED, on=TUESDAY)
    announce(desk, lines, on=TUESDAY)
    assert send(desk, lines) == [AS_LISTED]
    assert desk.control(WithdrawSet(TUESDAY, 1), SEAT) == ACCEPTED
    closed = order(gone, bob, 1_000, fate=Fate.CANCELLED)
    published(desk, event(ann), event(bob), order(target, ann, 6_000, fate=Fate.HELD), closed)
    settle(desk)

    of_others = order(target, bob, 6_000, fate=Fate.CANCELLED, on=TUESDAY)
    once_more = order(gone, bob, 1_000, fate=Fate.CANCELLED, on=TUESDAY)
    announce(desk, lines, on=TUESDAY)
    assert send(desk, lines, once_more) == [TAKEN, AS_LISTED]
    assert send(desk, of_others) == [Answer(ReplyCode.LINE_DOUBLED, 0, 0)]
    same_after_all(desk)


def test_two_sets_never_name_it_both() -> None:
    """Tuesday's set has it, and Wednesday's line is listed; once Tuesday's is withdrawn, Wednesday's may."""
    desk, ann, target = held()
    signed_off(desk)
    desk.roll(WEDNESDAY)
    signed_off(desk, WEDNESDAY)
    number = send_whole(desk, *partly(target, ann), on=TUESDAY)
    lines = partly(target, ann, WEDNESDAY)

    announce(desk, *lines, on=WEDNESDAY)
    assert send(desk, *lines) == [AS_LISTED, AS_LISTED]
    assert desk.control(WithdrawSet(WEDNESDAY, 1), SEAT) == ACCEPTED
    assert desk.control(WithdrawSet(TUESDAY, number), SEAT) == ACCEPTED
    announce(desk, *lines, on=WEDNESDAY)
    assert send(desk, *lines) == [TAKEN, TAKEN]
    same_after_all(desk)


def test_of_two_sets_in_one_block_the_first_has_it() -> None:
    """Tuesday's from one seat of the broker and Wednesday's from the other, in one row: the first names it alone."""
    desk, ann, target = held()
    signed_off(desk)
    desk.roll(WEDNESDAY)
    signed_off(desk, WEDNESDAY)
    of_tuesday, of_wednesday = (order(target, ann, 6_000, fate=Fate.CANCELLED, on=on) for on in (TUESDAY, WEDNESDAY))
    announce(desk, of_tuesday, on=TUESDAY)
    announce(desk, of_wednesday, on=WEDNESDAY, seat=SECOND_SEAT)

    told = desk.send(Frame(SEAT, of_tuesday), Frame(SECOND_SEAT, of_wednesday))

    assert told == [TAKEN, AS_LISTED]
    same_after_all(desk)


def test_a_fill_of_it_is_taken_until_the_set_that_names_it_is_complete() -> None:
    """A fill of 26.00 on Tuesday, while her broker sends its set, is what the set says; a second one is listed."""
    desk, ann, target = held()
    signed_off(desk)
    lines = partly(target, ann)
    number = announce(desk, *lines, on=TUESDAY).remaining_fen
    for line in lines:
        assert send(desk, line) == [TAKEN]

    filled = desk.ask(SEAT, fill_buy(target, ann, 2_600, on=TUESDAY))
    assert filled == [Answer(ACCEPTED, FREEZE_STATE_OPEN, 3_400)]
    assert desk.control(CompleteSet(TUESDAY, number), SEAT) == ACCEPTED
    assert compared(desk) == [0, 0, 0, 0]
    assert codes(desk.ask(SEAT, fill_buy(target, ann, 100, on=TUESDAY))) == [LISTED]
    assert codes(desk.ask(SEAT, release(target, ann, 3_400))) == [ACCEPTED]

    assert desk.money(ann) == (10_000, 0, 2_600, 0)
    same_after_all(desk)


def test_what_is_allotted_and_not_drawn_is_not_released() -> None:
    """Once the set is complete, of 60.00 only the 34.00 that it does not say may go back."""
    desk, ann, target = held()
    signed_off(desk)
    assert differs(desk, *partly(target, ann)) == [0, 0, 0, 0]

    told = codes(desk.ask(SEAT, release(target, ann, 3_401), release(target, ann, 3_400)))

    assert told == [ReplyCode.AMOUNT_OVER_REMAINING, ACCEPTED]
    desk.done(Publish(TUESDAY, BROKER))
    assert to_be_closed(desk) == [OrderClosing(ann, *target, 2_600, 0)]


def test_one_that_a_withdrawn_set_has_closed_is_listed_in_the_next_and_its_buy_stays() -> None:
    """Tuesday's set says 26.00 of the order and 5.00 that nobody ordered: the correction closes the order, and Ann
    bears 31.00. Two people withdraw the set: 5.00 are taken back, the order stays closed. The next one names it once
    more, alone: its lines are listed, and the correction that has them moves nothing. She pays 26.00.
    """
    desk, ann, target = held()
    office = staffed(desk)
    signed_off(desk)
    nowhere = buy((TUESDAY, SEAT, 90), ann, 500, on=TUESDAY)
    assert differs(desk, *partly(target, ann), nowhere) == [1, 0, 0, 0]
    both = Both(3_100, 0, 2_600)
    act = desk.told(permission(office, desk, BROKER, ann, both, on=TUESDAY)).remaining_fen
    closes = closing(target, ann, 2_600, 3_400, TUESDAY)
    assert codes(sent(desk, IN_ORDER, closes, correction(ann, both, act, TUESDAY))) == [ACCEPTED, ACCEPTED]
    desk.done(withdrawal(office, BROKER, 1, TUESDAY))
    assert codes(sent(desk, IN_ORDER, *reversals(desk, BROKER, TUESDAY))) == [ACCEPTED]
    assert desk.money(ann) == (10_000, 0, 2_600, 0)

    assert differs(desk, *partly(target, ann)) == [2, 0, 1, 0]
    answer = dry_run(desk.book, CorrectionQuery(TUESDAY, BROKER, 0, 0, 0))
    assert (answer.contract_no, both_of(answer), answer.needs_act) == (ann, Both(2_600, 0, 2_600), False)
    assert codes(sent(desk, IN_ORDER, correction(ann, Both(2_600, 0, 2_600), on=TUESDAY))) == [ACCEPTED]
    assert compared(desk) == [2, 0, 0, 0]
    desk.done(decision(office, desk, BROKER, "MISSING_HERE", on=TUESDAY))
    desk.done(Publish(TUESDAY, BROKER))
    settle(desk, TUESDAY)

    assert desk.money(ann) == (7_400, 0, 0, 0)
    same_after_all(desk)
