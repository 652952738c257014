"""The frames that the ledger makes itself: NOT_APPLIED, SEAT_HEAD, ANSWER, REGISTERED, BOOK_FEED,
FEED_TOLD, FEED_NEWS, ORDERS_TOLD, ORDERS_NEWS, LIFE_SIGN.

Belongs here: their headers and bodies. Never here: OUTCOMES (a function of the row, ledger.core.rows.row), when
they are
sent (pipeline, service). All are unsigned; the gateway signs what goes to a partner.
"""

from ledger.core.rows.row import Row
from protocol.codes import ReplyCode
from protocol.frame import make_unsigned_frame
from protocol.header import Header, answer_header, new_header
from protocol.messages.base import Message
from protocol.messages.codec import encode
from protocol.messages.feeds import FeedPage
from protocol.messages.gateway_link import BookFeed, FeedTold, OrdersNews, OrdersTold, Registered, SeatHead
from protocol.messages.session import NotApplied
from protocol.vocabulary import BANK_PARTY, Direction, FrameKind


def not_applied(
    request: Header, code: ReplyCode, trade_date: int, next_number: int, now_ns: int, retry_after_ns: int = 0
) -> bytes:
    """Nothing of `request` was consumed; its seat goes on at `next_number` of `trade_date`, the open one."""
    message = NotApplied(int(code), request.first_number, next_number, retry_after_ns)
    return _to_seat(request, FrameKind.NOT_APPLIED, trade_date, request.first_number, message, now_ns)


def seat_head(request: Header, head: SeatHead, now_ns: int) -> bytes:
    """The head of the seat that `request` (SEAT_HEAD_QUERY or NEGOTIATE) names."""
    return _to_seat(request, FrameKind.SEAT_HEAD, head.trade_date, 0, head, now_ns)


def answer(request: Header, message: Message, trade_date: int, now_ns: int) -> bytes:
    """The answer to a QUERY, under its correlation id."""
    return _to_seat(request, FrameKind.ANSWER, trade_date, request.first_number, message, now_ns)


def unanswerable(request: Header, trade_date: int, now_ns: int) -> bytes:
    """Instead of the answer to a QUERY that cannot be given: no message at all, so that the gateway ends the link."""
    return make_unsigned_frame(answer_header(request, FrameKind.ANSWER, now_ns, trade_date), b"").wire()


def registered(message: Registered, now_ns: int) -> bytes:
    """What a gateway is told when its link begins."""
    return _to_gateway(FrameKind.REGISTERED, message, message.trade_date, now_ns)


def book_feed(row: Row, now_ns: int) -> bytes:
    """One committed row for the gateway's own book."""
    message = BookFeed(row.sequence, row.trade_date, row.headers, row.control, row.records, row.outcomes)
    return _to_gateway(FrameKind.BOOK_FEED, message, row.trade_date, now_ns)


def feed_told(request: Header, message: FeedTold, now_ns: int) -> bytes:
    """The answer to a FEED_ASK."""
    return _to_seat(request, FrameKind.FEED_TOLD, 0, request.first_number, message, now_ns)


def feed_news(party: int, sequence: int, digest: bytes, page: FeedPage, now_ns: int) -> bytes:
    """What a party is to be told because of the row `sequence`, which has this digest."""
    return _to_gateway(FrameKind.FEED_NEWS, FeedTold(party, sequence, digest, page), 0, now_ns)


def orders_told(request: Header, message: OrdersTold, now_ns: int) -> bytes:
    """The answer to an ORDERS_ASK."""
    return _to_seat(request, FrameKind.ORDERS_TOLD, 0, request.first_number, message, now_ns)


def orders_news(message: OrdersNews, now_ns: int) -> bytes:
    """Where feeds of orders are since a row."""
    return _to_gateway(FrameKind.ORDERS_NEWS, message, 0, now_ns)


def beat() -> bytes:
    """Says that the ledger lives."""
    return _to_gateway(FrameKind.LIFE_SIGN, None, 0, 0)


def _to_seat(request: Header, kind: FrameKind, trade_date: int, number: int, message: Message, now_ns: int) -> bytes:
    header = answer_header(request, kind, now_ns, trade_date)._replace(first_number=number)
    return make_unsigned_frame(header, encode(message)).wire()


def _to_gateway(kind: FrameKind, message: Message | None, trade_date: int, now_ns: int) -> bytes:
    header = new_header(
        kind, Direction.TO_PARTNER, sender=BANK_PARTY, recipient=BANK_PARTY, trade_date=trade_date, sent_at_ns=now_ns
    )
    return make_unsigned_frame(header, encode(message) if message is not None else b"").wire()
