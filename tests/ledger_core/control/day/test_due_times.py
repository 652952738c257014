"""Due times of a date 时点: which are taken, how long they are kept, what waits because of them.

Belongs here: OpenTradeDate with windows, EndSettlement of a date that has some. Never here: calendars.
"""

from itertools import pairwise

import pytest

from ledger.core.state.day.due_times import Seconds, seconds_of
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.forms.slices import state_slice_digest
from protocol.codes import ReplyCode
from protocol.messages.codec import encode
from protocol.messages.control import EndSettlement, OpenTradeDate, RegisterParty
from protocol.messages.day.steps import BeginSettle, CompleteSet, Publish, Reconcile, SignOff, Window
from protocol.trade_dates import trade_day
from protocol.vocabulary import Role, Suite
from rules.day.calendar import are_due_times
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    same_after_all,
)
from tests.ledger_core.lines.words import agree, announce

ACCEPTED, NOT_DUE, MALFORMED = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.REQUEST_MALFORMED
DAY_S, NS_PER_S = 86_400, 1_000_000_000
HOURS = (32_400, 34_200, 36_000, 50_400, 86_399)  # 09:00, 09:30, 10:00, 14:00, 23:59:59


def windows(trade_date: int, *days: int) -> list[Window]:
    """Windows so many days behind a date by a clock in Shanghai; unless said: eight days in a row."""
    midnight_s = trade_day(trade_date) * DAY_S - 8 * 3_600
    return [Window(*(midnight_s + day * DAY_S + second for second in HOURS)) for day in days or range(1, 9)]


def opened(trade_date: int) -> OpenTradeDate:
    return OpenTradeDate(trade_date, windows(trade_date))


def changed(place: int, name: str, by_s: int) -> list[Window]:
    """The windows of Tuesday, one time of one moved."""
    found = windows(TUESDAY)
    values = {field: getattr(found[place], field) for field in Window.__struct_fields__}
    found[place] = Window(**{**values, name: values[name] + by_s})
    return found


def closed(desk: Desk) -> None:
    """Tuesday has windows, is signed off, and the bank agrees with itself on it."""
    desk.done(opened(TUESDAY))
    desk.done(SignOff(TUESDAY))
    agree(desk, TUESDAY)


def publish(desk: Desk, trade_date: int, party: int, seat: int) -> None:
    """The broker sends an empty set, and what is owed by it is published."""
    announce(desk, on=trade_date, seat=seat)
    assert desk.control(CompleteSet(trade_date, 1), seat) == ACCEPTED
    desk.done(Reconcile(trade_date, party, 0))
    desk.done(Publish(trade_date, party))


def test_a_date_with_its_windows_fits_the_body_of_a_desk() -> None:
    assert len(encode(opened(TUESDAY))) == 224  # of 256


def test_due_times_are_kept_as_they_came_and_stand_in_the_state() -> None:
    desk, plain = Desk(), Desk()
    desk.done(opened(TUESDAY))
    plain.done(OpenTradeDate(TUESDAY))
    kept = desk.book.due_times.of(TUESDAY)

    assert kept == seconds_of(windows(TUESDAY))
    assert plain.book.due_times.of(TUESDAY) == []
    assert state_slice_digest(desk.book, 0) != state_slice_digest(plain.book, 0)
    assert from_arrays(to_arrays(desk.book)).due_times == desk.book.due_times
    same_after_all(desk)


# Of Tuesday 6 January 2026. The first window is at the earliest when Wednesday begins where clocks are furthest ahead
# of UTC, on Tuesday 10:00 UTC; the last second lies within 92 days.
@pytest.mark.parametrize(
    "wrong",
    [
        windows(TUESDAY)[:7],
        windows(TUESDAY, 1, 2, 3, 4, 5, 6, 7, 7),
        windows(TUESDAY, 2, 1, 3, 4, 5, 6, 7, 8),
        windows(TUESDAY, 0, 1, 2, 3, 4, 5, 6, 7),
        windows(TUESDAY, 1, 2, 3, 4, 5, 6, 7, 92),
        changed(0, "pay_from_s", 1_800),
        changed(0, "late_from_s", 1_800),
        changed(3, "first_due_s", 14_400),
        changed(7, "last_due_s", 86_399 - 50_400),
        changed(0, "day_end_s", 32_401),
        changed(7, "day_end_s", 84 * DAY_S),
    ],
)
def test_what_cannot_be_the_due_times_of_a_date_is_malformed(wrong: list[Window]) -> None:
    assert Desk().control(OpenTradeDate(TUESDAY, wrong)) == MALFORMED


def test_the_page_takes_a_date_without_windows_and_the_widest_ones() -> None:
    widest = seconds_of(windows(TUESDAY, 1, 2, 3, 4, 5, 6, 7, 91))
    earliest_s = trade_day(WEDNESDAY) * DAY_S - 14 * 3_600

    assert are_due_times(TUESDAY, [])
    assert are_due_times(TUESDAY, widest)
    assert are_due_times(TUESDAY, [(earliest_s, *widest[0][1:]), *widest[1:]])
    assert not are_due_times(TUESDAY, [(earliest_s - 1, *widest[0][1:]), *widest[1:]])
    assert not are_due_times(TUESDAY, [*widest[:7], (*widest[7][:4], (trade_day(TUESDAY) + 92) * DAY_S)])


def test_a_date_with_windows_is_closed_once_it_is_signed_off_and_the_bank_agrees_with_itself() -> None:
    desk = Desk()
    desk.done(opened(TUESDAY))
    assert desk.control(opened(WEDNESDAY)) == NOT_DUE
    desk.done(SignOff(TUESDAY))
    assert desk.control(opened(WEDNESDAY)) == NOT_DUE
    agree(desk, MONDAY)
    assert desk.control(opened(WEDNESDAY)) == NOT_DUE  # Monday is another date
    agree(desk, TUESDAY)
    desk.done(opened(WEDNESDAY))

    assert sorted(desk.book.due_times.windows) == [TUESDAY, WEDNESDAY]
    same_after_all(desk)


def test_the_date_behind_one_with_due_times_has_some_too() -> None:
    """Else the day desk's key alone would end Wednesday without anybody's set, and nothing would be owed by it."""
    desk = Desk()
    closed(desk)
    assert desk.control(OpenTradeDate(WEDNESDAY)) == ReplyCode.DUE_TIMES_MISSING
    assert (desk.book.trade_date, sorted(desk.book.due_times.windows)) == (TUESDAY, [TUESDAY])
    desk.done(opened(WEDNESDAY))
    assert desk.control(OpenTradeDate(THURSDAY)) == NOT_DUE
    same_after_all(desk)


def test_a_date_with_windows_ends_once_every_lane_of_it_is_settled() -> None:
    """Broker 4 came after its sign-off, and has no lane of it."""
    desk = Desk()
    desk.done(opened(TUESDAY))
    desk.settle(MONDAY)  # which has no windows
    desk.done(SignOff(TUESDAY))
    desk.done(RegisterParty(4, Role.BROKER, Suite.ED25519_SHA256, "of the evening", True))
    agree(desk, TUESDAY)
    desk.done(opened(WEDNESDAY))
    assert desk.control(EndSettlement(TUESDAY)) == NOT_DUE
    publish(desk, TUESDAY, BROKER, SEAT)
    assert desk.control(EndSettlement(TUESDAY)) == NOT_DUE
    publish(desk, TUESDAY, OTHER_BROKER, OTHER_SEAT)
    desk.done(BeginSettle(TUESDAY, BROKER))
    assert desk.control(EndSettlement(TUESDAY)) == NOT_DUE
    desk.done(BeginSettle(TUESDAY, OTHER_BROKER))  # neither has anything: it is settled at once
    desk.settle(TUESDAY)

    assert desk.book.brokers(TUESDAY) == [BROKER, OTHER_BROKER]
    assert desk.book.brokers(WEDNESDAY) == [BROKER, OTHER_BROKER, 4]
    same_after_all(desk)


def settled_in_turn(desk: Desk, dates: list[int]) -> None:
    """Every date opened with windows, closed, published and settled."""
    for before, trade_date in pairwise(dates):
        desk.done(opened(trade_date))
        if before != MONDAY:
            for party, seat in ((BROKER, SEAT), (OTHER_BROKER, OTHER_SEAT)):
                publish(desk, before, party, seat)
                desk.done(BeginSettle(before, party))
        desk.settle(before)
        desk.done(SignOff(trade_date))
        agree(desk, trade_date)


def test_due_times_outlive_the_settlement_of_their_date_until_the_last_is_over() -> None:
    desk = Desk()
    settled_in_turn(desk, [MONDAY, TUESDAY, WEDNESDAY])
    last: Seconds = desk.book.due_times.of(TUESDAY)[-1]
    assert sorted(desk.book.due_times.windows) == [TUESDAY, WEDNESDAY]

    desk.now_ns = last[-1] * NS_PER_S + NS_PER_S - 1
    desk.done(opened(THURSDAY))
    assert sorted(desk.book.due_times.windows) == [TUESDAY, WEDNESDAY, THURSDAY]

    desk.done(SignOff(THURSDAY))
    agree(desk, THURSDAY)
    desk.now_ns += 1
    desk.done(opened(20_260_109))
    assert sorted(desk.book.due_times.windows) == [WEDNESDAY, THURSDAY, 20_260_109]  # Wednesday is not settled
    same_after_all(desk)
