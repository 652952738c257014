"""The trial balance 试算平衡 as a page: debits and credits of each account of the general ledger, then of each outlet
beside what its accounts have together.

Belongs here: lines and CSV rows. Never here: the figures (balances).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from config.cli.books.balances import SAVINGS, Balances, Line, sides
from config.cli.books.ledger_page import heading
from config.cli.books.pages import plain_yuan, table, yuan

CSV_COLUMNS = (
    *("outlet", "account_code", "title", "debit", "credit", "debit_balance", "credit_balance"),
    *("accounts_balance", "as_of_row"),
)
_HEADS = ("account", "debit", "credit", "debit balance", "credit balance")
_OUTLET_HEADS = ("outlet", "debit balance", "credit balance", "accounts", "general ledger")


class CodeSums(NamedTuple):
    """What was moved on an account of the general ledger, and its balances of both sides."""

    debit_fen: int
    credit_fen: int
    debit_balance_fen: int
    credit_balance_fen: int


def by_code(lines: Sequence[Line]) -> dict[int, CodeSums]:
    """Sums of lines by account, in its order."""
    found = {}
    for code in sorted({line.key.account_code for line in lines}):
        of_code = [line for line in lines if line.key.account_code == code]
        moved = (sum(line.debit_fen for line in of_code), sum(line.credit_fen for line in of_code))
        found[code] = CodeSums(*moved, *sides(of_code))
    return found


def lines(found: Balances) -> Iterator[str]:
    """The page as people read it."""
    books, sums = found.books, by_code(found.lines)
    yield heading("trial balance 试算平衡", books)
    total = [sum(column) for column in zip(*sums.values(), strict=True)] or [0] * 4
    rows = [(f"{code} {found.title(code)}", *map(yuan, each)) for code, each in sums.items()]
    yield from table(_HEADS, [*rows, ("合计", *map(yuan, total))], frozenset({1, 2, 3, 4}))
    if books.outlet is None:
        yield ""
        yield from table(_OUTLET_HEADS, _outlets(found), frozenset({1, 2, 3, 4}))


def _outlets(found: Balances) -> Iterator[tuple[str, ...]]:
    """The accounts and the general ledger of an outlet are as of now, whatever the date."""
    books = found.books
    for outlet in sorted({*found.by_outlet, *books.outlets}):
        both = map(yuan, sides(found.by_outlet.get(outlet, [])))
        if outlet in books.outlets:
            each = books.outlets[outlet]
            yield (f"{outlet} {each.name}".rstrip(), *both, yuan(each.accounts_fen), yuan(each.ledger_fen))
        else:
            yield ("cases of brokers" if outlet == 0 else str(outlet), *both, "", "")


def csv_rows(found: Balances) -> Iterator[tuple[object, ...]]:
    """Accounts of the bank (outlet empty), then those of each outlet; 0 is what is of none. What savings accounts have
    together stands beside 2110 of their outlet.
    """
    books = found.books
    if books.outlet is None:
        yield from _csv(found, "", found.lines)
    for outlet, of_outlet in sorted(found.by_outlet.items()):
        if books.outlet in (None, outlet):
            yield from _csv(found, outlet, of_outlet)


def _csv(found: Balances, outlet: int | str, lines: Sequence[Line]) -> Iterator[tuple[object, ...]]:
    sums_of = found.books.outlets.get(outlet) if isinstance(outlet, int) else None
    for code, sums in by_code(lines).items():
        accounts = plain_yuan(sums_of.accounts_fen) if sums_of is not None and code == SAVINGS else ""
        yield (outlet, code, found.title(code), *map(plain_yuan, sums), accounts, found.books.as_of)
