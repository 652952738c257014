"""Messages about fees of orders through the bank: what a broker announces, and what is charged from a date on.

A rate is in billionths of an amount, what a unit costs in billionths of a yuan, everything else in fen.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what is charged of an order
(rules.orders.fees), which table holds (rules.orders.fee_tables), what they earn and do (ledger.core.control).
"""

from typing import Annotated

from msgspec import Meta

from ...limits import FEE_BOUND_FEN_MAX, FEE_RATE_MAX, FEE_UNIT_MAX
from ...vocabulary import LineSide
from ..base import Message
from ..fields import Count, PartyNo, TradeDate
from .securities import MarketNo, ProductNo

SideNo = Annotated[int, Meta(ge=int(LineSide.BUY), le=int(LineSide.SALE))]
FeeRate = Annotated[int, Meta(ge=0, le=FEE_RATE_MAX)]
FeeOfUnit = Annotated[int, Meta(ge=0, le=FEE_UNIT_MAX)]
FeeBound = Annotated[int, Meta(ge=0, le=FEE_BOUND_FEN_MAX)]


class FeeComponent(Message, tag=108, frozen=True):
    """One fee; all 0: there is none."""

    on_turnover: FeeRate
    on_par: FeeRate
    a_unit: FeeOfUnit
    flat_fen: FeeBound
    least_fen: FeeBound
    most_fen: FeeBound  # 0: no bound


class NotifyFees(Message, tag=109, frozen=True):
    """Broker control: what it charges of orders on a side of a kind of security from a date on 收费标准. It is kept,
    and charged once the bank sets it."""

    market: MarketNo
    product: ProductNo
    side: SideNo
    first_date: TradeDate
    commission: FeeComponent  # 佣金
    stamp: FeeComponent  # 印花税
    transfer: FeeComponent  # 过户费
    handling: FeeComponent  # 经手费
    regulatory: FeeComponent  # 证管费


class SetFees(Message, tag=127, frozen=True):
    """Bank control: what is charged of a broker's orders on a side of a kind of security from a date on, for orders
    behind this. It is what the broker's notice says, or without one. What says what stands changes nothing."""

    party: PartyNo
    market: MarketNo
    product: ProductNo
    side: SideNo
    first_date: TradeDate
    commission: FeeComponent
    stamp: FeeComponent
    transfer: FeeComponent
    handling: FeeComponent
    regulatory: FeeComponent
    notice: Count  # its number, 0: without notice


class FeesSet(Message, tag=135, frozen=True):
    """Content of FEES: what is charged of the party's orders from now on, of those of the first date and later."""

    number: Count  # of the table
    market: MarketNo
    product: ProductNo
    side: SideNo
    first_date: TradeDate
    commission: FeeComponent
    stamp: FeeComponent
    transfer: FeeComponent
    handling: FeeComponent
    regulatory: FeeComponent
    notice: Count


FeesMessage = NotifyFees | SetFees


def components_of(message: FeesMessage) -> tuple[FeeComponent, ...]:
    """The five of a message, in its order."""
    return (message.commission, message.stamp, message.transfer, message.handling, message.regulatory)
