"""What brokers say to their feeds: receipts; and notices and objections of what is owed.

Belongs here: whose page judges each, the effect of a receipt. Never here: who may send it (roles), what they are told
(feeds), what is owed and when (obligations).

Each counts once, and is kept with the time of its decision beside what it answers.
"""

from ledger.core.control.customers.standing import own_contract
from ledger.core.control.day import obligations
from ledger.core.state.book import Book
from ledger.core.state.feeds import SignedFor, SignedForKey
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.messages.feeds import FeedMessage, Object, Receipt
from protocol.vocabulary import FeedKind

_NS_PER_S = 1_000_000_000


def judge_answer(book: Book, party: int, message: FeedMessage, decided_at_ns: int) -> ReplyCode:
    """What a broker's answer to its feed earns."""
    if not isinstance(message, Receipt):
        if isinstance(message, Object) and message.contract_no and own_contract(book, party, message.contract_no) < 0:
            return ReplyCode.CONTRACT_UNKNOWN
        return obligations.judge_word(book, party, message, decided_at_ns)
    told = _told(book, party, message)
    if told is None:
        return ReplyCode.FEED_ENTRY_UNKNOWN
    return ReplyCode.STEP_NOT_DUE if told.received_s else ReplyCode.ACCEPTED


def take_answer(book: Book, party: int, message: FeedMessage, decided_at_ns: int) -> None:
    """It is kept with the time of its decision. Raises MisuseError when what it answers is not there."""
    if not isinstance(message, Receipt):
        obligations.take_word(book, party, message, decided_at_ns)
        return
    told = _told(book, party, message)
    if told is None:
        raise MisuseError("an answer to what was not told was not refused")
    told.received_s = max(1, decided_at_ns // _NS_PER_S)


def _told(book: Book, party: int, message: Receipt) -> SignedFor | None:
    """The entry that a receipt names, None when there is no such one."""
    signed_for = book.feeds.signed_for
    of_date = (signed_for.get(SignedForKey(party, message.trade_date, kind)) for kind in FeedKind)
    wanted = (message.position, message.digest)
    return next((told for told in of_date if told is not None and (told.position, told.digest) == wanted), None)
