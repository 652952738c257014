"""What brokers say of their dates: that all was sent, that a clearing set comes, is complete, or counts no more.

Belongs here: judging in ranked order and the effect, side by side for each message. Never here: who may send it
(roles), the table of states (rules.day.states), the lines of a set (lines).
"""

import numpy as np

from ledger.core.control.day import obligations
from ledger.core.control.feeds import tell_cases, tell_compared, tell_withdrawn
from ledger.core.corrections.at_hand import contracts_booked
from ledger.core.lines.compare import Places, add_draws_at_close, part_of, proceeds_due, take_differences, to_correct
from ledger.core.state.book import Book
from ledger.core.state.columns import Positions
from ledger.core.state.day.clearing import ClearedContracts, Lane
from protocol.acts.corrections import WithdrawSetAct
from protocol.codes import ReplyCode
from protocol.limits import SETS_PER_LANE_MAX
from protocol.messages.day.steps import (
    NO_TOTALS,
    AnnounceSet,
    CompleteSet,
    FinishSending,
    Publish,
    Reconcile,
    SignOn,
    WithdrawSet,
)
from protocol.trade_dates import is_trade_date, trade_day
from protocol.vocabulary import BANK_PARTY, LaneEvent, LaneState, Scheme
from rules.day.states import LANE_STATES, is_market_closed, late_s, next_lane_state

NS_PER_S = 1_000_000_000
_NONE: Positions = np.zeros(0, np.intp)


def judge_sign_on(book: Book, party: int, message: SignOn) -> ReplyCode:
    """What SignOn earns: for the open date, while it is traded, once."""
    if not _is_unsettled(book, message.trade_date):
        return ReplyCode.DATE_NOT_UNSETTLED
    lane = book.clearing.lane(message.trade_date, party)
    is_traded = message.trade_date == book.trade_date and not is_market_closed(book.phase)
    is_due = is_traded and lane.state == LaneState.TRADING and not lane.signed_on_s
    return ReplyCode.ACCEPTED if is_due else ReplyCode.STEP_NOT_DUE


def sign_on(book: Book, party: int, message: SignOn, decided_at_ns: int) -> None:
    """The broker is ready for the date."""
    lane = book.clearing.lane(message.trade_date, party)
    lane.signed_on_s = max(1, decided_at_ns // NS_PER_S)
    book.clearing.put(lane)


def judge_finish(book: Book, party: int, message: FinishSending) -> ReplyCode:
    """What FinishSending earns."""
    if not _is_unsettled(book, message.trade_date):
        return ReplyCode.DATE_NOT_UNSETTLED
    state = _state(book, party, message.trade_date)
    may = next_lane_state(state, LaneEvent.FINISH_SENDING) is not None
    return ReplyCode.ACCEPTED if may else ReplyCode.STEP_NOT_DUE


def finish(book: Book, party: int, message: FinishSending) -> None:
    """The broker's date has all that it sends but its clearing set."""
    lane = book.clearing.lane(message.trade_date, party)
    lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.FINISH_SENDING]
    book.clearing.put(lane)


def is_declared_ahead(message: AnnounceSet, decided_at_ns: int) -> bool:
    """Whether the exchange's data are said to come only later than now."""
    return message.declared_s > decided_at_ns // NS_PER_S


def judge_announcement(book: Book, party: int, seat: int, message: AnnounceSet) -> ReplyCode:
    """What AnnounceSet earns."""
    if not _is_unsettled(book, message.trade_date):
        return ReplyCode.DATE_NOT_UNSETTLED
    if message.trade_date == book.trade_date and not is_market_closed(book.phase):
        return ReplyCode.STEP_NOT_DUE
    lane = book.clearing.lane(message.trade_date, party)
    if lane.state == LaneState.REVERTING:
        return ReplyCode.STEP_NOT_DUE
    if next_lane_state(LaneState(lane.state), LaneEvent.ANNOUNCE_SET) is None or book.clearing.collecting_at(seat):
        return ReplyCode.SET_EXISTS
    return ReplyCode.SETS_FULL if lane.number == SETS_PER_LANE_MAX else ReplyCode.ACCEPTED


def announce(book: Book, party: int, seat: int, message: AnnounceSet) -> int:
    """A set is open. Returns its number within the lane."""
    clearing = book.clearing
    lane = clearing.lane(message.trade_date, party)
    lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.ANNOUNCE_SET]
    clearing.inner_given += 1
    lane.number, lane.inner, lane.seat = lane.number + 1, clearing.inner_given, seat
    lane.announced, lane.arrived, lane.last_reference = message.totals, NO_TOTALS, 0
    lane.declared_s = message.declared_s if lane.number == 1 else min(lane.declared_s, message.declared_s)
    if book.orders.schemes.now[party] == Scheme.A:
        lane.become_of_a()
    clearing.put(lane)
    if message.trade_date not in clearing.by_contract:
        clearing.by_contract[message.trade_date] = ClearedContracts.empty(book.size.contracts_max)
    return lane.number


def judge_completion(book: Book, party: int, seat: int, message: CompleteSet) -> ReplyCode:
    """What CompleteSet earns."""
    lane = book.clearing.lane(message.trade_date, party)
    if lane.state != LaneState.COLLECTING or (lane.number, lane.seat) != (message.number, seat):
        return ReplyCode.SET_UNKNOWN
    return ReplyCode.ACCEPTED if lane.arrived == lane.announced else ReplyCode.SET_DIFFERS


def complete(book: Book, party: int, message: CompleteSet, decided_at_ns: int) -> None:
    """All of the set is there."""
    lane = book.clearing.lane(message.trade_date, party)
    lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.COMPLETE_SET]
    completed_s = decided_at_ns // NS_PER_S
    lane.last_late_s = late_s(lane.declared_s, completed_s)
    if not lane.completed_s:
        lane.completed_s, lane.first_late_s = completed_s, lane.last_late_s
    book.clearing.put(lane)


def judge_withdrawal(book: Book, party: int, message: WithdrawSet) -> ReplyCode:
    """What WithdrawSet earns."""
    lane = book.clearing.lane(message.trade_date, party)
    if lane.number != message.number or not lane.inner:
        return ReplyCode.SET_UNKNOWN
    if next_lane_state(LaneState(lane.state), LaneEvent.WITHDRAW_SET) is None:
        return ReplyCode.LANE_PUBLISHED
    return ReplyCode.LANE_ADJUSTED if lane.is_adjusted else ReplyCode.ACCEPTED


def withdraw(book: Book, party: int, message: WithdrawSet) -> None:
    """The set counts no more: nothing reads what its lines said. Where the bank says so its broker hears of it."""
    lane = book.clearing.lane(message.trade_date, party)
    if book.feeds.author == BANK_PARTY:
        tell_withdrawn(book, lane, _NONE)
    _forget_set(book, lane, LaneEvent.WITHDRAW_SET)


def judge_withdrawal_by_act(book: Book, act: WithdrawSetAct) -> ReplyCode:
    """What a withdrawal earns that two people have signed, whatever was booked by the set."""
    if not _is_unsettled(book, act.trade_date):
        return ReplyCode.DATE_NOT_UNSETTLED
    code = judge_withdrawal(book, act.party, WithdrawSet(act.trade_date, act.set_number))
    return ReplyCode.ACCEPTED if code == ReplyCode.LANE_ADJUSTED else code


def withdraw_by_act(book: Book, act: WithdrawSetAct, act_number: int) -> None:
    """The set counts no more, and what was booked by it is to be taken back, where that is anything."""
    lane = book.clearing.lane(act.trade_date, act.party)
    booked = contracts_booked(book, lane, 0, book.contracts_count)
    tell_withdrawn(book, lane, booked)
    lane.to_revert = len(booked)
    lane.withdrawn_by = act_number if lane.to_revert else 0
    _forget_set(book, lane, LaneEvent.WITHDRAW_ADJUSTED if lane.to_revert else LaneEvent.WITHDRAW_SET)


def _forget_set(book: Book, lane: Lane, event: LaneEvent) -> None:
    inner, lane.state = lane.inner, LANE_STATES[LaneState(lane.state), event]
    lane.forget_set()
    book.clearing.put(lane)
    book.clearing.forget_listed(inner)


def judge_comparison(book: Book, message: Reconcile) -> ReplyCode:
    """What Reconcile earns."""
    if not _is_unsettled(book, message.trade_date):
        return ReplyCode.DATE_NOT_UNSETTLED
    lane = book.clearing.lane(message.trade_date, message.party)
    if not message.first:
        may = next_lane_state(LaneState(lane.state), LaneEvent.RECONCILE) is not None
    else:
        may = lane.state == LaneState.COMPLETE and message.first == lane.compared
        may = may and Places.of(book, lane).before_contracts == lane.places_before
    return ReplyCode.ACCEPTED if may else ReplyCode.STEP_NOT_DUE


def compare(book: Book, message: Reconcile) -> int:
    """Compare some places more. Returns where to go on, 0 when all are compared."""
    clearing = book.clearing
    lane = clearing.lane(message.trade_date, message.party)
    part = part_of(book, lane, message.first)
    if not message.first:
        lane.begin_anew()
        lane.state = LaneState.COMPLETE  # until all is compared
        clearing.comparisons += 1
        lane.comparison, lane.places_before = clearing.comparisons, part.places.before_contracts
    add_draws_at_close(book, lane, part)
    take_differences(book, lane, part)
    lane.proceeds_due += proceeds_due(book, lane, part)
    tell_cases(book, lane, part.contracts)
    lane.is_compared = part.is_last
    lane.compared = 0 if lane.is_compared else part.end
    is_reconciled = lane.is_agreed
    if is_reconciled:
        lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.RECONCILE]
    clearing.put(lane)
    if lane.is_compared:
        tell_compared(book, lane, is_reconciled)
    return lane.compared


def judge_publishing(book: Book, message: Publish) -> ReplyCode:
    """What Publish earns."""
    if not _is_unsettled(book, message.trade_date):
        return ReplyCode.DATE_NOT_UNSETTLED
    lane = book.clearing.lane(message.trade_date, message.party)
    may = next_lane_state(LaneState(lane.state), LaneEvent.PUBLISH) is not None and not lane.proceeds_due
    may = may and book.gated.due_lane(message.party) is None
    if not may or _has_older_lane(book, message) or len(to_correct(book, lane, 0, book.contracts_count)):
        return ReplyCode.STEP_NOT_DUE
    if not book.unsettled.agreed[book.unsettled.slot_of(message.trade_date)]:
        return ReplyCode.BOOKS_NOT_AGREED
    return ReplyCode.ACCEPTED if obligations.has_room(book, lane) else ReplyCode.OBLIGATIONS_FULL


def _has_older_lane(book: Book, message: Publish) -> bool:
    """Whether an earlier unsettled date of the broker, since it was registered, is not published."""
    dates = book.unsettled.dates
    earlier = dates[(dates > 0) & (dates >= book.registered_on[message.party]) & (dates < message.trade_date)]
    return any(book.clearing.lane(date, message.party).state < LaneState.PUBLISHED for date in earlier.tolist())


def publish(book: Book, message: Publish, decided_at_ns: int) -> None:
    """What is owed is what the set has, for good."""
    lane = book.clearing.lane(message.trade_date, message.party)
    lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.PUBLISH]
    book.clearing.put(lane)
    obligations.begin(book, lane, decided_at_ns)


def _is_unsettled(book: Book, trade_date: int) -> bool:
    return is_trade_date(trade_date) and book.unsettled.slot_of_day[trade_day(trade_date)] >= 0


def _state(book: Book, party: int, trade_date: int) -> LaneState:
    lane: Lane = book.clearing.lane(trade_date, party)
    return LaneState(lane.state)
