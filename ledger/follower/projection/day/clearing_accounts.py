"""What a batch did to brokers' clearing accounts: the tables clearing_accounts, clearing_entries and market_rates.

Belongs here: which entries rows of a batch posted, whose account changed, their SQL. Never here: what is taken and lent
(rules, ledger.core), balances (the general ledger), the transaction (read_model).
"""

from decimal import Decimal
from typing import TYPE_CHECKING

import asyncpg

from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.day.clearing_accounts import BrokerEntry
from ledger.database.books import CLEARING_KINDS
from protocol.given_numbers import account_no_from_index, index_from_contract_no
from rules.entries import CUSTOMER_PAID

if TYPE_CHECKING:
    from ledger.core.state.day.clearing_accounts import ClearingAccount, Rate

_PUT = """
INSERT INTO clearing_accounts (party, fund_serial, customer_serial, limit_fen, points, points_day, loan_day,
                               loan_exact, loan_posted_fen, loan_before_fen, loan_on_day_fen, loan_back_fen,
                               as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (party) DO UPDATE
SET fund_serial = excluded.fund_serial, customer_serial = excluded.customer_serial, limit_fen = excluded.limit_fen,
    points = excluded.points, points_day = excluded.points_day, loan_day = excluded.loan_day,
    loan_exact = excluded.loan_exact, loan_posted_fen = excluded.loan_posted_fen,
    loan_before_fen = excluded.loan_before_fen, loan_on_day_fen = excluded.loan_on_day_fen,
    loan_back_fen = excluded.loan_back_fen,
    as_of_sequence = excluded.as_of_sequence
"""
_ADD = "INSERT INTO clearing_entries VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
_RATE = "INSERT INTO market_rates (day, millionths, sequence) VALUES ($1, $2, $3)"
_AMOUNT_FEN_MAX = 2**62  # of one SQL row: what is more stands in several
EntryRow = tuple[int | None, ...]


class ClearingAccountsOfBatch:
    """What rows of a batch posted and changed. Tell it of each row when the book has applied it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.changed: dict[int, ClearingAccount] = {}
        self.entries: list[EntryRow] = []
        self.rates: list[tuple[Rate, int]] = []

    def take(self, row: Row) -> None:
        """A row that is no block."""
        accounts = self._book.clearing_accounts
        if self._book.feeds.sequence != row.sequence:
            return
        self.changed.update({party: accounts.of(party) for party in accounts.changed})
        self.rates += [(rate, row.sequence) for rate in accounts.said_rates]
        if not accounts.posted:
            return
        prefixes = row.prefixes()
        seats, numbers = prefixes["seat"].tolist(), prefixes["first_number"].tolist()
        place = 0
        for each in accounts.posted:
            asked = (row.trade_date, seats[each.frame], numbers[each.frame], row.decided_at_ns)
            left_fen = each.amount_fen
            while left_fen:
                part_fen = min(left_fen, _AMOUNT_FEN_MAX)
                posted = (CLEARING_KINDS[each.leg], each.party, part_fen, each.debit_date, each.credit_date)
                self.entries.append((row.sequence, place, *asked, *posted, each.case, each.at_s, self._account(each)))
                left_fen, place = left_fen - part_fen, place + 1

    def _account(self, entry: BrokerEntry) -> int | None:
        """Number of the account that a customer had."""
        if entry.leg not in CUSTOMER_PAID.values():
            return None
        contract = index_from_contract_no(entry.case)
        return account_no_from_index(int(self._book.account_of_contract[contract]))


async def write_clearing_accounts(
    connection: asyncpg.Connection, of_batch: ClearingAccountsOfBatch, sequence: int
) -> None:
    """Writes what a batch up to the row `sequence` did."""
    if of_batch.entries:
        await connection.executemany(_ADD, of_batch.entries)
    if of_batch.rates:
        rates = [(rate.day, rate.millionths, said_in) for rate, said_in in of_batch.rates]
        await connection.executemany(_RATE, rates)
    if of_batch.changed:
        accounts = [
            (
                *(each.party, each.fund_serial, each.customer_serial, each.limit_fen),
                *(each.points, each.points_day, each.loan.day, *map(Decimal, each.loan[1:]), sequence),
            )
            for each in of_batch.changed.values()
        ]
        await connection.executemany(_PUT, accounts)
