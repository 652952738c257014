"""The life of a contract 签约 and the loss report 挂失 beside it as tables, and what they forbid to money.

Belongs here: the tables. Never here: who may cause an event (roles), open items (control).

A contract is pre-assigned until its customer confirms it. Suspension is the service paused. Terminated is terminal.
A loss report is about the card or the savings account, so it stands beside the contract's own status and outlives it:
nothing that happens to the contract takes it away, and when it is lifted the contract is what it has become meanwhile.
Cancels, fills and releases work in every state: what was ordered before must be able to end.

A state is a small int: the contract's own status, plus LOSS while the loss is reported.
"""

import numpy as np

from ledger.core.roles import KIND_CODES
from ledger.core.state.columns import ByteColumn, ShortColumn
from protocol.codes import ReplyCode
from protocol.vocabulary import ContractEvent as Event
from protocol.vocabulary import ContractStatus as Status
from protocol.vocabulary import RecordKind

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

# LOSS_REPORTED stands for the report; where it and the status both forbid, the code of the lower rank is answered.
REFUSED_IN: dict[RecordKind, dict[Status, ReplyCode]] = {
    RecordKind.FREEZE: {
        Status.TERMINATED: ReplyCode.CONTRACT_TERMINATED,
        Status.PRE_ASSIGNED: ReplyCode.CONTRACT_PRE_ASSIGNED,
        Status.LOSS_REPORTED: ReplyCode.CONTRACT_LOSS_REPORTED,
        Status.SUSPENDED: ReplyCode.CONTRACT_SUSPENDED,
    },
    # The savings account lives on when the contract has ended; only a loss report stops its withdrawals.
    RecordKind.WITHDRAWAL: {Status.LOSS_REPORTED: ReplyCode.CONTRACT_LOSS_REPORTED},
}

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


def refusal(kind: RecordKind, status: Status, is_lost: bool) -> ReplyCode | None:
    """The code that a state earns for a kind of record, None when it forbids nothing."""
    codes = REFUSED_IN.get(kind, {})
    earned = [codes[each] for each in ({status, Status.LOSS_REPORTED} if is_lost else {status}) if each in codes]
    return min(earned, default=None)


def _state_code_table() -> ShortColumn:
    table = np.zeros(KIND_CODES * STATE_CODES, np.int16)
    for kind in REFUSED_IN:
        for status in OWN_STATUSES:
            for is_lost in (False, True):
                table[kind * STATE_CODES + state_of(status, is_lost)] = refusal(kind, status, is_lost) or 0
    return table


STATE_CODE = _state_code_table()
"""(256 × 16,) int16 at kind × 16 + state: the reply code that the state earns, 0 when it forbids nothing."""

STATUS_TOLD: ByteColumn = np.array(
    [Status.LOSS_REPORTED if state & LOSS else state for state in range(STATE_CODES)], np.int8
)
"""(16,) int8 by state: the ContractStatus that queries and the read model tell."""
