"""Due times while nobody served: they come again, a minute behind the moment from which a ledger serves.

Belongs here: rows that a takeover begins with, what falls due by them. Never here: which second each moves to
(tests.rules.day.test_calendar), noticing that nobody served (tests.ledger.journal).

Tuesday 6 January 2026 is published in its evening: 700.00 are owed, first due on Wednesday at 10:00:00.
"""

from dataclasses import replace as row_with

import pytest

from ledger.core import engine
from ledger.core.control.day.resumption import moved
from ledger.core.state.book import Book
from protocol.errors import InvariantBroken
from protocol.messages.codec import encode
from protocol.messages.control import ServesAgain
from protocol.messages.feeds import Notice
from protocol.vocabulary import ObligationState
from tests.ledger_core.control.day.test_obligations import told
from tests.ledger_core.desk import SEAT, SMALL, TUESDAY, WEDNESDAY, same_after_all
from tests.ledger_core.paying.bank import ACCEPTED, House, at

OVERDUE, PAID = ObligationState.OVERDUE, ObligationState.PAID
ALL = 70_000


def tuesday() -> House:
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net(TUESDAY, ALL)
    house.open(WEDNESDAY)
    return house


def down(house: House, alive_s: int, serves_s: int) -> None:
    house.now(serves_s, tenths=5)
    house.desk.serve_again(alive_s, serves_s)


def test_what_would_have_fallen_due_meanwhile_falls_due_a_minute_later() -> None:
    """Nobody served from 09:50 to 10:20: it is due at 10:21:00, and what comes at 10:20:59 is in time."""
    house = tuesday()
    down(house, at(WEDNESDAY, 9, 50), at(WEDNESDAY, 10, 20))
    assert [each.first_due_s for each in told(house.desk)] == [at(WEDNESDAY, 10), at(WEDNESDAY, 10, 21)]
    house.now(at(WEDNESDAY, 10, 20, 59), tenths=9)
    assert house.fund(ALL).code == ACCEPTED
    assert (house.there(), house.due()) == (ALL, 0)
    house.now(at(WEDNESDAY, 10, 21))
    assert house.due() == 1
    assert house.stands(TUESDAY) == (PAID, 0, ALL, 0)
    same_after_all(house.desk)


def test_it_is_overdue_then_when_nothing_came() -> None:
    house = tuesday()
    down(house, at(WEDNESDAY, 9, 50), at(WEDNESDAY, 10, 20))
    house.now(at(WEDNESDAY, 10, 21))
    house.due()
    assert house.stands(TUESDAY) == (OVERDUE, ALL, 0, 0)
    same_after_all(house.desk)


def test_a_notice_is_taken_up_to_the_time_that_came_again_and_its_last_second_moves_too() -> None:
    """Down over 10:00:00, then over 14:00:00: the notice of 10:20:30 is in time, 14:31:00 is the last second."""
    house = tuesday()
    down(house, at(WEDNESDAY, 9, 50), at(WEDNESDAY, 10, 20))
    house.now(at(WEDNESDAY, 10, 20, 30))
    assert house.desk.control(Notice(TUESDAY, 0), SEAT) == ACCEPTED
    down(house, at(WEDNESDAY, 13, 55), at(WEDNESDAY, 14, 30))
    house.now(at(WEDNESDAY, 14, 31), tenths=9)
    house.fund(ALL)
    assert house.stands(TUESDAY) == (PAID, 0, ALL, 0)
    same_after_all(house.desk)


def test_what_had_fallen_due_before_stays_as_it_is() -> None:
    house = tuesday()
    house.now(at(WEDNESDAY, 10))
    house.due()
    down(house, at(WEDNESDAY, 13, 55), at(WEDNESDAY, 14, 30))
    house.due()
    assert house.stands(TUESDAY) == (OVERDUE, ALL, 0, 0)
    same_after_all(house.desk)


def test_where_nothing_lies_between_nothing_moves() -> None:
    house = tuesday()
    assert moved(house.desk.book, ServesAgain(at(WEDNESDAY, 10, 0, 1), at(WEDNESDAY, 13))) == {}
    assert set(moved(house.desk.book, ServesAgain(at(WEDNESDAY, 9, 59), at(WEDNESDAY, 10)))) == {TUESDAY}


def test_a_row_without_frames_says_nothing_else_and_nothing_of_the_future() -> None:
    house = tuesday()
    down(house, at(WEDNESDAY, 9, 50), at(WEDNESDAY, 10, 20))
    *before, last = house.desk.rows
    later = encode(ServesAgain(at(WEDNESDAY, 9), at(WEDNESDAY, 11)))
    backwards = encode(ServesAgain(at(WEDNESDAY, 9), at(WEDNESDAY, 8)))
    for control in (before[0].control, later, backwards):
        book = Book.empty(SMALL)
        for row in before:
            engine.apply_row(book, row)
        with pytest.raises(InvariantBroken):
            engine.apply_row(book, row_with(last, control=control))
