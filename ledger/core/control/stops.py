"""Brokers that two people have stopped, for a while or for good 终止协议: what such an act earns and does.

Belongs here: judging in ranked order and the effect, side by side; whether contracts of a broker may begin. Never here:
who may sign it (rules.tellers), when a debt is a ground (rules.day.obligations), what a stop refuses to an order
(rules).
"""

from ledger.core.control.feeds import tell_stopped
from ledger.core.state.book import STOPPED, TERMINATED, WORKS, Book
from ledger.core.state.day.obligations import ObligationKey
from protocol.acts.parties import ResumeBrokerAct, StopBrokerAct, TerminateBrokerAct
from protocol.codes import ReplyCode
from protocol.vocabulary import ObligationState, Role
from rules.day.obligations import termination_code

NS_PER_S = 1_000_000_000
StopAct = StopBrokerAct | ResumeBrokerAct | TerminateBrokerAct


def judge_stop(book: Book, message: StopAct, decided_at_ns: int) -> ReplyCode:
    """What a stop earns, its end, or one without end."""
    if book.role[message.party] != Role.BROKER:
        return ReplyCode.PARTY_UNKNOWN
    before = int(book.stopped[message.party])
    match message:
        case StopBrokerAct():
            return ReplyCode.ACCEPTED if before == WORKS else ReplyCode.STATUS_FORBIDS
        case ResumeBrokerAct():
            return ReplyCode.ACCEPTED if before == STOPPED else ReplyCode.STATUS_FORBIDS
        case TerminateBrokerAct(party=party, trade_date=trade_date, case=case):
            if before == TERMINATED:
                return ReplyCode.STATUS_FORBIDS
            owed = book.obligations.entries.get(ObligationKey(party, trade_date, case))
            if owed is None:
                return ReplyCode.OBLIGATION_UNKNOWN
            return termination_code(ObligationState(owed.state), owed.due, decided_at_ns // NS_PER_S)


def stop(book: Book, message: StopAct) -> None:
    """The broker's contracts take no new orders from now on, or take them again."""
    after = {StopBrokerAct: STOPPED, ResumeBrokerAct: WORKS, TerminateBrokerAct: TERMINATED}
    book.stopped[message.party] = after[type(message)]
    tell_stopped(book, message.party)


def begins_none(book: Book, party: int) -> bool:
    """Whether no contract of a party begins any more."""
    return int(book.stopped[party]) == TERMINATED
