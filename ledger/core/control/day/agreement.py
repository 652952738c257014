"""Whether the bank agrees with itself 银行内部对账: the ledger's totals as of a mark, against those of the other book.

Belongs here: judging in ranked order and the effect, side by side for each message. Never here: who may send it
(roles), how totals are added up (ledger.core.state.totals), the other book.

A mark is a row: the ledger has its totals right behind it, and the gateway's book stands exactly there when it passes
the mark's answer. What it has then is told by its digest, so no row between the two changes what is compared.

A ledger agrees with nobody that does not agree with itself: where the accounts of an outlet have together something
else than the general ledger 总分平衡, the mark has the digest of nothing, and whatever is told of it differs.
"""

from ledger.core.state.book import LAST_CONTRACT_MASK, Book
from ledger.core.state.day.marked import Marked, MarkedPairs
from ledger.core.state.totals import outlets_apart, sold_of_ended, totals
from protocol.codes import ReplyCode
from protocol.limits import DIGEST_BYTES
from protocol.messages.day.steps import Mark, Tell
from protocol.messages.queries import totals_digest
from protocol.trade_dates import is_trade_date
from rules.day.states import is_market_closed

_NOTHING = bytes(DIGEST_BYTES)


def judge_mark(book: Book, message: Mark) -> ReplyCode:
    """What Mark earns."""
    return _judge_date(book, message.trade_date)


def mark(book: Book, message: Mark) -> None:
    """The totals as of this row are those to compare with."""
    pairs = _pairs(book) if message.deep else None
    marked = Marked(book.sequence, totals(book), outlets_apart(book), pairs)
    book.marked, book.marked_sequence = marked, marked.sequence
    book.marked_digest = _NOTHING if marked.apart else totals_digest(marked.totals)


def _pairs(book: Book) -> MarkedPairs:
    used = slice(book.accounts_count)
    return MarkedPairs(
        book.balance_fen[used].copy(),
        book.frozen_fen[used].copy(),
        book.bought_fen[used].copy(),
        book.sold_fen[used].copy(),
        book.account_flags[used] & LAST_CONTRACT_MASK,
        book.account_of_contract[: book.contracts_count],
        *sold_of_ended(book),
    )


def judge_telling(book: Book, message: Tell) -> ReplyCode:
    """What Tell earns."""
    code = _judge_date(book, message.trade_date)
    if code != ReplyCode.ACCEPTED:
        return code
    if message.sequence != book.marked_sequence:
        return ReplyCode.STEP_NOT_DUE
    is_same = message.digest == book.marked_digest != _NOTHING
    return ReplyCode.ACCEPTED if is_same else ReplyCode.TOTALS_DIFFER


def tell(book: Book, message: Tell) -> None:
    """The bank agrees with itself on this date."""
    book.unsettled.agreed[book.unsettled.slot_of(message.trade_date)] = 1


def _judge_date(book: Book, trade_date: int) -> ReplyCode:
    if not is_trade_date(trade_date) or book.unsettled.slot_of(trade_date) < 0:
        return ReplyCode.DATE_NOT_UNSETTLED
    is_traded = trade_date == book.trade_date and not is_market_closed(book.phase)
    return ReplyCode.STEP_NOT_DUE if is_traded else ReplyCode.ACCEPTED
