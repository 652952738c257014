"""Questions of the day desk: which trade dates are open or unsettled, where each stands, who has a lane of it.

Belongs here: one frozen struct per message. Never here: lanes one by one (queries), what moves one on (day).
"""

from typing import Annotated

from msgspec import Meta

from ...limits import PARTIES_MAX, UNSETTLED_DATES_MAX
from ..base import Message
from ..fields import Count, PartyNo, TradeDate
from .steps import Seconds, Windows


class DatesQuery(Message, tag=59, frozen=True):
    """Bank query: the trade dates that are open, or closed and their customers not settled."""


class DateFacts(Message, tag=65, frozen=True):
    """Answer part: a trade date."""

    trade_date: TradeDate
    phase: Annotated[int, Meta(ge=0, le=15)]
    """0: it is traded, 1: it is signed off, or closed."""
    is_agreed: bool
    """Whether the bank's two books agreed once trading had ended."""
    windows: Windows


class BrokerFacts(Message, tag=66, frozen=True):
    """Answer part: a broker, the first trade date of which it can have a lane, or a number before that, its sign-on."""

    party: PartyNo
    first_date: Count
    signed_on_s: Seconds
    """When it signed on for the open date: whole seconds since 1970, 0 for not yet."""


class DatesAnswer(Message, tag=67, frozen=True):
    """Answer: the dates, rising, of which the last is open; all brokers, ascending."""

    as_of_sequence: Count
    dates: Annotated[list[DateFacts], Meta(max_length=UNSETTLED_DATES_MAX)]
    brokers: Annotated[list[BrokerFacts], Meta(max_length=PARTIES_MAX)]
