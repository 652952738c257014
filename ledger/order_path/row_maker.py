"""The row of what was just decided: chained to the one before it, with the slice of the state that is due.

Belongs here: what a row holds beside the frames and their outcomes. Never here: deciding, storing (journal).
"""

import dataclasses
from functools import partial

from ledger.core import engine
from ledger.core.control.rows import heads_closed
from ledger.core.rows.half_acted import HalfActed
from ledger.core.rows.layouts import ROW_LAYOUT, row_digest
from ledger.core.rows.row import Row
from ledger.core.rows.state_check import state_check
from ledger.core.rules_version import RULES_VERSION
from ledger.core.state.book import Book
from ledger.core.state.forms.round import StateRound


class RowMaker:
    """Makes the rows of one ledger process, in order."""

    def __init__(self, book: Book, shard: int, epoch: int, digest: bytes) -> None:
        """`digest`: of the row before the first that is made here."""
        self._book = book
        self._shard = shard
        self._epoch = epoch
        self.digest = digest
        self.bank_key_ids = (0, 0)
        self.state_round = StateRound()

    def row(
        self,
        trade_date: int,
        now_ns: int,
        elapsed_ns: int,
        frames: tuple[bytes, bytes, bytes],
        outcomes: bytes,
    ) -> Row:
        """The row of `frames` (headers, records, bodies of control), which have acted on the book.

        Raises HalfActed when it cannot be made: then the book is ahead of every row.
        """
        headers, records, control = frames
        book = self._book
        try:
            row = Row(
                layout=ROW_LAYOUT,
                shard=self._shard,
                sequence=book.sequence,
                epoch=self._epoch,
                trade_date=trade_date,
                rules_version=RULES_VERSION,
                decided_at_ns=now_ns,
                ordered_at_ns=book.ordered_at_ns,
                bank_key_ids=self.bank_key_ids,
                headers=headers,
                records=records,
                closing_heads=heads_closed(book, trade_date),
                control=control,
                outcomes=outcomes,
                state_check=self._state_check(elapsed_ns),
                digest=b"",
            )
            row = dataclasses.replace(row, digest=row_digest(self.digest, row))
        except Exception as error:
            raise HalfActed(book.sequence, headers, error) from error
        self.digest = row.digest
        return row

    def _state_check(self, elapsed_ns: int) -> bytes:
        place = self.state_round.due(partial(engine.state_slice_count, self._book), elapsed_ns)
        return b"" if place is None else state_check(self._book, place)
