"""Orders of scheme A against what a clearing set says of them: the page `rules.orders.cleared` over columns.

Belongs here: keeping what lines say of orders, what differs of each, what they bring beyond, what closing takes of it.
Never here: which orders are compared (ledger.core.lines.compare), a rule of its own.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ledger.core.lines.differing import FoundColumns
from ledger.core.orders.fees import columns_of, fees_fen, turnover_fen
from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn, LongColumn, Mask, Positions
from ledger.core.state.day.clearing import Lane
from ledger.core.state.orders.words import SAID_FEES, SAID_WORDS
from ledger.core.state.requests import BUY_TOLD, FATE_MASK, ORDER_TOLD
from protocol.vocabulary import ComparedField as Of
from protocol.vocabulary import DifferenceClass as Class
from protocol.vocabulary import Fate, OrderType, Side
from rules.orders.cleared import FEES
from rules.orders.fees import TURNOVER_PARTS
from rules.orders.states import WAITING_TYPES

_WAITS: Mask = np.isin(np.arange(max(OrderType) + 1), list(WAITING_TYPES))
assert len(FEES) == len(SAID_FEES)


class _Line(NamedTuple):
    """(m,) each: what a set says that orders bought; 0 where it says nothing."""

    is_there: Mask
    quantity: LongColumn
    turnover_fen: FenColumn
    fees_fen: tuple[FenColumn, ...]


class _Terms(NamedTuple):
    """(m,) each: what was master data when orders were taken."""

    units: LongColumn  # in one of quantity
    par: LongColumn
    lowest: LongColumn  # for a unit, accrued interest among it
    highest: LongColumn


def forget_said(book: Book, slots: Positions) -> None:
    """Another set begins with nothing said of the orders among these slots."""
    words = book.requests.orders
    if words.are_kept:
        for name in SAID_WORDS:
            getattr(words, name)[slots] = 0


def keep_bought(book: Book, slots: Positions, quantity: LongColumn, amounts_fen: tuple[FenColumn, ...]) -> None:
    """A set says so of what (m,) slots hold: quantity, and turnover and each fee. Of orders it is kept."""
    words = book.requests.orders
    if not words.are_kept:
        return
    at = np.flatnonzero(words.are_orders(slots))
    orders = slots[at]
    for name, column in zip(SAID_WORDS, (quantity, *amounts_fen), strict=True):
        getattr(words, name)[orders] = column[at]


def differences_of_orders(book: Book, lane: Lane, slots: Positions, places: LongColumn) -> Iterator[FoundColumns]:
    """What differs of the orders in (m,) slots, each of which is one."""
    if not len(slots):
        return
    requests, words = book.requests, book.requests.orders
    told = np.where(requests.cleared_in[slots] == lane.inner, requests.told[slots], 0)
    is_told, fate, line = told & ORDER_TOLD != 0, told & FATE_MASK, _line(book, slots, told)
    frozen_fen, told_frozen_fen = requests.amount_fen[slots], requests.told_frozen_fen[slots]
    waits = _WAITS[words.order_type[slots]]
    is_of_date = slots >= requests.carried_before(lane.trade_date).stop
    is_wrong = is_told & _are_wrong(book, slots, fate, line, waits, is_of_date)
    found: list[tuple[Class, Of, Mask, FenColumn | Mask, FenColumn | Mask]] = [
        (Class.MISSING_THERE, Of.ORDER, ~is_told, ~is_told, is_told),
        (Class.AMOUNT, Of.FROZEN, is_told & (frozen_fen != told_frozen_fen), frozen_fen, told_frozen_fen),
        (Class.STATE, Of.FATE, is_wrong, requests.drawn_fen[slots], fate),
    ]
    is_compared = (words.side[slots] == Side.BUY) & (is_told | line.is_there)
    terms, traded = _terms(book, slots), words.traded[slots].astype(np.int64)
    is_later = (line.quantity > traded) & (
        line.quantity <= words.quantity[slots].astype(np.int64) - words.cancelled[slots]
    )
    is_later &= ~(waits & is_of_date)
    differs = is_compared & (line.quantity != traded) & ~is_later
    found.append((Class.AMOUNT, Of.QUANTITY, differs, traded, line.quantity))
    has_fen = turnover_fen(words.turnover[slots])
    steps = np.where(is_later, line.quantity - traded, 0)
    fits = is_later & _are_at_a_price(words.turnover[slots], line, steps * terms.units, terms)
    differs = is_compared & (line.turnover_fen != has_fen) & ~fits
    found.append((Class.AMOUNT, Of.TURNOVER, differs, has_fen, line.turnover_fen))
    charged_fen = _charged_fen(book, slots, line, terms)
    for place, field in enumerate(FEES):
        differs = is_compared & (charged_fen[:, place] != line.fees_fen[place])
        found.append((Class.FEE, field, differs, charged_fen[:, place], line.fees_fen[place]))
    for difference_class, field, differs, bank_has, set_says in found:
        at = np.flatnonzero(differs)
        if len(at):
            keys, contract = requests.keys_of(slots[at], book.trade_date), requests.contract[slots[at]].astype(np.int64)
            values = (np.asarray(column)[at].astype(np.int64) for column in (bank_has, set_says))
            yield FoundColumns(difference_class, field, places[at], contract, keys, *values)


def _line(book: Book, slots: Positions, told: LongColumn) -> _Line:
    words, is_there = book.requests.orders, told & BUY_TOLD != 0
    quantity, turnover, *fees = (
        np.where(is_there, getattr(words, name)[slots], 0).astype(np.int64) for name in SAID_WORDS
    )
    return _Line(is_there, quantity, turnover, tuple(fees))


def _are_wrong(book: Book, slots: Positions, fate: LongColumn, line: _Line, waits: Mask, is_of_date: Mask) -> Mask:
    words, is_held = book.requests.orders, fate == Fate.HELD
    is_all = line.quantity >= words.quantity[slots]
    may_be = np.where(fate == Fate.FILLED, is_all, line.quantity == 0)
    may_be = np.where(fate == Fate.PARTLY, (line.quantity > 0) & ~is_all, may_be)
    by_quantity = ~may_be & (words.side[slots] == Side.BUY)
    are_wrong: Mask = np.where(is_held | (waits & is_of_date), is_held != waits, by_quantity)
    return are_wrong


def _are_at_a_price(turnover: LongColumn, line: _Line, units: LongColumn, terms: _Terms) -> Mask:
    exact, most_below = line.turnover_fen * TURNOVER_PARTS, TURNOVER_PARTS // 2
    fits: Mask = turnover + terms.lowest * units <= exact + most_below - 1
    return fits & (exact - most_below <= turnover + terms.highest * units)


def _charged_fen(book: Book, slots: Positions, line: _Line, terms: _Terms) -> FenColumn:
    """(m, fees) what the order's own table charges of the line's quantity and turnover."""
    words = book.requests.orders
    numbers, places = np.unique(words.fee_table[slots], return_inverse=True)
    tables = columns_of([book.orders.fees.tables[number].dated.table for number in numbers.tolist()])
    units = np.minimum(line.quantity, words.quantity[slots]) * terms.units
    charged_fen: FenColumn = fees_fen(tables[places], units, terms.par, line.turnover_fen * TURNOVER_PARTS)
    return charged_fen


def _terms(book: Book, slots: Positions) -> _Terms:
    words = book.requests.orders
    numbers, places = np.unique(words.version[slots], return_inverse=True)
    versions = [book.orders.securities.terms_of(number) for number in numbers.tolist()]
    units, par = (np.array([getattr(each, name) for each in versions], np.int64) for name in ("multiplier", "par"))
    accrued, low, limit = (column[slots].astype(np.int64) for column in (words.accrued, words.low, words.limit))
    return _Terms(units[places], par[places], low + accrued, limit + accrued)


def take_said(book: Book, orders: Positions) -> None:
    """Closing takes of the complete sets that name them what orders to buy have traded, where an order can have it."""
    requests, words = book.requests, book.requests.orders
    is_named = np.isin(requests.cleared_in[orders], book.clearing.complete)
    is_named &= requests.told[orders] & (ORDER_TOLD | BUY_TOLD) != 0
    orders = orders[is_named & (words.side[orders] == Side.BUY)]
    quantity, said_fen = words.said_quantity[orders], words.said_turnover_fen[orders]
    is_other = (quantity != words.traded[orders]) | (said_fen != turnover_fen(words.turnover[orders]))
    takes = is_other & (quantity <= words.quantity[orders]) & ((quantity > 0) == (said_fen > 0))
    words.traded[orders[takes]] = quantity[takes]
    words.turnover[orders[takes]] = said_fen[takes] * TURNOVER_PARTS
