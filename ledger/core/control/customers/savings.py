"""Interest of savings accounts: ordering a day for all of them, and what one has earned before it is closed.

Belongs here: judging and the effect, side by side. Never here: who may sign or send it, counting days (ledger.core.
savings), posting (rules.savings).
"""

from ledger.core.savings.days import earned, end_period, running_day
from ledger.core.state.book import Book
from protocol.acts.savings import SavingsInterestAct
from protocol.codes import ReplyCode
from protocol.limits import INTEREST_AHEAD_DAYS_MAX
from protocol.trade_dates import is_trade_date, trade_day
from rules.savings import NO_DAY, Earned, interest_fen, made_due


def is_impossible(act: SavingsInterestAct) -> bool:
    """Whether it names a day that there never was."""
    return act.last_day > 0 and not is_trade_date(act.last_day)


def judge_order(book: Book, act: SavingsInterestAct, decided_at_ns: int) -> ReplyCode:
    """What an order earns."""
    today = running_day(book, decided_at_ns)
    if today == NO_DAY:
        return ReplyCode.STEP_NOT_DUE
    if not act.last_day or today - 1 <= trade_day(act.last_day) <= today + INTEREST_AHEAD_DAYS_MAX:
        return ReplyCode.ACCEPTED
    return ReplyCode.STEP_NOT_DUE


def order(book: Book, act: SavingsInterestAct) -> None:
    """List the rate. Of yesterday, whose points are counted, interest is due at once; else when the day is over."""
    savings = book.savings
    savings.rate = act.rate_millionths
    if not act.last_day:
        return
    savings.interest_day = trade_day(act.last_day)
    if savings.interest_day < savings.day:
        end_period(book)


def is_left(book: Book, account: int, decided_at_ns: int) -> bool:
    """Whether an account is owed interest."""
    points, due_fen = earned(book, account, decided_at_ns)
    return due_fen > 0 or interest_fen(points, book.savings.rate) > 0


def brings_nothing(book: Book, account: int, decided_at_ns: int) -> bool:
    """Whether no more would be due to an account by what it has earned."""
    has = earned(book, account, decided_at_ns)
    return made_due(has, book.savings.rate).due_fen == has.due_fen


def settle_interest(book: Book, account: int) -> None:
    """What one account has earned is due now."""
    has = Earned(int(book.savings.points[account]), int(book.savings.due_fen[account]))
    book.savings.points[account], book.savings.due_fen[account] = made_due(has, book.savings.rate)
