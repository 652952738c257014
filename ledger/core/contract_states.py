"""The life of a contract 签约 as a table, and what each state forbids to money.

Belongs here: the two tables. Never here: who may cause an event (roles), open items (control).

A contract is pre-assigned until its customer confirms it. Suspension is the service paused; a loss report is about
card or account and ranks above it, so lifting it makes the contract active. Terminated is terminal. Cancels, fills
and releases work in every state: what was ordered before must be able to end.
"""

import numpy as np

from ledger.core.columns import ShortColumn
from ledger.core.roles import KIND_CODES
from protocol.codes import ReplyCode
from protocol.vocabulary import ContractEvent as Event
from protocol.vocabulary import ContractStatus as Status
from protocol.vocabulary import RecordKind

TRANSITIONS: dict[tuple[Status, Event], Status] = {
    (Status.PRE_ASSIGNED, Event.CONFIRM): Status.ACTIVE,
    (Status.PRE_ASSIGNED, Event.TERMINATE): Status.TERMINATED,
    (Status.ACTIVE, Event.SUSPEND): Status.SUSPENDED,
    (Status.ACTIVE, Event.REPORT_LOSS): Status.LOSS_REPORTED,
    (Status.ACTIVE, Event.TERMINATE): Status.TERMINATED,
    (Status.SUSPENDED, Event.RESUME): Status.ACTIVE,
    (Status.SUSPENDED, Event.REPORT_LOSS): Status.LOSS_REPORTED,
    (Status.SUSPENDED, Event.TERMINATE): Status.TERMINATED,
    (Status.LOSS_REPORTED, Event.LIFT_LOSS): Status.ACTIVE,
    (Status.LOSS_REPORTED, Event.TERMINATE): Status.TERMINATED,
}

MAY_OPEN_AS = frozenset(Status) - {Status.TERMINATED}

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

STATUS_CODES = 8  # a status takes three bits of the index below


def _status_table() -> ShortColumn:
    table = np.zeros(KIND_CODES * STATUS_CODES, np.int16)
    for kind, codes in REFUSED_IN.items():
        for status, code in codes.items():
            table[kind * STATUS_CODES + status] = code
    return table


STATUS_CODE = _status_table()
"""(256 × 8,) int16 at kind × 8 + status: the reply code that the status earns, 0 when it forbids nothing."""

assert max(Status) < STATUS_CODES


def next_status(status: int, event: int) -> Status | None:
    """The state after `event`, or None when the table does not allow it."""
    return TRANSITIONS.get((Status(status), Event(event)))
