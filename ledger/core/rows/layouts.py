"""The layouts of journal rows: their numbers, the digest of each, and what this program is too old for.

Belongs here: one formula for each layout that was ever written; none is changed once a journal has it. Never here: the
row itself (row), columns of the table (ledger.journal.stored_row), what becomes of a program that is too old (chain).
"""

import hashlib
import struct
from collections.abc import Callable

from ledger.core.rows.row import Row
from ledger.core.rows.state_check import checked_layout
from ledger.core.rules_version import RULES_VERSION
from ledger.core.state.forms.layouts import STATE_LAYOUT
from protocol.errors import InvariantBroken

_FIXED_1 = struct.Struct("<iiqqiiqqqq6q")


def _digest_1(previous_digest: bytes, row: Row) -> bytes:
    """The bodies of a block row are bound by the digests inside its headers, see `row_form.bodies_fault`, so that each
    of their bytes is hashed once.
    """
    fixed = _FIXED_1.pack(
        row.layout,
        row.shard,
        row.sequence,
        row.epoch,
        row.trade_date,
        row.rules_version,
        row.decided_at_ns,
        row.ordered_at_ns,
        *row.bank_key_ids,
        len(row.headers),
        len(row.records),
        len(row.closing_heads),
        len(row.control),
        len(row.outcomes),
        len(row.state_check),
    )
    parts = (previous_digest, fixed, row.headers, row.closing_heads, row.control, row.outcomes, row.state_check)
    return hashlib.sha256(b"".join(parts)).digest()


DIGESTS: dict[int, Callable[[bytes, Row], bytes]] = {1: _digest_1}
"""Row layout → the digest of a row of it over the digest before and the row, its own `digest` apart."""

ROW_LAYOUT = max(DIGESTS)
"""The layout of the rows that this program writes."""


def row_digest(previous_digest: bytes, row: Row) -> bytes:
    """SHA-256 by the formula of the row's layout. Raises InvariantBroken for a layout that there never was."""
    formula = DIGESTS.get(row.layout)
    if formula is None:
        raise InvariantBroken(f"row {row.sequence}: there is no row layout {row.layout}")
    return formula(previous_digest, row)


def newer_than_known(row: Row) -> str | None:
    """What of a row a later program wrote, with its number and the one that this program knows; None for nothing."""
    numbers = (
        ("row layout", row.layout, ROW_LAYOUT),
        ("state layout", checked_layout(row), STATE_LAYOUT),
        ("rules version", row.rules_version, RULES_VERSION),
    )
    for what, found, known in numbers:
        if found > known:
            return f"{what} {found}, this program knows up to {known}"
    return None
