"""Places of a comparison: whose they are, how they are compared in parts, and how differences are told in pages."""

import pytest

from ledger.core.lines import answers, differing
from ledger.core.lines import compare as columns
from ledger.core.lines.answers import clearing_set, set_differences
from protocol.codes import ReplyCode
from protocol.messages.day.steps import Reconcile, SignOff, WithdrawSet
from protocol.messages.queries import Difference
from protocol.vocabulary import ComparedField, DifferenceClass, LaneState
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    Desk,
    same_after_all,
)
from tests.ledger_core.lines.words import buy, event, order, send_whole

ACCEPTED = ReplyCode.ACCEPTED


def compare(desk: Desk) -> None:
    first = 0
    while True:
        answer = desk.told(Reconcile(MONDAY, BROKER, first))
        assert answer.code == ACCEPTED
        first = answer.remaining_fen
        if not first:
            return


def test_what_another_broker_has_is_none_of_the_lane() -> None:
    desk = Desk()
    ann, foreign = desk.open(100), desk.open(100, OTHER_BROKER)
    desk.freeze(foreign, 50, OTHER_SEAT)
    desk.done(SignOff(MONDAY))
    send_whole(desk, event(ann))

    compare(desk)

    assert clearing_set(desk.book, BROKER, MONDAY).state == LaneState.RECONCILED
    assert set_differences(desk.book, OTHER_BROKER, MONDAY, 0).differences == []
    same_after_all(desk)


def test_draws_of_one_contract_add_up_over_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders at two seats lie in two pages of 8,192 places: closing draws 30 of one and 40 of the other."""
    desk = Desk()
    ann = desk.open(100)
    first, second = desk.freeze(ann, 30), desk.freeze(ann, 50, SECOND_SEAT)
    desk.done(SignOff(MONDAY))
    orders = (order(first, ann, 30), buy(first, ann, 30), order(second, ann, 50), buy(second, ann, 40))
    send_whole(desk, event(ann), *orders)
    monkeypatch.setattr(columns, "RECONCILE_PLACES_MAX", 8_192)

    compare(desk)

    assert clearing_set(desk.book, BROKER, MONDAY).state == LaneState.RECONCILED
    same_after_all(desk)


def test_a_set_that_differs_may_be_compared_again_and_counts_the_same() -> None:
    desk = Desk()
    ann = desk.open(100)
    target = desk.freeze(ann, 50)
    desk.done(SignOff(MONDAY))
    send_whole(desk, event(ann), order(target, ann, 51), buy(target, ann, 40))

    for _ in range(2):
        compare(desk)
        answer = clearing_set(desk.book, BROKER, MONDAY)
        assert (answer.state, answer.differences) == (LaneState.COMPLETE, [0, 0, 1, 0])


def test_differences_are_told_so_many_at_a_time_and_those_of_one_place_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three at a time: an order that is not there; then a freeze with three; then a contract with one."""
    desk = Desk()
    ann = desk.open(100)
    target = desk.freeze(ann, 50)
    desk.done(SignOff(MONDAY))
    no_order = order((MONDAY, SEAT, 900), ann, 5)
    send_whole(desk, no_order, order(target, ann, 51, 7))
    compare(desk)
    whole = set_differences(desk.book, BROKER, MONDAY, 0)
    assert (len(whole.differences), whole.next_place) == (5, 0)
    monkeypatch.setattr(answers, "QUERY_DIFFERENCES_MAX", 3)

    pages, first = [], 0
    while True:
        page = set_differences(desk.book, BROKER, MONDAY, first)
        pages.append(page.differences)
        assert page.next_place == 0 or page.next_place > first
        first = page.next_place
        if not first:
            break

    assert [len(page) for page in pages] == [1, 3, 1]
    assert [each for page in pages for each in page] == whole.differences


def test_places_without_differences_are_passed_over_in_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    ann = desk.open(100)
    desk.freeze(ann, 50)
    desk.done(SignOff(MONDAY))
    send_whole(desk)
    compare(desk)
    monkeypatch.setattr(columns, "RECONCILE_PLACES_MAX", 4_000)

    found, first = [], 0
    while True:
        page = set_differences(desk.book, BROKER, MONDAY, first)
        found.append((first, len(page.differences), page.next_place))
        first = page.next_place
        if not first:
            break

    assert found == [(0, 1, 4_000), (4_000, 0, 8_000), (8_000, 1, 0)]


def test_what_a_withdrawn_set_told_is_missing_in_the_next() -> None:
    desk = Desk()
    ann = desk.open(100)
    target = desk.freeze(ann, 50)
    desk.done(SignOff(MONDAY))
    number = send_whole(desk, event(ann), order(target, ann, 50), buy(target, ann, 40))
    assert desk.control(WithdrawSet(MONDAY, number), SEAT) == ACCEPTED
    send_whole(desk, event(ann))

    compare(desk)

    (found,) = set_differences(desk.book, BROKER, MONDAY, 0).differences
    assert (found.difference_class, found.compared_field) == (DifferenceClass.MISSING_THERE, ComparedField.ORDER)
    assert (found.order_date, found.order_seat, found.order_number) == target
    same_after_all(desk)


def test_of_many_differences_only_those_are_made_that_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker names 40 orders that are not there, and asks: an answer has 3, and a fourth tells where to go on."""
    desk = Desk()
    ann = desk.open(100)
    desk.done(SignOff(MONDAY))
    send_whole(desk, *(order((MONDAY, SEAT, 900 + place), ann, 5) for place in range(40)))
    compare(desk)
    monkeypatch.setattr(answers, "QUERY_DIFFERENCES_MAX", 3)
    made: list[Difference] = []

    def counted(*values: int) -> Difference:
        made.append(Difference(*values))
        return made[-1]

    monkeypatch.setattr(differing, "Difference", counted)
    page = set_differences(desk.book, BROKER, MONDAY, 0)

    assert (len(page.differences), page.next_place, len(made)) == (3, 3, 4)
