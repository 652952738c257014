"""A batch: the journal rows that one transaction of the read model takes in, and what they changed.

Belongs here: collecting rows up to a bound, which contracts and parties changed, the COPY rows of contracts.
Never here: connections, money rules: what a contract has after the batch is read from the book.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from ledger.core.control.rows import accepted_messages
from ledger.core.rows.row import Row
from ledger.core.state.book import PARTY_SHIFT, Book, statuses_told
from ledger.follower.projection.copy_rows import CopyArray, Int64s, blank_contracts, chunks_of
from ledger.follower.projection.request_blocks import RequestRuns
from protocol.messages.control import (
    ChangeContract,
    ControlMessage,
    EndKey,
    Genesis,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    SetRestraint,
)
from protocol.records import RECORD
from protocol.vocabulary import CONTRACT_NUMBER_STEP, contract_nos_from_indices

BATCH_RECORDS_MAX: Final = 524_288
"""Records of one transaction: 32 MiB of records; by then the fixed cost of a transaction no longer shows."""
BATCH_BYTES_MAX: Final = 64 * 1024 * 1024
BATCH_ROWS_MAX: Final = 16_384
"""Journal rows of one transaction, for times when each holds a single record or a control message."""


class Batch:
    """Rows in journal order. `add` what was applied to the book; read the results before the book goes on."""

    def __init__(self, contracts_before: int) -> None:
        """`contracts_before`: how many contracts the read model has; those above it are new."""
        self._contracts_before = contracts_before
        self._block_rows: list[Row] = []
        self._status_changed: set[int] = set()
        self._restraint_changed: set[int] = set()
        self._bytes = 0
        self.rows_count = 0
        self.records_count = 0
        self.parties_changed = False
        self.last: Row | None = None

    @property
    def is_full(self) -> bool:
        """Whether the next row belongs to the next transaction."""
        return (
            self.records_count >= BATCH_RECORDS_MAX
            or self._bytes >= BATCH_BYTES_MAX
            or self.rows_count >= BATCH_ROWS_MAX
        )

    def add(self, row: Row) -> None:
        """Takes the next row, which the book has applied."""
        self.last = row
        self.rows_count += 1
        self.records_count += len(row.records) // RECORD.itemsize
        self._bytes += len(row.records) + len(row.headers) + len(row.outcomes) + len(row.control)
        if row.records:
            self._block_rows.append(row)
            return
        for message in accepted_messages(row):
            self._take(message)

    def _take(self, message: ControlMessage) -> None:
        if isinstance(message, ChangeContract):
            self._status_changed.add(message.contract_no // CONTRACT_NUMBER_STEP)
        elif isinstance(message, SetRestraint):
            self._restraint_changed.add(message.contract_no // CONTRACT_NUMBER_STEP)
        elif isinstance(message, Genesis | RegisterParty | RegisterKey | EndKey | RegisterSeat):
            self.parties_changed = True

    def runs(self) -> RequestRuns | None:
        """The records of all block rows; None when there is none."""
        return RequestRuns.of(self._block_rows) if self._block_rows else None

    def restrained(self) -> set[int]:
        """Indices of the contracts that the read model has and whose restraint changed."""
        return {index for index in self._restraint_changed if index < self._contracts_before}

    @property
    def contracts_before(self) -> int:
        """How many contracts the read model has without this batch."""
        return self._contracts_before

    def new_contracts(self, book: Book) -> Int64s:
        """Ascending indices of the contracts that the read model lacks."""
        return np.arange(self._contracts_before, book.contracts_count, dtype=np.int64)

    def changed_statuses(self, book: Book) -> list[tuple[int, int]]:
        """(contract number, status told now) of the known contracts to which an event happened."""
        known = sorted(index for index in self._status_changed if index < self._contracts_before)
        indices = np.array(known, np.int64)
        numbers = contract_nos_from_indices(indices)
        statuses = statuses_told(book.contract_facts[indices])
        return list(zip(numbers.tolist(), statuses.tolist(), strict=True))


def contract_chunks(book: Book, indices: Int64s, sequence: int) -> Iterator[CopyArray]:
    """COPY rows of the contracts at `indices`, as the book has them after the row `sequence`."""
    return (_contract_rows(book, chunk, sequence) for chunk in chunks_of(indices))


def _contract_rows(book: Book, indices: Int64s, sequence: int) -> CopyArray:
    rows = blank_contracts(len(indices))
    rows["contract_no"] = contract_nos_from_indices(indices)
    rows["account_no"] = book.account_no[indices]
    facts = book.contract_facts[indices]
    rows["party"] = facts >> PARTY_SHIFT
    rows["status"] = statuses_told(facts)
    rows["as_of_sequence"] = sequence
    return rows
