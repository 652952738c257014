"""What can happen on a link, seen from the partner: the events that `PartnerSession.next_event` gives out.

Belongs here: frozen event classes. Never here: behaviour.
"""

from dataclasses import dataclass

from ..codes import ReplyCode
from ..frame import Frame
from ..header import Header
from ..messages.feeds import FeedPage
from ..messages.session import NotApplied
from ..order_pages import OrderPage
from ..records import OutcomeArray, OutcomesPreamble


@dataclass(frozen=True, slots=True)
class NegotiatedEvent:
    """The bank has journaled this session version; `establish` comes next."""

    session_version: int
    trade_date: int


@dataclass(frozen=True, slots=True)
class EstablishedEvent:
    """Requests may be sent. Everything below `next_number` of `trade_date` is durable at the bank."""

    next_number: int
    trade_date: int
    credit_records: int
    next_position: int = 0
    """What the next entry of the party's feed will have; 0: the bank has no feeds."""


@dataclass(frozen=True, slots=True)
class OutcomesReceived:
    """The journaled answer to the request frame at (seat, header.trade_date, header.first_number).

    `outcomes`: (header.record_count,) OUTCOME, a read-only view. The caller compares `preamble.request_digest` with
    the digest of what it sent.
    """

    frame: Frame
    preamble: OutcomesPreamble
    outcomes: OutcomeArray


@dataclass(frozen=True, slots=True)
class NotAppliedReceived:
    """A request consumed nothing; go on at `message.next_number` of `header.trade_date`."""

    header: Header
    message: NotApplied


@dataclass(frozen=True, slots=True)
class AnswerReceived:
    """The answer to a query; `body` is not yet decoded."""

    correlation_id: int
    body: bytes


@dataclass(frozen=True, slots=True)
class FeedReceived:
    """A part of the party's feed."""

    page: FeedPage


@dataclass(frozen=True, slots=True)
class FeedElsewhere:
    """The bank sends the feed on this link no more: another seat of the party asked for it."""


@dataclass(frozen=True, slots=True)
class OrdersReceived:
    """A page of our feed of orders or reports."""

    page: OrderPage


@dataclass(frozen=True, slots=True)
class TradeDateOpened:
    """A later trade date is open; the bank expects `next_number` next on it."""

    trade_date: int
    next_number: int


@dataclass(frozen=True, slots=True)
class Terminated:
    """The bank ended the link. `session_version` is the one in force as far as the bank knew, else 0."""

    code: ReplyCode
    session_version: int
    detail: str


PartnerEvent = (
    NegotiatedEvent
    | EstablishedEvent
    | OutcomesReceived
    | NotAppliedReceived
    | AnswerReceived
    | FeedReceived
    | FeedElsewhere
    | OrdersReceived
    | TradeDateOpened
    | Terminated
)
