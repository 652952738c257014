"""A statement of one savings account 明细账: the entries of some dates between two balances, and whether they add up.

Belongs here: opening and closing balance, what must hold, the lines. Never here: where entries come from (asking).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import NamedTuple

from config.cli.books.pages import plain_yuan, table, yuan

CSV_COLUMNS = (
    *("account_no", "bank_account_no", "trade_date", "time", "seat", "number", "kind", "way", "words"),
    *("against_code", "against_title", "debit", "credit", "balance", "row", "as_of_row"),
)
_HEADS = ("date", "time", "request", "what", "against", "amount", "balance")


class Account(NamedTuple):
    """Whose statement it is, and what the account has by its own page."""

    account_no: int
    bank_account_no: int
    outlet: int
    balance_fen: int
    as_of: int  # journal row


class Entry(NamedTuple):
    """One entry: what left the account or came to it, and the balance after it."""

    trade_date: int
    decided_at: datetime
    seat: int
    number: int
    kind: str
    way: str
    words: str
    against_code: int
    against_title: str
    debit_fen: int
    credit_fen: int
    balance_fen: int
    sequence: int

    @property
    def signed_fen(self) -> int:
        """What it adds to the balance."""
        return self.credit_fen - self.debit_fen


class Page(NamedTuple):
    """The entries of the dates that were asked for, between two balances."""

    opening_fen: int
    entries: list[Entry]
    closing_fen: int

    @property
    def in_fen(self) -> int:
        """What came in."""
        return sum(each.credit_fen for each in self.entries)

    @property
    def out_fen(self) -> int:
        """What went out."""
        return sum(each.debit_fen for each in self.entries)

    @property
    def adds_up_as(self) -> str:
        """The sum as a clerk does it."""
        parts = (self.opening_fen, self.in_fen, self.out_fen, self.closing_fen)
        return "{} + {} - {} = {}".format(*map(yuan, parts))


def page(entries: Sequence[Entry], first: int, last: int | None) -> Page:
    """Of all `entries` of an account, in order, those of the trade dates `first` to `last` (None: up to now). The
    closing balance is the one behind the last entry, as the statement has it.
    """
    opening_fen = sum(each.signed_fen for each in entries if each.trade_date < first)
    shown = [each for each in entries if first <= each.trade_date and (last is None or each.trade_date <= last)]
    return Page(opening_fen, shown, shown[-1].balance_fen if shown else opening_fen)


def faults(account: Account, entries: Sequence[Entry], shown: Page) -> list[str]:
    """What does not hold, each with both values."""
    found = []
    sum_fen = shown.opening_fen + shown.in_fen - shown.out_fen
    if sum_fen != shown.closing_fen:
        found.append(f"the entries shown come to {yuan(sum_fen)}, the closing balance is {yuan(shown.closing_fen)}")
    all_fen = sum(each.signed_fen for each in entries)
    if all_fen != account.balance_fen:
        found.append(f"all entries come to {yuan(all_fen)}, the account has {yuan(account.balance_fen)}")
    ends = [one for one, after in pairwise(entries) if one.sequence != after.sequence]
    below = next((each for each in [*ends, *entries[-1:]] if each.balance_fen < 0), None)
    if below is not None:
        found.append(f"behind row {below.sequence:,} the balance is {yuan(below.balance_fen)}, the least is 0.00")
    return found


def lines(account: Account, shown: Page, zone: tzinfo) -> Iterator[str]:
    """The page as people read it."""
    yield (
        f"statement 明细账 of account {account.account_no}, the bank's own number {account.bank_account_no}, "
        f"outlet {account.outlet}, as of row {account.as_of:,}"
    )
    rows = [
        (
            str(each.trade_date),
            f"{each.decided_at.astimezone(zone):%H:%M:%S}",
            f"{each.seat}/{each.number}",
            each.words,
            str(each.against_code),
            yuan(each.signed_fen),
            yuan(each.balance_fen),
        )
        for each in shown.entries
    ]
    opening = ("", "", "", "期初余额", "", "", yuan(shown.opening_fen))
    closing = ("", "", "", "期末余额", "", "", yuan(shown.closing_fen))
    yield from table(_HEADS, [opening, *rows, closing], frozenset({5, 6}))


def csv_rows(account: Account, shown: Page, zone: tzinfo) -> Iterator[tuple[object, ...]]:
    """The entries, between a row with the opening and one with the closing balance."""
    named = (account.account_no, account.bank_account_no)

    def balance(words: str, fen: int) -> tuple[object, ...]:
        return (*named, *("",) * 6, words, *("",) * 4, plain_yuan(fen), "", account.as_of)

    yield balance("期初余额", shown.opening_fen)
    for each in shown.entries:
        at = each.decided_at.astimezone(zone).isoformat()
        request = (each.trade_date, at, each.seat, each.number, each.kind, each.way, each.words)
        against = (each.against_code, each.against_title)
        amounts = map(plain_yuan, (each.debit_fen, each.credit_fen, each.balance_fen))
        yield (*named, *request, *against, *amounts, each.sequence, account.as_of)
    yield balance("期末余额", shown.closing_fen)
