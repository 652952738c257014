"""What was moved of accounts for orders 划转: the tables moved_entries and moved_money, what a batch adds, its SQL.

Belongs here: which records moved something or gave it back, and what is moved of their accounts after them. Never here:
what moves (ledger.core.blocks.moving), the general ledger, the transaction (read_model).
"""

import asyncpg
import numpy as np

from ledger.core.control.rows import Told
from ledger.core.rows.row import Row
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.follower.projection.copying.rows import Int64s
from protocol.acts.moved import ReverseAct
from protocol.acts.table import made_by_text
from protocol.given_numbers import CONTRACT_NUMBER_STEP, account_nos_from_indices
from protocol.messages.persons import Act
from protocol.records import RECORD

_ADD_ENTRIES = """
INSERT INTO moved_entries (trade_date, seat, number, sequence, decided_at_ns, kind, party, account_no, amount_fen)
SELECT * FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::smallint[],
                     $7::integer[], $8::bigint[], $9::bigint[])
"""
_PUT_ACCOUNTS = """
INSERT INTO moved_money (account_no, remaining_fen, drawn_fen, as_of_sequence)
SELECT a.*, $4 FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS a
ON CONFLICT (account_no) DO UPDATE
SET remaining_fen = excluded.remaining_fen, drawn_fen = excluded.drawn_fen, as_of_sequence = excluded.as_of_sequence
"""
NO_KIND = 0
"""Of an entry that no record has made."""
_NOTHING = np.zeros(0, np.int64)


class MovedOfBatch:
    """Entries by the block rows of a batch, and the accounts of which something was moved, drawn or given back."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._posted = book.moved.posted
        self._end = 0  # of the last row's records among those that were applied together
        self.entries: list[tuple[Int64s, ...]] = []  # columns, as the table has them
        self.accounts: Int64s = _NOTHING

    def take_block(self, row: Row) -> None:
        """A block row, which was applied alone or with others behind and before it."""
        posted = self._book.moved.posted
        if posted is not self._posted:
            self._posted, self._end = posted, 0
        begin, count = self._end, len(row.records) // RECORD.itemsize
        self._end += count
        if not len(posted.accounts):
            return
        if begin == 0:
            self.accounts = np.union1d(self.accounts, posted.accounts)
        here = np.flatnonzero((posted.positions >= begin) & (posted.positions < self._end))
        if len(here):
            self._take(row, posted.positions[here] - begin, posted.amounts_fen[here])

    def _take(self, row: Row, places: Int64s, amounts_fen: Int64s) -> None:
        """The records at (m,) places of a row have made entries."""
        prefixes, records = row.prefixes(), np.frombuffer(row.records, RECORD)
        counts = prefixes["record_count"].astype(np.int64)
        frame = np.repeat(np.arange(len(prefixes)), counts)[places]
        first_number = prefixes["first_number"].astype(np.int64) - (np.cumsum(counts) - counts)
        contracts = records["contract_no"][places] // CONTRACT_NUMBER_STEP
        self.entries.append(
            (
                np.full(len(places), row.trade_date),
                prefixes["seat"].astype(np.int64)[frame],
                first_number[frame] + places,
                np.full(len(places), row.sequence),
                np.full(len(places), row.decided_at_ns),
                records["kind"][places].astype(np.int64),
                self._book.contract_facts[contracts] >> PARTY_SHIFT,
                account_nos_from_indices(self._book.account_of_contract[contracts].astype(np.int64)),
                amounts_fen,
            )
        )

    def take(self, told: Told, row: Row) -> None:
        """An accepted control message of a row: what two people have given back."""
        act = made_by_text(told.message.text) if isinstance(told.message, Act) else None
        if not isinstance(act, ReverseAct):
            return
        posted = self._book.moved.posted
        self.accounts = np.union1d(self.accounts, posted.accounts)
        index = act.contract_no // CONTRACT_NUMBER_STEP
        by = (row.trade_date, told.seat, told.number, row.sequence, row.decided_at_ns, NO_KIND)
        columns = [np.array([value], np.int64) for value in by]
        parties = self._book.contract_facts[index : index + 1] >> PARTY_SHIFT
        numbers = account_nos_from_indices(posted.accounts.astype(np.int64))
        self.entries.append((*columns, parties, numbers, posted.amounts_fen))


async def write_moved(connection: asyncpg.Connection, of_batch: MovedOfBatch, book: Book, sequence: int) -> None:
    """Writes the entries of a batch, and what its accounts have moved after it."""
    if of_batch.entries:
        columns = [np.concatenate(parts).tolist() for parts in zip(*of_batch.entries, strict=True)]
        await connection.execute(_ADD_ENTRIES, *columns)
    accounts = of_batch.accounts
    if len(accounts):
        columns = [column[accounts].tolist() for column in (book.moved.remaining_fen, book.moved.drawn_fen)]
        await connection.execute(_PUT_ACCOUNTS, account_nos_from_indices(accounts).tolist(), *columns, sequence)
