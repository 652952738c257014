"""A batch: the journal rows that one transaction of the read model takes in, and what they touched.

Belongs here: collecting rows up to a bound, which contracts and parties changed, the COPY rows of their records.
Never here: connections, money rules: what a contract has after the batch is read from the book.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from ledger.core.book import PARTY_SHIFT, Book, statuses_told
from ledger.core.row import Row
from ledger.follower.copy_rows import (
    ACCOUNT_COPY,
    CONTRACT_COPY,
    CopyArray,
    Int64s,
    RecordColumns,
    blank_rows,
    chunks_of,
    movement_rows,
    order_rows,
    place_records,
)
from protocol.codes import ReplyCode
from protocol.header import PREFIX
from protocol.messages import (
    ChangeContract,
    ControlMessage,
    Genesis,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    SetRestraint,
    decode_control,
)
from protocol.records import OUTCOME, RECORD
from protocol.vocabulary import CONTRACT_NUMBER_STEP, FrameKind, RecordKind, contract_nos_from_indices

BATCH_RECORDS_MAX: Final = 524_288
"""Records of one transaction: 32 MiB of records; by then most accounts of a busy date have been touched twice."""
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
        message = _accepted_control(row)
        if isinstance(message, ChangeContract):
            self._status_changed.add(message.contract_no // CONTRACT_NUMBER_STEP)
        elif isinstance(message, SetRestraint):
            self._restraint_changed.add(message.contract_no // CONTRACT_NUMBER_STEP)
        elif isinstance(message, Genesis | RegisterParty | RegisterKey | RegisterSeat):
            self.parties_changed = True

    def record_columns(self) -> RecordColumns | None:
        """The records of all block rows with their places; None when there is none."""
        rows = self._block_rows
        if not rows:
            return None
        records = np.frombuffer(b"".join([row.records for row in rows]), RECORD)
        outcomes = np.frombuffer(b"".join([row.outcomes for row in rows]), OUTCOME)
        prefixes = np.frombuffer(b"".join([row.headers for row in rows]), PREFIX)
        per_row = [len(row.headers) // PREFIX.itemsize for row in rows]
        frames = np.empty((5, len(prefixes)), np.int64)
        frames[0] = prefixes["first_number"]
        frames[1] = prefixes["seat"]
        frames[2] = prefixes["trade_date"]
        frames[3] = np.repeat(np.array([row.sequence for row in rows], np.int64), per_row)
        frames[4] = np.repeat(np.array([row.decided_at_ns for row in rows], np.int64), per_row)
        places = place_records(frames, prefixes["record_count"].astype(np.int64))
        return RecordColumns(records, outcomes, places)

    def touched_contracts(self, columns: RecordColumns | None) -> Int64s:
        """Ascending indices of contracts that the read model has and whose money this batch changed."""
        touched = np.zeros(self._contracts_before, np.bool_)
        if columns is not None:
            accepted = columns.outcomes["code"] == ReplyCode.ACCEPTED
            indices = columns.records["contract_no"][accepted] // CONTRACT_NUMBER_STEP
            touched[indices[indices < self._contracts_before]] = True
        for index in self._restraint_changed:
            if index < self._contracts_before:
                touched[index] = True
        return np.flatnonzero(touched)

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


def order_chunks(columns: RecordColumns) -> Iterator[CopyArray]:
    """COPY rows of all FREEZE records, in pieces, built when asked for."""
    chosen = np.flatnonzero(columns.records["kind"] == RecordKind.FREEZE)
    return (order_rows(columns, chunk) for chunk in chunks_of(chosen))


def movement_chunks(columns: RecordColumns) -> Iterator[CopyArray]:
    """COPY rows of all other records, in pieces, built when asked for."""
    chosen = np.flatnonzero(columns.records["kind"] != RecordKind.FREEZE)
    return (movement_rows(columns, chunk) for chunk in chunks_of(chosen))


def contract_chunks(book: Book, indices: Int64s, sequence: int) -> Iterator[CopyArray]:
    """COPY rows of the contracts at `indices`, as the book has them after the row `sequence`."""
    return (_contract_rows(book, chunk, sequence) for chunk in chunks_of(indices))


def account_chunks(book: Book, indices: Int64s, sequence: int) -> Iterator[CopyArray]:
    """COPY rows of the accounts of the contracts at `indices`, as the book has them after the row `sequence`."""
    return (_account_rows(book, chunk, sequence) for chunk in chunks_of(indices))


def _contract_rows(book: Book, indices: Int64s, sequence: int) -> CopyArray:
    rows = blank_rows(CONTRACT_COPY, len(indices))
    rows["contract_no"] = contract_nos_from_indices(indices)
    rows["account_no"] = book.account_no[indices]
    facts = book.contract_facts[indices]
    rows["party"] = facts >> PARTY_SHIFT
    rows["status"] = statuses_told(facts)
    rows["as_of_sequence"] = sequence
    return rows


def _account_rows(book: Book, indices: Int64s, sequence: int) -> CopyArray:
    account_rows = book.account_row[indices]
    rows = blank_rows(ACCOUNT_COPY, len(indices))
    rows["contract_no"] = contract_nos_from_indices(indices)
    rows["balance_fen"] = book.balance_fen[account_rows]
    rows["frozen_fen"] = book.frozen_fen[account_rows]
    rows["bought_unsettled_fen"] = book.bought_unsettled_fen[:, account_rows].sum(axis=0)
    rows["sold_unsettled_fen"] = book.sold_unsettled_fen[:, account_rows].sum(axis=0)
    rows["restrained_fen"] = book.restrained_fen[account_rows]
    rows["as_of_sequence"] = sequence
    return rows


def _accepted_control(row: Row) -> ControlMessage | None:
    """The control message of an accepted CONTROL row or the genesis; None for a session row or a refusal."""
    if row.headers and np.frombuffer(row.headers, PREFIX)["kind"][0] != FrameKind.CONTROL:
        return None
    if row.outcomes and np.frombuffer(row.outcomes, OUTCOME)["code"][0] != ReplyCode.ACCEPTED:
        return None
    return decode_control(row.control)
