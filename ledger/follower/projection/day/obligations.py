"""What a batch did to what is owed by brokers' dates, and the table obligations.

Belongs here: which of them were changed, as the row that did it left them, their SQL. Never here: when one is due
(rules), the transaction (read_model).
"""

from decimal import Decimal

import asyncpg

from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.day.obligations import Obligation, ObligationKey

_COLUMNS = (
    *("party", "trade_date", "case_no", "set_number", "owed_fen", "state", "netted_s", "set_late_s"),
    *("pay_from_s", "late_from_s", "first_due_s", "last_due_s", "objection_until_s", "termination_after_s"),
    *("is_late_netted", "needs_no_notice", "noticed_s", "objected_s", "objected_fen", "objected_contract_no"),
    *("objection", "paid_fen", "advanced_fen", "fell_due_s", "bank_late_s", "as_of_sequence"),
)
_PUT = (
    f"INSERT INTO obligations ({', '.join(_COLUMNS)}) "  # noqa: S608
    f"VALUES ({', '.join(f'${place}' for place in range(1, len(_COLUMNS) + 1))}) "
    "ON CONFLICT (party, trade_date, case_no) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[5:])
)


class ObligationsOfBatch:
    """Obligations that rows of a batch changed. Tell it of each row when the book has applied it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.changed: dict[ObligationKey, Obligation] = {}

    def take(self, row: Row) -> None:
        """A row that is no block."""
        if self._book.feeds.sequence == row.sequence:
            self.changed.update({each.key: each for each in self._book.obligations.changed})


async def write_obligations(connection: asyncpg.Connection, of_batch: ObligationsOfBatch, sequence: int) -> None:
    """Writes what a batch up to the row `sequence` changed."""
    if of_batch.changed:
        await connection.executemany(_PUT, [_values(each, sequence) for each in of_batch.changed.values()])


def _values(each: Obligation, sequence: int) -> tuple[object, ...]:
    amount_fen, contract_no, reason = each.objection
    said = (
        each.noticed_s,
        each.objected_s,
        amount_fen,
        contract_no,
        reason.replace("\x00", "\N{REPLACEMENT CHARACTER}"),
    )
    named = (*each.key, each.number, Decimal(each.owed_fen), each.state, each.netted_s, each.set_late_s)
    paid = (Decimal(each.paid_fen), Decimal(each.advanced_fen), each.fell_due_s, each.bank_late_s)
    return (*named, *each.due, *said, *paid, sequence)
