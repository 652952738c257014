"""The clearing set that a broker of scheme A makes of what its customers ordered through the bank on a date.

Belongs here: its lines, by the broker's own reckoning of fees. Never here: sending a set (the SDK), what became of an
order (courses), sets of scheme B (broker_day).
"""

from collections.abc import Iterable, Mapping

import numpy as np

from frontend_sim.market.bank_orders import Open
from frontend_sim.market.fees import COMMISSION, TRANSFER, turnover_fen
from frontend_sim.market.through_bank.courses import Name
from protocol.client import RequestKey, buy_line, contract_line, order_line
from protocol.records import RECORD, RecordArray
from protocol.vocabulary import ClearedEvent, Fate


def set_of(orders: Mapping[Name, Open], trade_date: int, opened: Iterable[int]) -> RecordArray:
    """Contracts that were opened, orders, and what they bought."""
    lines = [contract_line(contract_no, ClearedEvent.OPENED, on=trade_date) for contract_no in opened]
    for name, one in orders.items():
        lines.append(_order(name, one, trade_date))
        if one.course.executed.quantity:
            lines.append(_buy(name, one, trade_date))
    return np.frombuffer(b"".join(lines), RECORD)


def _fate(one: Open) -> Fate:
    """What is open at the close is cancelled then."""
    if one.course.is_refused:
        return Fate.REFUSED
    executed = one.course.executed.quantity
    if not executed:
        return Fate.CANCELLED
    return Fate.FILLED if executed == one.entry.quantity else Fate.PARTLY


def _order(name: Name, one: Open, trade_date: int) -> bytes:
    turnover = turnover_fen(one.course.executed.number)
    cost_fen = turnover + COMMISSION.fee_fen(turnover) + TRANSFER.fee_fen(turnover)
    return order_line(
        RequestKey(*name),
        one.entry.order.contract_no,
        _fate(one),
        on=trade_date,
        frozen_fen=one.entry.frozen_fen,
        released_fen=one.entry.frozen_fen - one.remaining_fen - cost_fen,
        cancelled=one.entry.quantity - one.course.executed.quantity,
    )


def _buy(name: Name, one: Open, trade_date: int) -> bytes:
    executed = one.course.executed
    turnover = turnover_fen(executed.number)
    return buy_line(
        RequestKey(*name),
        one.entry.order.contract_no,
        on=trade_date,
        turnover_fen=turnover,
        commission_fen=COMMISSION.fee_fen(turnover),
        transfer_fen=TRANSFER.fee_fen(turnover),
        market=int(one.entry.order.market),
        quantity=executed.quantity,
    )
