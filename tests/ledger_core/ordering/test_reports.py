"""Every report in every state of an order, by a block: the book has what the page makes of it, also behind a set."""

from collections.abc import Callable
from copy import deepcopy

import numpy as np
import pytest

from ledger.core.invariants import check_book
from ledger.core.orders.slots import keep, order_at
from protocol.codes import ReplyCode
from protocol.records import RecordArray
from protocol.vocabulary import RecordKind
from rules.money.account import Account
from rules.orders.fees import Traded
from rules.orders.reports import Order
from rules.orders.states import OrderState
from rules.orders.told import (
    Report,
    ask_cancel,
    outcome_of,
    tell,
    tell_cancelled,
    tell_executed,
    tell_refused,
    tell_taken,
)
from tests.ledger_core.desk import BROKER, MONDAY, Desk, same_after_all
from tests.ledger_core.ordering.trading import (
    YUAN,
    Name,
    a_bank,
    a_customer,
    cancel,
    cancel_refused,
    cancelled,
    executed,
    ordered,
    refused,
    said,
    taken,
)

PART = Traded(400, 3_980 * YUAN)
NOBODY = Account(0, 0, 0, 0, 0)


def sent(order: Order) -> None:
    """It stays as it is."""


def has_it(order: Order) -> None:
    tell_taken(order, 42)


def in_part(order: Order) -> None:
    tell_executed(order, NOBODY, PART, False)


def ending(order: Order) -> None:
    tell_taken(order, 42)
    ask_cancel(order, 7)


def ended(order: Order) -> None:
    tell_executed(order, NOBODY, PART, False)
    tell_cancelled(order, NOBODY, 600, 0, False)


def turned_down(order: Order) -> None:
    tell_refused(order, NOBODY, False)


REPORTS: list[Callable[[Name, int], RecordArray]] = [
    lambda name, ann: taken(name, ann),
    lambda name, ann: taken(name, ann, 43),
    lambda name, ann: refused(name, ann),
    lambda name, ann: executed(name, ann, *PART),
    lambda name, ann: executed(name, ann, 300, 2_985 * YUAN),
    lambda name, ann: executed(name, ann, 1_000, 9_920 * YUAN),
    lambda name, ann: executed(name, ann, 1_000, 10_920 * YUAN),
    lambda name, ann: cancelled(name, ann, 100),
    lambda name, ann: cancelled(name, ann, 100, answers=7),
    lambda name, ann: cancelled(name, ann, 600, answers=7),
    lambda name, ann: cancelled(name, ann, 1_000),
    lambda name, ann: cancel_refused(name, ann, 7),
    lambda name, ann: cancel_refused(name, ann, 8),
]


@pytest.mark.parametrize("is_late", [False, True], ids=["before its set", "behind its set"])
@pytest.mark.parametrize("state", [sent, has_it, in_part, ending, ended, turned_down])
def test_a_block_makes_of_an_order_what_the_page_makes_of_it(state: Callable[[Order], None], is_late: bool) -> None:
    fitting = 0
    for report in REPORTS:
        desk, ann, name, slot = an_order(state)
        order = order_at(desk.book, slot)
        record = report(name, ann)
        if is_late:
            desk.book.clearing.cleared[MONDAY] = np.arange(BROKER + 1) == BROKER
        expected = deepcopy(order)
        fits = tell(report_of(record), expected, NOBODY, is_late)

        (answer,) = said(desk, record)

        listed = (ReplyCode.LISTED, 0, 0)
        assert answer == (outcome_of(int(record["kind"][0]), expected) if fits else listed)
        assert order_at(desk.book, slot) == expected
        check_book(desk.book)
        fitting += fits
    assert 0 < fitting < len(REPORTS)


def an_order(state: Callable[[Order], None]) -> tuple[Desk, int, Name, int]:
    """In a state: desk, contract, name, slot."""
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)
    (slot,) = np.flatnonzero(desk.book.requests.orders.order_type).tolist()
    order = order_at(desk.book, slot)
    state(order)
    keep(desk.book, slot, order)
    return desk, ann, name, slot


def report_of(record: RecordArray) -> Report:
    number = {
        RecordKind.TAKEN: "broker_number",
        RecordKind.REFUSED: "turnover",
        RecordKind.EXECUTED: "turnover",
        RecordKind.CANCELLED: "cancel_position",
        RecordKind.CANCEL_REFUSED: "cancel_position",
    }
    kind = RecordKind(int(record["kind"][0]))
    return Report(kind, int(record["quantity"][0]), int(record[number[kind]][0]))


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (sent, ReplyCode.ACCEPTED),
        (has_it, ReplyCode.ACCEPTED),
        (in_part, ReplyCode.ACCEPTED),
        (ending, ReplyCode.CANCEL_UNDER_WAY),
        (ended, ReplyCode.ORDER_ENDED),
        (turned_down, ReplyCode.ORDER_ENDED),
    ],
)
def test_what_can_be_cancelled(state: Callable[[Order], None], code: ReplyCode) -> None:
    desk, ann, name, slot = an_order(state)

    assert said(desk, cancel(name, ann)) == [(code, 0, 0)]

    if code == ReplyCode.ACCEPTED:
        assert order_at(desk.book, slot).state == OrderState.ENDING


def test_behind_a_set_the_broker_may_say_that_it_has_an_order_and_that_no_cancel_came_through() -> None:
    desk, ann, name, _slot = an_order(ending)
    desk.book.clearing.cleared[MONDAY] = np.arange(BROKER + 1) == BROKER

    answers = said(desk, taken(name, ann), cancel_refused(name, ann, 7), executed(name, ann, *PART), refused(name, ann))

    accepted, listed = (ReplyCode.ACCEPTED, 0, 0), (ReplyCode.LISTED, 0, 0)
    assert answers == [accepted, accepted, listed, listed]


def test_one_record_behind_the_other() -> None:
    """What was reported wrong first is listed by what came before it, in its own block too."""
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)

    answers = said(
        desk,
        executed(name, ann, *PART),
        cancelled(name, ann, 700),
        cancelled(name, ann, 600),
        executed(name, ann, 500, 4_975 * YUAN),
        refused(name, ann),
    )

    codes = [answer.code for answer in answers]
    listed = ReplyCode.LISTED
    assert codes == [ReplyCode.ACCEPTED, listed, ReplyCode.ACCEPTED, listed, listed]
    same_after_all(desk)
