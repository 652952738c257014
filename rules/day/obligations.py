"""`The business day`: what is owed by a broker's date: when it is due, who may still say what of it.

Netted, a date becomes one amount. The bank pays what it owes on the due day from 09:00 on and before 10:00:00; what a
broker owes is taken at 10:00:00, or with its notice at 14:00:00 (004 附件一 第4条2). Objection 异议 ends with the third
bank working day behind the due day, and who is not paid on the fifth may terminate (第21条, 第29条).

A date that was netted after 09:00:00 of its due day is netted late, and the lateness is the broker's: what the bank
owes is due on the next bank working day; what the broker owes is due the same day as long as a due time of it is to
come, at 14:00:00 without notice once 10:00:00 is there, and on the next bank working day from 14:00:00 on.

Belongs here: which day, which times, the table of states, what comes too late. Never here: which days the bank works
(they come as windows), how much is owed (it is what the set says), what is paid.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.limits import OBJECTION_WINDOWS, TERMINATION_WINDOWS
from protocol.vocabulary import ObligationState


class ObligationEvent(IntEnum):
    """What moves an obligation on."""

    NOTICE = 1
    PAID = 2  # all of it: taken, kept or paid by the bank; of what is advanced, all that was lent is collected
    PAID_IN_PART = 3
    SHORT_AT_FIRST_DUE = 4  # and the rest is above what the broker may be lent
    LENT_AT_FIRST_DUE = 5  # short, and the rest may be lent
    SHORT_AT_LAST_DUE = 6
    LENT_AT_LAST_DUE = 7
    TERMINATE = 8  # of the broker by two people, once it is unpaid for too long


WindowSeconds = Sequence[int]
"""Of a bank working day: pay from, late from, first due, last due, its last second."""


class Due(NamedTuple):
    """When an obligation is due, in whole seconds; 0 for what no calendar says."""

    pay_from_s: int
    late_from_s: int
    first_due_s: int
    last_due_s: int  # this second included
    objection_until_s: int  # likewise
    termination_after_s: int
    is_late_netted: bool
    needs_no_notice: bool  # it is due at the last second without one


NO_CALENDAR = Due(0, 0, 0, 0, 0, 0, False, False)

_State, _Event = ObligationState, ObligationEvent
OBLIGATION_STATES: dict[tuple[ObligationState, ObligationEvent], ObligationState] = {
    (_State.OWED_BY_BROKER, _Event.NOTICE): _State.NOTIFIED,
    (_State.OWED_BY_BROKER, _Event.PAID): _State.PAID,
    (_State.OWED_BY_BROKER, _Event.PAID_IN_PART): _State.OWED_BY_BROKER,  # kept of what the bank pays
    (_State.OWED_BY_BROKER, _Event.SHORT_AT_FIRST_DUE): _State.OVERDUE,
    (_State.OWED_BY_BROKER, _Event.LENT_AT_FIRST_DUE): _State.ADVANCED,
    (_State.NOTIFIED, _Event.PAID): _State.PAID,
    (_State.NOTIFIED, _Event.PAID_IN_PART): _State.NOTIFIED,  # likewise
    (_State.NOTIFIED, _Event.SHORT_AT_FIRST_DUE): _State.NOTIFIED,
    (_State.NOTIFIED, _Event.LENT_AT_FIRST_DUE): _State.NOTIFIED,  # nothing is lent before its last second
    (_State.NOTIFIED, _Event.SHORT_AT_LAST_DUE): _State.OVERDUE,
    (_State.NOTIFIED, _Event.LENT_AT_LAST_DUE): _State.ADVANCED,
    (_State.OVERDUE, _Event.PAID): _State.PAID,
    (_State.OVERDUE, _Event.PAID_IN_PART): _State.OVERDUE,
    (_State.OVERDUE, _Event.TERMINATE): _State.OVERDUE,
    (_State.ADVANCED, _Event.PAID): _State.PAID,
    (_State.ADVANCED, _Event.PAID_IN_PART): _State.ADVANCED,
    (_State.OWED_BY_BANK, _Event.PAID): _State.PAID,
    (_State.OWED_BY_BANK, _Event.SHORT_AT_FIRST_DUE): _State.OWED_BY_BANK,  # the bank is late
    (_State.OWED_BY_BANK, _Event.TERMINATE): _State.OWED_BY_BANK,  # the broker has said so in a letter
}
"""The state after an event; a cell that is missing refuses it. An objection changes none: payment is not held up."""

GATING_STATES = frozenset({_State.OWED_BY_BROKER, _State.NOTIFIED, _State.OVERDUE})
"""In which the broker owes: until it has paid, its customers are credited with nothing but what their own buys take."""


class Acts(NamedTuple):
    """When an obligation falls due: `at_s` is the first second in which it has, `of_s` the due time itself."""

    at_s: int
    of_s: int
    is_last: bool


def state_of(owed_fen: int) -> ObligationState:
    """How an obligation begins: `owed_fen` is owed by the broker to its customers, below 0 by them to it."""
    if owed_fen == 0:
        return ObligationState.PAID
    return ObligationState.OWED_BY_BROKER if owed_fen > 0 else ObligationState.OWED_BY_BANK


def days_known(
    windows: Sequence[WindowSeconds], of_later_dates: Sequence[Sequence[WindowSeconds]]
) -> list[WindowSeconds]:
    """The bank's working days from the due day on: a date's own windows, and what those of later dates, in their
    order, have behind them."""
    days = list(windows)
    for of_one in of_later_dates if windows else ():
        days += [window for window in of_one if window[0] > days[-1][-1]]
    return days


def due(days: Sequence[WindowSeconds], owed_fen: int, netted_s: int) -> Due:
    """When what is netted in this second is due; `days` from the due day on.

    On the last day that is known where all are over: nothing is ever without due times for want of a calendar.
    """
    if not days:
        return NO_CALENDAR
    place = min(_first_open(days, owed_fen, netted_s), len(days) - 1)
    pay_from_s, late_from_s, first_due_s, last_due_s, _ = days[place]
    return Due(
        pay_from_s,
        late_from_s,
        first_due_s,
        last_due_s,
        _day_end_s(days, place + OBJECTION_WINDOWS),
        _day_end_s(days, place + TERMINATION_WINDOWS),
        is_late_netted=netted_s > days[0][0],
        needs_no_notice=owed_fen > 0 and netted_s >= first_due_s,
    )


def _first_open(days: Sequence[WindowSeconds], owed_fen: int, netted_s: int) -> int:
    """The first day on which it can still be due in time."""
    if owed_fen > 0:
        return sum(last_due_s <= netted_s for _, _, _, last_due_s, _ in days)
    return sum(pay_from_s < netted_s for pay_from_s, *_ in days)


def _day_end_s(days: Sequence[WindowSeconds], place: int) -> int:
    return days[place][-1] if place < len(days) else 0


def falls_due(state: ObligationState, fell_due_s: int, times: Due) -> list[Acts]:
    """The due times of an obligation that are still to act, in their order; `fell_due_s`: 0 before the first has.

    The first is over at its second, the last one behind its second. What needs no notice has its last one alone; what
    a broker gave notice of has both. Nothing falls due where no calendar says when.
    """
    if state not in (_State.OWED_BY_BROKER, _State.NOTIFIED, _State.OWED_BY_BANK) or not times.first_due_s:
        return []
    if state == _State.OWED_BY_BANK:
        return [] if fell_due_s else [Acts(times.first_due_s, times.first_due_s, False)]
    if times.needs_no_notice:
        return [] if fell_due_s else [Acts(times.last_due_s + 1, times.last_due_s, False)]
    found = [] if fell_due_s else [Acts(times.first_due_s, times.first_due_s, False)]
    if state == _State.NOTIFIED:
        found.append(Acts(times.last_due_s + 1, times.last_due_s, True))
    return found


def notice_code(state: ObligationState, owed_fen: int, times: Due, now_s: int) -> ReplyCode:
    """What a broker's notice earns 通知: it comes before the first due second, and once."""
    if owed_fen <= 0:
        return ReplyCode.OBLIGATION_UNKNOWN  # there is nothing that the broker would pay
    if state == _State.NOTIFIED:
        return ReplyCode.STEP_NOT_DUE
    if times.first_due_s and now_s >= times.first_due_s:
        return ReplyCode.DUE_TIME_PAST
    may = (state, ObligationEvent.NOTICE) in OBLIGATION_STATES
    return ReplyCode.ACCEPTED if may else ReplyCode.OBLIGATION_UNKNOWN


def termination_code(state: ObligationState, times: Due, now_s: int) -> ReplyCode:
    """What a termination earns that is said for this obligation: behind its time, while it is neither paid nor lent."""
    if state == _State.PAID:
        return ReplyCode.OBLIGATION_UNKNOWN
    may = (state, ObligationEvent.TERMINATE) in OBLIGATION_STATES
    is_over = 0 < times.termination_after_s < now_s
    return ReplyCode.ACCEPTED if may and is_over else ReplyCode.STEP_NOT_DUE


def objection_code(is_said: bool, times: Due, now_s: int) -> ReplyCode:
    """What a broker's objection earns: it comes up to the end of the objection window, and once; silence accepts."""
    if is_said:
        return ReplyCode.STEP_NOT_DUE
    is_late = bool(times.objection_until_s) and now_s > times.objection_until_s
    return ReplyCode.DUE_TIME_PAST if is_late else ReplyCode.ACCEPTED
