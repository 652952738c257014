"""What two people decide of corrections: what the day desk may do without them, and what of one contract with them.

Belongs here: judging in ranked order and the effect, side by side for each act. Never here: who may sign it
(rules.tellers), what a correction moves (rules.day.corrections), lanes and their sets (lanes).
"""

import hashlib

from ledger.core.control.feeds import tell_compared
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.permits import Permit
from protocol.acts import CorrectAct, DecideAct, OfCorrections, ToleranceAct, text_of
from protocol.codes import ReplyCode
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import DifferenceClass, LaneEvent, LaneState, Role, index_from_contract_no
from rules.day.corrections import PERMITTED_KIND
from rules.day.states import LANE_STATES


def judge(book: Book, act: OfCorrections) -> ReplyCode:
    """What it earns."""
    if book.role[act.party] != Role.BROKER:
        return ReplyCode.PARTY_UNKNOWN
    match act:
        case ToleranceAct():
            return ReplyCode.ACCEPTED
        case DecideAct():
            return _judge_decision(book, act)
        case CorrectAct():
            return _judge_correction(book, act)


def apply(book: Book, act: OfCorrections) -> None:
    """The effect of an accepted one."""
    if isinstance(act, ToleranceAct):
        book.tolerance_contract_fen[act.party], book.tolerance_date_fen[act.party] = act.contract_fen, act.date_fen
        return
    if isinstance(act, DecideAct):
        lane = book.clearing.lane(act.trade_date, act.party)
        lane.decided[DifferenceClass[act.difference_class] - 1] = bytes.fromhex(act.digest)
        if lane.is_agreed:
            lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.RECONCILE]
            tell_compared(book, lane, is_reconciled=True)
        book.clearing.put(lane)
        return
    amounts_fen = [act.cleared_buys_fen, act.cleared_proceeds_fen, act.rejected_fen]
    amounts_fen += [act.rise_max_fen, act.made_good_max_fen]
    number, digest = book.persons.acts_count, hashlib.sha256(text_of(act)).digest()
    about = (act.contract_no, act.trade_date, [act.set_number, *amounts_fen])
    book.permits.grant(Permit(number, PERMITTED_KIND, *about, digest, act.last_date))


def _judge_decision(book: Book, act: DecideAct) -> ReplyCode:
    if not is_trade_date(act.trade_date) or book.unsettled.slot_of(act.trade_date) < 0:
        return ReplyCode.DATE_NOT_UNSETTLED
    lane = book.clearing.lane(act.trade_date, act.party)
    if lane.state != LaneState.COMPLETE or not lane.is_compared:
        return ReplyCode.STEP_NOT_DUE
    if lane.number != act.set_number:
        return ReplyCode.SET_UNKNOWN
    difference_class = DifferenceClass[act.difference_class]
    count = lane.differences[difference_class - 1]
    count -= lane.sums_differ if difference_class == DifferenceClass.AMOUNT else 0
    found = (count, lane.digests[difference_class - 1])
    return ReplyCode.ACCEPTED if found == (act.count, bytes.fromhex(act.digest)) else ReplyCode.DECISION_DIFFERS


def _judge_correction(book: Book, act: CorrectAct) -> ReplyCode:
    index = index_from_contract_no(act.contract_no)
    is_theirs = 0 <= index < book.contracts_count and int(book.contract_facts[index]) >> PARTY_SHIFT == act.party
    if not is_theirs:
        return ReplyCode.CONTRACT_UNKNOWN
    if act.rejected_fen > act.cleared_buys_fen:
        return ReplyCode.AMOUNT_OUT_OF_RANGE
    if book.permits.is_full:
        return ReplyCode.MASTER_DATA_FULL
    if act.last_date < book.trade_date:
        return ReplyCode.TRADE_DATE_NOT_LATER
    if not is_trade_date(act.trade_date) or book.unsettled.slot_of(act.trade_date) < 0:
        return ReplyCode.DATE_NOT_UNSETTLED
    lane = book.clearing.lane(act.trade_date, act.party)
    return ReplyCode.ACCEPTED if lane.inner and lane.number == act.set_number else ReplyCode.SET_UNKNOWN
