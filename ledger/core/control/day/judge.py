"""The messages of the business day: whose page judges each, and its effect.

Belongs here: the sign-off, which page a message belongs to. Never here: who may send it (roles), lanes and their sets
(lanes), whether the bank agrees with itself (agreement).
"""

from ledger.core.control.day import agreement, corrections, lanes, settling
from ledger.core.control.feeds import tell_signed_off
from ledger.core.state.book import Book
from protocol.codes import ReplyCode
from protocol.messages.day.steps import (
    AnnounceSet,
    BeginSettle,
    CompleteSet,
    DayMessage,
    FinishSending,
    Mark,
    Publish,
    Reconcile,
    SignOff,
    SignOn,
    Tell,
    TellCorrections,
    TellDayEnd,
    WithdrawSet,
)
from protocol.vocabulary import BANK_PARTY, DateEvent
from rules.day.states import DATE_PHASES, is_market_closed, next_phase


def _whose(book: Book, party: int, message: CompleteSet | WithdrawSet, seat: int) -> int:
    """The broker whose set a message is about: of a day desk's seat, that in whose place it sends one."""
    lane = book.clearing.collecting_at(seat) if party == BANK_PARTY else None
    return lane.party if lane is not None and lane.trade_date == message.trade_date else party


def judge_day(book: Book, party: int, seat: int, message: DayMessage) -> ReplyCode:
    """What a message of the day earns that its sender's role may send."""
    match message:
        case SignOff(trade_date):
            may = trade_date == book.trade_date and next_phase(book.phase, DateEvent.SIGN_OFF) is not None
            return ReplyCode.ACCEPTED if may else ReplyCode.STEP_NOT_DUE
        case SignOn():
            return lanes.judge_sign_on(book, party, message)
        case FinishSending():
            return lanes.judge_finish(book, party, message)
        case AnnounceSet():
            return lanes.judge_announcement(book, party, seat, message)
        case CompleteSet():
            return lanes.judge_completion(book, _whose(book, party, message, seat), seat, message)
        case WithdrawSet():
            return lanes.judge_withdrawal(book, _whose(book, party, message, seat), message)
        case Reconcile():
            return lanes.judge_comparison(book, message)
        case TellCorrections():
            return corrections.judge_lines(book, message)
        case Publish():
            return lanes.judge_publishing(book, message)
        case BeginSettle():
            return settling.judge_settling(book, message)
        case Mark():
            return agreement.judge_mark(book, message)
        case Tell():
            return agreement.judge_telling(book, message)
        case TellDayEnd():
            return _judge_day_end(book, message)


def _judge_day_end(book: Book, message: TellDayEnd) -> ReplyCode:
    """It is of a date that trading has ended on, and of rows that there are. The core does not believe the digest: who
    has the reports or the backup compares.
    """
    if message.sequence > book.sequence:
        return ReplyCode.REQUEST_MALFORMED
    has_ended = message.trade_date < book.trade_date or is_market_closed(book.phase)
    return ReplyCode.ACCEPTED if has_ended and message.trade_date <= book.trade_date else ReplyCode.STEP_NOT_DUE


def apply_day(book: Book, party: int, seat: int, message: DayMessage, decided_at_ns: int) -> int:
    """The effect of an accepted one. Returns the number of the set, the place that is next, or how many contracts are
    to be settled, else 0.
    """
    match message:
        case SignOff():
            book.phase = DATE_PHASES[book.phase, DateEvent.SIGN_OFF]
            tell_signed_off(book)
        case SignOn():
            lanes.sign_on(book, party, message, decided_at_ns)
        case FinishSending():
            lanes.finish(book, party, message)
        case AnnounceSet():
            return lanes.announce(book, party, seat, message)
        case CompleteSet():
            lanes.complete(book, _whose(book, party, message, seat), message, decided_at_ns)
        case WithdrawSet():
            lanes.withdraw(book, _whose(book, party, message, seat), message)
        case Reconcile():
            return lanes.compare(book, message)
        case TellCorrections():
            return corrections.take_lines(book, message)
        case Publish():
            lanes.publish(book, message, decided_at_ns)
        case BeginSettle():
            return settling.begin_settling(book, message)
        case Mark():
            agreement.mark(book, message)
        case Tell():
            agreement.tell(book, message)
        case TellDayEnd():
            pass  # the read model keeps it
    return 0
