"""What the read model is asked for the books.

Belongs here: SQL on the views of the books. Never here: the connection (read_model), what adds up (balances).
"""

import asyncpg

from config.cli.books.balances import Books, Key, Moved, OutletSums
from config.cli.books.read_model import adding_up
from config.cli.books.statement import Account, Entry
from config.kit.exit_codes import ExitCode, ProcessFault

ACCOUNTS_TOLD_MAX = 20
"""Of accounts that have something else than their entries come to."""

_ACCOUNT = """
SELECT s.account_no, s.bank_account_no, s.outlet,
       COALESCE((SELECT balance_fen FROM account_of(s.account_no)), 0) - COALESCE(m.remaining_fen + m.drawn_fen, 0)
FROM savings_accounts s
LEFT JOIN moved_money m USING (account_no)
WHERE CASE WHEN $2 THEN s.bank_account_no ELSE s.account_no END = $1
"""
_STATEMENT = """
SELECT to_char(trade_date, 'YYYYMMDD')::integer, decided_at, seat, number, kind, COALESCE(way, ''), words, against_code,
       COALESCE(against_title, ''), debit_fen, credit_fen, balance_fen, sequence
FROM bank_statements
WHERE account_no = $1
ORDER BY sequence, seat, number
"""
_MOVED = """
SELECT outlet, account_code, party, lane_date, item,
       COALESCE(SUM(debit_fen - credit_fen) FILTER (WHERE trade_date < $1), 0),
       COALESCE(SUM(debit_fen) FILTER (WHERE trade_date BETWEEN $1 AND $2), 0),
       COALESCE(SUM(credit_fen) FILTER (WHERE trade_date BETWEEN $1 AND $2), 0),
       COALESCE(SUM(debit_fen - credit_fen) FILTER (WHERE trade_date > $2), 0)
FROM postings
GROUP BY 1, 2, 3, 4, 5
"""
_LEDGER = "SELECT account_code, party, trade_date, item, balance_fen FROM general_ledger"
_TITLES = "SELECT account_code, title, by_outlet FROM ledger_accounts"
_OUTLETS = """
SELECT COALESCE(b.outlet, o.number), o.name, COALESCE(b.accounts_fen, 0), COALESCE(b.ledger_fen, 0)
FROM outlet_balances b
FULL JOIN outlets o ON o.number = b.outlet
ORDER BY 1
"""
_APART = """
SELECT account_no, entries_fen, has_fen, count(*) OVER () FROM books_faults
WHERE fault = 'savings account' AND ($1::integer IS NULL OR item = $1)
ORDER BY account_no LIMIT $2
"""
_ALL_DATES = (0, 99_999_999)


async def statement(
    connection: asyncpg.Connection, as_of: int, command: str, number: int, is_banks_own: bool
) -> tuple[Account, list[Entry]]:
    """An account and all its entries in order. Raises ProcessFault USAGE when there is none."""
    found = await connection.fetchrow(_ACCOUNT, number, is_banks_own)
    if found is None:
        which = "with the bank's own number " if is_banks_own else ""
        raise ProcessFault(f"{command}: there is no account {which}{number}", ExitCode.USAGE)
    account_no, bank_account_no, outlet, balance_fen = map(int, found)
    rows = await connection.fetch(_STATEMENT, account_no)
    return Account(account_no, bank_account_no, outlet, balance_fen, as_of), [_entry(row) for row in rows]


def _entry(row: asyncpg.Record) -> Entry:
    date, at, seat, number, kind, way, words, against, title, debit, credit, balance, sequence = row
    what = (kind, way, words, against, title)
    return Entry(date, at, seat, number, *what, int(debit), int(credit), int(balance), sequence)


async def books(
    connection: asyncpg.Connection, as_of: int, command: str, trade_date: int | None, outlet: int | None
) -> Books:
    """All that a page of balances is made of; of one trade date what was booked up to its end.

    Raises ProcessFault USAGE when there is no such outlet.
    """
    outlets = {row[0]: OutletSums(row[1] or "", int(row[2]), int(row[3])) for row in await connection.fetch(_OUTLETS)}
    if outlet is not None and outlet not in outlets:
        raise ProcessFault(f"{command}: there is no outlet {outlet}", ExitCode.USAGE)
    dates = _ALL_DATES if trade_date is None else (trade_date, trade_date)
    async with adding_up(connection):
        moved = [Moved(row[0], Key(*row[1:5]), *map(int, row[5:])) for row in await connection.fetch(_MOVED, *dates)]
    titles = {row[0]: (row[1], row[2]) for row in await connection.fetch(_TITLES)}
    apart = await connection.fetch(_APART, outlet, ACCOUNTS_TOLD_MAX)
    return Books(
        as_of=as_of,
        trade_date=trade_date,
        outlet=outlet,
        moved=moved,
        ledger_fen={Key(*row[:4]): int(row[4]) for row in await connection.fetch(_LEDGER)},
        titles={code: title for code, (title, _) in titles.items()},
        by_outlet=frozenset(code for code, (_, is_split) in titles.items() if is_split),
        outlets=outlets,
        apart=[(row[0], int(row[1]), int(row[2])) for row in apart],
        apart_count=apart[0][3] if apart else 0,
    )
