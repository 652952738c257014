"""Building one 64-byte record of an order through the bank from what it says.

Belongs here: the layout of these records as a struct (a test compares it with `protocol.records.RECORD`), and which
values have a place in it. Never here: what an order earns and a report makes of it (the bank decides), sending.

Prices and turnovers are in 1/10,000 yuan. Each raises MisuseError for a value that has no place in the record, or that
its form forbids: a wrong type, a number out of its range, no request.
"""

import struct
from dataclasses import dataclass

from ...errors import MisuseError
from ...kinds import CANCEL_FIELD, KINDS, QUANTITY_FIELD, REASON_FIELD
from ...limits import RECORD_BYTES
from ...vocabulary import Market, OrderType, RecordKind, Side, market_and_side
from ..outcomes import Outcome, RequestKey
from .arguments import INT64_MAX, short_bytes, shown, target_key, whole_number

_ORDERING = struct.Struct("<bbhiq8xq8siiq8s")
_NO_TARGET = (0, 0, 0)
assert _ORDERING.size == RECORD_BYTES


@dataclass(frozen=True, slots=True)
class BankOrder:
    """An order through the bank, as everything that is told of it names it."""

    key: RequestKey | Outcome  # of the channel's request that ordered
    contract_no: int
    market: int  # a Market
    side: int  # a Side
    security: bytes  # its code there, 1 to 8 bytes


def order_record(
    contract_no: int,
    market: int,
    side: int,
    security: bytes,
    quantity: int,
    limit: int,
    *,
    order_type: int = OrderType.LIMIT,
    partner_ref: bytes = b"",
) -> bytes:
    """A customer of the channel orders; `limit`: the price of a unit."""
    kind = RecordKind.ORDER
    head = (_number(kind, "order_type", order_type), _number(kind, QUANTITY_FIELD, quantity))
    sided = _sided(contract_no, market, side, security)
    return _packed(kind, sided, _NO_TARGET, partner_ref, *head, _number(kind, "limit", limit))


def cancel_record(order: BankOrder, *, partner_ref: bytes = b"") -> bytes:
    """The customer wishes that what is open of it is cancelled."""
    return _about(RecordKind.CANCEL, order, partner_ref)


def taken_record(order: BankOrder, broker_number: int, *, partner_ref: bytes = b"") -> bytes:
    """The broker has it, under this number of its own."""
    kind = RecordKind.TAKEN
    return _about(kind, order, partner_ref, word=_number(kind, "broker_number", broker_number))


def refused_record(order: BankOrder, reason: int, *, partner_ref: bytes = b"") -> bytes:
    """Nothing comes of it, for a reason of the broker's or the exchange's."""
    kind = RecordKind.REFUSED
    return _about(kind, order, partner_ref, _number(kind, REASON_FIELD, reason))


def executed_record(order: BankOrder, quantity: int, turnover: int, *, partner_ref: bytes = b"") -> bytes:
    """What of it was executed up to now, in all."""
    kind = RecordKind.EXECUTED
    numbers = (_number(kind, QUANTITY_FIELD, quantity), _number(kind, "turnover", turnover))
    return _about(kind, order, partner_ref, 0, *numbers)


def cancelled_record(
    order: BankOrder, quantity: int, reason: int, *, cancel_position: int = 0, partner_ref: bytes = b""
) -> bytes:
    """What of it the exchange has cancelled up to now, in all.

    `cancel_position`: of the cancel that this answers in the feed of orders, 0: the exchange did so by itself.
    """
    kind = RecordKind.CANCELLED
    numbers = (_number(kind, REASON_FIELD, reason), _number(kind, QUANTITY_FIELD, quantity))
    return _about(kind, order, partner_ref, *numbers, _number(kind, CANCEL_FIELD, cancel_position))


def cancel_refused_record(order: BankOrder, cancel_position: int, reason: int, *, partner_ref: bytes = b"") -> bytes:
    """Nothing came of the cancel at this position."""
    kind = RecordKind.CANCEL_REFUSED
    told = _number(kind, REASON_FIELD, reason)
    return _about(kind, order, partner_ref, told, 0, _number(kind, CANCEL_FIELD, cancel_position))


_Sided = tuple[int, int, bytes]
"""The byte of market and side, the contract, the security."""


def _number(kind: RecordKind, name: str, value: int) -> int:
    return whole_number(name, value, *KINDS[kind].ranges[name])


def _sided(contract_no: int, market: int, side: int, security: bytes) -> _Sided:
    contract_no = whole_number("contract_no", contract_no, 0, INT64_MAX)
    of_market = Market(whole_number("market", market, min(Market) + 1, max(Market)))
    byte = market_and_side(of_market, Side(whole_number("side", side, min(Side), max(Side))))
    code = short_bytes("security", security)
    if not code:
        raise MisuseError("security has 1 to 8 bytes, not none")
    return byte, contract_no, code


def _about(
    kind: RecordKind, order: BankOrder, partner_ref: bytes, told: int = 0, quantity: int = 0, word: int = 0
) -> bytes:
    if not isinstance(order, BankOrder):
        raise MisuseError(f"order is a BankOrder, not {shown(order)}")
    sided = _sided(order.contract_no, order.market, order.side, order.security)
    return _packed(kind, sided, target_key(order.key), partner_ref, told, quantity, word)


def _packed(
    kind: RecordKind,
    sided: _Sided,
    target: tuple[int, int, int],
    partner_ref: bytes,
    told: int,
    quantity: int,
    word: int,
) -> bytes:
    byte, contract_no, security = sided
    ref = short_bytes("partner_ref", partner_ref)
    try:
        return _ORDERING.pack(kind, byte, told, quantity, contract_no, word, security, *target, ref)
    except struct.error as error:
        raise MisuseError(f"a {kind.name} does not fit its record: {error}") from error
