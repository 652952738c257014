"""Byte layouts of what flows in blocks: the union record, the outcome, and the preamble of an outcome frame.

Belongs here: numpy dtypes and their checks; nothing else declares a layout. Never here: rules about values.
All fields are little-endian and signed (an unsigned 64-bit column meeting a signed one turns into float64 in numpy).
"""

import struct
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .errors import MisuseError
from .limits import FRAME_RECORDS_MAX, OUTCOME_BYTES, OUTCOMES_PREAMBLE_BYTES, RECORD_BYTES

RecordArray = npt.NDArray[np.void]
OutcomeArray = npt.NDArray[np.void]

# `trade_day`: on which a fill was executed, days since 1970-01-01, see `trade_dates`; 0 in every other kind.
# Byte 1 is the way of a movement of the savings desk, the fate or event that a line of a clearing set tells, else the
# market.
# Bytes 8 to 15 name an account in a movement of the savings desk, else a contract. Bytes 24 to 39 are read by kind too:
# an order carries its limit price and security, a fill its release and turnover, a line its fees. In bytes 48 to 63 a
# line names an order, or a security and its own reference; in bytes 48 to 55 a judicial deduction names its restraint.
# A correction of a contract, or its taking back, has amounts from byte 16 to its end, and in bytes 4 to 7 the act of
# two people that permits it. Of a taking back "cleared" is what there was without the set, and "made good" what stays.
# A settlement has amounts from byte 16 to 47, a credit two of them. A verdict of the password desk has no amount. An
# order through the bank has none either, nor what is told of one: byte 1 is its market and side, bytes 24 to 31 are a
# price, a turnover, the broker's number or the position of a cancel, and an order is named as a target is.
_FIELDS = (
    ("kind", "<i1", 0),
    ("market", "<i1", 1),
    ("way", "<i1", 1),
    ("fate", "<i1", 1),
    ("event", "<i1", 1),
    ("market_and_side", "<i1", 1),
    ("trade_day", "<i2", 2),
    ("verdict", "<i2", 2),
    ("order_type", "<i2", 2),
    ("reason", "<i2", 2),
    ("quantity", "<i4", 4),
    ("generation", "<i4", 4),
    ("act_number", "<i4", 4),
    ("contract_no", "<i8", 8),
    ("account_no", "<i8", 8),
    ("amount_fen", "<i8", 16),
    ("price", "<i8", 24),
    ("security", "S8", 32),
    ("release_fen", "<i8", 24),
    ("until_s", "<i8", 24),
    ("limit", "<i8", 24),
    ("turnover", "<i8", 24),
    ("broker_number", "<i8", 24),
    ("cancel_position", "<i8", 24),
    ("from_moved_fen", "<i8", 24),
    ("other_fen", "<i8", 24),
    ("turnover_fen", "<i8", 32),
    ("settled_proceeds_fen", "<i8", 32),
    ("settled_other_fen", "<i8", 40),
    ("made_good_buys_fen", "<i8", 32),
    ("commission_fen", "<i8", 24),
    ("tax_fen", "<i8", 24),
    ("excess_fen", "<i8", 24),
    ("cleared_proceeds_fen", "<i8", 24),
    ("stamp_fen", "<i4", 32),
    ("transfer_fen", "<i4", 36),
    ("handling_fen", "<i4", 40),
    ("regulatory_fen", "<i4", 44),
    ("made_good_proceeds_fen", "<i8", 40),
    ("target_date", "<i4", 40),
    ("channel", "<i4", 40),
    ("target_seat", "<i4", 44),
    ("target_number", "<i8", 48),
    ("restraint_no", "<i8", 48),
    ("nonce", "<i8", 48),
    ("partner_ref", "V8", 56),
    ("order_date", "<i4", 48),
    ("order_seat", "<i4", 52),
    ("order_number", "<i8", 56),
    ("traded_security", "S8", 48),
    ("has_bought_fen", "<i8", 48),
    ("has_sold_fen", "<i8", 56),
    ("reference", "<i8", 56),
)
_NAMES, _FORMATS, _OFFSETS = (list(column) for column in zip(*_FIELDS, strict=True))
RECORD = np.dtype({"names": _NAMES, "formats": _FORMATS, "offsets": _OFFSETS, "itemsize": RECORD_BYTES})

# `state`: of the freeze concerned, or one of those below; `remaining_fen`: what remains of it after this record.
OUTCOME = np.dtype(
    {
        "names": ["code", "state", "reserved", "remaining_fen"],
        "formats": ["<i2", "<i2", "<i4", "<i8"],
        "offsets": [0, 2, 4, 8],
        "itemsize": OUTCOME_BYTES,
    }
)

FREEZE_STATE_NONE = 0  # the record concerns no freeze, or was refused
FREEZE_STATE_OPEN = 1  # `remaining_fen` is above 0, but of an order through the bank that has frozen nothing
FREEZE_STATE_CLOSED = 2
STATE_NUMBER_GIVEN = 3  # `remaining_fen` is a number that the bank gave: to a control message of the first account or
# contract that it made, or of the set; to a correction of the broker's case that it opened or took back
STATE_LISTED = 4  # of a line that is accepted, and whose order is not there: a difference for people to look at
STATE_POSTED = 5  # of a forced card debit: `remaining_fen` is what was posted to the account, the rest is in suspense
STATE_MOVED = 9  # of a freeze that is open with all of its amount: `remaining_fen` is what was moved of it 划转
STATE_DEDUCTIBLE = 6  # of a deduction that is refused because it is too much: `remaining_fen` is what may be deducted
STATE_SET_OFF = 7  # of a settlement while its broker is gated: `remaining_fen` is what was set off, of gated proceeds
STATE_CREDITED = 8  # of a settlement while it is not: `remaining_fen` is all that was credited
STATE_OWED = 10  # of either, or a credit, where the account is closed: `remaining_fen` is owed to its customer
STATE_BOOKED_SOLD = 11  # of an execution of a sale through the bank: what was booked of the sale, as sold
STATE_FROZEN = 12  # of an order through the bank: `remaining_fen` is what was frozen for it, 0 too
STATE_BOOKED_BOUGHT = 14  # of an execution of a sale: what was booked of it as a cost, for its fees are more
STATE_MAX = STATE_BOOKED_BOUGHT  # those above are newer than this program
STATES_KEPT = (13,)  # for lots that are allotted: what tells it is newer too
STATES_OF_AMOUNTS = (
    *(STATE_POSTED, STATE_DEDUCTIBLE, STATE_SET_OFF, STATE_CREDITED, STATE_OWED),
    *(STATE_BOOKED_SOLD, STATE_FROZEN, STATE_BOOKED_BOUGHT),
)

_AS_BYTES = np.dtype(("V", RECORD_BYTES))
_PREAMBLE = struct.Struct("<qq32s32s")
assert _PREAMBLE.size == OUTCOMES_PREAMBLE_BYTES
assert RECORD.itemsize == RECORD_BYTES
assert OUTCOME.itemsize == OUTCOME_BYTES


class OutcomesPreamble(NamedTuple):
    """What an outcome frame says before its outcomes: where in the journal, when, and to which body it answers."""

    sequence: int  # journal sequence of the row that holds request and outcome
    decided_at_ns: int  # UTC nanoseconds since 1970
    chain_digest: bytes  # (32,) digest of that row, over everything before it
    request_digest: bytes  # (32,) SHA-256 of the request's body, as its header said


def pack_preamble(preamble: OutcomesPreamble) -> bytes:
    """80 bytes that open the body of an outcome frame."""
    return _PREAMBLE.pack(*preamble)


def unpack_preamble(body: bytes) -> OutcomesPreamble:
    """Read the first 80 bytes of an outcome frame's body. Raises MisuseError when the body is shorter."""
    if len(body) < OUTCOMES_PREAMBLE_BYTES:
        raise MisuseError("outcome body shorter than its preamble")
    return OutcomesPreamble._make(_PREAMBLE.unpack_from(body))


def records_from_body(body: bytes) -> RecordArray:
    """A read-only (n,) view of RECORD over `body`, 1 ≤ n ≤ FRAME_RECORDS_MAX. Raises MisuseError otherwise."""
    count, rest = divmod(len(body), RECORD_BYTES)
    if rest or not 1 <= count <= FRAME_RECORDS_MAX:
        raise MisuseError(f"{len(body)} bytes are no block of records")
    return np.frombuffer(body, RECORD)


def records_at(records: RecordArray, positions: npt.NDArray[np.intp]) -> RecordArray:
    """(m,) copies of those at (m,) positions. By an index numpy would copy a record field by field, and the bytes that
    several fields share once for each of them: seventy times as slow.
    """
    found: RecordArray = records.view(_AS_BYTES).take(positions).view(RECORD)
    return found


def outcomes_from_body(body: bytes) -> OutcomeArray:
    """A read-only (n,) view of OUTCOME behind the preamble of an outcome frame's body."""
    return np.frombuffer(body, OUTCOME, offset=OUTCOMES_PREAMBLE_BYTES)
