"""What can happen on a link, seen from the bank, and what the bank grants on it.

Belongs here: the frozen classes that `BankSession` takes and gives out. Never here: behaviour.
"""

from dataclasses import dataclass

from ..codes import ReplyCode
from ..frame import Frame
from ..messages.queries import QueryMessage
from ..messages.session import OrdersAck


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """What the bank grants. `credit_records`: unanswered records; heartbeat bounds in ns; `software`: ≤ 64 chars."""

    credit_records: int
    heartbeat_ns_min: int
    heartbeat_ns_max: int
    software: str


@dataclass(frozen=True, slots=True)
class NegotiateReceived:
    """Forward the frame to the ledger as it came, then call `negotiated` with its SEAT_HEAD."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class EstablishReceived:
    """Ask the ledger for the seat's head, then call `established` with it."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class RequestReceived:
    """RECORDS or CONTROL to forward as it came. `is_next`: of the number due; else a repeat, or of another date."""

    frame: Frame
    is_next: bool = True


@dataclass(frozen=True, slots=True)
class QueryReceived:
    """A permitted query; answer with `send_answer(frame.header.first_number, …)`."""

    frame: Frame
    query: QueryMessage


@dataclass(frozen=True, slots=True)
class FeedWanted:
    """A heartbeat that wants another position of the feed than the word before it: 0 none, else all below is had."""

    next_position: int
    body_bytes: int


@dataclass(frozen=True, slots=True)
class OrdersAsked:
    """Which number of its feed of orders or reports the partner wants next; all before it is acknowledged."""

    wanted: OrdersAck
    body_bytes: int


@dataclass(frozen=True, slots=True)
class PeerTerminated:
    """The partner ended the link. Nothing may be said any more."""

    code: ReplyCode
    detail: str


@dataclass(frozen=True, slots=True)
class FrameSpent:
    """A frame of `kind` that asks nothing of the owner and used no credit: a heartbeat, or a request turned away."""

    kind: int
    body_bytes: int


BankEvent = (
    NegotiateReceived | EstablishReceived | RequestReceived | QueryReceived | FeedWanted | OrdersAsked | PeerTerminated
)
