"""The states of a date and of a lane: every cell of both tables, by hand."""

import pytest

from protocol.vocabulary import DateEvent, DatePhase, LaneEvent, LaneState
from rules.day.states import is_market_closed, may_be_deferred, next_lane_state, next_phase

S, E = LaneState, LaneEvent
LANES = {
    S.TRADING: {E.FINISH_SENDING: S.FINISHED, E.ANNOUNCE_SET: S.COLLECTING},
    S.FINISHED: {E.ANNOUNCE_SET: S.COLLECTING},
    S.REVERTING: {E.REVERT: S.FINISHED},
    S.COLLECTING: {E.COMPLETE_SET: S.COMPLETE, E.WITHDRAW_SET: S.FINISHED},
    S.COMPLETE: {
        E.RECONCILE: S.RECONCILED,
        E.CORRECT: S.COMPLETE,
        E.WITHDRAW_SET: S.FINISHED,
        E.WITHDRAW_ADJUSTED: S.REVERTING,
    },
    S.RECONCILED: {
        E.RECONCILE: S.RECONCILED,
        E.CORRECT: S.COMPLETE,
        E.WITHDRAW_SET: S.FINISHED,
        E.WITHDRAW_ADJUSTED: S.REVERTING,
        E.PUBLISH: S.PUBLISHED,
    },
    S.PUBLISHED: {E.CLOSE: S.CLOSING, E.BEGIN_SETTLE: S.SETTLING},
    S.CLOSING: {E.CLOSE: S.CLOSING, E.BEGIN_SETTLE: S.SETTLING},
    S.SETTLING: {E.SETTLE: S.SETTLED},
    S.SETTLED: {E.DISCHARGE: S.CLOSED},
    S.CLOSED: {},
}


@pytest.mark.parametrize("event", LaneEvent)
@pytest.mark.parametrize("state", LaneState)
def test_a_lane_goes_where_the_table_says_and_else_nowhere(state: LaneState, event: LaneEvent) -> None:
    assert next_lane_state(state, event) == LANES[state].get(event)


def test_nothing_of_a_published_lane_goes_back() -> None:
    """Published is told to the broker: from then on no event leads to an earlier state, nor is a lane deferred."""
    ahead = {(state, reached) for state in LANES for reached in LANES[state].values() if state >= S.PUBLISHED}
    assert all(reached >= state for state, reached in ahead)
    assert [state for state in LaneState if may_be_deferred(state)] == list(LaneState)[: S.PUBLISHED]


@pytest.mark.parametrize(
    ("phase", "event", "following"),
    [
        (DatePhase.TRADING, DateEvent.SIGN_OFF, DatePhase.SIGNED_OFF),
        (DatePhase.TRADING, DateEvent.REOPEN, None),
        (DatePhase.SIGNED_OFF, DateEvent.SIGN_OFF, None),
        (DatePhase.SIGNED_OFF, DateEvent.REOPEN, DatePhase.TRADING),
    ],
)
def test_a_date_is_signed_off_once_and_traded_again_by_an_act(
    phase: DatePhase, event: DateEvent, following: DatePhase | None
) -> None:
    assert next_phase(phase, event) == following
    assert is_market_closed(phase) == (phase == DatePhase.SIGNED_OFF)
