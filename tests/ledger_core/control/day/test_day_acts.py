"""What two people decide of the day out of its plan: what each act earns and does, and that it replays.

Belongs here: acts of the right DAY. Never here: who may sign (test_acts), what a lane does by its own data (lines).
"""

from collections.abc import Callable

import pytest

from ledger.core.state.day.due_times import seconds_of
from protocol.acts.day import (
    OF_EXCHANGE,
    AdoptSetAct,
    ChangeDueTimesAct,
    DeferAct,
    ExchangeData,
    ReopenDateAct,
    ResumeLaneAct,
)
from protocol.acts.table import AnyAct
from protocol.codes import ReplyCode
from protocol.messages.control import OpenTradeDate
from protocol.messages.day.steps import NO_TOTALS, CompleteSet, Publish, Reconcile, SignOff, WithdrawSet
from protocol.vocabulary import DatePhase, LaneState, Right
from rules.day.calendar import may_change
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.control.day.test_due_times import opened, windows
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, SEAT, TUESDAY, WEDNESDAY, Desk, same_after_all
from tests.ledger_core.lines.words import agree, announce
from tests.ledger_core.sealed import sealed
from tests.people import signed

PAT, QUI = 7, 8
ACCEPTED, NOT_DUE, MALFORMED = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.REQUEST_MALFORMED
NS_PER_S = 1_000_000_000


class House:
    """A sealed bank, and two people who may move the day out of its plan."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.office = sealed(self.desk, (PAT, Right.DAY), (QUI, Right.DAY))

    def code(self, form: Callable[..., AnyAct], **fields: object) -> ReplyCode:
        """What an act of both earns now, by the day desk's seat."""
        return self.told(form, **fields)[0]

    def told(self, form: Callable[..., AnyAct], **fields: object) -> tuple[ReplyCode, int]:
        self.office.valid_until_s = self.desk.now_ns // NS_PER_S + 60
        answer = self.desk.told(signed(form(**self.office.by(PAT), **fields), PAT, QUI), DAY_SEAT)
        return answer.code, answer.remaining_fen

    def lane(self, trade_date: int, party: int = BROKER) -> tuple[LaneState, bool]:
        lane = self.desk.book.clearing.lane(trade_date, party)
        return LaneState(lane.state), lane.is_deferred


def numbers(trade_date: int) -> list[list[int]]:
    return [list(window) for window in seconds_of(windows(trade_date))]


def test_due_times_are_changed_while_they_are_to_come() -> None:
    """The typhoon comes at 09:15: 09:00 is over, everything behind is an hour later."""
    house = House()
    house.desk.done(opened(TUESDAY))
    later = numbers(TUESDAY)
    house.desk.now_ns = (later[0][0] + 900) * NS_PER_S
    later[0][1:4] = [second + 3_600 for second in later[0][1:4]]

    assert house.code(ChangeDueTimesAct, trade_date=TUESDAY, windows=later) == ACCEPTED

    assert [list(window) for window in house.desk.book.due_times.of(TUESDAY)] == later
    same_after_all(house.desk)


def test_what_has_passed_stays_and_nothing_new_lies_in_the_past() -> None:
    before = seconds_of(windows(TUESDAY))
    now_s = before[0][2]  # 10:00:00 of the first window is there

    def moved(place: int, by_s: int) -> bool:
        first = list(before[0])
        first[place] += by_s
        return may_change(before, [tuple(first), *before[1:]], now_s)

    assert may_change(before, before, now_s)
    assert not moved(2, 60)  # it is there
    assert not moved(0, 60)  # it is over
    assert moved(3, 60)
    assert not moved(3, -14_400)  # 14:00 becomes 10:00:00
    assert moved(3, -14_399)
    assert not may_change(before, [], now_s)
    assert may_change([], before, before[0][0] - 1)
    assert not may_change([], before, before[0][0])


def test_due_times_of_a_date_without_any_and_of_one_that_is_not_there() -> None:
    house = House()

    assert house.code(ChangeDueTimesAct, trade_date=MONDAY, windows=numbers(MONDAY)) == ACCEPTED
    assert house.code(ChangeDueTimesAct, trade_date=TUESDAY, windows=numbers(TUESDAY)) == ReplyCode.DATE_NOT_UNSETTLED
    assert house.code(ChangeDueTimesAct, trade_date=MONDAY, windows=numbers(MONDAY)[::-1]) == MALFORMED
    assert house.code(ChangeDueTimesAct, trade_date=20_260_231, windows=numbers(MONDAY)) == MALFORMED


def test_a_date_is_traded_again_until_a_set_of_it_counts() -> None:
    house = House()
    desk, customer = house.desk, house.desk.open(1_000)
    assert house.code(ReopenDateAct, trade_date=MONDAY) == NOT_DUE
    desk.done(SignOff(MONDAY))
    agree(desk)
    assert house.code(ReopenDateAct, trade_date=TUESDAY) == NOT_DUE

    assert house.code(ReopenDateAct, trade_date=MONDAY) == ACCEPTED

    assert desk.book.phase == DatePhase.TRADING
    assert not desk.book.unsettled.agreed.any()
    desk.freeze(customer, 300)  # an order of today
    desk.done(SignOff(MONDAY))
    announce(desk)
    assert house.code(ReopenDateAct, trade_date=MONDAY) == NOT_DUE
    assert desk.control(WithdrawSet(MONDAY, 1), SEAT) == ACCEPTED
    assert house.code(ReopenDateAct, trade_date=MONDAY) == ACCEPTED
    same_after_all(desk)


def test_a_lane_is_deferred_resumed_and_ends_by_its_own_data() -> None:
    house = House()
    desk = house.desk
    of_lane = {"trade_date": MONDAY, "party": BROKER}
    assert house.code(DeferAct, **of_lane) == NOT_DUE  # it is traded
    desk.done(SignOff(MONDAY))
    assert house.code(ResumeLaneAct, **of_lane) == NOT_DUE
    assert house.code(DeferAct, **of_lane) == ACCEPTED
    assert house.code(DeferAct, **of_lane) == NOT_DUE
    assert house.lane(MONDAY) == (LaneState.TRADING, True)
    assert house.code(ResumeLaneAct, **of_lane) == ACCEPTED
    assert house.code(DeferAct, **of_lane) == ACCEPTED

    announce(desk)
    assert desk.control(CompleteSet(MONDAY, 1), SEAT) == ACCEPTED
    agree(desk)
    desk.done(Reconcile(MONDAY, BROKER, 0))
    desk.done(Publish(MONDAY, BROKER))
    assert house.lane(MONDAY) == (LaneState.PUBLISHED, True)
    assert house.code(ResumeLaneAct, **of_lane) == ACCEPTED
    assert house.code(DeferAct, **of_lane) == NOT_DUE
    same_after_all(desk)


@pytest.mark.parametrize("form", [DeferAct, ResumeLaneAct])
def test_only_a_broker_s_unsettled_date_is_deferred(form: Callable[..., AnyAct]) -> None:
    house = House()
    house.desk.done(SignOff(MONDAY))

    assert house.code(form, trade_date=MONDAY, party=1) == ReplyCode.PARTY_UNKNOWN
    assert house.code(form, trade_date=MONDAY, party=9) == ReplyCode.PARTY_UNKNOWN
    assert house.code(form, trade_date=TUESDAY, party=BROKER) == ReplyCode.DATE_NOT_UNSETTLED
    assert house.code(form, trade_date=20_260_231, party=BROKER) == MALFORMED


def test_that_nothing_was_traded_is_adopted_for_a_deferred_lane_alone() -> None:
    """Broker 2 is silent on Monday, and sends its Tuesday, which waits; then two people adopt an empty Monday."""
    house = House()
    desk = house.desk
    adopted = {"trade_date": MONDAY, "party": BROKER, "source": "NOTHING_TRADED"}
    desk.done(SignOff(MONDAY))
    agree(desk)
    assert house.code(AdoptSetAct, **adopted) == NOT_DUE
    assert house.code(DeferAct, trade_date=MONDAY, party=BROKER) == ACCEPTED
    desk.done(OpenTradeDate(TUESDAY))
    desk.done(SignOff(TUESDAY))
    agree(desk, TUESDAY)
    announce(desk, on=TUESDAY)
    assert desk.control(CompleteSet(TUESDAY, 1), SEAT) == ACCEPTED
    desk.done(Reconcile(TUESDAY, BROKER, 0))
    assert desk.control(Publish(TUESDAY, BROKER)) == NOT_DUE

    assert house.told(AdoptSetAct, **adopted) == (ACCEPTED, 1)  # the number of the set

    assert house.lane(MONDAY) == (LaneState.COMPLETE, True)
    assert house.code(AdoptSetAct, **adopted) == ReplyCode.SET_EXISTS
    for trade_date in (MONDAY, TUESDAY):
        if trade_date == MONDAY:
            desk.done(Reconcile(MONDAY, BROKER, 0))
        desk.done(Publish(trade_date, BROKER))
    assert house.lane(TUESDAY)[0] == LaneState.PUBLISHED
    assert house.lane(MONDAY, OTHER_BROKER) == (LaneState.TRADING, False)
    desk.done(OpenTradeDate(WEDNESDAY))
    same_after_all(desk)


@pytest.mark.parametrize("source", ["NOTHING_TRADED", OF_EXCHANGE])
def test_nothing_is_adopted_for_a_date_that_is_traded_again(source: str) -> None:
    """Deferred in the evening, and reopened: its lines would name orders that are made beside them."""
    house = House()
    desk, data = house.desk, ExchangeData.of(NO_TOTALS, 0) if source == OF_EXCHANGE else None
    desk.done(SignOff(MONDAY))
    assert house.code(DeferAct, trade_date=MONDAY, party=BROKER) == ACCEPTED
    assert house.code(ReopenDateAct, trade_date=MONDAY) == ACCEPTED

    adopted = {"trade_date": MONDAY, "party": BROKER, "source": source} | ({"data": data} if data else {})
    assert house.code(AdoptSetAct, **adopted) == NOT_DUE
    assert house.lane(MONDAY) == (LaneState.TRADING, True)
    desk.done(SignOff(MONDAY))
    assert house.told(AdoptSetAct, **adopted) == (ACCEPTED, 1)
    same_after_all(desk)


def test_a_broker_that_wakes_up_withdraws_what_was_adopted_for_it_and_sends_its_own() -> None:
    house = House()
    desk = house.desk
    desk.done(SignOff(MONDAY))
    assert house.code(DeferAct, trade_date=MONDAY, party=BROKER) == ACCEPTED
    assert house.code(AdoptSetAct, trade_date=MONDAY, party=BROKER, source="NOTHING_TRADED") == ACCEPTED

    assert desk.control(WithdrawSet(MONDAY, 1), SEAT) == ACCEPTED
    assert announce(desk).remaining_fen == 2
    assert desk.control(CompleteSet(MONDAY, 2), SEAT) == ACCEPTED
    same_after_all(desk)
