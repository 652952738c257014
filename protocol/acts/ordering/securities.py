"""Acts of people on securities 证券: lists that master data may tell, each signed by its digest.

Belongs here: one struct for each. Never here: who may sign them (table), the lines of a list (messages.orders), what
they earn and do (ledger.core.control).
"""

from typing import Annotated

from msgspec import Meta

from ...limits import SECURITIES_MAX
from ...messages.fields import TradeDate
from ..base import ActText

LineCount = Annotated[int, Meta(ge=1, le=SECURITIES_MAX)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""In hexadecimal: the first of `rests_of`."""


class RegisterSecuritiesAct(ActText, frozen=True, kw_only=True, tag="register_securities"):
    """The versions of a list may be registered, in its order, as RegisterSecurities."""

    count: LineCount
    digest: Sha256
    last_date: TradeDate  # the last trade date on which it may be told


class SetPricesAct(ActText, frozen=True, kw_only=True, tag="set_prices"):
    """The limits of a list, with accrued interest, may be set for a trade date, as SetPrices."""

    trade_date: TradeDate
    count: LineCount
    digest: Sha256


SecuritiesAct = RegisterSecuritiesAct | SetPricesAct
