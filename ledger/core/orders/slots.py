"""An order of the law, out of its slot and back: its words, its freeze, and what it has moved on the account.

Belongs here: reading it, keeping a new one, keeping what became of one. Never here: what may become of it
(rules.orders), which slot it has (resolve), what a bank knows beforehand (facts).

The columns move by differences: what an order has drawn, and what remains of it, less what its slot says. So whoever
has the order as the law left it needs nothing else, and a report that changed nothing moves nothing.
"""

from typing import NamedTuple

import numpy as np

from ledger.core.state.book import Book
from ledger.core.state.requests import key_dates
from protocol.errors import InvariantBroken
from protocol.vocabulary import OrderType, Side
from rules.orders.fees import Paper, Traded
from rules.orders.reports import Order
from rules.orders.states import OrderState

FORMULA = 1
"""By which fees are reckoned; an order keeps its own."""


class Named(NamedTuple):
    """The master data that an order keeps by number."""

    version: int
    fee_table: int
    last_second: int  # up to which it may be sent to the exchange
    entry: int = 0  # its number in its broker's feed


def order_at(book: Book, slot: int) -> Order:
    """The order in a slot that holds one."""
    requests, words = book.requests, book.requests.orders
    terms = book.orders.securities.terms_of(int(words.version[slot]))
    amount_fen, drawn_fen = int(requests.amount_fen[slot]), int(requests.drawn_fen[slot])
    return Order(
        side=Side(int(words.side[slot])),
        trade_date=date_of(book, slot),
        quantity=int(words.quantity[slot]),
        limit=int(words.limit[slot]),
        low=int(words.low[slot]),
        high=int(words.high[slot]),
        paper=Paper(terms.multiplier, terms.par),
        fees=book.orders.fees.tables[int(words.fee_table[slot])].dated.table,
        accrued=int(words.accrued[slot]),
        traded=Traded(int(words.traded[slot]), int(words.turnover[slot])),
        cancelled=int(words.cancelled[slot]),
        remaining_fen=amount_fen - drawn_fen - int(requests.released_fen[slot]),
        drawn_fen=drawn_fen,
        booked_fen=int(words.booked_fen[slot]),
        order_type=OrderType(int(words.order_type[slot])),
        state=OrderState(int(words.state[slot])),
        broker_number=int(words.broker_number[slot]),
        cancel_position=int(words.cancel_position[slot]),
    )


def named_at(book: Book, slot: int) -> Named:
    """What the order in a slot keeps by number."""
    words = book.requests.orders
    columns = (words.version, words.fee_table, words.last_second, words.entry)
    return Named(*(int(column[slot]) for column in columns))


def keep_new(book: Book, slot: int, contract: int, order: Order, named: Named, amount_fen: int | None = None) -> None:
    """A buy was taken: it has this slot, and so much was frozen for it, all that remains where it is not told. What
    came of it since is kept behind that.
    """
    amount_fen = order.remaining_fen if amount_fen is None else amount_fen
    requests, account = book.requests, int(book.account_of_contract[contract])
    requests.keep_orders()
    words = requests.orders
    words.order_type[slot], words.side[slot], words.formula[slot] = order.order_type, order.side, FORMULA
    words.quantity[slot], words.limit[slot] = order.quantity, order.limit
    words.low[slot], words.high[slot], words.accrued[slot] = order.low, order.high, order.accrued
    words.version[slot], words.fee_table[slot], words.last_second[slot], words.entry[slot] = named
    requests.contract[slot], requests.amount_fen[slot] = contract + 1, amount_fen
    requests.made_count += 1
    book.frozen_fen[account] += amount_fen
    book.power_fen[account] -= amount_fen
    keep(book, slot, order)


def keep(book: Book, slot: int, order: Order) -> None:
    """What became of a buy in this slot; what ranks before restraints was lowered record by record (blocks.withheld).

    Raises InvariantBroken where it has moved what it cannot move.
    """
    requests = book.requests
    account = int(book.account_of_contract[int(requests.contract[slot]) - 1])
    drawn_fen = order.drawn_fen - int(requests.drawn_fen[slot])
    has_fen = int(requests.amount_fen[slot] - requests.drawn_fen[slot] - requests.released_fen[slot])
    released_fen = has_fen - order.remaining_fen - drawn_fen
    if min(drawn_fen, released_fen, order.remaining_fen) < 0:
        raise InvariantBroken(f"an order with {has_fen} left has drawn {drawn_fen} and kept {order.remaining_fen}")
    _keep_words(book, slot, order)
    requests.drawn_fen[slot] += drawn_fen
    requests.released_fen[slot] += released_fen
    book.frozen_fen[account] -= drawn_fen + released_fen
    book.power_fen[account] += released_fen
    if drawn_fen:
        book.bought_fen[account] += drawn_fen
        book.unsettled.bought_fen[book.unsettled.slot_of(order.trade_date)][account] += drawn_fen


def _keep_words(book: Book, slot: int, order: Order) -> None:
    words = book.requests.orders
    words.state[slot], words.cancelled[slot] = order.state, order.cancelled
    words.traded[slot], words.turnover[slot] = order.traded
    words.booked_fen[slot] = order.booked_fen
    words.broker_number[slot], words.cancel_position[slot] = order.broker_number, order.cancel_position


def date_of(book: Book, slot: int) -> int:
    """The trade date of the request in a slot."""
    keys = book.requests.keys_of(np.array([slot]), book.trade_date)
    return int(key_dates(keys)[0])
