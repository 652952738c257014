"""`Contracts, tellers, passwords`: the life of a contract 签约 and of the savings account under it, as tables.

Effective at once (004 附件二 第3条1), paused, resumed and ended as the broker says (004 附件一 第10条); a loss report
stops all that takes money out and nothing that brings it in (004 附件二 第6条).

Belongs here: the tables. Never here: who may cause an event and open items (ledger.core), what a state forbids to a
kind of record (kinds).

A contract is pre-assigned until its customer confirms it. Suspension is the service paused. Terminated is terminal.
A contract whose card was replaced runs off on the old account: what was ordered ends there, and nothing new begins.
A loss report 挂失 is about the card or the savings account, so it stands beside the contract's own status: nothing that
happens to the contract takes it away, and when it is lifted the contract is what it has become meanwhile.
Cancels, fills and releases work in every state: what was ordered before must be able to end.

A contract's state is a small int: its own status, plus LOSS while the loss of its account is reported. An account's
state is its status.
"""

from protocol.vocabulary import AccountEvent, AccountStatus
from protocol.vocabulary import ContractEvent as Event
from protocol.vocabulary import ContractStatus as Status

OWN_STATUSES = (Status.PRE_ASSIGNED, Status.ACTIVE, Status.SUSPENDED, Status.RUNS_OFF, Status.TERMINATED)
"""What a contract can be by itself; LOSS_REPORTED is told of any of them while the loss is reported."""

TRANSITIONS: dict[tuple[Status, Event], Status] = {
    (Status.PRE_ASSIGNED, Event.CONFIRM): Status.ACTIVE,
    (Status.PRE_ASSIGNED, Event.TERMINATE): Status.TERMINATED,
    (Status.ACTIVE, Event.SUSPEND): Status.SUSPENDED,
    (Status.ACTIVE, Event.TERMINATE): Status.TERMINATED,
    (Status.SUSPENDED, Event.RESUME): Status.ACTIVE,
    (Status.SUSPENDED, Event.TERMINATE): Status.TERMINATED,
    (Status.RUNS_OFF, Event.TERMINATE): Status.TERMINATED,
}

ACCOUNT_TRANSITIONS: dict[tuple[AccountStatus, AccountEvent], AccountStatus] = {
    (AccountStatus.OPEN, AccountEvent.REPORT_LOSS): AccountStatus.LOSS_REPORTED,
    (AccountStatus.LOSS_REPORTED, AccountEvent.LIFT_LOSS): AccountStatus.OPEN,
    (AccountStatus.OPEN, AccountEvent.CLOSE): AccountStatus.CLOSED,
    (AccountStatus.OPEN, AccountEvent.SETTLE_INTEREST): AccountStatus.OPEN,
}

TRADES = frozenset({Status.ACTIVE, Status.SUSPENDED})
"""The customer has confirmed it, and it has not ended: from then on it is one that a broker opened."""
MAY_SIGN_AS = frozenset({Status.PRE_ASSIGNED, Status.ACTIVE, Status.SUSPENDED})
MAY_CHANGE_BROKER = frozenset({Status.PRE_ASSIGNED, Status.ACTIVE, Status.SUSPENDED})
MAY_REPLACE_CARD = frozenset({Status.ACTIVE, Status.SUSPENDED})

LOSS = 8  # the bit of a state above the status
ENDED = int(Status.TERMINATED)  # the state of a contract that has ended: no loss is told of it any more
STATE_CODES = 16  # a state takes four bits of the indices below
assert max(max(Status), max(AccountStatus)) < LOSS


def state_of(status: Status, is_lost: bool) -> int:
    """The state of an own status with or without a loss report."""
    return status | (LOSS if is_lost else 0)


def next_status(status: Status, event: Event) -> Status | None:
    """The contract's own status after `event`, or None when the table does not allow it."""
    return TRANSITIONS.get((status, event))


def next_account_status(status: AccountStatus, event: AccountEvent) -> AccountStatus | None:
    """The account's status after `event`, or None when the table does not allow it."""
    return ACCOUNT_TRANSITIONS.get((status, event))


def status_told(state: int) -> int:
    """The ContractStatus that queries and the read model tell of a state."""
    return Status.LOSS_REPORTED if state & LOSS else state
