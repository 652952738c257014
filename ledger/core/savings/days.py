"""Days are counted: in the first row decided on a new day of the bank, for every account and all days since the last.

Belongs here: whole columns, and one account as they would have it. Never here: the arithmetic (rules.savings), who
orders an interest day (control), posting (effects).

Nothing has moved since the row before, so what stands on an account now stood there at the end of each day since. It
hangs on the row's time of decision alone, and counting once more at the same time does nothing: so what is judged
before a row counts is judged alike behind it.
"""

from collections.abc import Iterator

import numpy as np

from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn
from ledger.core.state.customers.savings import Savings
from protocol.limits import AMOUNT_FEN_MAX, BEARING_YUAN_MAX, INTEREST_DAYS_MAX
from rules.day.interest import day_of
from rules.savings import FEN_PER_YUAN, NO_DAY, POINTS_PER_FEN, Earned, Stretch, bearing_yuan, made_due, stretches

NS_PER_S = 1_000_000_000
_AT_ONCE = 1 << 18  # accounts: the scratch of a day stays small beside the book


def running_day(book: Book, decided_at_ns: int) -> int:
    """The day that runs when something is decided now, which never falls; NO_DAY without a calendar."""
    if book.savings.day == NO_DAY and not book.due_times.windows:
        return NO_DAY
    today = day_of(decided_at_ns // NS_PER_S, book.due_times.midnight_s)
    return max(book.savings.day, min(max(today, 0), INTEREST_DAYS_MAX - 1))


def count_days(book: Book, decided_at_ns: int) -> None:
    """Count the days that are over for all accounts. Call it before anything of a row acts."""
    savings, today = book.savings, running_day(book, decided_at_ns)
    if today == savings.day:
        return
    for stretch in _stretches(book, today):
        for part in _parts(book):
            yuan = bearing_fen(book, part) // FEN_PER_YUAN
            np.minimum(yuan, BEARING_YUAN_MAX, out=yuan)
            book.savings.points[part] += yuan * stretch.days
        if stretch.ends_period:
            end_period(book)
    savings.day = today


def before_counting(book: Book, decided_at_ns: int) -> Savings:
    """What to go back to when a row that would count days is not made: a copy, once a day."""
    is_counted = running_day(book, decided_at_ns) != book.savings.day
    return book.savings.copy(book.accounts_count) if is_counted else book.savings


def bearing_fen(book: Book, accounts: slice) -> FenColumn:
    """(m,) what bears interest: what stands in savings deposits, without what is moved for orders."""
    moved = book.moved
    if not moved.is_used:
        return book.balance_fen[accounts]
    standing_fen: FenColumn = book.balance_fen[accounts] - moved.remaining_fen[accounts] - moved.drawn_fen[accounts]
    return standing_fen


def end_period(book: Book) -> None:
    """What every account has earned is due now, at the rate that is listed; points go on from 0."""
    for part in _parts(book):
        points, due_fen = book.savings.points[part], book.savings.due_fen[part]
        whole, rest = np.divmod(points, POINTS_PER_FEN)  # so that no product passes 64 bits
        fen = whole * book.savings.rate + (2 * rest * book.savings.rate + POINTS_PER_FEN) // (2 * POINTS_PER_FEN)
        fits = due_fen + fen <= AMOUNT_FEN_MAX
        due_fen += np.where(fits, fen, 0)
        points[fits] = 0
    book.savings.interest_day = NO_DAY


def earned(book: Book, account: int, decided_at_ns: int) -> Earned:
    """What one account will have earned once the days up to now are counted."""
    (balance_fen,) = bearing_fen(book, slice(account, account + 1)).tolist()
    points, due_fen = int(book.savings.points[account]), int(book.savings.due_fen[account])
    for stretch in _stretches(book, running_day(book, decided_at_ns)):
        points += bearing_yuan(balance_fen) * stretch.days
        if stretch.ends_period:
            points, due_fen = made_due(Earned(points, due_fen), book.savings.rate)
    return Earned(points, due_fen)


def _stretches(book: Book, today: int) -> list[Stretch]:
    """What is to be counted up to `today`; nothing on the first day of all."""
    savings = book.savings
    return [] if NO_DAY in (savings.day, today) else list(stretches(savings.day, savings.interest_day, today))


def _parts(book: Book) -> Iterator[slice]:
    return (
        slice(first, min(first + _AT_ONCE, book.accounts_count)) for first in range(0, book.accounts_count, _AT_ONCE)
    )
