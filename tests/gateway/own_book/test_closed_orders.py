"""Orders that a clearing set has closed which was withdrawn then: the own book has what the ledger has, whatever their
broker says again.

Belongs here: that, by rows of a ledger as they come. Never here: what a withdrawal earns and takes back
(tests.ledger_core.corrections).
"""

import random

import pytest

from ledger.core import engine
from protocol.codes import ReplyCode as Code
from protocol.messages.day.steps import Reconcile, SignOff
from protocol.vocabulary import Fate
from rules.orders.cleared import Line
from rules.orders.fees import Traded
from rules.orders.states import OrderState
from tests.bank_seats import DAY_SEAT
from tests.gateway.own_book.test_random_days import arrive
from tests.ledger_core.corrections.people import permitted, staffed, withdrawal
from tests.ledger_core.corrections.words import Both, closing, correction, reversals
from tests.ledger_core.desk import BROKER, MONDAY, NOW_NS, Desk, joined, same_after_all
from tests.ledger_core.lines.words import agree, event, send_whole
from tests.ledger_core.ordering.test_whole_day import all_accepted, lines, stands
from tests.ledger_core.ordering.trading import (
    YUAN,
    Name,
    a_bank,
    a_customer,
    cancelled,
    executed,
    ordered,
    refused,
    said,
    taken,
)


def closed_by_a_set_that_is_withdrawn(line: Line, fate: Fate, drawn_fen: int) -> tuple[Desk, int, Name]:
    """Of 1,000 at 10.00 400 were reported; two people corrected to this line beside the close, then withdrew it."""
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)
    all_accepted(desk, executed(name, ann, 400, 3_980 * YUAN))
    desk.now_ns = NOW_NS
    office = staffed(desk)
    desk.done(SignOff(MONDAY))
    agree(desk)
    number = send_whole(desk, event(ann), *lines(name, ann, fate, line))
    assert desk.told(Reconcile(MONDAY, BROKER, 0)).code == Code.ACCEPTED
    both = Both(line.turnover_fen + sum(line.fees_fen), 0, 398_724 + drawn_fen)
    act = permitted(office, desk, BROKER, ann, both)
    close = closing(name, ann, drawn_fen, 601_092 - drawn_fen)
    answers = desk.ask(DAY_SEAT, joined(close, correction(ann, both, act)))
    assert [each.code for each in answers] == [Code.ACCEPTED] * 2
    assert stands(desk, name) == (
        OrderState.CLOSED,
        Traded(line.quantity, line.turnover_fen * 100),
        1_000 - line.quantity,
    )
    assert desk.told(withdrawal(office, BROKER, number)).code == Code.ACCEPTED
    all_accepted_by_day(desk)
    return desk, ann, name


def all_accepted_by_day(desk: Desk) -> None:
    """What the set has booked is taken back, but for what closing did."""
    assert [each.code for each in desk.ask(DAY_SEAT, *reversals(desk, BROKER))] == [Code.ACCEPTED]


@pytest.mark.parametrize(
    ("line", "fate", "drawn_fen"),
    [
        (Line(1_000, 995_000, (6_000, 0, 0, 0, 0)), Fate.FILLED, 601_092),
        (Line(600, 597_000, (1_076, 0, 12, 0, 0)), Fate.PARTLY, 199_364),
    ],
)
def test_what_is_said_of_an_order_that_a_withdrawn_set_has_closed_moves_no_book(
    line: Line, fate: Fate, drawn_fen: int
) -> None:
    desk, ann, name = closed_by_a_set_that_is_withdrawn(line, fate, drawn_fen)
    money = desk.money(ann)

    reports = [
        executed(name, ann, line.quantity, line.turnover_fen * 100),
        executed(name, ann, 400, 3_980 * YUAN),
        cancelled(name, ann, 400),
        cancelled(name, ann, 600),
        refused(name, ann),
        taken(name, ann),
    ]
    answers = said(desk, *reports)

    assert [each.code for each in answers] == [Code.LISTED] * 5 + [Code.ACCEPTED]
    assert desk.money(ann) == money
    for links in (1, 4):
        intake, _ = arrive(desk.rows, {}, random.Random(links), links)
        assert intake.totals().parties == engine.totals(desk.book)
    same_after_all(desk)
