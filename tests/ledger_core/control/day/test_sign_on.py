"""Sign-on 签到: when a broker may say that it is ready for the date, what is told of it, and that nothing waits."""

from ledger.core.book_answers import BookAnswers
from protocol.codes import ReplyCode
from protocol.messages.day.dates import BrokerFacts, DatesAnswer, DatesQuery
from protocol.messages.day.steps import FinishSending, SignOff, SignOn
from protocol.vocabulary import BANK_PARTY, LaneState
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    TUESDAY,
    Desk,
    same_after_all,
)

ACCEPTED, AGAIN = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE


def signed_on(desk: Desk) -> dict[int, int]:
    """Broker → the second."""
    answer = BookAnswers(desk.book).answer(BANK_PARTY, DatesQuery())
    assert isinstance(answer, DatesAnswer)
    assert all(isinstance(each, BrokerFacts) for each in answer.brokers)
    return {each.party: each.signed_on_s for each in answer.brokers}


def test_a_broker_signs_on_once_for_the_open_date() -> None:
    desk = Desk()
    desk.now_ns = 7_999_999_999
    ann = desk.open(1_000)
    desk.freeze(ann, 5)  # without it
    assert signed_on(desk) == {BROKER: 0, OTHER_BROKER: 0}

    assert desk.control(SignOn(TUESDAY), SEAT) == ReplyCode.DATE_NOT_UNSETTLED
    assert desk.control(SignOn(MONDAY), SEAT) == ACCEPTED
    assert desk.control(SignOn(MONDAY), SECOND_SEAT) == AGAIN
    assert signed_on(desk) == {BROKER: 7, OTHER_BROKER: 0}
    assert desk.book.clearing.lane(MONDAY, BROKER).state == LaneState.TRADING
    same_after_all(desk)


def test_a_date_that_is_not_traded_any_more_is_signed_on_for_by_nobody() -> None:
    desk = Desk()
    assert desk.control(FinishSending(MONDAY), OTHER_SEAT) == ACCEPTED
    assert desk.control(SignOn(MONDAY), OTHER_SEAT) == AGAIN  # it said that all was sent
    desk.done(SignOff(MONDAY))
    assert desk.control(SignOn(MONDAY), SEAT) == AGAIN
    desk.roll(TUESDAY)
    assert desk.control(SignOn(MONDAY), SEAT) == AGAIN
    assert desk.control(SignOn(TUESDAY), SEAT) == ACCEPTED
    assert signed_on(desk) == {BROKER: desk.now_ns // 10**9 or 1, OTHER_BROKER: 0}
    same_after_all(desk)


def test_who_signed_on_goes_on_to_finish_and_is_forgotten_with_the_date() -> None:
    desk = Desk()
    assert desk.control(SignOn(MONDAY), SEAT) == ACCEPTED
    assert desk.control(FinishSending(MONDAY), SEAT) == ACCEPTED
    assert desk.book.clearing.lane(MONDAY, BROKER).signed_on_s == 1
    desk.roll(TUESDAY)
    desk.settle(MONDAY)
    assert desk.book.clearing.lanes == {}
    same_after_all(desk)
