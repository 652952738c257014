"""Trade dates: opened, their roll confirmed, ended once their customers are settled.

Belongs here: judging in ranked order and the effect, side by side for each message. Never here: steps of a date between
these, who may send one (roles).
"""

from ledger.core.control import feeds
from ledger.core.control.clearing_accounts import collecting
from ledger.core.control.customers import accounts, restraints
from ledger.core.control.day import obligations
from ledger.core.control.orders import schemes
from ledger.core.state.book import Book
from ledger.core.state.day.due_times import seconds_of
from protocol.codes import ReplyCode
from protocol.messages.control import (
    ConfirmRoll,
    EndSettlement,
    OpenTradeDate,
)
from protocol.messages.day.steps import Window
from protocol.vocabulary import LaneState
from rules.day.calendar import is_too_far
from rules.day.states import is_market_closed

NS_PER_S = 1_000_000_000


def judge_date(book: Book, message: OpenTradeDate) -> ReplyCode:
    """What opening a trade date earns."""
    later = message.trade_date > book.trade_date
    if not later:
        return ReplyCode.TRADE_DATE_NOT_LATER
    if is_too_far(book.trade_date, message.trade_date):
        return ReplyCode.TRADE_DATE_TOO_FAR
    if book.unsettled.is_full():
        return ReplyCode.DATES_UNSETTLED
    if not book.due_times.of(book.trade_date):
        return ReplyCode.ACCEPTED
    if not _may_close(book):
        return ReplyCode.STEP_NOT_DUE
    # Without due times a date would end unsigned, unagreed and with its lanes unpublished: no one seat decides that.
    return ReplyCode.ACCEPTED if message.windows else ReplyCode.DUE_TIMES_MISSING


def judge_confirmation(book: Book, message: ConfirmRoll) -> ReplyCode:
    """What a digest of the roll earns: it is of the one that opened the open date."""
    is_of_open_date = (message.trade_date, message.sequence) == (book.trade_date, book.roll_sequence)
    return ReplyCode.ACCEPTED if is_of_open_date else ReplyCode.ROLL_UNKNOWN


def _may_close(book: Book) -> bool:
    """Whether the open date is signed off and the bank agrees with itself on it."""
    return is_market_closed(book.phase) and bool(book.unsettled.agreed[book.unsettled.open_slot])


def judge_settlement(book: Book, message: EndSettlement) -> ReplyCode:
    """What ending a closed date earns: it is the oldest one, and its customers are settled."""
    if message.trade_date != book.unsettled.date_in_turn():
        return ReplyCode.DATE_NOT_IN_TURN
    trade_date, clearing = message.trade_date, book.clearing
    kept = clearing.lanes_of(trade_date)
    is_due = not any(lane.proceeds_due or lane.to_revert or lane.to_settle for lane in kept)
    if book.due_times.of(trade_date):
        lanes = [clearing.lane(trade_date, party) for party in book.brokers(trade_date)]
        is_due &= all(lane.state >= LaneState.SETTLED for lane in lanes)
    return ReplyCode.ACCEPTED if is_due else ReplyCode.STEP_NOT_DUE


def end_settlement(book: Book, trade_date: int) -> None:
    """Its slot in the ring is free, and contracts that ran off by then have ended."""
    book.settle(trade_date)
    accounts.end_what_ran_off(book, trade_date)


def open_date(book: Book, trade_date: int, windows: list[Window], decided_at_ns: int) -> None:
    """The roll, the schemes that hold from it, the due times of the date that it opens, what is told of it and ends."""
    book.roll(trade_date)
    schemes.change_at_roll(book)
    now_s, unsettled = decided_at_ns // NS_PER_S, set(book.unsettled.dates.tolist())
    book.due_times.forget_over(unsettled, now_s)
    book.obligations.forget_over(unsettled, now_s)
    book.due_times.put(trade_date, seconds_of(windows))
    feeds.tell_date_opened(book)
    obligations.due_times_changed(book)
    collecting.reckon_all(book, now_s)
    restraints.end_what_is_over(book, decided_at_ns)
