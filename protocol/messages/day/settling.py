"""Customer settlement: what of a broker's date is to be settled, and what is to be credited.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what a settlement moves (the
bank's rules), the step that begins it (steps), the records themselves (records).
"""

from typing import Annotated

from msgspec import Meta

from ...limits import PARTIES_MAX, QUERY_SETTLEMENTS_MAX, TRADE_DATE_MAX
from ..base import Message
from ..fields import Count, Fen, Number, TradeDate
from .steps import Place


class SettlementsQuery(Message, tag=141, frozen=True):
    """Bank query: which contracts of a broker's date are to be settled, from a place on. Nothing moves."""

    trade_date: TradeDate
    party: Annotated[int, Meta(ge=0, le=PARTIES_MAX)]
    first: Place


class Settlement(Message, tag=142, frozen=True):
    """Answer part: what a SETTLE of this contract must name now."""

    contract_no: Number
    from_savings_fen: Fen
    from_moved_fen: Fen
    proceeds_fen: Fen
    other_fen: Fen
    """Dividends less tax, and refunds."""


class SettlementsAnswer(Message, tag=143, frozen=True):
    """Answer: those found from that place on, and where to go on: 0 at the end."""

    as_of_sequence: Count
    trade_date: TradeDate
    next_place: Place
    left: Count
    """How many contracts are to be settled in all."""
    contracts: Annotated[list[Settlement], Meta(max_length=QUERY_SETTLEMENTS_MAX)]


class CreditsQuery(Message, tag=144, frozen=True):
    """Bank query: what is due to customers of a broker, of its oldest date that has anything due, from a place on."""

    party: Annotated[int, Meta(ge=0, le=PARTIES_MAX)]
    first: Place


class Credit(Message, tag=145, frozen=True):
    """Answer part: what a CREDIT of this contract must name now."""

    contract_no: Number
    proceeds_fen: Fen
    other_fen: Fen


class CreditsAnswer(Message, tag=146, frozen=True):
    """Answer: those found from that place on, and where to go on: 0 at the end of that date. Later dates of which
    something is due come once all of it is credited.
    """

    as_of_sequence: Count
    trade_date: Annotated[int, Meta(ge=0, le=TRADE_DATE_MAX)]
    """0: nothing is due."""
    next_place: Place
    contracts: Annotated[list[Credit], Meta(max_length=QUERY_SETTLEMENTS_MAX)]
