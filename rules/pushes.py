"""`Contracts, tellers, passwords`: a contract that the broker signs with its customer and pushes to the bank.

The customer signs at the broker (004 B·三(一), 附件二 第3条1); the bank looks whether the account is this person's and
whether the card password is right, and the contract is effective at once (004 附件二 第5条 for its end). Without the
password it stays pre-assigned until the customer confirms it at the bank. A card that was lost is reported at the bank
first, then the customer signs anew at the broker (004 B·三(五)2).

The argument of the table. A push waits until the identity desk has read it. What can be read is compared with the
account's holder, and until it fits, one word stands for every reason: another person, no such account, one try too
many. So whoever sends pushes learns nothing of an account that is not its customer's. Only from IDENTIFIED on is it
told why a contract cannot be, because the person who may know asked. The card host is asked last, and for an
identified customer alone: nobody can lock a stranger's card, or tell by the time of an answer that there is one. Every
end is final: another try is another push, with another number, and each that came to nothing is counted.

Nothing gives way to a push without the card password: neither the customer's other contract nor one that somebody else
left pre-assigned. To one with it a pre-assigned contract gives way, so that nobody is kept from his own account or
securities account by a contract that he never confirmed.

A customer of scheme A signs at the bank's counter (004 A·三(一)): a teller's act makes a push of it, which takes the
same way. He stands there, so nothing is left for later: without the right card password no contract comes about. A
wrong one is NOT_IDENTIFIED and a try; where the card host did not answer, or no password could be read, it is
UNREADABLE and none, and the teller begins anew.

Belongs here: the states, what is counted, what gives way. Never here: which contracts there are (ledger.core), what is
inside of what is sealed (the identity desk).
"""

from protocol.codes import ReplyCode
from protocol.limits import PUSH_TRIES_MAX, PUSHES_FUTILE_MAX
from protocol.vocabulary import CardAnswer, ContractStatus, PushEvent, PushState

PUSH_STATES: dict[tuple[PushState, PushEvent], PushState] = {
    (PushState.WAITING, PushEvent.NOT_READ): PushState.UNREADABLE,
    (PushState.WAITING, PushEvent.NOT_FOUND): PushState.NOT_IDENTIFIED,
    (PushState.WAITING, PushEvent.IDENTIFY): PushState.IDENTIFIED,
    (PushState.WAITING, PushEvent.BAR): PushState.IMPOSSIBLE,
    (PushState.IDENTIFIED, PushEvent.BAR): PushState.IMPOSSIBLE,
    (PushState.IDENTIFIED, PushEvent.CONFIRM): PushState.ASSIGNED,
    (PushState.IDENTIFIED, PushEvent.LEAVE_UNCONFIRMED): PushState.PRE_ASSIGNED,
    (PushState.IDENTIFIED, PushEvent.NOT_READ): PushState.UNREADABLE,
    (PushState.IDENTIFIED, PushEvent.NOT_FOUND): PushState.NOT_IDENTIFIED,
}
"""The state after an event; a cell that is missing refuses it."""

OPEN = frozenset({PushState.WAITING, PushState.IDENTIFIED})
"""Still to be decided."""
FUTILE = frozenset({PushState.NOT_IDENTIFIED, PushState.IMPOSSIBLE})
"""Counted against the broker, as a wrong card password is."""


def next_push_state(state: PushState, event: PushEvent) -> PushState | None:
    """The state after `event`, None where it cannot be."""
    return PUSH_STATES.get((state, event))


def may_try(tries: int, futile: int) -> bool:
    """Whether another person may be compared with this account's holder, or another card password be asked about, for
    this broker on this date: what came to nothing for the account, and what did for the broker in all, is counted."""
    return tries < PUSH_TRIES_MAX and futile < PUSHES_FUTILE_MAX


def is_confirmed(answer: CardAnswer, tries: int, futile: int) -> bool:
    """Whether the customer has confirmed: what is said after too many tries counts no more."""
    return answer == CardAnswer.RIGHT and may_try(tries, futile)


def event_unconfirmed(answer: CardAnswer) -> PushEvent:
    """What becomes of an identified push from the counter that is not confirmed. A right password that comes after too
    many tries is one try more."""
    return PushEvent.NOT_READ if answer == CardAnswer.NOT_ASKED else PushEvent.NOT_FOUND


def status_signed(confirmed: bool, of_replaced: ContractStatus | None) -> ContractStatus:
    """The status of the contract that comes about: a suspended one stays so under its new number."""
    if not confirmed:
        return ContractStatus.PRE_ASSIGNED
    return ContractStatus.SUSPENDED if of_replaced == ContractStatus.SUSPENDED else ContractStatus.ACTIVE


def code_of_what_is_in_the_way(status: ContractStatus, confirmed: bool, code: ReplyCode) -> ReplyCode:
    """What a contract that is not the replaced one earns a push: `code`, unless it gives way."""
    return ReplyCode.ACCEPTED if confirmed and status == ContractStatus.PRE_ASSIGNED else code
