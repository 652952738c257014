"""Messages of money between the bank and a broker: what comes to its clearing account 清算账户, what the bank pays.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what they earn and do
(ledger.core.control.day), what people decide of a clearing account (protocol.acts.clearing).
"""

from typing import Annotated

from msgspec import Meta

from ..base import Message
from ..fields import Number, PartyNo, TradeDate

PaidFen = Annotated[int, Meta(ge=1, le=2**60)]


class Fund(Message, tag=150, frozen=True):
    """Bank control: a broker has brought money to its clearing account, from another bank or the clearing house."""

    party: PartyNo
    amount_fen: PaidFen
    serial: Number
    """The savings desk's own, rising for each broker and never beginning anew: what is told twice is booked once."""


class Due(Message, tag=151, frozen=True):
    """Bank control: let the due times of a broker act that are over."""

    party: PartyNo


class Pay(Message, tag=152, frozen=True):
    """Bank control: pay what the bank owes a broker by a date, less what the broker owes by it or an older one."""

    trade_date: TradeDate
    party: PartyNo


PayingMessage = Fund | Due | Pay
