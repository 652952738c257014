"""Building one 64-byte record from the arguments of a verb.

Belongs here: the layout of a record as structs (a test compares it with `protocol.records.RECORD`). Never here:
rules about money (the bank decides), sending.
"""

import struct

from protocol.errors import MisuseError
from protocol.limits import RECORD_BYTES
from protocol.vocabulary import RecordKind

_ORDER = struct.Struct("<bbhiqqq8siiq8s")  # price and security
_FILL = struct.Struct("<bbhiqqqqiiq8s")  # release and turnover
assert _ORDER.size == _FILL.size == RECORD_BYTES

_FREEZE = int(RecordKind.FREEZE)


def order_record(
    contract_no: int, amount_fen: int, quantity: int, price: int, security: bytes, market: int, partner_ref: bytes
) -> bytes:
    """A FREEZE. Raises MisuseError for a value that has no place in the record."""
    if len(security) > 8 or len(partner_ref) > 8:
        raise MisuseError("security and partner_ref have at most 8 bytes")
    try:
        return _ORDER.pack(_FREEZE, market, 0, quantity, contract_no, amount_fen, price, security, 0, 0, 0, partner_ref)
    except struct.error as error:
        raise MisuseError(f"a freeze does not fit its record: {error}") from error


def money_record(
    kind: RecordKind,
    contract_no: int,
    amount_fen: int,
    partner_ref: bytes,
    *,
    release_fen: int = 0,
    turnover_fen: int = 0,
    quantity: int = 0,
    target: tuple[int, int, int] = (0, 0, 0),
) -> bytes:
    """A record of any other kind; `target`: trade date, seat, number of the freeze meant.

    Raises MisuseError for a value that has no place in the record.
    """
    if len(partner_ref) > 8:
        raise MisuseError("partner_ref has at most 8 bytes")
    try:
        return _FILL.pack(
            int(kind), 0, 0, quantity, contract_no, amount_fen, release_fen, turnover_fen, *target, partner_ref
        )
    except struct.error as error:
        raise MisuseError(f"a {kind.name} does not fit its record: {error}") from error
