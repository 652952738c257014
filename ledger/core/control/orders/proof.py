"""What is always true of securities, orders, passwords and the mirror, and the check that stops the process else.

Belongs here: statements about their state. Never here: refusals, statements about money (invariants). Everything raises
InvariantBroken with the place.
"""

import numpy as np

from ledger.core.state.book import Book
from ledger.core.state.columns import Mask
from ledger.core.state.orders.positions import HEAD
from ledger.core.state.orders.securities import NEXT, OPEN
from ledger.core.state.orders.words import WORDS
from protocol.errors import InvariantBroken
from protocol.vocabulary import Side
from rules.orders.signing_on import FAILURES_MAX
from rules.orders.states import OrderState


def check_securities(book: Book) -> None:
    """Versions are sorted, each of a security, and each security has one; limits are of the open or a later date."""
    securities = book.orders.securities
    rows, days = securities.rows_and_days()
    _demand(np.diff(securities.version_keys) > 0, "the order of versions", book)
    _demand(np.isin(np.arange(len(securities.code)), rows), "a security without a version", book)
    _demand(rows < len(securities.code), "a version of no security", book)
    _demand(days == securities.first_days(), "the first date of a version", book)
    dates, low, high = securities.limit_dates, securities.limits[:, :, 0], securities.limits[:, :, 1]
    _demand(np.isin(dates[:, OPEN], (0, book.trade_date)), "limits of the open date", book)
    _demand((dates[:, NEXT] == 0) | (dates[:, NEXT] > book.trade_date), "limits of a later date", book)
    _demand(np.where(dates > 0, (low >= 1) & (low <= high), high == 0), "limits", book)


def check_orders(book: Book) -> None:
    """Of every order no more is traded and cancelled than was ordered; one that has ended has nothing open and nothing
    remaining; its version and its fee table are known. What is no order has no words."""
    requests, words = book.requests, book.requests.orders
    if not words.are_kept:
        return
    used = slice(requests.slots_used)
    is_order = words.are_orders(used)
    for name in WORDS:
        _demand(is_order | (getattr(words, name)[used] == 0), f"{name} of what is no order", book)
    slots = np.flatnonzero(is_order)
    quantity, traded, cancelled = words.quantity[slots], words.traded[slots], words.cancelled[slots]
    open_quantity = quantity.astype(np.int64) - traded - cancelled
    _demand((quantity > 0) & (traded >= 0) & (cancelled >= 0) & (open_quantity >= 0), "quantities of an order", book)
    _demand((words.turnover[slots] > 0) == (traded > 0), "the turnover of an order", book)
    _demand(np.isin(words.state[slots], list(OrderState)), "the state of an order", book)
    has_ended = ~words.are_open(slots)
    remaining_fen = requests.amount_fen[slots] - requests.drawn_fen[slots] - requests.released_fen[slots]
    _demand(~has_ended | ((open_quantity == 0) & (remaining_fen == 0)), "an order that has ended", book)
    _demand((words.booked_fen[slots] == 0) | (words.side[slots] == Side.SELL), "what was booked of a buy", book)
    _demand(np.isin(words.version[slots], book.orders.securities.numbers()), "the version of an order", book)
    _demand(np.isin(words.fee_table[slots], list(book.orders.fees.tables)), "the fee table of an order", book)


def check_sign_ons(book: Book) -> None:
    """No channel counts more failures than bar it, nor all of them more than lock; what is lost is not set, and of what
    is not set there is no verifier and nobody signed on."""
    sign_ons, used = book.orders.sign_ons, slice(book.contracts_count)
    if not sign_ons.is_used:
        return
    is_set, is_lost = sign_ons.are_set(used), sign_ons.are_lost(used)
    _demand(sign_ons.all_failures(used) <= FAILURES_MAX, "failures of a password", book)
    _demand(~(is_set & is_lost), "a lost password", book)
    _demand(is_set | ~sign_ons.verifier[used].any(axis=1), "the verifier of no password", book)
    for until_s in sign_ons.until_s.values():
        _demand((until_s[used] == 0) | is_set, "who is signed on without a password", book)


def check_mirror(book: Book) -> None:
    """Rows of the mirror are sorted, each behind the head of its account, which a date was told for; of no position is
    there more to sell, today or on the next date, than the account has."""
    mirror = book.orders.mirror
    if not mirror.pages:
        return
    pages = [[column[: page.used] for column in page.columns()] for page in mirror.pages]
    account, security, numbers = (np.concatenate(columns) for columns in zip(*pages, strict=True))
    begins = np.diff(account, prepend=0) > 0
    is_head = security == HEAD
    _demand(begins == is_head, "the head of a securities account", book)
    _demand(begins[1:] | ((np.diff(account) == 0) & (np.diff(security) > 0)), "the order of positions", book)
    holding, sellable, bought_today = (numbers[:, place].astype(np.int64) for place in (0, 1, 3))
    _demand(numbers.min(axis=1) >= 0, "a position", book)
    _demand(is_head | (sellable + bought_today <= holding), "what may be sold of a position", book)
    _demand(~is_head | ((holding > 0) & ~numbers[:, 1:].any(axis=1)), "when an account was told", book)
    _demand(is_head | numbers.any(axis=1), "a position of nothing", book)
    used = np.array([page.used for page in mirror.pages])
    _demand(np.append(used > 0, int(used.sum()) == mirror.rows), "pages of the mirror", book)


def _demand(holds: Mask, what: str, book: Book) -> None:
    if not holds.all():
        raise InvariantBroken(f"after row {book.sequence}: {what} is wrong at place {int(np.argwhere(~holds)[0][0])}")
