"""What brokers say to their feeds: receipts, notices, objections.

Belongs here: judging in ranked order and the effect, side by side. Never here: who may send it (roles), what they are
told (feeds), what an answer does to a payment.

Each counts once, and is kept with the time of its decision beside what it answers.
"""

from ledger.core.control.accounts import own_contract
from ledger.core.state.book import Book
from ledger.core.state.feeds import SignedFor, SignedForKey
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.messages.feeds import FeedMessage, Notice, Object, Receipt
from protocol.messages.fields import fen_from_sum
from protocol.vocabulary import FeedKind

_NS_PER_S = 1_000_000_000


def judge_answer(book: Book, party: int, message: FeedMessage) -> ReplyCode:
    """What a broker's answer to its feed earns."""
    if isinstance(message, Object) and message.contract_no and own_contract(book, party, message.contract_no) < 0:
        return ReplyCode.CONTRACT_UNKNOWN
    told = _told(book, party, message)
    if told is None:
        return ReplyCode.FEED_ENTRY_UNKNOWN if isinstance(message, Receipt) else ReplyCode.OBLIGATION_UNKNOWN
    match message:
        case Receipt():
            is_said = bool(told.received_s)
        case Notice():
            is_said = bool(told.noticed_s)
        case Object():
            is_said = bool(told.objected_s)
    return ReplyCode.STEP_NOT_DUE if is_said else ReplyCode.ACCEPTED


def take_answer(book: Book, party: int, message: FeedMessage, decided_at_ns: int) -> None:
    """It is kept with the time of its decision. Raises MisuseError when what it answers is not there."""
    told, at_s = _told(book, party, message), max(1, decided_at_ns // _NS_PER_S)
    if told is None:
        raise MisuseError("an answer to what was not told was not refused")
    match message:
        case Receipt():
            told.received_s = at_s
        case Notice():
            told.noticed_s = at_s
        case Object(_, _, amount_fen, contract_no, reason):
            told.objected_s, told.objection = at_s, (amount_fen, contract_no, reason)


def _told(book: Book, party: int, message: FeedMessage) -> SignedFor | None:
    """What an answer is to, None when there is no such thing."""
    signed_for = book.feeds.signed_for
    if isinstance(message, Receipt):
        of_date = (signed_for.get(SignedForKey(party, message.trade_date, kind)) for kind in FeedKind)
        wanted = (message.position, message.digest)
        return next((told for told in of_date if told is not None and (told.position, told.digest) == wanted), None)
    if message.case:
        return None  # cases come with what is made good
    told = signed_for.get(SignedForKey(party, message.trade_date, FeedKind.OBLIGATION))
    if told is not None and isinstance(message, Notice) and fen_from_sum(told.owed) <= 0:
        return None  # there is nothing that the broker would pay
    return told
