"""When an obligation is due, and what comes too late: every boundary of the page, by hand.

Days of 100 seconds: pay from 9, late from 19, first due 30, last due 40, end 99. Day n begins at 100 × n; the due day
is day 0.
"""

import pytest

from protocol.codes import ReplyCode
from protocol.vocabulary import ObligationEvent, ObligationState
from rules.day.obligations import (
    NO_CALENDAR,
    OBLIGATION_STATES,
    Due,
    days_known,
    due,
    notice_code,
    objection_code,
    state_of,
)

OWED_BY_BROKER, NOTIFIED = ObligationState.OWED_BY_BROKER, ObligationState.NOTIFIED
OWED_BY_BANK, PAID = ObligationState.OWED_BY_BANK, ObligationState.PAID
ACCEPTED, AGAIN, LATE = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.DUE_TIME_PAST


def day(number: int) -> tuple[int, ...]:
    return tuple(100 * number + second for second in (9, 19, 30, 40, 99))


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
    assert OBLIGATION_STATES == {(OWED_BY_BROKER, ObligationEvent.NOTICE): NOTIFIED}
    assert [state_of(owed_fen) for owed_fen in (2**100, 1, 0, -1, -(2**100))] == [
        *(OWED_BY_BROKER, OWED_BY_BROKER, PAID, OWED_BY_BANK, OWED_BY_BANK),
    ]


@pytest.mark.parametrize(
    ("state", "now_s", "code"),
    [
        (OWED_BY_BROKER, 0, ACCEPTED),
        (OWED_BY_BROKER, 29, ACCEPTED),  # 09:59:59
        (OWED_BY_BROKER, 30, LATE),  # 10:00:00
        (NOTIFIED, 0, AGAIN),
        (NOTIFIED, 30, AGAIN),
        (OWED_BY_BANK, 0, ReplyCode.OBLIGATION_UNKNOWN),
        (PAID, 0, ReplyCode.OBLIGATION_UNKNOWN),
    ],
)
def test_a_notice_comes_before_the_first_due_second_and_once(
    state: ObligationState, now_s: int, code: ReplyCode
) -> None:
    assert notice_code(state, on(0, late=False), now_s) == code


def test_a_notice_of_what_needs_none_comes_too_late() -> None:
    assert notice_code(OWED_BY_BROKER, due(DAYS, 1, 30), 30) == LATE


@pytest.mark.parametrize(
    ("is_said", "now_s", "code"),
    [(False, 399, ACCEPTED), (False, 400, LATE), (True, 0, AGAIN), (True, 400, AGAIN)],
)
def test_an_objection_comes_up_to_the_last_second_of_the_third_day_behind(
    is_said: bool, now_s: int, code: ReplyCode
) -> None:
    assert objection_code(is_said, on(0, late=False), now_s) == code


def test_without_a_calendar_nothing_comes_too_late() -> None:
    assert notice_code(OWED_BY_BROKER, NO_CALENDAR, 2**40) == ACCEPTED
    assert objection_code(False, NO_CALENDAR, 2**40) == ACCEPTED
