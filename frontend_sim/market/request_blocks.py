"""Money requests as the simulated parties write them, and the blocks they are sent in.

Belongs here: filling records. Never here: amounts being computed (fees), sending.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from frontend_sim.market.workload import Order
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import TRADE_DAY_NONE, trade_day
from protocol.vocabulary import Market, RecordKind

TargetKey = tuple[int, int, int]
"""Trade date, seat and number of a freeze."""
NO_TARGET: TargetKey = (0, 0, 0)


class Request(NamedTuple):
    """One record to be; unused fields are 0."""

    kind: RecordKind
    contract_no: int  # of a deposit or withdrawal: the account's number
    amount_fen: int
    target: TargetKey = NO_TARGET
    market: int = Market.NONE
    quantity: int = 0
    price: int = 0
    security: bytes = b""
    release_fen: int = 0
    turnover_fen: int = 0
    partner_ref: int = 0
    traded_on: int = 0  # trade date of a fill's execution


def freeze_request(order: Order, amount_fen: int) -> Request:
    """The freeze of a buy order."""
    return Request(
        RecordKind.FREEZE,
        order.contract_no,
        amount_fen,
        market=order.security.market,
        quantity=order.quantity,
        price=order.limit_price,
        security=order.security.code,
        partner_ref=order.partner_ref,
    )


def record_block(requests: Sequence[Request]) -> RecordArray:
    """(n,) RECORD, column by column. Price and security share their bytes with release and turnover: by kind."""
    block = np.zeros(len(requests), RECORD)
    block["kind"] = [request.kind for request in requests]
    block["market"] = [request.market for request in requests]
    block["trade_day"] = [trade_day(request.traded_on) if request.traded_on else TRADE_DAY_NONE for request in requests]
    block["quantity"] = [request.quantity for request in requests]
    block["contract_no"] = [request.contract_no for request in requests]
    block["amount_fen"] = [request.amount_fen for request in requests]
    block["release_fen"] = [request.price or request.release_fen for request in requests]
    block["turnover_fen"] = [int.from_bytes(request.security, "little") or request.turnover_fen for request in requests]
    block["target_date"] = [request.target[0] for request in requests]
    block["target_seat"] = [request.target[1] for request in requests]
    block["target_number"] = [request.target[2] for request in requests]
    references = np.array([request.partner_ref for request in requests], np.int64)
    block["partner_ref"] = references.view("V8")
    return block
