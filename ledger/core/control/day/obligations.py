"""What is owed by a broker's date: it begins when the date is published, and is due when its windows say.

Belongs here: its begin, its due times as they are changed, what a broker says of it. Never here: which times are due
(rules.day.obligations), who may say what (roles), how the broker is told (feeds), what is taken (collecting).
"""

from ledger.core.control.clearing_accounts.collecting import collect
from ledger.core.control.feeds import tell_obligation
from ledger.core.state.book import Book
from ledger.core.state.day.clearing import Lane
from ledger.core.state.day.obligations import Obligation, ObligationKey
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.limits import OBLIGATIONS_PER_PARTY_MAX
from protocol.messages.feeds import Notice, Object
from protocol.messages.fields import fen_from_sum, sum_from_fen
from protocol.vocabulary import ObligationState
from rules.day.obligations import (
    OBLIGATION_STATES,
    Due,
    ObligationEvent,
    days_known,
    due,
    notice_code,
    objection_code,
    state_of,
)

NS_PER_S = 1_000_000_000
OF_DATE = 0  # the case of what is owed by a date itself


def has_room(book: Book, lane: Lane) -> bool:
    """Whether what a lane brings is kept: no obligation is forgotten that is not paid."""
    return book.obligations.counts[lane.party] + len(_cases(book, lane)) < OBLIGATIONS_PER_PARTY_MAX


def begin(book: Book, lane: Lane, decided_at_ns: int) -> None:
    """A lane is netted: what is owed by it stands for good, and so does each case of it; all of it is told."""
    netted_s, net = decided_at_ns // NS_PER_S, lane.announced.net
    for case, made_good_fen in _cases(book, lane):
        _begin_one(book, lane, case, sum_from_fen(made_good_fen), netted_s)
    _begin_one(book, lane, OF_DATE, net, netted_s)
    collect(book, lane.party, netted_s)  # what no calendar says when to pay is due at once


def _begin_one(book: Book, lane: Lane, case: int, owed: bytes, netted_s: int) -> None:
    obligation = Obligation(
        party=lane.party,
        trade_date=lane.trade_date,
        case=case,
        number=lane.number,
        owed=owed,
        state=state_of(fen_from_sum(owed)),
        netted_s=netted_s,
        set_late_s=lane.last_late_s,
    )
    obligation.due = _due(book, obligation)
    obligation.fell_due_s = 0 if obligation.due.first_due_s else max(1, netted_s)
    book.obligations.put(obligation)
    tell_obligation(book, obligation)


def _cases(book: Book, lane: Lane) -> list[tuple[int, int]]:
    """Number and amount of what the broker makes good by a lane's set, by number."""
    cleared = book.clearing.by_contract.get(lane.trade_date)
    if cleared is None:
        return []
    contracts = book.own_contracts(lane.party, 0, book.contracts_count)
    contracts = contracts[cleared.case[contracts] != 0]
    made_good_fen = cleared.made_good_buys_fen[contracts] + cleared.made_good_proceeds_fen[contracts]
    cases = zip(cleared.case[contracts].tolist(), made_good_fen.tolist(), strict=True)
    return sorted(case for case in cases if case[1])


def due_times_changed(book: Book) -> None:
    """Windows came or were changed: what is due at other times by them is told anew.

    By the second in which it was netted, which no change moves to the other side of a due time: what has passed stays,
    and what is changed is yet to come.
    """
    for obligation in sorted(book.obligations.entries.values(), key=_cases_first):
        if not book.due_times.of(obligation.trade_date):
            continue  # all its times are over
        times = _due(book, obligation)
        if times != obligation.due:
            if not obligation.due.first_due_s:
                obligation.fell_due_s = 0  # until now no calendar had it
            obligation.due = times
            book.obligations.put(obligation)
            tell_obligation(book, obligation)


def _cases_first(obligation: Obligation) -> tuple[int, int, bool, int]:
    """A date's own behind its cases: it is told last, and signed for."""
    return obligation.party, obligation.trade_date, obligation.case == OF_DATE, obligation.case


def _due(book: Book, obligation: Obligation) -> Due:
    windows = book.due_times.windows
    later = [windows[date] for date in sorted(windows) if date > obligation.trade_date]
    days = days_known(book.due_times.of(obligation.trade_date), later)
    return due(days, obligation.owed_fen, obligation.netted_s)


def judge_word(book: Book, party: int, message: Notice | Object, decided_at_ns: int) -> ReplyCode:
    """What a broker's word of an obligation earns."""
    obligation, now_s = _named(book, party, message), decided_at_ns // NS_PER_S
    if obligation is None:
        return ReplyCode.OBLIGATION_UNKNOWN
    if isinstance(message, Notice):
        return notice_code(ObligationState(obligation.state), obligation.owed_fen, obligation.due, now_s)
    return objection_code(bool(obligation.objected_s), obligation.due, now_s)


def take_word(book: Book, party: int, message: Notice | Object, decided_at_ns: int) -> None:
    """It is kept with the time of its decision. Raises MisuseError when what it is about is not there."""
    obligation, said_s = _named(book, party, message), max(1, decided_at_ns // NS_PER_S)
    if obligation is None:
        raise MisuseError("a word of an obligation that there is not was not refused")
    match message:
        case Notice():
            state = ObligationState(obligation.state)
            obligation.state, obligation.noticed_s = OBLIGATION_STATES[state, ObligationEvent.NOTICE], said_s
        case Object(_, _, amount_fen, contract_no, reason):
            obligation.objected_s, obligation.objection = said_s, (amount_fen, contract_no, reason)
    book.obligations.put(obligation)


def _named(book: Book, party: int, message: Notice | Object) -> Obligation | None:
    return book.obligations.entries.get(ObligationKey(party, message.trade_date, message.case))
