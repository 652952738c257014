"""Phases of markets: what naming those of a date earns, and does.

Belongs here: judging and the effect, side by side. Never here: which can be (rules.orders.phases).
"""

from ledger.core.control.feeds import tell_phases
from ledger.core.state.book import Book
from ledger.core.state.orders.phases import MarketDate
from protocol.codes import ReplyCode
from protocol.messages.orders.phases import SetPhases
from protocol.trade_dates import is_trade_date
from rules.orders.phases import Phase, cannot_be, last_second, phases_code


def is_impossible(message: SetPhases) -> bool:
    """Whether nobody can mean it so."""
    return not is_trade_date(message.trade_date) or cannot_be(message.trade_date, _named(message))


def needs_act(book: Book, message: SetPhases) -> bool:
    """Whether no seat may say it by itself once the bank is sealed: the date is being traded."""
    return message.trade_date == book.trade_date


def judge_phases(book: Book, message: SetPhases) -> ReplyCode:
    """What naming phases earns."""
    return phases_code(message.trade_date, book.trade_date)


def apply_phases(book: Book, message: SetPhases) -> None:
    """They hold from now on; brokers hear of others of the open date."""
    key, phases = MarketDate(message.trade_date, message.market), _named(message)
    if book.orders.phases.of.get(key) == phases:
        return
    book.orders.phases.put(key, phases, book.trade_date)
    if message.trade_date == book.trade_date:
        tell_phases(book, message.market, last_second(phases))


def _named(message: SetPhases) -> list[Phase]:
    return [Phase(each.from_s, each.until_s, each.orders, each.cancels) for each in message.phases]
