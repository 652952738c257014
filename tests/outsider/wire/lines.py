"""Lines of clearing sets: section 17 of the page, their 64 bytes, and what a set of frames comes to.

Belongs here: lines to bytes and back, totals as they are announced. Never here: other records, what the bank decides.
"""

import hashlib
import struct
from collections.abc import Sequence
from typing import NamedTuple

from tests.outsider.wire.codes import Order
from tests.outsider.wire.layouts.corrections import Correction, unpack_correction
from tests.outsider.wire.layouts.ordering import OF_KIND, Ordering, unpack_ordering
from tests.outsider.wire.layouts.settling import OF_CREDIT, OF_SETTLEMENT, Credited, Settled
from tests.outsider.wire.layouts.signing_on import OF_VERDICT, Verdict
from tests.outsider.wire.messages import Field, Message
from tests.outsider.wire.records import RECORD, Record, Target, unpack_record

OF_ORDER = struct.Struct("<bbhiqqqiiiiiiq")
OF_REFERENCE = struct.Struct("<bbhiqqqiiii8sq")
NO_SECURITY = bytes(8)
LINES = tuple(kind for kind in Order if Order.CLEAR_ORDER <= kind <= Order.CLEAR_CONTRACT)
NAME_ORDERS = (Order.CLEAR_ORDER, Order.CLEAR_BUY)
MOVE_MONEY = (Order.CLEAR_BUY, Order.CLEAR_SELL, Order.CLEAR_DIVIDEND, Order.CLEAR_REFUND)

USED: dict[Order, tuple[str, ...]] = {
    Order.CLEAR_ORDER: ("fate", "quantity", "amount_fen", "release_fen"),
    Order.CLEAR_BUY: ("market", "quantity", "amount_fen", "commission_fen"),
    Order.CLEAR_SELL: ("market", "quantity", "amount_fen", "commission_fen"),
    Order.CLEAR_DIVIDEND: ("market", "quantity", "amount_fen", "tax_fen"),
    Order.CLEAR_REFUND: ("market", "quantity", "amount_fen"),
    Order.CLEAR_CONTRACT: ("event",),
}
FEES = ("stamp_fen", "transfer_fen", "handling_fen", "regulatory_fen")
ORDER = ("order_date", "order_seat", "order_number")
REFERENCE = ("traded_security", "reference")


class Line(NamedTuple):
    """One line. Byte 1 is a market, a fate or an event, the bytes behind the amount release, commission or tax."""

    kind: int
    told: int
    trade_day: int
    contract_no: int
    quantity: int = 0
    amount_fen: int = 0
    second_fen: int = 0
    fees_fen: tuple[int, int, int, int] = (0, 0, 0, 0)
    order: Target = Target()
    security: bytes = NO_SECURITY
    reference: int = 0

    def packed(self) -> bytes:
        """The 64 bytes."""
        head = (self.kind, self.told, self.trade_day, self.quantity, self.contract_no, self.amount_fen, self.second_fen)
        if self.kind in NAME_ORDERS:
            return OF_ORDER.pack(*head, *self.fees_fen, *self.order)
        return OF_REFERENCE.pack(*head, *self.fees_fen, self.security, self.reference)

    @property
    def net_fen(self) -> int:
        """What the broker owes the customer for it; below 0 what the customer owes."""
        if self.kind not in MOVE_MONEY:
            return 0
        if self.kind == Order.CLEAR_BUY:
            return -(self.amount_fen + self.second_fen + sum(self.fees_fen))
        return self.amount_fen - self.second_fen - sum(self.fees_fen)


def fields_of(kind: Order) -> tuple[str, ...]:
    """What a line of this kind uses, by the page's names."""
    charged = FEES if kind in (Order.CLEAR_BUY, Order.CLEAR_SELL) else ()
    named = ORDER if kind in NAME_ORDERS else () if kind == Order.CLEAR_CONTRACT else REFERENCE
    return ("kind", "trade_day", "contract_no", *USED[kind], *charged, *named)


def unpack_line(data: bytes) -> Line:
    """The line in 64 bytes whose kind is one of lines."""
    if data[0] in NAME_ORDERS:
        kind, told, day, quantity, contract, amount, second, *rest = OF_ORDER.unpack(data)
        return Line(kind, told, day, contract, quantity, amount, second, _four(rest[:4]), Target(*rest[4:]))
    kind, told, day, quantity, contract, amount, second, *rest = OF_REFERENCE.unpack(data)
    return Line(kind, told, day, contract, quantity, amount, second, _four(rest[:4]), Target(), rest[4], rest[5])


def _four(fees_fen: Sequence[int]) -> tuple[int, int, int, int]:
    stamp, transfer, handling, regulatory = fees_fen
    return stamp, transfer, handling, regulatory


Row = Record | Line | Correction | Settled | Credited | Verdict | Ordering
"""A record, by its kind."""


def unpack_block(body: bytes) -> list[Row]:
    """The records of a body whose length is a multiple of 64, each by its kind."""
    rows = [body[start : start + RECORD.size] for start in range(0, len(body), RECORD.size)]
    return [_unpack(row) for row in rows]


def _unpack(row: bytes) -> Row:
    if row[0] == Order.SETTLE:
        return Settled._make(OF_SETTLEMENT.unpack(row))
    if row[0] == Order.CREDIT:
        return Credited._make(OF_CREDIT.unpack(row))
    if row[0] == Order.SIGNED_ON:
        return Verdict._make(OF_VERDICT.unpack(row))
    if row[0] in (Order.CORRECT, Order.REVERT):
        return unpack_correction(row)
    if row[0] in OF_KIND:
        return unpack_ordering(row)
    return unpack_line(row) if row[0] in LINES else unpack_record(row)


def totals(bodies: Sequence[bytes]) -> Message:
    """The SetTotals of a set whose lines travel in frames with these bodies, all of which are accepted."""
    lines = [line for body in bodies for line in unpack_block(body) if isinstance(line, Line)]
    digest = bytes(32)
    for body in bodies:
        digest = hashlib.sha256(digest + hashlib.sha256(body).digest()).digest()
    traded = [line for line in lines if line.kind in MOVE_MONEY]
    fees_fen = [sum(line.second_fen for line in traded)]
    fees_fen += [sum(line.fees_fen[place] for line in traded) for place in range(4)]
    values: tuple[Field, ...] = (
        tuple(sum(line.kind == kind for line in lines) for kind in LINES),
        wide(sum(line.amount_fen for line in traded)),
        tuple(map(wide, fees_fen)),
        wide(sum(line.net_fen for line in lines)),
        digest,
    )
    return Message("SetTotals", values)


def wide(amount_fen: int) -> bytes:
    """A sum in 16 bytes."""
    return amount_fen.to_bytes(16, "big", signed=True)
