"""What comes out of a seat's feed of orders or reports: one value for each entry.

Belongs here: the entry as a value, its position. Never here: how entries come, what was handed out (order_reading).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...codes import ReplyCode
from ...errors import PeerViolation
from ...vocabulary import MARKET_SHIFT, SIDE_MASK, Market, OrderType, RecordKind, Side
from ..outcomes import RequestKey
from ..verbs.ordering_records import BankOrder

REPORTS = (
    RecordKind.TAKEN,
    RecordKind.REFUSED,
    RecordKind.EXECUTED,
    RecordKind.CANCELLED,
    RecordKind.CANCEL_REFUSED,
    RecordKind.CLOSE,  # it has ended with its date
)


class Position(NamedTuple):
    """Of an entry in its feed."""

    trade_date: int
    number: int


NOWHERE = Position(0, 0)
"""In front of every position."""


@dataclass(frozen=True, slots=True)
class OrderEntry:
    """One entry of a feed of orders, or of reports. Prices and turnovers are in 1/10,000 yuan."""

    position: Position
    kind: RecordKind
    order: BankOrder
    """The order that it is, or is about, as it is reported."""
    seat: int  # who asked for it, and its request number there
    number: int
    quantity: int  # ordered; of a report executed or cancelled in all
    order_type: OrderType | None  # of an order
    frozen_fen: int  # of an order
    last_second: int  # of an order: whole seconds since 1970, UTC, up to which it may be sent to the exchange
    reason: int  # of a report, 0 for none
    value: int  # limit, the broker's number, turnover in all, or the number of the cancel that is answered
    partner_ref: bytes

    @property
    def is_order(self) -> bool:
        """Whether it is an order."""
        return self.kind is RecordKind.ORDER

    @property
    def is_cancel(self) -> bool:
        """Whether it is the wish to cancel one, which an answer names by the number of its position."""
        return self.kind is RecordKind.CANCEL

    @classmethod
    def of(cls, entry: np.void, position: Position) -> "OrderEntry":
        """The value of an ORDER_ENTRY. Raises PeerViolation MALFORMED_FRAME for what is none."""
        try:
            return cls._of(entry, position)
        except ValueError as error:
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"entry {position} of orders: {error}") from error

    @classmethod
    def _of(cls, entry: np.void, position: Position) -> "OrderEntry":
        kind, is_order = RecordKind(int(entry["kind"])), int(entry["kind"]) == RecordKind.ORDER
        if not is_order and kind is not RecordKind.CANCEL and kind not in REPORTS:
            raise ValueError(f"no entry of orders is a {kind.name}")
        seat, number = int(entry["seat"]), int(entry["number"])
        key = RequestKey(position.trade_date, seat, number)
        if not is_order:
            key = RequestKey(int(entry["target_date"]), int(entry["target_seat"]), int(entry["target_number"]))
        byte, said = int(entry["market_and_side"]), int(entry["order_type"])
        return cls(
            position=position,
            kind=kind,
            order=BankOrder(
                key=key,
                contract_no=int(entry["contract_no"]),
                market=Market(byte >> MARKET_SHIFT),
                side=Side(byte & SIDE_MASK),
                security=bytes(entry["security"]),
            ),
            seat=seat,
            number=number,
            quantity=int(entry["quantity"]),
            order_type=OrderType(said) if is_order else None,
            frozen_fen=int(entry["frozen_fen"]) if is_order else 0,
            last_second=int(entry["last_second"]) if is_order else 0,
            reason=0 if is_order else said,
            value=int(entry["limit"]),
            partner_ref=entry["partner_ref"].tobytes(),
        )
