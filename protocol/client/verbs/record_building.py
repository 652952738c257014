"""Building one 64-byte record from the arguments of a verb.

Belongs here: the layout of a record as structs (a test compares it with `protocol.records.RECORD`), and which numbers
have a place in it. Never here: rules about money (the bank decides), sending.
"""

import struct

from ...errors import MisuseError
from ...limits import RECORD_BYTES
from ...trade_dates import TRADE_DAY_NONE, trade_day
from ...vocabulary import RecordKind
from .arguments import (
    INT32_MAX,
    INT64_MAX,
    WORD_BYTES_MAX,
    account_number,
    calendar_date,
    short_bytes,
    target_key,
    whole_number,
)

_ORDER = struct.Struct("<bbhiqqq8siiq8s")  # price and security
_FILL = struct.Struct("<bbhiqqqqiiq8s")  # release and turnover
_CASH = struct.Struct("<bb6xqq24xqq")  # way, restraint and serial
assert _ORDER.size == _FILL.size == _CASH.size == RECORD_BYTES

_FREEZE = int(RecordKind.FREEZE)
_INT8_MAX = 127
NO_TARGET = (0, 0, 0)


def freeze_record(
    contract_no: int, amount_fen: int, quantity: int, price: int, security: bytes, market: int, partner_ref: bytes
) -> bytes:
    """A FREEZE. Raises MisuseError for a value that has no place in the record: a wrong type, negative, too large."""
    if not (
        type(contract_no) is type(amount_fen) is type(quantity) is type(price) is type(market) is int
        and contract_no >= 0
        and amount_fen >= 0
        and quantity >= 0
        and price >= 0
        and market >= 0
    ):
        contract_no = whole_number("contract_no", contract_no, 0, INT64_MAX)
        amount_fen = whole_number("amount_fen", amount_fen, 0, INT64_MAX)
        quantity = whole_number("quantity", quantity, 0, INT32_MAX)
        price = whole_number("price", price, 0, INT64_MAX)
        market = whole_number("market", market, 0, _INT8_MAX)
    if not (type(security) is bytes and len(security) <= WORD_BYTES_MAX):
        security = short_bytes("security", security)
    if not (type(partner_ref) is bytes and len(partner_ref) <= WORD_BYTES_MAX):
        partner_ref = short_bytes("partner_ref", partner_ref)
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
    target: object = NO_TARGET,
    traded_on: object = None,
    open_date: int = 0,
) -> bytes:
    """A record of any other kind; `target`: Outcome or RequestKey of the freeze meant. `traded_on`: trade date on which
    a fill was executed, None: on `open_date`, which is 0 for what is no fill.

    Raises MisuseError for a value that has no place in the record: a wrong type, negative, too large, no request.
    """
    if not (
        type(contract_no) is type(amount_fen) is type(release_fen) is type(turnover_fen) is type(quantity) is int
        and contract_no >= 0
        and amount_fen >= 0
        and release_fen >= 0
        and turnover_fen >= 0
        and quantity >= 0
    ):
        contract_no = whole_number("contract_no", contract_no, 0, INT64_MAX)
        amount_fen = whole_number("amount", amount_fen, 0, INT64_MAX)
        release_fen = whole_number("release_fen", release_fen, 0, INT64_MAX)
        turnover_fen = whole_number("turnover_fen", turnover_fen, 0, INT64_MAX)
        quantity = whole_number("quantity", quantity, 0, INT32_MAX)
    if not (type(partner_ref) is bytes and len(partner_ref) <= WORD_BYTES_MAX):
        partner_ref = short_bytes("partner_ref", partner_ref)
    key = NO_TARGET if target is NO_TARGET else target_key(target)
    date = open_date if traded_on is None else calendar_date("traded_on", traded_on)
    day = trade_day(date) if date else TRADE_DAY_NONE
    try:
        return _FILL.pack(
            int(kind), 0, day, quantity, contract_no, amount_fen, release_fen, turnover_fen, *key, partner_ref
        )
    except struct.error as error:
        raise MisuseError(f"a {kind.name} does not fit its record: {error}") from error


def cash_record(
    kind: RecordKind, account_no: int, amount_fen: int, way: int, serial: int, restraint_no: int = 0
) -> bytes:
    """A movement of the savings desk: it names an account, in the bytes of the contract, and has a serial of the desk's
    own in those of `partner_ref`.

    Raises MisuseError for what is no number of an account, and as `money_record`.
    """
    number = account_number(account_no)
    amount_fen = whole_number("amount_fen", amount_fen, 0, INT64_MAX)
    way = whole_number("way", way, 0, _INT8_MAX)
    serial = whole_number("serial", serial, 0, INT64_MAX)
    restraint_no = whole_number("restraint_no", restraint_no, 0, INT64_MAX)
    return _CASH.pack(int(kind), way, number, amount_fen, restraint_no, serial)
