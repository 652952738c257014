"""Orders through the bank: section 25 of the page, their 64 bytes.

Belongs here: bytes to fields and back. Never here: what the bank decides.
"""

import struct
from typing import NamedTuple

from tests.outsider.wire.codes import Order

OF_ORDERING = struct.Struct("<bbhiq8xq8siiq8s")
XSHG, XSHE = 1, 2
BUY, SELL = 1, 2
LIMIT = 1  # the type of an order at a limit price
NAMED = ("target_date", "target_seat", "target_number")

OF_KIND: dict[Order, tuple[str, str, str]] = {
    Order.ORDER: ("order_type", "quantity", "limit"),
    Order.CANCEL: ("", "", ""),
    Order.TAKEN: ("", "", "broker_number"),
    Order.REFUSED: ("reason", "", ""),
    Order.EXECUTED: ("", "quantity", "turnover"),
    Order.CANCELLED: ("reason", "quantity", "cancel_position"),
    Order.CANCEL_REFUSED: ("reason", "", "cancel_position"),
}
"""By kind what lies in bytes 2 and 3, 4 to 7, 24 to 31; nothing is 0."""


class Ordering(NamedTuple):
    """An order, or what is told of one. Prices and turnovers are in 1/10,000 yuan."""

    kind: int
    market_and_side: int
    told: int  # a type or a reason
    quantity: int
    contract_no: int
    word: int  # a price, a turnover, the broker's number or the place of a cancel
    security: bytes
    target_date: int = 0
    target_seat: int = 0
    target_number: int = 0
    partner_ref: bytes = bytes(8)

    def packed(self) -> bytes:
        """The 64 bytes."""
        return OF_ORDERING.pack(*self)


def fields_of(kind: Order) -> tuple[str, ...]:
    """What a record of this kind uses, by the page's names."""
    own = tuple(name for name in OF_KIND[kind] if name)
    named = () if kind == Order.ORDER else NAMED
    return ("kind", "market_and_side", "contract_no", "security", *own, *named, "partner_ref")


def order(contract_no: int, market: int, side: int, security: str, quantity: int, limit: int, ref: bytes) -> Ordering:
    """An order at a limit price."""
    code = security.encode("ascii").ljust(8, b"\0")
    return Ordering(
        Order.ORDER, market << 4 | side, LIMIT, quantity, contract_no, limit, code, partner_ref=ref.ljust(8, b"\0")
    )


def about(of: Ordering, name: tuple[int, int, int], kind: Order, *own: int) -> Ordering:
    """What is told of an order under its date, seat and number, with the numbers of its kind in their order."""
    values = iter(own)
    told, quantity, word = (next(values) if used else 0 for used in OF_KIND[kind])
    return Ordering(kind, of.market_and_side, told, quantity, of.contract_no, word, of.security, *name)


def unpack_ordering(data: bytes) -> Ordering:
    """The record in 64 bytes whose kind is one of these."""
    return Ordering._make(OF_ORDERING.unpack(data))
