"""What was sold for contracts that have ended and is not credited: the table sold_of_ended, its SQL.

Belongs here: which contracts a batch may have changed it of. Never here: how much it is (ledger.core.state.totals),
what accounts have (account_pages), the transaction (read_model).

Nothing ends a contract while anything is sold for it: what is sold for one that has ended comes with a later correction
by a clearing set, is gated when its customer is settled, and goes with its credit. So day desks alone change it.
"""

import asyncpg
import numpy as np

from ledger.core.kind_tables import BY_SET, SETTLES, kinds_where
from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.totals import sold_of_ended
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP, contract_nos_from_indices
from protocol.records import OUTCOME, RECORD

_CHANGES = BY_SET | SETTLES
_CHANGED_BY = kinds_where(_CHANGES)
_FORGET = "DELETE FROM sold_of_ended WHERE contract_no = ANY ($1::bigint[])"
_PUT = """
INSERT INTO sold_of_ended (contract_no, sold_fen, as_of_sequence)
SELECT n.*, $3 FROM unnest($1::bigint[], $2::bigint[]) AS n
"""


class SoldOfEndedOfBatch:
    """Contracts that have ended and that a batch names. Tell it of each row when the book has applied it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.contracts: set[int] = set()
        """Their indices."""

    def take_block(self, row: Row, kinds: frozenset[int]) -> None:
        """A block row with records of these kinds."""
        if kinds.isdisjoint(_CHANGED_BY):
            return
        records, outcomes = np.frombuffer(row.records, RECORD), np.frombuffer(row.outcomes, OUTCOME)
        at = np.flatnonzero(_CHANGES[records["kind"].view(np.uint8)] & (outcomes["code"] == ReplyCode.ACCEPTED))
        contracts = records["contract_no"][at] // CONTRACT_NUMBER_STEP
        self.contracts.update(contracts[self._book.have_ended(contracts)].tolist())


async def write_sold_of_ended(
    connection: asyncpg.Connection, of_batch: SoldOfEndedOfBatch, book: Book, sequence: int
) -> None:
    """Writes what is sold for the contracts of a batch after it."""
    if not of_batch.contracts:
        return
    named = np.array(sorted(of_batch.contracts), np.int64)
    contracts, sold_fen = sold_of_ended(book)
    is_named = np.isin(contracts, named)
    sums_fen = np.zeros(len(named), np.int64)
    np.add.at(sums_fen, np.searchsorted(named, contracts[is_named]), sold_fen[is_named])
    await connection.execute(_FORGET, contract_nos_from_indices(named).tolist())
    left = np.flatnonzero(sums_fen)
    await connection.execute(_PUT, contract_nos_from_indices(named[left]).tolist(), sums_fen[left].tolist(), sequence)
