"""What accepted records about orders through the bank have moved, and the table order_acts.

Belongs here: which order each is about, what it added to frozen and to bought, its SQL. Never here: what moves
(ledger.core.orders), the records themselves (request_blocks), the transaction (read_model).
"""

from typing import TYPE_CHECKING

import asyncpg
import numpy as np

from ledger.core.kind_tables import IS_ORDERING, TELLS_OF_ORDER, kinds_where
from ledger.core.rows.row import Row
from ledger.core.rows.undecided import is_undecided
from ledger.core.state.book import Book
from protocol.records import OUTCOME, RECORD

if TYPE_CHECKING:
    from ledger.follower.projection.copying.rows import Int64s

_ADD = """
INSERT INTO order_acts (trade_date, seat, number, sequence, decided_at_ns, kind, contract_no, order_date, order_seat,
                        order_number, entry, frozen_fen, bought_fen)
SELECT * FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::smallint[],
                     $7::bigint[], $8::integer[], $9::integer[], $10::bigint[], $11::integer[], $12::bigint[],
                     $13::bigint[])
"""
_ORDERING = kinds_where(IS_ORDERING)


class OrderActsOfBatch:
    """By the block rows of a batch. A row with such records is applied alone: what they did is the book's last word."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.acts: list[tuple[Int64s, ...]] = []
        """Columns, as the table has them."""

    def take_block(self, row: Row, kinds: frozenset[int] | set[int]) -> None:
        """A block row, of which these are the kinds, and which the book has just applied. One that was left undecided
        has done nothing, and what the book has done last is another row's."""
        if _ORDERING.isdisjoint(kinds) or is_undecided(row):
            return
        acted = self._book.orders.acted
        records, outcomes = np.frombuffer(row.records, RECORD), np.frombuffer(row.outcomes, OUTCOME)
        at = np.flatnonzero(outcomes["code"][acted.positions] == 0)
        places = acted.positions[at]
        if not len(places):
            return
        prefixes = row.prefixes()
        counts = prefixes["record_count"].astype(np.int64)
        frame = np.repeat(np.arange(len(prefixes)), counts)[places]
        begins = prefixes["first_number"].astype(np.int64) - (np.cumsum(counts) - counts)
        own = np.full(len(places), row.trade_date), prefixes["seat"].astype(np.int64)[frame], begins[frame] + places
        kind = records["kind"][places].astype(np.int64)
        named = (records[name][places].astype(np.int64) for name in ("target_date", "target_seat", "target_number"))
        of_order = [np.where(TELLS_OF_ORDER[kind], theirs, ours) for theirs, ours in zip(named, own, strict=True)]
        self.acts.append(
            (
                *own,
                np.full(len(places), row.sequence),
                np.full(len(places), row.decided_at_ns),
                kind,
                records["contract_no"][places].astype(np.int64),
                *of_order,
                *(column[at] for column in (acted.entries, acted.frozen_fen, acted.bought_fen)),
            )
        )


async def write_order_acts(connection: asyncpg.Connection, of_batch: OrderActsOfBatch) -> None:
    """Adds those of a batch."""
    if of_batch.acts:
        columns = [np.concatenate(parts).tolist() for parts in zip(*of_batch.acts, strict=True)]
        await connection.execute(_ADD, *columns)
