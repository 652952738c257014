"""Once what is owed is published, each order that is left open is ended as its clearing set says."""

import pytest

from ledger.core.corrections.answers import to_close
from protocol.codes import ReplyCode
from protocol.messages.control import EndSettlement
from protocol.messages.day.corrections import ClosingsAnswer, ClosingsQuery, OrderClosing
from protocol.messages.day.steps import BeginSettle, Publish, Reconcile, SignOff
from protocol.records import FREEZE_STATE_CLOSED
from protocol.vocabulary import Fate, LaneState
from tests.ledger_core.control.day.test_due_times import opened
from tests.ledger_core.corrections.words import BY_LANE, IN_ORDER, Both, closing, compared, correction, sent, stands
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Answer,
    Desk,
    Target,
    codes,
    fill_buy,
    release,
    same_after_all,
)
from tests.ledger_core.lines.words import agree, buy, event, order, send_whole

CLOSED = Answer(ReplyCode.ACCEPTED, FREEZE_STATE_CLOSED, 0)
DIFFERS, NOT_DUE = ReplyCode.SETTLEMENT_DIFFERS, ReplyCode.STEP_NOT_DUE


def reconciled() -> tuple[Desk, int, int, list[Target]]:
    """Ann has 200.00. Of 50.00 frozen 20.00 are filled, and nothing more is cleared: 30.00 are to be released. Of 40.00
    nothing is filled and nothing cleared. 10.00 are held. Bob's 60.00 are filled whole.
    """
    desk = Desk()
    ann, bob = desk.open(20_000), desk.open(6_000)
    partly, cancelled, held = (desk.freeze(ann, amount_fen) for amount_fen in (5_000, 4_000, 1_000))
    whole = desk.freeze(bob, 6_000)
    desk.ask(SEAT, fill_buy(partly, ann, 2_000), fill_buy(whole, bob, 6_000))
    desk.done(SignOff(MONDAY))
    agree(desk)
    lines = [event(ann), event(bob), order(partly, ann, 5_000, fate=Fate.PARTLY), buy(partly, ann, 2_000)]
    lines += [order(cancelled, ann, 4_000, fate=Fate.CANCELLED), order(held, ann, 1_000, fate=Fate.HELD)]
    lines += [order(whole, bob, 6_000), buy(whole, bob, 6_000)]
    assert compared(desk, BROKER, *lines) == [0, 0, 0, 0]
    return desk, ann, bob, [partly, cancelled, held, whole]


def published() -> tuple[Desk, int, int, list[Target]]:
    desk, ann, bob, targets = reconciled()
    desk.done(Publish(MONDAY, BROKER))
    return desk, ann, bob, targets


def to_be_closed(desk: Desk, first: int = 0) -> ClosingsAnswer:
    return to_close(desk.book, ClosingsQuery(MONDAY, BROKER, first))


@pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
def test_what_is_left_open_goes_back_and_what_is_held_stays(padding: int) -> None:
    """Before: balance 200.00, frozen 30.00 + 40.00 + 10.00, bought 20.00. After: frozen 10.00, bought 20.00."""
    desk, ann, bob, (partly, cancelled, held, whole) = published()
    assert desk.money(ann) == (20_000, 8_000, 2_000, 0)

    told = sent(
        desk,
        padding,
        *(closing(partly, ann, 0, 3_000), closing(cancelled, ann, 0, 4_000)),
        *(closing(held, ann, 0, 1_000), closing(whole, bob, 0, 6_000), closing(partly, ann, 0, 3_000)),
    )

    assert told[:2] == [CLOSED, CLOSED]
    assert codes(told[2:]) == [NOT_DUE, ReplyCode.FREEZE_CLOSED, ReplyCode.FREEZE_CLOSED]
    assert (desk.money(ann), desk.money(bob)) == ((20_000, 1_000, 2_000, 0), (6_000, 0, 6_000, 0))
    assert stands(desk, BROKER) == LaneState.CLOSING
    same_after_all(desk)


def test_what_is_cleared_and_not_drawn_is_drawn_as_closing_names_it() -> None:
    """A broker without fills: 50.00 frozen, 45.00 cleared: 45.00 are bought, 5.00 go back; anything else differs."""
    desk = Desk()
    ann = desk.open(5_000)
    target = desk.freeze(ann, 5_000)
    desk.done(SignOff(MONDAY))
    agree(desk)
    assert compared(desk, BROKER, event(ann), order(target, ann, 5_000), buy(target, ann, 4_500)) == [0, 0, 0, 0]
    desk.done(Publish(MONDAY, BROKER))
    assert to_be_closed(desk).closings == [OrderClosing(ann, *target, 4_500, 500)]

    told = codes(sent(desk, IN_ORDER, closing(target, ann, 4_400, 600), closing(target, ann, 5_000, 0)))

    assert told == [DIFFERS, DIFFERS]
    assert stands(desk, BROKER) == LaneState.PUBLISHED
    assert sent(desk, IN_ORDER, closing(target, ann, 4_500, 500)) == [CLOSED]
    assert desk.money(ann) == (5_000, 0, 4_500, 0)
    assert to_be_closed(desk).closings == []
    same_after_all(desk)


def test_before_publishing_nothing_is_closed_but_in_front_of_a_correction() -> None:
    desk, ann, _, (partly, *_) = reconciled()

    assert to_be_closed(desk).closings == []
    assert codes(sent(desk, IN_ORDER, closing(partly, ann, 0, 3_000))) == [NOT_DUE]


def test_a_published_date_is_corrected_no_more() -> None:
    desk, ann, _, (partly, cancelled, *_) = published()
    assert sent(desk, IN_ORDER, closing(partly, ann, 0, 3_000)) == [CLOSED]

    told = codes(sent(desk, IN_ORDER, closing(cancelled, ann, 0, 4_000), correction(ann, Both(2_000, 0, 2_000))))

    assert told == [ReplyCode.ACCEPTED, NOT_DUE]


def test_a_release_in_between_changes_what_is_to_be_closed() -> None:
    desk, ann, _, (partly, *_) = published()
    assert codes(desk.ask(SEAT, release(partly, ann, 1_000))) == [ReplyCode.ACCEPTED]

    assert codes(sent(desk, IN_ORDER, closing(partly, ann, 0, 3_000))) == [DIFFERS]
    assert sent(desk, IN_ORDER, closing(partly, ann, 0, 2_000)) == [CLOSED]
    assert codes(desk.ask(SEAT, release(partly, ann, 1_000))) == [ReplyCode.FREEZE_CLOSED]


def test_no_other_brokers_date_lets_it_be_closed() -> None:
    desk, ann, _, (partly, *_) = reconciled()
    compared(desk, OTHER_BROKER)
    desk.done(Publish(MONDAY, OTHER_BROKER))

    assert codes(sent(desk, IN_ORDER, closing(partly, ann, 0, 3_000))) == [NOT_DUE]


def test_an_order_of_another_date_is_not_closed() -> None:
    """Monday is published; Ann's order of Tuesday waits for Tuesday's set, whatever day the record names."""
    desk, ann, _, _ = published()
    desk.roll(TUESDAY)
    target = desk.freeze(ann, 500)

    assert codes(sent(desk, IN_ORDER, closing(target, ann, 0, 500))) == [NOT_DUE]
    assert codes(sent(desk, IN_ORDER, closing(target, ann, 0, 500, on=TUESDAY))) == [NOT_DUE]


def test_what_is_to_be_closed_is_told_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page ends with a contract; one that alone has more than a page begins the next pass."""
    desk, ann, _, (partly, cancelled, *_) = published()
    released = [OrderClosing(ann, *partly, 0, 3_000), OrderClosing(ann, *cancelled, 0, 4_000)]
    assert to_be_closed(desk) == ClosingsAnswer(desk.book.sequence, MONDAY, 0, released)
    monkeypatch.setattr("ledger.core.corrections.answers.QUERY_CLOSINGS_MAX", 1)

    first = to_be_closed(desk)

    assert (first.closings, first.next_place) == (released[:1], 1)
    assert (to_be_closed(desk, 1).closings, to_be_closed(desk, 1).next_place) == ([], 0)


def test_a_date_with_due_times_does_not_end_before_it_is_closed() -> None:
    """Tuesday is the first date with due times. Ann's 10.00 are frozen, and her broker's set says that they go back."""
    desk = Desk()
    desk.done(opened(TUESDAY))
    desk.settle(MONDAY)
    ann = desk.open(1_000)
    target = desk.freeze(ann, 1_000)
    desk.done(SignOff(TUESDAY))
    agree(desk, TUESDAY)
    lines = (event(ann, on=TUESDAY), order(target, ann, 1_000, fate=Fate.CANCELLED, on=TUESDAY))
    for party, seat, of_set in ((BROKER, SEAT, lines), (OTHER_BROKER, OTHER_SEAT, ())):
        send_whole(desk, *of_set, on=TUESDAY, seat=seat)
        desk.done(Reconcile(TUESDAY, party, 0))
        desk.done(Publish(TUESDAY, party))
    desk.done(opened(WEDNESDAY))

    assert desk.control(EndSettlement(TUESDAY)) == NOT_DUE
    assert desk.control(BeginSettle(TUESDAY, BROKER)) == NOT_DUE
    assert sent(desk, IN_ORDER, closing(target, ann, 0, 1_000, on=TUESDAY)) == [CLOSED]
    assert desk.control(EndSettlement(TUESDAY)) == NOT_DUE
    for party in (BROKER, OTHER_BROKER):
        desk.done(BeginSettle(TUESDAY, party))  # nothing was bought or sold
    desk.settle(TUESDAY)
    assert desk.money(ann) == (1_000, 0, 0, 0)
    same_after_all(desk)
