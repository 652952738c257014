"""A ledger that serves again: due times at which nobody served come again, in a row of the bank's own.

Belongs here: whether any is moved, moving them. Never here: which second they are moved to (rules.day.calendar), how it
is known that nobody served (ledger.watch).
"""

from ledger.core.control.day import obligations
from ledger.core.state.book import Book
from ledger.core.state.day.due_times import Seconds
from protocol.messages.control import ServesAgain
from rules.day.calendar import moved_on


def moved(book: Book, message: ServesAgain) -> dict[int, list[Seconds]]:
    """By trade date the windows of those that are moved; nothing where no due time lies between."""
    found = {}
    for date, windows in sorted(book.due_times.windows.items()):
        after = [_seconds(window) for window in moved_on(windows, message.alive_s, message.serves_s)]
        if after != windows:
            found[date] = after
    return found


def serve_again(book: Book, message: ServesAgain) -> None:
    """Due times are moved, and brokers are told of what is due by them."""
    for date, windows in moved(book, message).items():
        book.due_times.put(date, windows)
    obligations.due_times_changed(book)


def _seconds(window: list[int]) -> Seconds:
    pay_from_s, late_from_s, first_due_s, last_due_s, day_end_s = window
    return pay_from_s, late_from_s, first_due_s, last_due_s, day_end_s
