"""Acts of people on what savings accounts earn 结息.

Belongs here: one struct for each. Never here: who may sign them (acts), what they earn and do (ledger.core.control).
"""

from typing import Annotated

from msgspec import Meta

from ..limits import SAVINGS_RATE_MAX, TRADE_DATE_MAX
from .base import ActText

SavingsRate = Annotated[int, Meta(ge=0, le=SAVINGS_RATE_MAX)]


class SavingsInterestAct(ActText, frozen=True, kw_only=True, tag="savings_interest"):
    """A rate of demand deposits is listed 挂牌利率, and an interest day 结息日 ordered, yyyymmdd, at whose end interest
    is due; 0: the rate is listed alone."""

    last_day: Annotated[int, Meta(ge=0, le=TRADE_DATE_MAX)]
    rate_millionths: SavingsRate
