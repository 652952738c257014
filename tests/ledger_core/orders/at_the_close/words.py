"""Orders of scheme A at the end of their day, in one word each: what a set says of them, what is to be closed.

Belongs here: making and sending. Never here: assertions about money, lines of scheme B (ledger_core.lines.words).
"""

import numpy as np

from ledger.core.corrections.answers import to_close
from ledger.core.lines.answers import clearing_set
from ledger.core.orders.slots import Named, keep_new, order_at
from ledger.core.state.requests import PAGES_PER_SEAT
from protocol.given_numbers import contract_no_from_index
from protocol.messages.day.corrections import ClosingsQuery, OrderClosing
from protocol.messages.day.steps import Publish, Reconcile, SignOff
from protocol.records import RecordArray
from protocol.vocabulary import Fate, OrderType, Side
from rules.orders.cleared import Line
from rules.orders.fees import Paper
from rules.orders.reports import Order
from rules.orders.states import OrderState
from tests.ledger_core.corrections.words import closing
from tests.ledger_core.desk import BROKER, CHANNEL_SEAT, MONDAY, Desk, Target
from tests.ledger_core.lines.words import agree, buy, event, order, send_whole

YUAN = 10_000
WORTH = Named(version=1, fee_table=1, last_second=0)


def target(number: int, on: int = MONDAY) -> Target:
    """The name of an order of the channel."""
    return (on, CHANNEL_SEAT, number)


def kept(desk: Desk, contract: int, order: Order, number: int = 1) -> int:
    """An order as it is, without money; its slot."""
    desk.book.requests.give_out(np.array([CHANNEL_SEAT * PAGES_PER_SEAT]))
    slot = int(desk.book.requests.page_slot[CHANNEL_SEAT * PAGES_PER_SEAT]) + number
    keep_new(desk.book, slot, contract, order, WORTH)
    return slot


def sale(desk: Desk, order_type: OrderType = OrderType.LIMIT, side: Side = Side.SELL) -> Order:
    """Of 1,000 at 10.00, sent, of which nothing is frozen."""
    table = desk.book.orders.fees.tables[WORTH.fee_table].dated.table
    prices = (10 * YUAN, 5 * YUAN, 11 * YUAN)
    return Order(side, MONDAY, 1_000, *prices, Paper(1, YUAN), table, order_type=order_type)


def line(number: int, contract: int, frozen_fen: int = 0, fate: int = Fate.CANCELLED, on: int = MONDAY) -> RecordArray:
    """What a set says of an order of which nothing was released by its broker."""
    return order(target(number), contract_no_from_index(contract), frozen_fen, fate=fate, on=on)


def bought(
    number: int, contract: int, said: Line, frozen_fen: int = 1_001_820, fate: int = Fate.PARTLY
) -> list[RecordArray]:
    """What a set says of an order, and that it bought this; of what it tells as released nobody asks."""
    no = contract_no_from_index(contract)
    of_buy = buy(target(number), no, said.turnover_fen, *said.fees_fen)
    of_buy["quantity"] = said.quantity
    return [order(target(number), no, frozen_fen, released_fen=77, fate=fate), of_buy]


def opened(*contracts: int) -> list[RecordArray]:
    """Contracts that began on Monday."""
    return [event(contract_no_from_index(each)) for each in contracts]


def reconciled(desk: Desk, *lines: RecordArray, on: int = MONDAY) -> list[int]:
    """The date is signed off and agreed on, the broker sends this set, and it is compared: differences by class."""
    desk.done(SignOff(on))
    agree(desk, on)
    send_whole(desk, *lines, on=on)
    desk.done(Reconcile(on, BROKER, 0))
    return clearing_set(desk.book, BROKER, on).differences


def published(desk: Desk, *lines: RecordArray, on: int = MONDAY) -> None:
    """Likewise, nothing differs, and what is owed is published."""
    assert reconciled(desk, *lines, on=on) == [0] * 5
    desk.done(Publish(on, BROKER))


def to_be_closed(desk: Desk, on: int = MONDAY) -> list[OrderClosing]:
    return to_close(desk.book, ClosingsQuery(on, BROKER, 0)).closings


def closings(desk: Desk, on: int = MONDAY) -> list[RecordArray]:
    """What ends all that is to be closed, as the bank tells it."""
    return [
        closing(
            (each.order_date, each.order_seat, each.order_number),
            each.contract_no,
            each.drawn_fen,
            each.released_fen,
            on,
        )
        for each in to_be_closed(desk, on)
    ]


def stands(desk: Desk, slot: int) -> tuple[OrderState, int, int]:
    """Where an order is, what of it is cancelled, what remains of its freeze."""
    one = order_at(desk.book, slot)
    return (one.state, one.cancelled, one.remaining_fen)
