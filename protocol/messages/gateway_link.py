"""Messages between gateway and ledger, on the bank's own Unix socket.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: frames of partners, the codec.
"""

from typing import Annotated

from msgspec import Meta, Struct, field

from ..limits import DIGEST_BYTES, ORDER_PAGE_BODY_BYTES_MAX, PARTIES_MAX, SEATS_MAX
from .base import Message
from .control import PartyEntry
from .feeds import FeedPage
from .fields import BoundSeatNo, ChannelNo, Count, Digest, Name, Number, PartyNo, SeatNo, SessionVersion, TradeDate


class Register(Message, tag=60, frozen=True):
    """Gateway → ledger, first frame of a link: fences the predecessor. The mark is the highest told before."""

    gateway_name: Name
    marked_sequence: Count
    marked_digest: Digest
    bank_key_ids: Annotated[list[Count], Meta(min_length=2, max_length=2)]  # by suite − 1; 0: no such key
    book_from_sequence: Count  # feed the book with rows above this; 2^62: no feed is wanted


class ChannelSeat(Message, tag=166, frozen=True):
    """Part of REGISTERED: by which channel, and for whose customers, a seat is."""

    seat: SeatNo
    channel: ChannelNo
    broker: PartyNo


class Registered(Message, tag=61, frozen=True):
    """Ledger → gateway: the state from which the link goes on. All of it is durable."""

    sequence: Count
    digest: Digest
    trade_date: TradeDate
    bank_party: PartyNo
    parties: Annotated[list[PartyEntry], Meta(max_length=PARTIES_MAX)]
    channel_seats: Annotated[list[ChannelSeat], Meta(max_length=SEATS_MAX)] = field(default_factory=list)


class BookFeed(Message, tag=64, frozen=True):
    """Ledger → gateway, kind BOOK_FEED: one committed row of the past, for adding the book up again.

    Either `control` holds the body of a control frame, or `records` and `outcomes` hold the arrays of a block row;
    `headers` holds the 160-byte prefixes of its frames. The feed ends with the row `Registered.sequence`.
    """

    sequence: Count
    trade_date: TradeDate
    headers: bytes
    control: bytes
    records: bytes
    outcomes: bytes


class SeatHeadQuery(Message, tag=62, frozen=True):
    """Gateway → ledger, kind SEAT_HEAD_QUERY (the header names the seat)."""


class SeatHead(Message, tag=63, frozen=True):
    """Ledger → gateway, kind SEAT_HEAD: durable head of a seat. Also the answer to a forwarded NEGOTIATE."""

    session_version: SessionVersion  # the one in force
    trade_date: TradeDate
    next_number: Number
    code: int  # ACCEPTED, or SESSION_VERSION_NOT_GROWING after a refused NEGOTIATE
    next_position: Count = 0  # of its party's feed


class FeedTold(Message, tag=106, frozen=True):
    """Ledger → gateway: a part of a party's feed, all of it durable. Kind FEED_TOLD answers a FEED_ASK, whose body is a
    FeedQuery; kind FEED_NEWS comes by itself, behind the outcomes of the row that made the entries."""

    party: PartyNo
    sequence: Count  # the ledger's last row then
    digest: Digest  # of that row
    page: FeedPage


class OrdersAsk(Message, tag=172, frozen=True):
    """Gateway → ledger, kind ORDERS_ASK: a page of the feed of orders or reports that the header's seat is told."""

    trade_date: TradeDate
    first: Number
    digest_before: Annotated[bytes, Meta(max_length=DIGEST_BYTES)]
    """In front of the stretch of `first`, as the partner has it; empty: it is not compared."""


class OrdersTold(Message, tag=173, frozen=True):
    """Ledger → gateway, kind ORDERS_TOLD: the answer to an ORDERS_ASK, all of it durable."""

    party: PartyNo
    seat: BoundSeatNo  # of a channel; 0: the orders of a broker
    sequence: Count  # the ledger's last row then
    digest: Digest  # of that row
    fault: Annotated[int, Meta(ge=0, le=2)]  # OrdersFault
    page: Annotated[bytes, Meta(max_length=ORDER_PAGE_BODY_BYTES_MAX)]
    """As it is told; without entries, and with `next_number` above `first`, they are not there yet."""


class OrdersAt(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where a feed of orders or reports is."""

    party: PartyNo
    seat: BoundSeatNo
    trade_date: TradeDate
    next_number: Number


class OrdersNews(Message, tag=174, frozen=True):
    """Ledger → gateway, kind ORDERS_NEWS, behind the outcomes of a row: which feeds it told something."""

    sequence: Count
    digest: Digest
    feeds: Annotated[list[OrdersAt], Meta(max_length=PARTIES_MAX + SEATS_MAX)]


LinkMessage = (
    Register | Registered | SeatHeadQuery | SeatHead | BookFeed | FeedTold | OrdersAsk | OrdersTold | OrdersNews
)
