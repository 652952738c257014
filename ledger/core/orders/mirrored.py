"""What orders make of the mirror of securities, wherever their words change: a report, the close, an act of two people.

Belongs here: which position an order moves, and whether it does. Never here: what it makes of one
(rules.orders.mirror), the rows (ledger.core.state.orders.positions), what changes an order.

A position is of the securities account of the order's contract, on the order's market. An order of a date whose end its
broker has told, or of an older one, is in what was told: it moves nothing, whenever it is reported. Where nobody knows
what an account has, nothing is reckoned, and where no account is known nothing is looked up.
"""

from collections.abc import Sequence

from ledger.core.orders.slots import date_of
from ledger.core.state.book import MARKETS, Book
from ledger.core.state.orders.positions import UNKNOWN, account_on
from protocol.vocabulary import Market, Side
from rules.orders.mirror import NOT_THERE, Part, follow, is_sold_at_once


def parts_of(book: Book, slots: Sequence[int]) -> list[Part]:
    """How far the orders in these slots are, before something changes them."""
    words = book.requests.orders
    if not book.orders.mirror.pages or not words.are_kept:
        return [NOT_THERE] * len(slots)
    columns = (words.traded, words.quantity, words.cancelled)
    found = ([int(column[slot]) for column in columns] for slot in slots)
    return [Part(traded, quantity - traded - cancelled) for traded, quantity, cancelled in found]


def follow_orders(book: Book, slots: Sequence[int], before: Sequence[Part]) -> None:
    """The orders in these slots have come from these parts to what their words say now."""
    if not book.orders.mirror.pages:
        return
    for slot, was, now in zip(slots, before, parts_of(book, slots), strict=True):
        if was != now:
            _follow(book, slot, was, now)


def _follow(book: Book, slot: int, was: Part, now: Part) -> None:
    words, mirror, securities = book.requests.orders, book.orders.mirror, book.orders.securities
    version, trade_date = int(words.version[slot]), date_of(book, slot)
    market, security = securities.named_by(version)
    contract = int(book.requests.contract[slot]) - 1
    account = account_on(market, int(book.securities_no[contract, MARKETS.index(Market(market))]))
    if not UNKNOWN < mirror.told_for(account) < trade_date:
        return
    position = mirror.position(account, security)
    at_once = is_sold_at_once(securities.terms_of(version), trade_date, book.trade_date)
    if position is not None and follow(position, Side(int(words.side[slot])), was, now, at_once):
        mirror.put(account, security, position)
    else:
        mirror.forget(account)
