"""What people decide of differences: what the day desk may do without two of them, what of one contract or of a list of
contracts with them, that a set counts no more by which something was booked, who looks into a difference; and the lines
of a list, which the day desk tells.

Belongs here: judging in ranked order and the effect, side by side for each act. Never here: who may sign it
(rules.tellers), what a correction moves (rules.day.corrections), lanes and their sets (lanes).
"""

import hashlib
from itertools import pairwise

from msgspec.structs import replace

from ledger.core.control.day import lanes
from ledger.core.control.feeds import tell_compared
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.people.permits import Permit, PermitList
from protocol.acts.corrections import (
    AssignItemAct,
    CorrectAct,
    CorrectListAct,
    DecideAct,
    OfDifferences,
    ToleranceAct,
    WithdrawSetAct,
)
from protocol.acts.table import text_of
from protocol.codes import ReplyCode
from protocol.given_numbers import index_from_contract_no
from protocol.messages.day.steps import ListedCorrection, TellCorrections, list_digest
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import DifferenceClass, LaneEvent, LaneState, Right, Role
from rules.day.corrections import PERMITTED_KIND
from rules.day.states import LANE_STATES


def judge(book: Book, act: OfDifferences) -> ReplyCode:
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
        case CorrectListAct():
            return _judge_permission(book, act, act.count)
        case AssignItemAct():
            return _judge_owner(book, act)
        case WithdrawSetAct():
            return lanes.judge_withdrawal_by_act(book, act)


def apply(book: Book, act: OfDifferences) -> None:
    """The effect of an accepted one. Of who looks into a difference nothing is kept here: nothing hangs on it."""
    match act:
        case ToleranceAct():
            book.tolerance_contract_fen[act.party], book.tolerance_date_fen[act.party] = act.contract_fen, act.date_fen
        case DecideAct():
            lane = book.clearing.lane(act.trade_date, act.party)
            lane.decided[DifferenceClass[act.difference_class] - 1] = bytes.fromhex(act.digest)
            if lane.is_agreed:
                lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.RECONCILE]
                tell_compared(book, lane, is_reconciled=True)
            book.clearing.put(lane)
        case CorrectAct():
            bounds_fen = [act.rise_max_fen, act.made_good_max_fen]
            amounts = [act.set_number, act.cleared_buys_fen, act.cleared_proceeds_fen, act.rejected_fen, *bounds_fen]
            of_act = (_digest_of(act), act.last_date)
            number, about = book.persons.acts_count, (act.contract_no, act.trade_date, amounts)
            book.permits.grant(Permit(number, PERMITTED_KIND, *about, *of_act))
        case CorrectListAct():
            known = PermitList(
                number=book.persons.acts_count,
                party=act.party,
                trade_date=act.trade_date,
                set_number=act.set_number,
                told=0,
                left=act.count,
                rest=bytes.fromhex(act.digest),
                last_contract_no=0,
                digest=_digest_of(act),
                last_date=act.last_date,
            )
            book.permits.put_list(known)
        case WithdrawSetAct():
            lanes.withdraw_by_act(book, act, book.persons.acts_count)


def judge_lines(book: Book, message: TellCorrections) -> ReplyCode:
    """What lines of a list earn: they are those that were signed, and the next ones."""
    known = book.permits.lists.get(message.act)
    if known is None:
        return ReplyCode.ACT_NEEDED
    lines = message.lines
    if not all(_is_theirs(book, known.party, each.contract_no) for each in lines):
        return ReplyCode.CONTRACT_UNKNOWN
    if any(each.rejected_fen > each.cleared_buys_fen for each in lines):
        return ReplyCode.AMOUNT_OUT_OF_RANGE
    contract_nos = [known.last_contract_no if message.first == known.told else 0, *(each.contract_no for each in lines)]
    if any(before >= after for before, after in pairwise(contract_nos)):
        return ReplyCode.LINE_DOUBLED
    if message.first != known.told or not known.left:
        return ReplyCode.ACT_REPEATED if message.first < known.told else ReplyCode.STEP_NOT_DUE
    is_signed = len(lines) <= known.left and list_digest(lines, message.rest) == known.rest
    return ReplyCode.ACCEPTED if is_signed else ReplyCode.DECISION_DIFFERS


def take_lines(book: Book, message: TellCorrections) -> int:
    """Each permits one correction from now on. Returns how many lines of the list were told by now."""
    known = book.permits.lists[message.act]
    for each in message.lines:
        about = (each.contract_no, known.trade_date, _amounts_of(each, known.set_number))
        book.permits.grant(Permit(known.number, PERMITTED_KIND, *about, known.digest, known.last_date))
    told, left = known.told + len(message.lines), known.left - len(message.lines)
    last_contract_no = message.lines[-1].contract_no
    book.permits.put_list(replace(known, told=told, left=left, rest=message.rest, last_contract_no=last_contract_no))
    return told


def place_of(book: Book, message: TellCorrections) -> int:
    """How many lines of the list were told, for a day desk that does not know any more."""
    return book.permits.lists[message.act].told


def _amounts_of(line: ListedCorrection, set_number: int) -> list[int]:
    cleared_fen = (line.cleared_buys_fen, line.cleared_proceeds_fen)
    return [set_number, *cleared_fen, line.rejected_fen, line.rise_max_fen, line.made_good_max_fen]


def _digest_of(act: CorrectAct | CorrectListAct) -> bytes:
    return hashlib.sha256(text_of(act)).digest()


def _judge_decision(book: Book, act: DecideAct) -> ReplyCode:
    if not is_trade_date(act.trade_date) or book.unsettled.slot_of(act.trade_date) < 0:
        return ReplyCode.DATE_NOT_UNSETTLED
    lane = book.clearing.lane(act.trade_date, act.party)
    if lane.state != LaneState.COMPLETE or not lane.is_compared:
        return ReplyCode.STEP_NOT_DUE
    if lane.number != act.set_number:
        return ReplyCode.SET_UNKNOWN
    difference_class = DifferenceClass[act.difference_class]
    if difference_class > len(lane.differences):
        return ReplyCode.DECISION_DIFFERS
    count = lane.differences[difference_class - 1]
    count -= lane.sums_differ if difference_class == DifferenceClass.AMOUNT else 0
    found = (count, lane.digests[difference_class - 1])
    return ReplyCode.ACCEPTED if found == (act.count, bytes.fromhex(act.digest)) else ReplyCode.DECISION_DIFFERS


def _judge_correction(book: Book, act: CorrectAct) -> ReplyCode:
    if not _is_theirs(book, act.party, act.contract_no):
        return ReplyCode.CONTRACT_UNKNOWN
    if act.rejected_fen > act.cleared_buys_fen:
        return ReplyCode.AMOUNT_OUT_OF_RANGE
    return _judge_permission(book, act, 1)


def _judge_permission(book: Book, act: CorrectAct | CorrectListAct, count: int) -> ReplyCode:
    """What an act earns that permits `count` corrections by a set."""
    if not book.permits.has_room(count):
        return ReplyCode.MASTER_DATA_FULL
    if act.last_date < book.trade_date:
        return ReplyCode.TRADE_DATE_NOT_LATER
    if not is_trade_date(act.trade_date) or book.unsettled.slot_of(act.trade_date) < 0:
        return ReplyCode.DATE_NOT_UNSETTLED
    lane = book.clearing.lane(act.trade_date, act.party)
    return ReplyCode.ACCEPTED if lane.inner and lane.number == act.set_number else ReplyCode.SET_UNKNOWN


def _judge_owner(book: Book, act: AssignItemAct) -> ReplyCode:
    """A date may have been settled: what its broker makes good is looked into until it is paid."""
    if act.contract_no and not _is_theirs(book, act.party, act.contract_no):
        return ReplyCode.CONTRACT_UNKNOWN
    if not is_trade_date(act.trade_date) or act.trade_date > book.trade_date:
        return ReplyCode.DATE_NOT_UNSETTLED
    owner = book.persons.entries.get(act.owner)
    may = owner is not None and owner.active and bool(owner.rights & Right.RECONCILE)
    return ReplyCode.ACCEPTED if may or not act.owner else ReplyCode.PERSON_UNKNOWN


def _is_theirs(book: Book, party: int, contract_no: int) -> bool:
    index = index_from_contract_no(contract_no)
    return 0 <= index < book.contracts_count and int(book.contract_facts[index]) >> PARTY_SHIFT == party
