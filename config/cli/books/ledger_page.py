"""The general ledger 总账 as a page: each balance, by what it is split, between its opening and its closing.

Belongs here: lines and CSV rows. Never here: the figures (balances).
"""

from collections.abc import Iterator

from config.cli.books.balances import Balances, Books, of_what
from config.cli.books.pages import both_sides, plain_yuan, sided, table, yuan
from config.kit.printable import printable

CSV_COLUMNS = (
    *("account_code", "title", "party", "trade_date", "outlet", "case_no", "opening_debit", "opening_credit"),
    *("debit", "credit", "closing_debit", "closing_credit", "as_of_row"),
)
_HEADS = ("account", "of", "opening", "debit", "credit", "closing")


def heading(what: str, books: Books) -> str:
    """Of which date and outlet a page is, and as of which row."""
    of_date = "" if books.trade_date is None else f" of {books.trade_date}"
    of_outlet = "" if books.outlet is None else f", outlet {books.outlet} {books.outlets[books.outlet].name}".rstrip()
    return printable(f"{what}{of_date}{of_outlet}, as of row {books.as_of:,}")


def lines(found: Balances) -> Iterator[str]:
    """The page as people read it."""
    yield heading("general ledger 总账", found.books)
    rows = [
        (
            f"{each.key.account_code} {found.title(each.key.account_code)}",
            of_what(each.key, found.books.by_outlet),
            sided(each.opening_fen),
            yuan(each.debit_fen),
            yuan(each.credit_fen),
            sided(each.closing_fen),
        )
        for each in found.lines
    ]
    yield from table(_HEADS, rows, frozenset({2, 3, 4, 5}))


def csv_rows(found: Balances) -> Iterator[tuple[object, ...]]:
    """One row for each balance; what it is not split by is empty."""
    for each in found.lines:
        key, is_brokers = each.key, each.key.party > 1
        split = (
            key.party or "",
            key.lane_date or "",
            "" if is_brokers else key.item or "",
            key.item or "" if is_brokers else "",
        )
        sums = (*both_sides(each.opening_fen), each.debit_fen, each.credit_fen, *both_sides(each.closing_fen))
        yield (key.account_code, found.title(key.account_code), *split, *map(plain_yuan, sums), found.books.as_of)
