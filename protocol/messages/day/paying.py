"""Messages of money between the bank and a broker: what comes to its clearing account 清算账户, what the bank pays.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what they earn and do
(ledger.core.control.clearing_accounts), what people decide of a clearing account (protocol.acts.clearing).
"""

from typing import Annotated

from msgspec import Meta

from ...limits import PARTIES_MAX, TRADE_DATE_MAX
from ..base import Message
from ..fields import Count, Number, PartyNo, SumFen, TradeDate
from .steps import Seconds

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


class ClearingAccountsQuery(Message, tag=153, frozen=True):
    """Bank query: every broker's clearing account, and what is to be done about it when."""


class ClearingFacts(Message, tag=156, frozen=True):
    """Answer part: of a broker. Times are whole seconds since 1970, UTC, 0 for none."""

    party: PartyNo
    balance: SumFen
    lent: SumFen  # by the bank, and not collected
    unpaid: SumFen  # what the broker owes, due or not
    overdue: SumFen  # of that
    next_due_s: Seconds  # from here on a Due has something to do
    pay_date: Annotated[int, Meta(ge=0, le=TRADE_DATE_MAX)]
    """The oldest settled date by which the bank owes it something, 0 for none."""
    pay_from_s: Seconds  # from here on the bank may pay it
    late_from_s: Seconds  # from here on the bank is alarmed of what it owes longest


class ClearingAccountsAnswer(Message, tag=154, frozen=True):
    """Answer: of all brokers, ascending."""

    as_of_sequence: Count
    accounts: Annotated[list[ClearingFacts], Meta(max_length=PARTIES_MAX)]
