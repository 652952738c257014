"""When an obligation is due, and what comes too late: every boundary of the page, by hand.

Days of 100 seconds: pay from 9, late from 19, first due 30, last due 40, end 99. Day n begins at 100 × n; the due day
is day 0.
"""

import pytest

from protocol.codes import ReplyCode
from protocol.vocabulary import ObligationState
from rules.day.obligations import (
    GATING_STATES,
    NO_CALENDAR,
    OBLIGATION_STATES,
    Acts,
    Due,
    ObligationEvent,
    days_known,
    due,
    falls_due,
    notice_code,
    objection_code,
    state_of,
)

OWED_BY_BROKER, NOTIFIED = ObligationState.OWED_BY_BROKER, ObligationState.NOTIFIED
OWED_BY_BANK, PAID = ObligationState.OWED_BY_BANK, ObligationState.PAID
ADVANCED, OVERDUE = ObligationState.ADVANCED, ObligationState.OVERDUE
ACCEPTED, AGAIN, LATE = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.DUE_TIME_PAST


def day(number: int) -> tuple[int, ...]:
    return tuple(100 * number + second for second in (9, 19, 30, 40, 99))


_NOTICE, _PAID, _PART, _SHORT_FIRST, _LENT_FIRST, _SHORT_LAST, _LENT_LAST, _TERMINATE = ObligationEvent
WANTED = {
    (OWED_BY_BROKER, _NOTICE): NOTIFIED,
    (OWED_BY_BROKER, _PAID): PAID,
    (OWED_BY_BROKER, _PART): OWED_BY_BROKER,
    (OWED_BY_BROKER, _SHORT_FIRST): OVERDUE,
    (OWED_BY_BROKER, _LENT_FIRST): ADVANCED,
    (NOTIFIED, _PAID): PAID,
    (NOTIFIED, _PART): NOTIFIED,
    (NOTIFIED, _SHORT_FIRST): NOTIFIED,
    (NOTIFIED, _LENT_FIRST): NOTIFIED,
    (NOTIFIED, _SHORT_LAST): OVERDUE,
    (NOTIFIED, _LENT_LAST): ADVANCED,
    (OVERDUE, _PAID): PAID,
    (OVERDUE, _PART): OVERDUE,
    (OVERDUE, _TERMINATE): OVERDUE,
    (OWED_BY_BANK, _TERMINATE): OWED_BY_BANK,
    (ADVANCED, _PAID): PAID,
    (ADVANCED, _PART): ADVANCED,
    (OWED_BY_BANK, _PAID): PAID,
    (OWED_BY_BANK, _SHORT_FIRST): OWED_BY_BANK,
}
DAYS = [day(number) for number in range(8)]


def on(number: int, *, late: bool, no_notice: bool = False) -> Due:
    """Due on a day, with the day's own times, those of objection and termination behind it."""
    pay_from, late_from, first, last, objection, termination = (
        100 * number + second for second in (9, 19, 30, 40, 399, 599)
    )
    return Due(pay_from, late_from, first, last, objection, termination, late, no_notice)


@pytest.mark.parametrize(
    ("netted_s", "wanted"),
    [
        (-5_000, on(0, late=False)),  # in the evening of the trade date
        (9, on(0, late=False)),  # 09:00:00 itself is in time
        (10, on(0, late=True)),
        (29, on(0, late=True)),  # before 10:00:00: due at 10:00:00, with notice at 14:00:00
        (30, on(0, late=True, no_notice=True)),  # at 10:00:00: due at 14:00:00 without
        (39, on(0, late=True, no_notice=True)),
        (40, on(1, late=True)),  # at 14:00:00: the next day
        (109, on(1, late=True)),  # in time on the day behind, and late all the same
        (130, on(1, late=True, no_notice=True)),
        (140, on(2, late=True)),
    ],
)
def test_what_the_broker_owes_is_due_on_the_day_while_a_due_time_is_to_come(netted_s: int, wanted: Due) -> None:
    assert due(DAYS, 1, netted_s) == wanted


@pytest.mark.parametrize("owed_fen", [-1, 0])
@pytest.mark.parametrize(
    ("netted_s", "wanted"),
    [
        (-5_000, on(0, late=False)),
        (9, on(0, late=False)),
        (10, on(1, late=True)),  # the bank would have had less than the hour that it has: the next day
        (109, on(1, late=True)),
        (110, on(2, late=True)),
    ],
)
def test_what_the_bank_owes_is_due_on_the_next_day_once_payment_has_begun(
    owed_fen: int, netted_s: int, wanted: Due
) -> None:
    assert due(DAYS, owed_fen, netted_s) == wanted


def test_what_lies_behind_the_calendar_is_not_known() -> None:
    assert due(DAYS, 1, 240)[4:6] == (699, 0)  # day 3: objection ends with day 6, termination behind day 8
    assert due(DAYS, 1, 440)[4:6] == (0, 0)
    assert due([], 1, 5) == NO_CALENDAR
    assert due([], -1, 5) == NO_CALENDAR


@pytest.mark.parametrize("owed_fen", [1, 0, -1])
def test_when_every_day_is_over_it_is_due_on_the_last_one(owed_fen: int) -> None:
    found = due(DAYS, owed_fen, 1_000)

    assert found[:6] == (709, 719, 730, 740, 0, 0)
    assert (found.is_late_netted, found.needs_no_notice) == (True, owed_fen > 0)


def test_days_behind_a_dates_own_windows_come_from_later_dates() -> None:
    later = [[day(number) for number in range(1, 9)], [day(number) for number in range(5, 13)]]

    assert days_known(DAYS, later) == [day(number) for number in range(13)]
    assert days_known(DAYS, []) == DAYS
    assert days_known([], later) == []  # a date without a calendar has no due times, whatever later ones have
    shifted = (*day(8)[:3], 850, 899)
    assert days_known(DAYS, [[day(7), shifted]])[-1] == shifted


def test_every_state_and_event_of_an_obligation() -> None:
    cells = {(state, event) for state in ObligationState for event in ObligationEvent}

    assert set(OBLIGATION_STATES) <= cells
    assert {key: OBLIGATION_STATES[key] for key in OBLIGATION_STATES} == WANTED
    assert {OWED_BY_BROKER, NOTIFIED, OVERDUE} == GATING_STATES
    assert [state_of(owed_fen) for owed_fen in (2**100, 1, 0, -1, -(2**100))] == [
        *(OWED_BY_BROKER, OWED_BY_BROKER, PAID, OWED_BY_BANK, OWED_BY_BANK),
    ]


@pytest.mark.parametrize(
    ("state", "fell_due_s", "wanted"),
    [
        (OWED_BY_BROKER, 0, [Acts(30, 30, False)]),  # over at 10:00:00
        (OWED_BY_BROKER, 30, []),
        (NOTIFIED, 0, [Acts(30, 30, False), Acts(41, 40, True)]),  # and behind 14:00:00
        (NOTIFIED, 30, [Acts(41, 40, True)]),
        (OWED_BY_BANK, 0, [Acts(30, 30, False)]),
        (OWED_BY_BANK, 30, []),
        *((state, 0, []) for state in (PAID, ADVANCED, OVERDUE)),
    ],
)
def test_an_obligation_falls_due_at_its_first_time_and_noticed_behind_its_last(
    state: ObligationState, fell_due_s: int, wanted: list[Acts]
) -> None:
    assert falls_due(state, fell_due_s, on(0, late=False)) == wanted
    assert falls_due(state, fell_due_s, NO_CALENDAR) == []


def test_published_between_the_two_it_falls_due_behind_the_last_alone() -> None:
    times = on(0, late=True, no_notice=True)
    assert falls_due(OWED_BY_BROKER, 0, times) == [Acts(41, 40, False)]
    assert falls_due(OWED_BY_BROKER, 41, times) == []


@pytest.mark.parametrize(
    ("state", "now_s", "code"),
    [
        (OWED_BY_BROKER, 0, ACCEPTED),
        (OWED_BY_BROKER, 29, ACCEPTED),  # 09:59:59
        (OWED_BY_BROKER, 30, LATE),  # 10:00:00
        (NOTIFIED, 0, AGAIN),
        (NOTIFIED, 30, AGAIN),
        (OWED_BY_BANK, 0, ReplyCode.OBLIGATION_UNKNOWN),
        (PAID, 29, ReplyCode.OBLIGATION_UNKNOWN),  # kept of what the bank paid
        (PAID, 30, LATE),
        (OVERDUE, 30, LATE),
        (ADVANCED, 30, LATE),
    ],
)
def test_a_notice_comes_before_the_first_due_second_and_once(
    state: ObligationState, now_s: int, code: ReplyCode
) -> None:
    owed_fen = -700 if state == OWED_BY_BANK else 700
    assert notice_code(state, owed_fen, on(0, late=False), now_s) == code


def test_there_is_nothing_to_notice_of_where_nothing_is_owed() -> None:
    assert notice_code(PAID, 0, on(0, late=False), 0) == ReplyCode.OBLIGATION_UNKNOWN
    assert notice_code(PAID, 0, on(0, late=False), 30) == ReplyCode.OBLIGATION_UNKNOWN


def test_a_notice_of_what_needs_none_comes_too_late() -> None:
    assert notice_code(OWED_BY_BROKER, 1, due(DAYS, 1, 30), 30) == LATE


@pytest.mark.parametrize(
    ("is_said", "now_s", "code"),
    [(False, 399, ACCEPTED), (False, 400, LATE), (True, 0, AGAIN), (True, 400, AGAIN)],
)
def test_an_objection_comes_up_to_the_last_second_of_the_third_day_behind(
    is_said: bool, now_s: int, code: ReplyCode
) -> None:
    assert objection_code(is_said, on(0, late=False), now_s) == code


def test_without_a_calendar_nothing_comes_too_late() -> None:
    assert notice_code(OWED_BY_BROKER, 1, NO_CALENDAR, 2**40) == ACCEPTED
    assert objection_code(False, NO_CALENDAR, 2**40) == ACCEPTED
