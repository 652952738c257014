"""What is owed by a broker's date: how it begins, when it is due, what a broker may say of it, and until when.

Belongs here: Publish, Notice, Object and changed due times as the core decides them. Never here: each boundary of a due
time (tests.rules.day.test_obligations).
"""

from collections.abc import Callable

import pytest

from ledger.core.control.day import obligations
from ledger.core.state.book import Book
from ledger.core.state.day.clearing import Lane
from ledger.core.state.day.due_times import seconds_of
from ledger.core.state.day.obligations import Obligation, ObligationKey
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from protocol.acts.day import ChangeDueTimesAct
from protocol.codes import ReplyCode
from protocol.messages.codec import decode_content
from protocol.messages.day.steps import Publish, Reconcile, SignOff
from protocol.messages.feeds import Notice, Object, ObligationTold
from protocol.messages.fields import sum_from_fen
from protocol.vocabulary import FeedKind, ObligationState
from rules.day.obligations import NO_CALENDAR
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.control.day.test_day_acts import House
from tests.ledger_core.control.day.test_due_times import DAY_S, NS_PER_S, opened, publish, windows
from tests.ledger_core.control.test_feeds import entries
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    same_after_all,
    whole_state,
)
from tests.ledger_core.lines.words import agree, event, refund, send_whole
from tests.ledger_core.settling.words import begin, to_be_settled

ACCEPTED, AGAIN, LATE = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.DUE_TIME_PAST
UNKNOWN = ReplyCode.OBLIGATION_UNKNOWN
TEN, FOUR_PM = windows(TUESDAY)[0].first_due_s, windows(TUESDAY)[0].last_due_s
OBJECTION_END = windows(TUESDAY)[3].day_end_s


def second(at_s: int) -> int:
    """A decision within a second, late in it."""
    return at_s * NS_PER_S + 999_999_999


def tuesday(desk: Desk, refund_fen: int = 700, netted_s: int = 1_000) -> int:
    """Tuesday, whose due day is Wednesday, ends; a broker's customer is paid a refund. The customer."""
    desk.done(opened(TUESDAY))
    desk.settle(MONDAY)
    ann = desk.open(1_000)
    desk.done(SignOff(TUESDAY))
    paid = [refund(1, ann, refund_fen, on=TUESDAY)] if refund_fen else []
    send_whole(desk, event(ann, on=TUESDAY), *paid, on=TUESDAY)
    desk.done(Reconcile(TUESDAY, BROKER, 0))
    agree(desk, TUESDAY)
    desk.now_ns = second(netted_s)
    desk.done(Publish(TUESDAY, BROKER))
    return ann


def owed(book: Book, trade_date: int = TUESDAY) -> Obligation:
    return book.obligations.entries[ObligationKey(BROKER, trade_date, 0)]


def told(desk: Desk) -> list[ObligationTold]:
    found = [decode_content(each.content) for each in entries(desk.book) if each.kind == FeedKind.OBLIGATION]
    assert all(isinstance(each, ObligationTold) for each in found)
    return [each for each in found if isinstance(each, ObligationTold)]


def test_what_is_owed_is_told_with_all_its_times() -> None:
    desk = Desk()
    tuesday(desk, netted_s=windows(TUESDAY)[0].pay_from_s)
    first, third, fifth = windows(TUESDAY)[0], windows(TUESDAY)[3], windows(TUESDAY)[5]

    assert told(desk) == [
        ObligationTold(
            number=1,
            case=0,
            owed=sum_from_fen(700),
            set_late_s=0,
            is_late_netted=False,
            needs_no_notice=False,
            pay_from_s=first.pay_from_s,
            late_from_s=first.late_from_s,
            first_due_s=first.first_due_s,
            last_due_s=first.last_due_s,
            objection_until_s=third.day_end_s,
            termination_after_s=fifth.day_end_s,
        )
    ]
    kept = owed(desk.book)
    assert (kept.state, kept.owed_fen, kept.netted_s) == (ObligationState.OWED_BY_BROKER, 700, first.pay_from_s)
    same_after_all(desk)


def test_how_late_its_set_was_is_told_with_it() -> None:
    desk = Desk()
    desk.now_ns = second(1_900)  # declared at 0, due at 1,800
    tuesday(desk, netted_s=2_000)

    assert (told(desk)[0].set_late_s, owed(desk.book).set_late_s) == (100, 100)


def test_netted_late_it_is_due_later_and_says_so() -> None:
    desk = Desk()
    tuesday(desk, netted_s=TEN)

    (content,) = told(desk)
    assert (content.is_late_netted, content.needs_no_notice) == (True, True)
    assert (content.first_due_s, content.last_due_s) == (TEN, FOUR_PM)
    assert desk.control(Notice(TUESDAY, 0), SEAT) == LATE
    same_after_all(desk)


def test_without_a_calendar_it_has_no_times_and_nothing_comes_too_late() -> None:
    desk = Desk()
    ann = desk.open(1_000)
    desk.done(SignOff(MONDAY))
    send_whole(desk, event(ann), refund(1, ann, 700))
    desk.done(Reconcile(MONDAY, BROKER, 0))
    agree(desk)
    desk.done(Publish(MONDAY, BROKER))
    desk.now_ns = second(2**32)

    assert owed(desk.book, MONDAY).due == NO_CALENDAR
    assert told(desk)[0].termination_after_s == 0
    assert desk.control(Notice(MONDAY, 0), SEAT) == ACCEPTED
    assert desk.control(Object(MONDAY, 0, 1, 0, "fees"), SEAT) == ACCEPTED


def test_a_notice_counts_once_before_ten_and_for_its_own_broker() -> None:
    desk = Desk()
    tuesday(desk)
    desk.now_ns = second(TEN - 1)

    assert desk.control(Notice(TUESDAY, 1), SEAT) == UNKNOWN
    assert desk.control(Notice(MONDAY, 0), SEAT) == UNKNOWN
    assert desk.control(Notice(TUESDAY, 0), OTHER_SEAT) == UNKNOWN
    assert desk.control(Notice(TUESDAY, 0), SEAT) == ACCEPTED
    assert desk.control(Notice(TUESDAY, 0), SECOND_SEAT) == AGAIN
    assert (owed(desk.book).state, owed(desk.book).noticed_s) == (ObligationState.NOTIFIED, TEN - 1)
    same_after_all(desk)


def test_a_notice_at_ten_is_too_late() -> None:
    desk = Desk()
    tuesday(desk)
    desk.now_ns = TEN * NS_PER_S

    assert desk.control(Notice(TUESDAY, 0), SEAT) == LATE
    assert (owed(desk.book).state, owed(desk.book).noticed_s) == (ObligationState.OVERDUE, 0)
    same_after_all(desk)


@pytest.mark.parametrize("netted_s", [1_000, TEN])
def test_nothing_is_to_be_noticed_where_nothing_is_owed(netted_s: int) -> None:
    desk = Desk()
    tuesday(desk, refund_fen=0, netted_s=netted_s)

    assert owed(desk.book).state == ObligationState.PAID
    assert desk.control(Notice(TUESDAY, 0), SEAT) == UNKNOWN
    assert desk.control(Object(TUESDAY, 0, 5, 0, "of a dividend"), SEAT) == ACCEPTED
    next_day = windows(TUESDAY)[1].first_due_s
    assert owed(desk.book).due.first_due_s == (TEN if netted_s == 1_000 else next_day)


def test_an_objection_is_taken_to_the_last_second_of_the_third_day_behind() -> None:
    desk, late = Desk(), Desk()
    ann = tuesday(desk)
    tuesday(late)
    desk.now_ns, late.now_ns = second(OBJECTION_END), (OBJECTION_END + 1) * NS_PER_S

    assert late.control(Object(TUESDAY, 0, 5, 0, "fees"), SEAT) == LATE
    assert desk.control(Object(TUESDAY, 0, 5, 0, "fees"), OTHER_SEAT) == UNKNOWN
    assert desk.control(Object(TUESDAY, 0, 5, ann, "费用"), SEAT) == ACCEPTED
    assert desk.control(Object(TUESDAY, 0, 5, ann, "费用"), SECOND_SEAT) == AGAIN
    assert (owed(desk.book).objected_s, owed(desk.book).objection) == (OBJECTION_END, (5, ann, "费用"))
    assert owed(desk.book).state == ObligationState.OVERDUE  # payment is not held up
    same_after_all(desk)


def settled(desk: Desk) -> None:
    """The other broker owes nothing; Wednesday opens, and Tuesday's customers are settled."""
    publish(desk, TUESDAY, OTHER_BROKER, OTHER_SEAT)
    desk.done(opened(WEDNESDAY))
    for party in (BROKER, OTHER_BROKER):
        if begin(desk, TUESDAY, party):
            desk.ask(DAY_SEAT, *to_be_settled(desk, TUESDAY, party))
    desk.settle(TUESDAY)


def next_date(desk: Desk, trade_date: int) -> None:
    """The open date is closed, and another opened."""
    desk.done(SignOff(desk.book.trade_date))
    agree(desk, desk.book.trade_date)
    desk.done(opened(trade_date))


def owed_dates(desk: Desk) -> list[tuple[int, int]]:
    return [key[:2] for key in sorted(desk.book.obligations.entries)]


def changed_by_people(later: int) -> House:
    """Tuesday is netted in time, and before Wednesday two people move all due times so many days on."""
    house = House()
    tuesday(house.desk, netted_s=house.desk.now_ns // NS_PER_S)
    rows = [[each + later * DAY_S for each in seconds] for seconds in seconds_of(windows(TUESDAY))]
    assert house.code(ChangeDueTimesAct, trade_date=TUESDAY, windows=rows) == ACCEPTED
    return house


def test_changed_due_times_are_told_anew_with_the_amount_as_it_was() -> None:
    house = changed_by_people(1)
    before, after = told(house.desk)

    assert (after.owed, after.number, after.is_late_netted) == (before.owed, before.number, False)
    assert after.first_due_s == before.first_due_s + DAY_S
    assert after.termination_after_s == before.termination_after_s + DAY_S
    assert owed(house.desk.book).due.first_due_s == TEN + DAY_S
    house.desk.now_ns = second(TEN)
    assert house.desk.control(Notice(TUESDAY, 0), SEAT) == ACCEPTED
    same_after_all(house.desk)


def test_times_that_no_calendar_reached_come_with_a_later_date() -> None:
    desk = Desk()
    deep = windows(TUESDAY)[4].last_due_s  # at 14:00 of the fifth day: due on the sixth, objection ends with the ninth
    tuesday(desk, netted_s=deep)
    assert owed(desk.book).due[4:6] == (0, 0)

    desk.done(opened(WEDNESDAY))
    day_end_s = windows(TUESDAY)[7].day_end_s
    assert owed(desk.book).due[4:6] == (day_end_s + DAY_S, 0)
    assert [each.objection_until_s for each in told(desk)] == [0, day_end_s + DAY_S]
    next_date(desk, THURSDAY)
    assert len(told(desk)) == 2  # nothing changed: nothing is told
    same_after_all(desk)


def test_what_is_paid_and_cannot_be_objected_to_any_more_is_forgotten() -> None:
    desk = Desk()
    tuesday(desk, refund_fen=0)
    settled(desk)
    desk.now_ns = OBJECTION_END * NS_PER_S
    next_date(desk, THURSDAY)
    assert owed_dates(desk) == [(BROKER, TUESDAY), (OTHER_BROKER, TUESDAY)]
    desk.now_ns = (OBJECTION_END + 1) * NS_PER_S
    next_date(desk, THURSDAY + 1)
    assert (owed_dates(desk), +desk.book.obligations.counts) == ([], {})
    same_after_all(desk)


@pytest.mark.parametrize("refund_fen", [0, 700])
def test_what_is_unpaid_or_objected_to_is_kept(refund_fen: int) -> None:
    desk = Desk()
    tuesday(desk, refund_fen=refund_fen)
    if not refund_fen:
        assert desk.control(Object(TUESDAY, 0, 5, 0, "fees"), SEAT) == ACCEPTED
    settled(desk)
    desk.now_ns = (OBJECTION_END + 9) * NS_PER_S
    next_date(desk, THURSDAY)

    assert owed_dates(desk) == [(BROKER, TUESDAY)]
    same_after_all(desk)


def test_no_more_are_published_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    tuesday(desk)
    assert obligations.has_room(desk.book, Lane(WEDNESDAY, BROKER))
    monkeypatch.setattr(obligations, "OBLIGATIONS_PER_PARTY_MAX", 1)
    desk.done(opened(WEDNESDAY))
    desk.done(SignOff(WEDNESDAY))
    send_whole(desk, on=WEDNESDAY)
    desk.done(Reconcile(WEDNESDAY, BROKER, 0))
    agree(desk, WEDNESDAY)

    assert desk.control(Publish(WEDNESDAY, BROKER)) == ReplyCode.OBLIGATIONS_FULL


def _lose(book: Book) -> None:
    book.obligations.entries.clear()


def _owe_more(book: Book) -> None:
    owed(book).owed = sum_from_fen(701)


def _notice(book: Book) -> None:
    owed(book).noticed_s = 9


def _be_due_later(book: Book) -> None:
    owed(book).due = owed(book).due._replace(last_due_s=2**33)


@pytest.mark.parametrize("change", [_lose, _owe_more, _notice, _be_due_later])
def test_nothing_of_an_obligation_changes_unseen(change: Callable[[Book], None]) -> None:
    desk = Desk()
    tuesday(desk)
    before = whole_state(desk.book)
    again = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})
    assert again.obligations.entries == desk.book.obligations.entries
    assert again.obligations.counts == desk.book.obligations.counts
    assert before == whole_state(desk.replayed()) == whole_state(again)
    change(desk.book)
    assert whole_state(desk.book) != before
