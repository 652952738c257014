"""What people decide of the day out of its plan: due times, a date that is traded again, lanes that are deferred.

Belongs here: judging in ranked order and the effect, side by side for each act. Never here: who may sign it
(protocol.acts.table, rules.tellers), what a deferred lane does by its own data (lanes).
"""

from ledger.core.control.day import lanes, obligations
from ledger.core.state.book import Book
from ledger.core.state.day.due_times import Seconds
from protocol.acts.day import (
    OF_EXCHANGE,
    AdoptSetAct,
    ChangeDueTimesAct,
    DayAct,
    DeferAct,
    ExchangeData,
    ReopenDateAct,
    ResumeLaneAct,
)
from protocol.codes import ReplyCode
from protocol.limits import SETS_PER_LANE_MAX
from protocol.messages.day.steps import NO_TOTALS, AnnounceSet, CompleteSet
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import DateEvent, LaneEvent, LaneState, SeatRole
from rules.day.calendar import are_due_times, may_change
from rules.day.states import DATE_PHASES, is_market_closed, may_be_deferred, next_lane_state, next_phase

NS_PER_S = 1_000_000_000


def is_impossible(act: DayAct, decided_at_ns: int) -> bool:
    """Whether no bank could take it: no date, no due times of one, no data of an exchange, or such as come later."""
    if not is_trade_date(act.trade_date):
        return True
    if isinstance(act, AdoptSetAct):
        return isinstance(act.data, ExchangeData) and act.data.declared_s > decided_at_ns // NS_PER_S
    return isinstance(act, ChangeDueTimesAct) and not are_due_times(act.trade_date, act.windows)


def judge_day_act(book: Book, act: DayAct, seat: int, decided_at_ns: int) -> ReplyCode:
    """What an act of the day earns."""
    match act:
        case ChangeDueTimesAct(trade_date=trade_date, windows=windows):
            before = book.due_times.of(trade_date)
            if not before and book.unsettled.slot_of(trade_date) < 0:
                return ReplyCode.DATE_NOT_UNSETTLED
            may = may_change(before, windows, decided_at_ns // NS_PER_S)
            return ReplyCode.ACCEPTED if may else ReplyCode.DUE_TIME_PAST
        case ReopenDateAct(trade_date=trade_date):
            may = trade_date == book.trade_date and next_phase(book.phase, DateEvent.REOPEN) is not None
            return ReplyCode.ACCEPTED if may and not _has_set(book, trade_date) else ReplyCode.STEP_NOT_DUE
        case DeferAct() | ResumeLaneAct() | AdoptSetAct():
            return _judge_lane(book, act, seat)


def _judge_lane(book: Book, act: DeferAct | ResumeLaneAct | AdoptSetAct, seat: int) -> ReplyCode:
    sends_lines = isinstance(act, AdoptSetAct) and act.source == OF_EXCHANGE
    if sends_lines and book.seat_role[seat] != SeatRole.DAY_DESK:
        return ReplyCode.ROLE_FORBIDS  # its lines come over the seat that brings the act
    if act.party not in book.brokers(act.trade_date):
        return ReplyCode.PARTY_UNKNOWN
    if book.unsettled.slot_of(act.trade_date) < 0:
        return ReplyCode.DATE_NOT_UNSETTLED
    lane = book.clearing.lane(act.trade_date, act.party)
    is_ended = act.trade_date != book.trade_date or is_market_closed(book.phase)
    if isinstance(act, DeferAct):
        may = is_ended and not lane.is_deferred and may_be_deferred(lane.state)
        return ReplyCode.ACCEPTED if may else ReplyCode.STEP_NOT_DUE
    if not lane.is_deferred:
        return ReplyCode.STEP_NOT_DUE
    if not isinstance(act, AdoptSetAct):
        return ReplyCode.ACCEPTED
    if not is_ended:  # reopened since it was deferred: lines and orders of one date never meet
        return ReplyCode.STEP_NOT_DUE
    has_set = next_lane_state(LaneState(lane.state), LaneEvent.ANNOUNCE_SET) is None
    if has_set or (sends_lines and book.clearing.collecting_at(seat) is not None):
        return ReplyCode.SET_EXISTS
    return ReplyCode.SETS_FULL if lane.number == SETS_PER_LANE_MAX else ReplyCode.ACCEPTED


def apply_day_act(book: Book, act: DayAct, seat: int, decided_at_ns: int) -> int:
    """The effect of an accepted one. Returns the number of the set that was adopted, else 0."""
    match act:
        case ChangeDueTimesAct(trade_date=trade_date, windows=windows):
            book.due_times.put(trade_date, [_seconds(window) for window in windows])
            obligations.due_times_changed(book)
        case ReopenDateAct(trade_date=trade_date):
            book.phase = DATE_PHASES[book.phase, DateEvent.REOPEN]
            book.unsettled.agreed[book.unsettled.slot_of(trade_date)] = 0
        case DeferAct() | ResumeLaneAct():
            lane = book.clearing.lane(act.trade_date, act.party)
            lane.is_deferred = isinstance(act, DeferAct)
            book.clearing.put(lane)
        case AdoptSetAct(trade_date=trade_date, party=party, data=ExchangeData() as data):
            return lanes.announce(book, party, seat, AnnounceSet(trade_date, data.declared_s, data.totals))
        case AdoptSetAct(trade_date=trade_date, party=party):
            declared_s = decided_at_ns // NS_PER_S
            number = lanes.announce(book, party, seat, AnnounceSet(trade_date, declared_s, NO_TOTALS))
            lanes.complete(book, party, CompleteSet(trade_date, number), decided_at_ns)
            return number
    return 0


def _seconds(window: list[int]) -> Seconds:
    pay_from_s, late_from_s, first_due_s, last_due_s, day_end_s = window
    return pay_from_s, late_from_s, first_due_s, last_due_s, day_end_s


def _has_set(book: Book, trade_date: int) -> bool:
    """Whether a set of the date counts, or what was booked by one is not taken back."""
    return any(lane.inner or lane.to_revert for lane in book.clearing.lanes_of(trade_date))
