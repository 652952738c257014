"""The act of people on the phases of a market on the open date, where the exchange does not go by its plan.

Belongs here: its struct, the message that it makes. Never here: who may sign it (table), what it earns and does
(ledger.core.control).
"""

from typing import Annotated

from msgspec import Meta

from ...limits import PHASES_MAX
from ...messages.fields import Second, TradeDate
from ...messages.orders.phases import MarketPhase, SetPhases
from ...vocabulary import Market
from ..base import ActText
from .fees import MarketWord

PhaseNumbers = Annotated[list[Second], Meta(min_length=4, max_length=4)]
"""First second, the one behind the last, whether orders are taken and whether cancels are: 1 or 0."""


class SetPhasesAct(ActText, frozen=True, kw_only=True, tag="set_phases"):
    """The phases of a market on the open date, anew, as SetPhases."""

    trade_date: TradeDate
    market: MarketWord
    phases: Annotated[list[PhaseNumbers], Meta(max_length=PHASES_MAX)]

    @property
    def is_whole(self) -> bool:
        """Whether each phase says yes or no of orders and cancels."""
        return all(flag <= 1 for each in self.phases for flag in each[2:])


def phases_made_of(act: SetPhasesAct) -> SetPhases:
    """The message that an act makes."""
    phases = [
        MarketPhase(from_s, until_s, bool(orders), bool(cancels)) for from_s, until_s, orders, cancels in act.phases
    ]
    return SetPhases(act.trade_date, int(Market[act.market]), phases)
