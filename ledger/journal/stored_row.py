"""A row as the columns of the table `journal`: which they are, in which order, and what is packed.

Belongs here: the column list, a row's values, a row from values. Never here: statements (journal), what a row means
(ledger.core.rows.row), the layout of packed values (packing).
"""

from collections.abc import Iterable
from typing import Any

from ledger.core.rows.row import Row
from ledger.journal.packing import pack, unpack
from protocol.limits import COMMIT_RECORDS_MAX, OUTCOME_BYTES, RECORD_BYTES

COLUMNS = (
    "layout, shard, sequence, epoch, trade_date, rules_version, decided_at_ns, ordered_at_ns, bank_key_1, bank_key_2, "
    "outcome_count, headers, records, closing_heads, control, outcomes, state_check, digest"
)
PACKED_ITEMS_MIN = 512
"""Items of a row below which they are stored as they are: packing them costs more than writing them."""


def stored_values(row: Row) -> tuple[int | bytes, ...]:
    """The values of COLUMNS for `row`."""
    return (
        row.layout,
        row.shard,
        row.sequence,
        row.epoch,
        row.trade_date,
        row.rules_version,
        row.decided_at_ns,
        row.ordered_at_ns,
        *row.bank_key_ids,
        len(row.outcomes) // OUTCOME_BYTES,
        row.headers,
        _packed(row.records, RECORD_BYTES),
        row.closing_heads,
        row.control,
        _packed(row.outcomes, OUTCOME_BYTES),
        row.state_check,
        row.digest,
    )


def row_from(values: Iterable[Any]) -> Row:
    """The row of which `values` are the COLUMNS.

    Raises ValueError when a value is not what `stored_values` gave. That a row is the one that was committed is shown
    by its digest alone, which is over the items and not over how they are stored.
    """
    layout, shard, sequence, epoch, trade_date, rules_version, decided_at_ns, ordered_at_ns, *others = values
    key_1, key_2, count, *parts = others
    headers, records, closing_heads, control, outcomes, state_check, digest = parts
    return Row(
        layout=layout,
        shard=shard,
        sequence=sequence,
        epoch=epoch,
        trade_date=trade_date,
        rules_version=rules_version,
        decided_at_ns=decided_at_ns,
        ordered_at_ns=ordered_at_ns,
        bank_key_ids=(key_1, key_2),
        headers=headers,
        records=_unpacked(records, RECORD_BYTES, count) if records else b"",
        closing_heads=closing_heads,
        control=control,
        outcomes=_unpacked(outcomes, OUTCOME_BYTES, count),
        state_check=state_check,
        digest=digest,
    )


def _packed(items: bytes, item_bytes: int) -> bytes:
    """What is stored for `items`: in a row of many of them most bytes are the same in every item."""
    return pack(items, item_bytes) if len(items) >= PACKED_ITEMS_MIN * item_bytes else items


def _unpacked(stored: bytes, item_bytes: int, items_count: int) -> bytes:
    """Raises ValueError for bytes that `_packed` does not make of `items_count` items."""
    if len(stored) == items_count * item_bytes:
        return stored
    if not PACKED_ITEMS_MIN <= items_count <= COMMIT_RECORDS_MAX:
        raise ValueError(f"{len(stored)} bytes for {items_count} items")
    return unpack(stored, item_bytes, items_count)
