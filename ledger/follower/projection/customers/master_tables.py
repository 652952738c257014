"""What a batch opened, signed and changed: the tables savings_accounts, contracts, parties and outlets, their SQL.

Belongs here: which rows of them a batch writes. Never here: their columns (master_rows, parties), money
(account_pages), the transaction (read_model).
"""

from collections.abc import Sequence

import asyncpg
import numpy as np

from ledger.core.state.book import STATE_SHIFT, Book, statuses_told
from ledger.follower.projection.batch import Batch
from ledger.follower.projection.copying.rows import Int64s
from ledger.follower.projection.copying.streams import copy_in
from ledger.follower.projection.customers.master_rows import (
    ACCOUNT_COLUMNS,
    CONTRACT_COLUMNS,
    account_chunks,
    began_on,
    contract_chunks,
    last_contract_nos,
)
from ledger.follower.projection.pace import Pace
from ledger.follower.projection.parties import readable, write_parties
from protocol.errors import InvariantBroken
from protocol.given_numbers import CONTRACT_NUMBER_STEP, account_nos_from_indices, contract_nos_from_indices

# What the read model holds for the last contract of an account, before it is told what happened.
_LAST_CONTRACTS = """
SELECT last_contract_no FROM savings_accounts WHERE account_no = ANY ($1::bigint[]) AND last_contract_no IS NOT NULL
"""
_RUNNING_OFF = "SELECT contract_no FROM contracts WHERE ended_on > 0 AND status <> 5"
_SET_ACCOUNTS = """
UPDATE savings_accounts s
SET status = n.status, last_contract_no = n.last_contract_no, holder = n.holder, as_of_sequence = $1
FROM unnest($2::bigint[], $3::smallint[], $4::bigint[], $5::bytea[]) AS n (account_no, status, last_contract_no, holder)
WHERE s.account_no = n.account_no
"""
_SET_CONTRACTS = """
UPDATE contracts c
SET status = n.status, began_on = n.began_on, ended_on = n.ended_on, designated_on = n.designated_on,
    as_of_sequence = $1
FROM unnest($2::bigint[], $3::smallint[], $4::integer[], $5::integer[], $6::integer[])
    AS n (contract_no, status, began_on, ended_on, designated_on)
WHERE c.contract_no = n.contract_no
"""
_PUT_OUTLET = """
INSERT INTO outlets (number, level, parent, name, as_of_sequence) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (number) DO UPDATE
SET parent = excluded.parent, name = excluded.name, as_of_sequence = excluded.as_of_sequence
"""


async def write_master_data(
    connection: asyncpg.Connection, batch: Batch, book: Book, sequence: int, pace: Pace
) -> None:
    """Writes what a batch up to the row `sequence` opened, signed and changed.

    Raises: InvariantBroken when the tables lack an account or contract that the book has.
    """
    touched = batch.touched_accounts(book)
    await _set_contracts(connection, await _changed_contracts(connection, touched, batch.settled), book, sequence)
    await _set_accounts(connection, touched, book, sequence)
    opened, signed = batch.new_accounts(book), batch.new_contracts(book)
    if len(opened):
        await copy_in(connection, "savings_accounts", ACCOUNT_COLUMNS, account_chunks(book, opened, sequence), pace)
    if len(signed):
        await copy_in(connection, "contracts", CONTRACT_COLUMNS, contract_chunks(book, signed, sequence), pace)
    if batch.parties_changed:
        await write_parties(connection, book, sequence)
    if batch.outlets:
        entries = (book.outlets.entries[number] for number in sorted(batch.outlets))
        outlets = [(each.outlet, each.level, each.parent, readable(each.name), sequence) for each in entries]
        await connection.executemany(_PUT_OUTLET, outlets)


async def _changed_contracts(connection: asyncpg.Connection, touched: Int64s, settled: bool) -> Int64s:
    """Indices of contracts that the read model has and of which something may have changed: of these
    accounts, and after a settlement those that ran off."""
    found: set[int] = set()
    if len(touched):
        numbers = account_nos_from_indices(touched).tolist()
        found.update(row[0] for row in await connection.fetch(_LAST_CONTRACTS, numbers))
    if settled:
        found.update(row[0] for row in await connection.fetch(_RUNNING_OFF))
    return np.array(sorted(found), np.int64) // CONTRACT_NUMBER_STEP


async def _set_contracts(connection: asyncpg.Connection, indices: Int64s, book: Book, sequence: int) -> None:
    numbers, statuses = contract_nos_from_indices(indices), statuses_told(book.contract_facts[indices])
    columns = (began_on(book, indices), book.ended_on[indices], book.designated_on[indices])
    dates = [column.tolist() for column in columns]
    await _set(connection, _SET_CONTRACTS, sequence, numbers.tolist(), statuses.tolist(), *dates)


async def _set_accounts(connection: asyncpg.Connection, accounts: Int64s, book: Book, sequence: int) -> None:
    numbers, statuses = account_nos_from_indices(accounts), book.account_flags[accounts] >> STATE_SHIFT
    last, holders = last_contract_nos(book, accounts), [holder.tobytes() for holder in book.holder[accounts]]
    await _set(connection, _SET_ACCOUNTS, sequence, numbers.tolist(), statuses.tolist(), last, holders)


async def _set(
    connection: asyncpg.Connection,
    statement: str,
    sequence: int,
    numbers: list[int],
    *values: Sequence[int | bytes | None],
) -> None:
    """Changes one row for each of `numbers`. Raises InvariantBroken when one is missing."""
    if numbers and await connection.execute(statement, sequence, numbers, *values) != f"UPDATE {len(numbers)}":
        raise InvariantBroken(f"read model, rows up to {sequence}: accounts or contracts are missing")
