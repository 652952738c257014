"""What is always true of the books, and the checks that stop the process when it is not.

Belongs here: statements about state. Never here: refusals. Everything raises InvariantBroken with the place.

1. balance ≥ 0, frozen ≥ 0, unsettled ≥ 0, restrained ≥ 0, and none above COLUMN_FEN_MAX.
2. balance − frozen − bought + sold ≥ 0.
3. Of every freeze: amount = drawn + released + remaining, each ≥ 0; frozen of an account = Σ remaining of its freezes.
4. Buying power kept = buying power added up from its parts.
5. The older column of an account = Σ over older dates.
"""

import numpy as np

from ledger.core.kind_tables import LOWERS_BALANCE, LOWERS_FROZEN, OPENS_FREEZE
from ledger.core.resolve import Block
from ledger.core.state.book import OLDER, Book
from ledger.core.state.columns import FenColumn, Mask, Positions
from protocol.errors import InvariantBroken
from protocol.limits import COLUMN_FEN_MAX


def check_block(book: Book, block: Block) -> None:
    """Statements 1 and 2 over the account rows that a block has touched, as far as its kinds can lower them."""
    power_fen = book.power_fen.take(block.row)
    if int(power_fen.min()) < 0:
        power_fen += book.restrained_fen.take(block.row)
        _demand(power_fen >= 0, "balance − frozen − bought + sold", book)
    if isinstance(block.kind, int) and OPENS_FREEZE[block.kind]:
        return
    rows = _rows_of(block, LOWERS_FROZEN)
    if len(rows):
        _demand(book.frozen_fen.take(rows) >= 0, "frozen", book)
    rows = _rows_of(block, LOWERS_BALANCE)
    if len(rows):
        _demand(book.balance_fen.take(rows) >= 0, "balance", book)


def _rows_of(block: Block, kinds: Mask) -> Positions:
    """Account rows of the records of some kinds, as (256,) by kind."""
    if isinstance(block.kind, int):
        return block.row if kinds[block.kind] else block.row[:0]
    return block.row[np.flatnonzero(kinds[block.kind])]


def check_book(book: Book) -> None:
    """All statements over the whole book. Takes time: at recovery and in tests."""
    used = slice(book.contracts_count)
    columns = (book.balance_fen[used], book.frozen_fen[used], book.restrained_fen[used])
    for column in columns:
        _demand((column >= 0) & (column <= COLUMN_FEN_MAX), "an account column", book)
    for unsettled in (book.bought_unsettled_fen[:, used], book.sold_unsettled_fen[:, used]):
        _demand(np.min(unsettled, axis=0) >= 0, "an unsettled column", book)
        sums_fen: FenColumn = unsettled.sum(axis=0)
        _demand(sums_fen <= COLUMN_FEN_MAX, "an unsettled sum", book)
    power_fen = book.derived_power_fen(used)
    _demand(power_fen == book.power_fen[used], "buying power kept", book)
    _demand(power_fen + book.restrained_fen[used] >= 0, "balance − frozen − bought + sold", book)
    _check_freezes(book)
    _check_older(book)


def _check_freezes(book: Book) -> None:
    requests = book.requests
    used = slice(requests.slots_used)
    drawn_fen, released_fen = requests.drawn_fen[used], requests.released_fen[used]
    remaining_fen = requests.amount_fen[used] - drawn_fen - released_fen
    _demand((drawn_fen >= 0) & (released_fen >= 0) & (remaining_fen >= 0), "a freeze", book)
    _demand((requests.amount_fen[used] > 0) == (requests.contract[used] > 0), "the owner of a freeze", book)
    frozen_fen = np.zeros(book.contracts_count, np.int64)
    places = np.flatnonzero(remaining_fen)
    np.add.at(frozen_fen, book.account_row[requests.contract[places] - 1], remaining_fen[places])
    _demand(frozen_fen == book.frozen_fen[: book.contracts_count], "frozen against Σ remaining", book)


def _check_older(book: Book) -> None:
    parts: list[tuple[FenColumn, FenColumn]] = [
        (book.older.bought_fen, book.bought_unsettled_fen[OLDER]),
        (book.older.sold_fen, book.sold_unsettled_fen[OLDER]),
    ]
    for amounts_fen, column in parts:
        sums_fen = np.zeros(book.contracts_count, np.int64)
        np.add.at(sums_fen, book.older.rows, amounts_fen)
        _demand(sums_fen == column[: book.contracts_count], "older unsettled against its dates", book)


def _demand(holds: Mask, what: str, book: Book) -> None:
    if not holds.all():
        place = int(np.flatnonzero(~holds)[0])
        raise InvariantBroken(f"after row {book.sequence}: {what} is wrong at place {place}")
