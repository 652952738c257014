"""What a broker knows of its orders when the day is over, and the clearing set that it makes of it.

Belongs here: orders and sales as the exchange left them, what the bank released of each, lines of a set. Never here:
trading (broker), sending a set (the SDK), judging (auditor).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import numpy as np

from frontend_sim.market.fees import COMMISSION, STAMP_DUTY, TRANSFER, turnover_fen
from frontend_sim.market.request_blocks import TargetKey
from frontend_sim.market.workload import Order
from protocol.client import RequestKey, buy_line, contract_line, order_line, sell_line
from protocol.records import RECORD, RecordArray
from protocol.vocabulary import ClearedEvent, Fate


@dataclass(slots=True)
class OrderOfDay:
    """A buy that the bank froze money for."""

    order: Order
    target: TargetKey
    frozen_fen: int
    filled: int = 0  # shares
    filled_units: int = 0  # Σ price × quantity, 1/10,000 yuan
    released_fen: int = 0  # by the bank, as it answered

    @property
    def fate(self) -> Fate:
        """What became of it; what is open at the close is cancelled then."""
        if not self.filled:
            return Fate.CANCELLED
        return Fate.FILLED if self.filled == self.order.quantity else Fate.PARTLY


@dataclass(frozen=True, slots=True)
class SaleOfDay:
    """A sale that was executed, in part at least."""

    order: Order
    filled: int
    filled_units: int


@dataclass(slots=True)
class BrokerDay:
    """All that a broker's desks did on one date."""

    orders: dict[TargetKey, OrderOfDay] = field(default_factory=dict)
    sales: list[SaleOfDay] = field(default_factory=list)

    def released(self, target: TargetKey, amount_fen: int) -> None:
        """The bank released so much of a freeze; of one that is not ours it says nothing."""
        order = self.orders.get(target)
        if order is not None:
            order.released_fen += amount_fen

    def clearing_set(self, trade_date: int, own: Collection[int], opened: Iterable[int]) -> RecordArray:
        """The lines of the date's set: contracts that were opened, orders, what they bought, and sales.

        `own`: the broker's contracts; a sale of another is its own mistake, of which no line tells.
        """
        lines = [contract_line(contract_no, ClearedEvent.OPENED, on=trade_date) for contract_no in opened]
        for one in self.orders.values():
            lines.append(_order(one, trade_date))
            if one.filled:
                lines.append(_buy(one, trade_date))
        sales = [one for one in self.sales if one.order.contract_no in own]
        lines += [_sale(one, place, trade_date) for place, one in enumerate(sales, start=1)]
        return np.frombuffer(b"".join(lines), RECORD)


def _order(one: OrderOfDay, trade_date: int) -> bytes:
    return order_line(
        RequestKey(*one.target),
        one.order.contract_no,
        one.fate,
        on=trade_date,
        frozen_fen=one.frozen_fen,
        released_fen=one.released_fen,
        cancelled=one.order.quantity - one.filled,
    )


def _buy(one: OrderOfDay, trade_date: int) -> bytes:
    turnover = turnover_fen(one.filled_units)
    return buy_line(
        RequestKey(*one.target),
        one.order.contract_no,
        on=trade_date,
        turnover_fen=turnover,
        commission_fen=COMMISSION.fee_fen(turnover),
        transfer_fen=TRANSFER.fee_fen(turnover),
        market=int(one.order.security.market),
        quantity=one.filled,
    )


def _sale(one: SaleOfDay, reference: int, trade_date: int) -> bytes:
    turnover = turnover_fen(one.filled_units)
    return sell_line(
        reference,
        one.order.contract_no,
        on=trade_date,
        turnover_fen=turnover,
        commission_fen=COMMISSION.fee_fen(turnover),
        stamp_fen=STAMP_DUTY.fee_fen(turnover),
        transfer_fen=TRANSFER.fee_fen(turnover),
        market=int(one.order.security.market),
        quantity=one.filled,
        security=one.order.security.code,
    )
