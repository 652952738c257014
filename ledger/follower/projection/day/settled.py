"""What settlements and credits posted between customers and brokers' dates: the table settled_entries, its SQL.

Belongs here: which records made which entries. Never here: what is posted (ledger.core.settling), the general ledger,
the transaction (read_model).
"""

from typing import Final

import asyncpg
import numpy as np

from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.day.gated import SettledEntries
from ledger.database.books import SETTLED_BY
from protocol.records import RECORD
from protocol.vocabulary import account_nos_from_indices, contract_nos_from_indices
from rules.entries import CREDITED_TO_NONE

_ADD_ENTRIES: Final = """
INSERT INTO settled_entries
    (trade_date, seat, number, sequence, decided_at_ns, origin, kind, party, lane_date, account_no, amount_fen,
     contract_no)
SELECT * FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::smallint[],
                     $8::integer[], $9::integer[], $10::bigint[], $11::bigint[], $12::bigint[])
"""


class SettledOfBatch:
    """Entries by the block rows of a batch. Such a row is applied alone."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.columns: list[list[object]] = [[] for _ in range(12)]  # as the table has them

    def take_block(self, row: Row) -> None:
        """A block row, right after it was applied."""
        for posted in self._book.gated.posted:
            self._take(row, posted)

    def _take(self, row: Row, posted: SettledEntries) -> None:
        prefixes, records, places = row.prefixes(), np.frombuffer(row.records, RECORD), posted.positions
        counts, count = prefixes["record_count"].astype(np.int64), len(posted.positions)
        frame = np.repeat(np.arange(len(prefixes)), counts)[places]
        first_number = prefixes["first_number"].astype(np.int64) - (np.cumsum(counts) - counts)
        accounts = account_nos_from_indices(self._book.account_of_contract[posted.contracts].astype(np.int64))
        is_owed = posted.leg == CREDITED_TO_NONE
        contracts: list[object] = [None] * count
        if is_owed:
            contracts = list(contract_nos_from_indices(posted.contracts.astype(np.int64)).tolist())
        columns: tuple[list[object], ...] = (
            [row.trade_date] * count,
            prefixes["seat"].astype(np.int64)[frame].tolist(),
            (first_number[frame] + places).tolist(),
            [row.sequence] * count,
            [row.decided_at_ns] * count,
            [SETTLED_BY[posted.leg]] * count,
            records["kind"][places].tolist(),
            [posted.party] * count,
            [posted.trade_date] * count,
            accounts.tolist(),
            posted.amounts_fen.tolist(),
            contracts,
        )
        for column, more in zip(self.columns, columns, strict=True):
            column += more


async def write_settled(connection: asyncpg.Connection, of_batch: SettledOfBatch) -> None:
    """Writes the entries of a batch."""
    if of_batch.columns[0]:
        await connection.execute(_ADD_ENTRIES, *of_batch.columns)
