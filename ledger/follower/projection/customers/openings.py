"""What was on accounts when they were opened: the table openings, what a batch adds to it, its SQL.

Belongs here: which openings brought something in, and the request that did. Never here: the accounts themselves
(master_rows), what they have now (account_pages), the transaction (read_model).
"""

from typing import NamedTuple

import asyncpg

from ledger.core.control.rows import Told
from ledger.core.rows.row import Row
from protocol.messages.customers.accounts import OpenAccounts

_ADD = """
INSERT INTO openings (first_account_no, trade_date, seat, number, sequence, decided_at_ns, balances_fen)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class Opening(NamedTuple):
    """Accounts with consecutive numbers that one request opened; its place in the table's columns."""

    first_account_no: int
    trade_date: int
    seat: int
    number: int
    sequence: int
    at_ns: int
    balances_fen: list[int]


class OpeningsOfBatch:
    """Openings in the rows of a batch. One that brought nothing is none: it posted no entry."""

    def __init__(self) -> None:
        self.came: list[Opening] = []

    def take(self, told: Told, row: Row) -> None:
        """An accepted control message of a row."""
        if not isinstance(told.message, OpenAccounts):
            return
        balances_fen = [terms.balance_fen for terms in told.message.accounts]
        if any(balances_fen):
            by = (row.trade_date, told.seat, told.number, row.sequence, row.decided_at_ns)
            self.came.append(Opening(told.given_no, *by, balances_fen))


async def write_openings(connection: asyncpg.Connection, of_batch: OpeningsOfBatch) -> None:
    """Writes what a batch brought in."""
    if of_batch.came:
        await connection.executemany(_ADD, of_batch.came)
