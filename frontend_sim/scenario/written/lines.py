"""Lines of a clearing set as a story writes them.

Belongs here: one table for each kind of line, and its bytes. Never here: sets of them (story), sending (played), what
the bank makes of one (the bank).

A line tells what the bank compares or books, and no more: securities are left at 0, and quantities where nobody orders
through the bank.
"""

from collections.abc import Callable
from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from frontend_sim.scenario.written.amounts import Fen
from frontend_sim.scenario.written.strict import Name, Strict
from protocol.client import RequestKey, buy_line, contract_line, dividend_line, order_line, refund_line, sell_line
from protocol.vocabulary import ClearedEvent, Fate

Quantity = Annotated[int, Meta(ge=0, le=2**31 - 1)]
FEES = ("stamp", "transfer", "handling", "regulatory")


class OrderLine(Strict, frozen=True, kw_only=True, tag_field="line", tag="order"):
    """What became of an order."""

    order: Name
    fate: Literal["filled", "partly", "cancelled", "refused", "held"]
    frozen: Fen
    released: Fen = Fen(0)
    cancelled: Quantity = 0


class _Trade(Strict, frozen=True, kw_only=True):
    turnover: Fen
    commission: Fen = Fen(0)
    stamp: Fen = Fen(0)
    transfer: Fen = Fen(0)
    handling: Fen = Fen(0)
    regulatory: Fen = Fen(0)


class BuyLine(_Trade, frozen=True, kw_only=True, tag_field="line", tag="buy"):
    """What an order bought in all."""

    order: Name
    quantity: Quantity = 0


class SellLine(_Trade, frozen=True, kw_only=True, tag_field="line", tag="sell"):
    """What a customer sold."""

    customer: Name


class DividendLine(Strict, frozen=True, kw_only=True, tag_field="line", tag="dividend"):
    """A dividend, and the tax on it."""

    customer: Name
    gross: Fen
    tax: Fen = Fen(0)


class RefundLine(Strict, frozen=True, kw_only=True, tag_field="line", tag="refund"):
    """What comes back of a subscription."""

    customer: Name
    amount: Fen


class ContractLine(Strict, frozen=True, kw_only=True, tag_field="line", tag="contract"):
    """A customer's contract that began or ended on the date."""

    customer: Name
    event: Literal["opened", "closed"]


Line = OrderLine | BuyLine | SellLine | DividendLine | RefundLine | ContractLine


def key_of(line: Line) -> tuple[str, str]:
    """What a line is, and whom it names: two lines of a set that are alike in this tell of the same."""
    named = line.order if isinstance(line, OrderLine | BuyLine) else line.customer
    return str(line.__struct_config__.tag), named


def line_bytes(
    line: Line,
    place: int,
    on: int,
    order_of: Callable[[str], tuple[RequestKey, int]],
    contract_of: Callable[[str], int],
) -> bytes:
    """The 64 bytes of the line at `place` of a set, from 1, of trade date `on`, yyyymmdd.

    `order_of` and `contract_of` tell of names what the bank told: an order's request and its contract, a customer's
    contract.
    """
    match line:
        case OrderLine():
            target, contract_no = order_of(line.order)
            fate = Fate[line.fate.upper()]
            amounts = {"frozen_fen": line.frozen, "released_fen": line.released, "cancelled": line.cancelled}
            return order_line(target, contract_no, fate, on=on, **amounts)
        case BuyLine():
            target, contract_no = order_of(line.order)
            return buy_line(target, contract_no, on=on, quantity=line.quantity, **_money(line))
        case SellLine():
            return sell_line(place, contract_of(line.customer), on=on, **_money(line))
        case DividendLine():
            contract_no = contract_of(line.customer)
            return dividend_line(place, contract_no, on=on, gross_fen=line.gross, tax_fen=line.tax)
        case RefundLine():
            return refund_line(place, contract_of(line.customer), on=on, amount_fen=line.amount)
        case ContractLine():
            return contract_line(contract_of(line.customer), ClearedEvent[line.event.upper()], on=on)


class _Money(TypedDict):
    turnover_fen: int
    commission_fen: int
    stamp_fen: int
    transfer_fen: int
    handling_fen: int
    regulatory_fen: int


def _money(line: BuyLine | SellLine) -> _Money:
    return _Money(
        turnover_fen=line.turnover,
        commission_fen=line.commission,
        stamp_fen=line.stamp,
        transfer_fen=line.transfer,
        handling_fen=line.handling,
        regulatory_fen=line.regulatory,
    )
