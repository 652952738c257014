"""What the general ledger has of each broker and between outlets, by plain SQL on the read model, beside what the
auditor has posted.

Belongs here: the statements, the table that compares. Never here: what should be posted (day), the customers' figures
(control_table).
"""

import csv
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from config.postgres.server import EmbeddedPostgres
from frontend_sim.auditor.control_table import aligned, yuan
from frontend_sim.auditor.day.postings import Code
from frontend_sim.auditor.day.settlement_audit import SettlementAudit, between_of
from frontend_sim.auditor.day.settling import CLEARING_BRANCH
from frontend_sim.auditor.sql_totals import asked

STATEMENT = """
SELECT party, account_code, SUM(credit_fen - debit_fen)
FROM bank_general_ledger WHERE party > 1 GROUP BY party, account_code ORDER BY party, account_code
"""
POSTED = (Code.LENT, Code.INTEREST_DUE, Code.ERRORS, Code.CLEARING, Code.SUSPENSE, Code.FORMER_CUSTOMERS)
BETWEEN = """
SELECT COALESCE(item, 0), SUM(debit_fen - credit_fen)
FROM bank_general_ledger WHERE account_code = 3110 GROUP BY item ORDER BY item
"""
REVERSED = """
SELECT party, SUM(amount_fen) FROM entries WHERE origin = 'REVERSED' GROUP BY party ORDER BY party
"""
OF_BROKERS = (*POSTED, Code.MOVED)
"""Accounts that are kept by broker."""
TITLES = {
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


class Books(NamedTuple):
    """Nothing is named where it is 0."""

    of_brokers: ByBroker
    between_fen: Mapping[int, int]
    """3110 by outlet, debits less credits; 0 is the branch of the clearing accounts."""
    reversed_fen: Mapping[int, int]
    """By party what was moved for orders, and two people have given back 冲正."""


async def books_by_sql(server: EmbeddedPostgres) -> Books:
    """As the read model has them now. Raises: ProcessFault when psql fails."""
    between = {outlet: fen for outlet, fen in _rows(await asked(server, BETWEEN)) if fen}
    back = {party: fen for party, fen in _rows(await asked(server, REVERSED)) if fen}
    return Books(parse(await asked(server, STATEMENT)), between, back)


def parse(text: str) -> dict[tuple[int, int], int]:
    """psql's CSV rows."""
    return {(party, code): fen for party, code, fen in _rows(text) if fen and code in OF_BROKERS}


def _rows(text: str) -> list[list[int]]:
    return [[int(field) for field in row] for row in csv.reader(text.splitlines())]


def books_of(audits: Mapping[int, SettlementAudit]) -> Books:
    """As the auditor has posted, and what it has of moved money, by party."""
    sums, back = dict[tuple[int, int], int](), dict[int, int]()
    for party, audit in audits.items():
        back[party] = audit.auditor.reversed_fen(party)
        books = audit.broker.standing.books
        sums |= {(party, int(code)): -books.of_code(code) for code in POSTED}
        sums[party, int(Code.MOVED)] = audit.auditor.moved_fen(party)
    between = {outlet: fen for outlet, fen in between_of(audits).items() if fen}
    return Books(
        {key: fen for key, fen in sums.items() if fen}, between, {party: fen for party, fen in back.items() if fen}
    )


def printed_books(auditors: Books, by_sql: Books, names: Mapping[int, str], transfers: Iterable[int]) -> str:
    """A line for each account of each broker that has anything, and what is moved for orders of the brokers for which
    it is done; what the bank owes is above 0. Then what of that was reversed, and what outlets have with the branch of
    the clearing accounts.
    """
    rows = [["", "", "auditor", "SQL, read model", "difference"]]
    moved = {(party, int(Code.MOVED)) for party in transfers}
    for party, code in sorted(auditors.of_brokers.keys() | by_sql.of_brokers.keys() | moved):
        has = auditors.of_brokers.get((party, code), 0), by_sql.of_brokers.get((party, code), 0)
        rows.append([names[party], f"{code} {TITLES[Code(code)]}", *map(yuan, has), yuan(abs(has[0] - has[1]))])
    for party in sorted(auditors.reversed_fen.keys() | by_sql.reversed_fen.keys()):
        has = auditors.reversed_fen.get(party, 0), by_sql.reversed_fen.get(party, 0)
        rows.append(
            [names[party], f"{Code.MOVED:d} given back by reversal", *map(yuan, has), yuan(abs(has[0] - has[1]))]
        )
    outlets = auditors.between_fen.keys() | by_sql.between_fen.keys()
    apart = [abs(auditors.between_fen.get(each, 0) - by_sql.between_fen.get(each, 0)) for each in outlets]
    branch = (each.between_fen.get(CLEARING_BRANCH, 0) for each in (auditors, by_sql))
    what = f"{Code.BETWEEN_OUTLETS:d} with the clearing branch"
    rows.append([f"{max(0, len(outlets) - 1)} outlets", what, *map(yuan, branch), yuan(sum(apart))])
    return aligned(rows, left=2)
