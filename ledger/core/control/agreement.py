"""Whether the bank agrees with itself 银行内部对账: the ledger's totals as of a mark, against those of the other book.

Belongs here: judging in ranked order and the effect, side by side for each message. Never here: who may send it
(roles), how totals are added up (ledger.core.state.totals), the other book.

A mark is a row: the ledger has its totals right behind it, and the gateway's book stands exactly there when it passes
the mark's answer. What it has then is told by its digest, so no row between the two changes what is compared.
"""

from ledger.core.state.book import Book
from ledger.core.state.totals import totals
from protocol.codes import ReplyCode
from protocol.messages.day import Mark, Tell
from protocol.messages.queries import totals_digest
from protocol.trade_dates import is_trade_date
from rules.day_states import is_market_closed


def judge_mark(book: Book, message: Mark) -> ReplyCode:
    """What Mark earns."""
    return _judge_date(book, message.trade_date)


def mark(book: Book) -> None:
    """The totals as of this row are those to compare with."""
    book.marked_totals = totals(book)
    book.marked_sequence, book.marked_digest = book.sequence, totals_digest(book.marked_totals)


def judge_telling(book: Book, message: Tell) -> ReplyCode:
    """What Tell earns."""
    code = _judge_date(book, message.trade_date)
    if code != ReplyCode.ACCEPTED:
        return code
    if message.sequence != book.marked_sequence:
        return ReplyCode.STEP_NOT_DUE
    return ReplyCode.ACCEPTED if message.digest == book.marked_digest else ReplyCode.TOTALS_DIFFER


def tell(book: Book, message: Tell) -> None:
    """The bank agrees with itself on this date."""
    book.unsettled.agreed[book.unsettled.slot_of(message.trade_date)] = 1


def _judge_date(book: Book, trade_date: int) -> ReplyCode:
    if not is_trade_date(trade_date) or book.unsettled.slot_of(trade_date) < 0:
        return ReplyCode.DATE_NOT_UNSETTLED
    is_traded = trade_date == book.trade_date and not is_market_closed(book.phase)
    return ReplyCode.STEP_NOT_DUE if is_traded else ReplyCode.ACCEPTED
