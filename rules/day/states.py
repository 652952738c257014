"""`The business day`: the phases of the open trade date, and the states of each broker's date, as two tables.

A date is traded from the roll that opens it until it is signed off 签退. From then on an order belongs to the next
date: nothing is frozen any more, so what the books of bank and broker are compared over stands still (004 B·三(四)1).
Releases, fills, movements and all that is said of contracts work in every phase.

A lane is one broker's trade date: one broker's lateness stops no other. Its clearing set is announced once the date is
signed off, collected, and complete when it is as announced; withdrawn, it makes room for another, but not before what
was booked by it is taken back, where that is anything. A lane is reconciled
once its set says what the bank has, and published once what is owed by it is told: one way, for good. Until then it may
be compared anew, and what is corrected must be. From then on each order that is left open is ended as the set says,
and its customers are settled: one unit for each contract, credit and debit (004 B·三(四)2(1)). Settled, it is closed
once nothing of it is gated, and nothing that is owed by it unpaid.

Belongs here: phases, states, events, the tables. Never here: what a kind of record needs (kinds), a line of a set
(clearing), times of the clock.
"""

from protocol.limits import DECLARED_LATE_AFTER_S
from protocol.vocabulary import DateEvent, DatePhase, LaneEvent, LaneState

DATE_PHASES: dict[tuple[DatePhase, DateEvent], DatePhase] = {
    (DatePhase.TRADING, DateEvent.SIGN_OFF): DatePhase.SIGNED_OFF,
    (DatePhase.SIGNED_OFF, DateEvent.REOPEN): DatePhase.TRADING,
}
"""The phase after an event; a cell that is missing refuses it."""


LANE_STATES: dict[tuple[LaneState, LaneEvent], LaneState] = {
    (LaneState.TRADING, LaneEvent.FINISH_SENDING): LaneState.FINISHED,
    (LaneState.TRADING, LaneEvent.ANNOUNCE_SET): LaneState.COLLECTING,
    (LaneState.FINISHED, LaneEvent.ANNOUNCE_SET): LaneState.COLLECTING,
    (LaneState.COLLECTING, LaneEvent.COMPLETE_SET): LaneState.COMPLETE,
    (LaneState.COLLECTING, LaneEvent.WITHDRAW_SET): LaneState.FINISHED,
    (LaneState.COMPLETE, LaneEvent.WITHDRAW_SET): LaneState.FINISHED,
    (LaneState.COMPLETE, LaneEvent.RECONCILE): LaneState.RECONCILED,
    (LaneState.COMPLETE, LaneEvent.CORRECT): LaneState.COMPLETE,
    (LaneState.RECONCILED, LaneEvent.RECONCILE): LaneState.RECONCILED,
    (LaneState.RECONCILED, LaneEvent.CORRECT): LaneState.COMPLETE,
    (LaneState.RECONCILED, LaneEvent.WITHDRAW_SET): LaneState.FINISHED,
    (LaneState.RECONCILED, LaneEvent.PUBLISH): LaneState.PUBLISHED,
    (LaneState.COMPLETE, LaneEvent.WITHDRAW_ADJUSTED): LaneState.REVERTING,
    (LaneState.RECONCILED, LaneEvent.WITHDRAW_ADJUSTED): LaneState.REVERTING,
    (LaneState.REVERTING, LaneEvent.REVERT): LaneState.FINISHED,
    (LaneState.PUBLISHED, LaneEvent.CLOSE): LaneState.CLOSING,
    (LaneState.CLOSING, LaneEvent.CLOSE): LaneState.CLOSING,
    (LaneState.PUBLISHED, LaneEvent.BEGIN_SETTLE): LaneState.SETTLING,
    (LaneState.CLOSING, LaneEvent.BEGIN_SETTLE): LaneState.SETTLING,
    (LaneState.SETTLING, LaneEvent.SETTLE): LaneState.SETTLED,
    (LaneState.SETTLED, LaneEvent.DISCHARGE): LaneState.CLOSED,
}
"""The state of a lane after an event; a cell that is missing refuses it."""


def next_phase(phase: DatePhase, event: DateEvent) -> DatePhase | None:
    """The phase after `event`, None where it is not due."""
    return DATE_PHASES.get((phase, event))


def is_market_closed(phase: DatePhase) -> bool:
    """Whether an order is refused because it belongs to the next date."""
    return phase != DatePhase.TRADING


def next_lane_state(state: LaneState, event: LaneEvent) -> LaneState | None:
    """The state of a lane after `event`, None where it is not due."""
    return LANE_STATES.get((state, event))


def may_be_deferred(state: int) -> bool:
    """Whether people may defer a lane: what is owed by it is not told yet."""
    return state < LaneState.PUBLISHED


def late_s(declared_s: int, completed_s: int) -> int:
    """By how many whole seconds a set came too late: it is due half an hour after the exchange's data were there."""
    return max(0, completed_s - declared_s - DECLARED_LATE_AFTER_S)
