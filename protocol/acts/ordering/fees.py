"""Acts of people on what orders through the bank go by, beside lists of securities.

Belongs here: one struct for each, the message that it makes. Never here: who may sign them (table), what they earn and
do (ledger.core.control).
"""

from typing import Annotated

from msgspec import Meta

from ...limits import FEE_UNIT_MAX
from ...messages.fields import Count, PartyNo, TradeDate
from ...messages.orders.fees import FeeComponent, SetFees
from ...vocabulary import LineSide, Market, Product
from ..base import ActText

SIDES = {side.name: side for side in (LineSide.BUY, LineSide.SALE)}
MarketWord = Annotated[str, Meta(pattern=f"^(?:{'|'.join(market.name for market in Market if market)})$")]
ProductWord = Annotated[str, Meta(pattern=f"^(?:{'|'.join(product.name for product in Product)})$")]
SideWord = Annotated[str, Meta(pattern=f"^(?:{'|'.join(SIDES)})$")]
FeeNumber = Annotated[int, Meta(ge=0, le=FEE_UNIT_MAX)]
FeeNumbers = Annotated[list[FeeNumber], Meta(min_length=6, max_length=6)]
"""Of a FeeComponent, in its order; each field's own bound is the message's."""


class SetFeesAct(ActText, frozen=True, kw_only=True, tag="set_fees"):
    """What is charged of a broker's orders from a date on, as SetFees."""

    party: PartyNo
    market: MarketWord
    product: ProductWord
    side: SideWord
    first_date: TradeDate
    commission: FeeNumbers
    stamp: FeeNumbers
    transfer: FeeNumbers
    handling: FeeNumbers
    regulatory: FeeNumbers
    notice: Count


def fees_made_of(act: SetFeesAct) -> SetFees:
    """The message that an act makes; its bounds are looked at where it is judged."""
    return SetFees(
        party=act.party,
        market=int(Market[act.market]),
        product=int(Product[act.product]),
        side=int(SIDES[act.side]),
        first_date=act.first_date,
        commission=FeeComponent(*act.commission),
        stamp=FeeComponent(*act.stamp),
        transfer=FeeComponent(*act.transfer),
        handling=FeeComponent(*act.handling),
        regulatory=FeeComponent(*act.regulatory),
        notice=act.notice,
    )
