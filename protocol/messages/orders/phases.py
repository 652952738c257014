"""Messages about the phases of a market 交易时段: when orders and cancels are taken on a trade date.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: which phases can be, what holds at
a second (rules.orders.phases), what they earn and do (ledger.core.control).
"""

from typing import Annotated

from msgspec import Meta

from ...limits import PHASES_MAX
from ..base import Message
from ..fields import Second, TradeDate
from .securities import MarketNo


class MarketPhase(Message, tag=147, frozen=True):
    """A phase: its first second, and the one behind its last, whole seconds since 1970, UTC; what is taken in it."""

    from_s: Second
    until_s: Second
    orders: bool
    cancels: bool


class SetPhases(Message, tag=148, frozen=True):
    """Bank control: the phases of a market on a trade date, which rise; none: nothing is taken. Of a later date freely,
    of the open one by act of two once the bank is sealed. What says what stands changes nothing."""

    trade_date: TradeDate
    market: MarketNo
    phases: Annotated[list[MarketPhase], Meta(max_length=PHASES_MAX)]


class PhasesChanged(Message, tag=149, frozen=True):
    """Content of PHASES: the phases of a market on the open date are others. What is ordered through the bank is taken
    to the exchange up to this second."""

    market: MarketNo
    last_s: Second  # of the last phase that takes orders; 0: there is none
