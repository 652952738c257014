"""`Contracts, tellers, passwords`: the life of a contract 签约 and the loss report 挂失 beside it, as tables.

Effective at once (004 附件二 第3条1), paused, resumed and ended as the broker says (004 附件一 第10条); a loss report
stops all that takes money out and nothing that brings it in (004 附件二 第6条).

Belongs here: the tables. Never here: who may cause an event (roles), open items (control), what a state forbids to a
kind of record (kinds).

A contract is pre-assigned until its customer confirms it. Suspension is the service paused. Terminated is terminal.
A loss report is about the card or the savings account, so it stands beside the contract's own status and outlives it:
nothing that happens to the contract takes it away, and when it is lifted the contract is what it has become meanwhile.
Cancels, fills and releases work in every state: what was ordered before must be able to end.

A state is a small int: the contract's own status, plus LOSS while the loss is reported.
"""

from protocol.vocabulary import ContractEvent as Event
from protocol.vocabulary import ContractStatus as Status

OWN_STATUSES = (Status.PRE_ASSIGNED, Status.ACTIVE, Status.SUSPENDED, Status.TERMINATED)
"""What a contract can be by itself; LOSS_REPORTED is told of any of them while the loss is reported."""

TRANSITIONS: dict[tuple[Status, Event], Status] = {
    (Status.PRE_ASSIGNED, Event.CONFIRM): Status.ACTIVE,
    (Status.PRE_ASSIGNED, Event.TERMINATE): Status.TERMINATED,
    (Status.ACTIVE, Event.SUSPEND): Status.SUSPENDED,
    (Status.ACTIVE, Event.TERMINATE): Status.TERMINATED,
    (Status.SUSPENDED, Event.RESUME): Status.ACTIVE,
    (Status.SUSPENDED, Event.TERMINATE): Status.TERMINATED,
}

# Whether the loss is reported, in every status of the contract.
LOSS_TRANSITIONS: dict[tuple[bool, Event], bool] = {
    (False, Event.REPORT_LOSS): True,
    (True, Event.LIFT_LOSS): False,
}

MAY_OPEN_AS = frozenset(Status) - {Status.TERMINATED}

LOSS = 8  # the bit of a state above the status
STATE_CODES = 16  # a state takes four bits of the indices below
assert max(Status) < LOSS


def state_of(status: Status, is_lost: bool) -> int:
    """The state of an own status with or without a loss report."""
    return status | (LOSS if is_lost else 0)


def opening_state(status: int) -> int:
    """The state of a contract opened as `status`; LOSS_REPORTED opens an active one whose loss is reported."""
    is_lost = status == Status.LOSS_REPORTED
    return state_of(Status.ACTIVE if is_lost else Status(status), is_lost)


def next_state(state: int, event: int) -> int | None:
    """The state after `event`, or None when the tables do not allow it."""
    status, is_lost = Status(state & ~LOSS), bool(state & LOSS)
    reported = LOSS_TRANSITIONS.get((is_lost, Event(event)))
    if reported is not None:
        return state_of(status, reported)
    after = TRANSITIONS.get((status, Event(event)))
    return None if after is None else state_of(after, is_lost)


def status_told(state: int) -> int:
    """The ContractStatus that queries and the read model tell of a state."""
    return Status.LOSS_REPORTED if state & LOSS else state
