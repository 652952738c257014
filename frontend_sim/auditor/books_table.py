"""What the general ledger has of each broker, by plain SQL on the read model, beside what the auditor has posted.

Belongs here: one statement, the table that compares. Never here: what should be posted (day), the customers' figures
(control_table).
"""

import csv
from collections.abc import Mapping
from typing import Final

from config.postgres.server import EmbeddedPostgres
from frontend_sim.auditor.control_table import aligned, yuan
from frontend_sim.auditor.day.postings import Code, Postings
from frontend_sim.auditor.sql_totals import asked

STATEMENT: Final = """
SELECT party, account_code, SUM(credit_fen - debit_fen)
FROM bank_general_ledger WHERE party > 1 GROUP BY party, account_code ORDER BY party, account_code
"""
POSTED: Final = (Code.LENT, Code.INTEREST_DUE, Code.ERRORS, Code.CLEARING, Code.SUSPENSE, Code.FORMER_CUSTOMERS)
OF_BROKERS: Final = (*POSTED, Code.MOVED)
"""Accounts that are kept by broker."""
TITLES: Final = {
    Code.LENT: "lent",
    Code.INTEREST_DUE: "interest due",
    Code.ERRORS: "cases",
    Code.CLEARING: "clearing account",
    Code.SUSPENSE: "suspense",
    Code.MOVED: "moved for orders",
    Code.FORMER_CUSTOMERS: "owed to former customers",
}
ByBroker = Mapping[tuple[int, int], int]
"""By party and account code credits less debits, in fen, nothing where it is 0."""


async def books_by_sql(server: EmbeddedPostgres) -> dict[tuple[int, int], int]:
    """As the read model has them now. Raises: ProcessFault when psql fails."""
    return parse(await asked(server, STATEMENT))


def parse(text: str) -> dict[tuple[int, int], int]:
    """psql's CSV rows."""
    rows = [[int(field) for field in row] for row in csv.reader(text.splitlines())]
    return {(party, code): fen for party, code, fen in rows if fen and code in OF_BROKERS}


def books_of(posted: Mapping[int, Postings], moved_fen: Mapping[int, int]) -> dict[tuple[int, int], int]:
    """As the auditor has posted, and what it has of moved money, by party."""
    sums = {(party, int(code)): -books.of_code(code) for party, books in posted.items() for code in POSTED}
    sums |= {(party, int(Code.MOVED)): fen for party, fen in moved_fen.items()}
    return {key: fen for key, fen in sums.items() if fen}


def printed_books(auditors: ByBroker, by_sql: ByBroker, names: Mapping[int, str]) -> str:
    """A line for each account of each broker that has anything; what the bank owes is above 0."""
    rows = [["", "", "auditor", "SQL, read model", "difference"]]
    for party, code in sorted(auditors.keys() | by_sql.keys()):
        has = auditors.get((party, code), 0), by_sql.get((party, code), 0)
        rows.append([names[party], f"{code} {TITLES[Code(code)]}", *map(yuan, has), yuan(abs(has[0] - has[1]))])
    return aligned(rows, left=2)
