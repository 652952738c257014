"""Pages of the table account_pages: which are written by a batch, with which columns, and their COPY rows.

Belongs here: which pages are next, what a page holds, the check of the money before it is written. Never here:
connections, how an amount came about: what an account has is read from the book.

Every batch writes the share of the pages that its records are of the tail, so that each page is written once in a
tail of records, whatever the load: no batch writes all, and a question about accounts reads no more than one tail of
records beside the pages.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ledger.core.kind_tables import IS_ORDERING, SETTLES, kinds_where
from ledger.core.state.book import Book
from ledger.follower.projection.copying.arrays import Cuts, array_fields, rows_of
from ledger.follower.projection.copying.rows import Int64s, column_names, copy_layout, filled_template
from protocol.errors import InvariantBroken
from protocol.given_numbers import account_no_from_index
from rules.kinds import LAW

PAGE_ACCOUNTS = 1_024
"""Accounts of a page: 0006_accounts.sql knows it too. Its arrays are then stored beside the row, and a column that
did not change is not written again."""
TAIL_RECORDS_MIN = 131_072
"""Records from one writing of a page to the next, or as many as there are accounts if those are more."""
CHUNK_PAGES = 32

AMOUNTS = ("balance_fen", "frozen_fen", "bought_unsettled_fen", "sold_unsettled_fen", "restrained_fen")
_HEAD = copy_layout([("page", ">i4"), ("accounts_count", ">i4"), ("as_of_sequence", ">i8")])
COLUMNS = [*column_names(_HEAD), *AMOUNTS]
_HEAD_TEMPLATE = filled_template(_HEAD, len(COLUMNS))
# Which kinds move which amount of any account. Who settles or credits names accounts that are written at once, see
# PagesTurn.take, as a restraint does: no other page is written for it.
# Orders through the bank and what is told of them may move all but the balance, in no amount of their own.
_MOVED_BY = tuple(
    frozenset(int(kind) for kind, row in LAW.items() if row.moves(column) and not SETTLES[kind])
    | (kinds_where(IS_ORDERING) if column != "balance" else frozenset())
    if column
    else frozenset[int]()
    for column in ("balance", "frozen", "bought", "sold", None)
)


@dataclass(frozen=True, slots=True)
class DuePages:
    """The pages that one batch writes."""

    pages: Int64s  # (p,) ascending
    kept: npt.NDArray[np.bool_]  # (5, p): which of AMOUNTS are written; the others have not changed


class PagesTurn:
    """Which pages are next. One object for the life of the projection; what it does not know is written."""

    def __init__(self, first_page: int) -> None:
        """`first_page`: the one that was written the longest ago."""
        self._next = first_page
        self._owed = 0  # pages × records
        self._records = 0
        self._moved_at = np.zeros(len(AMOUNTS), np.int64)
        self._written_at = np.zeros(0, np.int64)

    def take(
        self, records_count: int, kinds: Collection[int], at_once: Collection[int], before: int, count: int
    ) -> DuePages:
        """The pages that are due after a batch of `records_count` records, the accepted ones of `kinds`, after which
        there are `count` accounts, `before` it `before`. A page with a new account is due at once, and one with an
        account (`at_once`: indices) that moved in a way which the amounts of records do not tell.
        """
        self._records += records_count
        for place, moving in enumerate(_MOVED_BY):
            if not moving.isdisjoint(kinds):
                self._moved_at[place] = self._records
        known, pages_count = -(-before // PAGE_ACCOUNTS), -(-count // PAGE_ACCOUNTS)
        self._written_at = np.append(self._written_at, np.full(pages_count - len(self._written_at), -1, np.int64))
        urgent = {index // PAGE_ACCOUNTS for index in at_once}
        if count > before:
            urgent.update(range(before // PAGE_ACCOUNTS, pages_count))
        pages = np.union1d(self._next_pages(known, records_count, before), np.array(sorted(urgent), np.int64))
        kept = self._written_at[pages] < self._moved_at[:, None]
        kept |= (self._written_at[pages] < 0) | np.isin(pages, sorted(urgent))
        self._written_at[pages] = self._records
        return DuePages(pages, kept)

    def _next_pages(self, known: int, records_count: int, accounts_count: int) -> Int64s:
        if known == 0:
            return np.zeros(0, np.int64)
        tail = max(TAIL_RECORDS_MIN, accounts_count)
        due, self._owed = divmod(self._owed + known * records_count, tail)
        due_pages = (self._next + np.arange(min(due, known), dtype=np.int64)) % known
        self._next = (self._next + len(due_pages)) % known
        return due_pages


def page_chunks(book: Book, due: DuePages, sequence: int) -> Iterator[bytes]:
    """COPY rows of the pages as the book has them after the row `sequence`, built when asked for.

    Raises: InvariantBroken when a page holds money that cannot be.
    """
    for start in range(0, len(due.pages), CHUNK_PAGES):
        piece = slice(start, start + CHUNK_PAGES)
        yield _page_rows(book, due.pages[piece], due.kept[:, piece], sequence)


def _amounts(book: Book, rows: Int64s | slice) -> list[Int64s]:
    """Those of AMOUNTS, in that order."""
    columns = (book.balance_fen, book.frozen_fen, book.bought_fen, book.sold_fen, book.restrained_fen)
    return [column[rows] for column in columns]


def _page_rows(book: Book, pages: Int64s, kept: npt.NDArray[np.bool_], sequence: int) -> bytes:
    counts = np.minimum(book.accounts_count - pages * PAGE_ACCOUNTS, PAGE_ACCOUNTS)
    cuts = Cuts.of(counts)
    rows = np.arange(int(counts.sum())) + np.repeat(pages * PAGE_ACCOUNTS - cuts.starts, counts)
    follows = pages[-1] - pages[0] + 1 == len(pages)  # those of neighbouring pages are read as they lie
    amounts = _amounts(book, slice(int(rows[0]), int(rows[-1]) + 1) if follows else rows)
    _check_money(rows, amounts, sequence)
    heads = np.repeat(_HEAD_TEMPLATE, len(pages))
    heads["page"], heads["accounts_count"], heads["as_of_sequence"] = pages, counts, sequence
    fields = [array_fields(cuts, column, kept[place]) for place, column in enumerate(amounts)]
    return rows_of(heads, fields)


def _check_money(rows: Int64s, amounts: list[Int64s], sequence: int) -> None:
    """No amount of the account `rows` is below zero, and none is overdrawn. What the requests of a batch lower
    is checked when the book applies them (ledger.core.invariants); this is the whole of an account.
    """
    balance_fen, frozen_fen, bought_fen, sold_fen, _ = amounts
    for name, values in (
        *zip(AMOUNTS, amounts, strict=True),
        ("own", balance_fen - frozen_fen - bought_fen + sold_fen),
    ):
        wrong = np.flatnonzero(values < 0)
        if len(wrong):
            account_no = account_no_from_index(int(rows[wrong[0]]))
            raise InvariantBroken(f"rows up to {sequence}: account {account_no} has {int(values[wrong[0]])} {name}")
