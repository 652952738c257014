"""The table of kinds, and what is asked of all of them together.

Belongs here: tables and sets made of the rows. Never here: a row, the form of one.
"""

from ..limits import RECORD_BYTES
from ..records import RECORD
from ..vocabulary import RecordKind, SeatRole
from .lines import LINES
from .moving import MOVING, VERDICTS
from .ordering import ORDERING
from .row import OF_BOTH, PRICE_FIELDS, SIDED_FIELDS, WireKind

KIND_CODES = 256  # a kind is read as one byte; tables by kind cover all of them
WORDS_PER_RECORD = RECORD_BYTES // 8

KINDS: dict[RecordKind, WireKind] = {row.kind: row for row in (*MOVING, *LINES, *ORDERING, *VERDICTS)}

LINE_KINDS = tuple(row.kind for row in LINES)
"""The kinds of lines of a clearing set, in the order in which a set counts them."""

VERDICT_KINDS = tuple(row.kind for row in VERDICTS)
"""The kinds without an amount, by which nothing moves."""

ORDERING_KINDS = tuple(row.kind for row in ORDERING)
"""The kinds of orders through the bank: without an amount, and by an order's own words something moves."""

PRICED = frozenset(kind for kind, row in KINDS.items() if PRICE_FIELDS[0] in row.fields)
"""Kinds whose bytes 24 to 39 are price and security; of all others they are amounts or zero."""


def may_send(role: SeatRole) -> frozenset[RecordKind]:
    """The kinds of record that a seat of this role may send."""
    return frozenset(kind for kind, row in KINDS.items() if role in row.senders)


def unused_bits(row: WireKind) -> tuple[int, ...]:
    """The eight words of a record, little end first, as int64: bits that are zero in every record of this kind."""
    used = bytearray(RECORD_BYTES)
    assert RECORD.fields is not None
    for name in row.all_fields:
        kind, offset = RECORD.fields[name][:2]
        used[offset : offset + kind.itemsize] = b"\xff" * kind.itemsize
    unused = bytes(byte ^ 0xFF for byte in used)
    return tuple(int.from_bytes(unused[8 * w : 8 * w + 8], "little", signed=True) for w in range(WORDS_PER_RECORD))


def _is_sound(row: WireKind) -> bool:
    """A kind of one scheme is a broker's, or about an order through the bank, which says what it is of; whatever has no
    amount has none to name."""
    return (
        (row.schemes == OF_BOTH or row.is_ordering or row.senders == {SeatRole.BROKER})
        and set(row.ranges) <= set(row.fields)
        and row.is_ordering == set(row.fields).issuperset(SIDED_FIELDS)
        and (row.has_amount or row.is_line or not (row.amount or row.amount_fen_min))
    )


assert set(KINDS) == set(RecordKind)
assert all(_is_sound(row) for row in KINDS.values())
assert all(0 < kind < KIND_CODES // 2 for kind in RecordKind)  # an int8 on the wire
