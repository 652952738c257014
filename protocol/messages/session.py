"""Messages of the session: logon, refusal, heartbeat, end.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: meaning, the codec.
"""

from typing import Annotated

from msgspec import Meta

from ..limits import CREDIT_RECORDS_MAX
from .base import Message
from .fields import Count, Detail, Digest, HeartbeatNs, Nonce, Number, SessionVersion, Software, TradeDate


class Negotiate(Message, tag=1, frozen=True):
    """Partner → bank, kind NEGOTIATE. The header's session version must be above the current one of the seat."""

    nonce: Nonce
    software: Software


class Negotiated(Message, tag=2, frozen=True):
    """Bank → partner, kind NEGOTIATED; the header carries the version now in force and the open trade date."""

    nonce: Nonce  # the partner's, echoed: proves that this answer is fresh
    software: Software


class Establish(Message, tag=3, frozen=True):
    """Partner → bank, kind ESTABLISH: bind this link to the negotiated session."""

    nonce: Nonce
    next_number: Number  # what the partner would send next; informative
    heartbeat_ns: HeartbeatNs
    next_position: Count = 0  # of its feed, that it wants next: what is below is acknowledged; 0: it wants none


class Established(Message, tag=4, frozen=True):
    """Bank → partner, kind ESTABLISHED. Everything below `next_number` is durable; resend or ask from there."""

    nonce: Nonce
    next_number: Number
    heartbeat_ns: HeartbeatNs
    credit_records: Annotated[int, Meta(ge=1, le=CREDIT_RECORDS_MAX)]
    next_position: Count = 0  # that the next entry of the party's feed will have


class NotApplied(Message, tag=5, frozen=True):
    """Bank → partner, kind NOT_APPLIED: the frame at `refused_number` consumed nothing; go on at `next_number`."""

    code: int
    refused_number: Number
    next_number: Number
    retry_after_ns: Count


class Heartbeat(Message, tag=6, frozen=True):
    """Either way, kind HEARTBEAT. `next_number`: what the sender would send, or expects, next.

    `next_position` of the feed likewise: of the partner as in ESTABLISH; of the bank what the next entry will have, 0
    where it sends no feed on this link.
    """

    next_number: Number
    answer_wanted: bool
    next_position: Count = 0


class Terminate(Message, tag=7, frozen=True):
    """Either way, kind TERMINATE: the link ends for this reason. It is not answered."""

    code: int
    session_version: SessionVersion  # the one in force, 0 when unknown
    detail: Detail
    nonce: Nonce  # of the link's last NEGOTIATE or ESTABLISH that was believed; zeros when there was none


class OrdersAck(Message, tag=171, frozen=True):
    """Partner → bank, kind ORDERS_ACK: of its feed of orders or reports it wants this number of this date next on this
    link: all before it is acknowledged; 0: it wants none.
    """

    trade_date: TradeDate
    next_number: Count
    digest_before: Digest
    """In front of the stretch that `next_number` is of, as it has been read; zeros with 0, and in the first stretch."""


SessionMessage = Negotiate | Negotiated | Establish | Established | NotApplied | Heartbeat | Terminate | OrdersAck
