"""Words of orders in the request table: kept, told and carried as the freezes that they belong to, and open by state.

No record brings an order yet: a freeze of scheme B is made, and its words are written by hand.
"""

import numpy as np
import pytest

from ledger.core.control.customers.open_items import open_items
from ledger.core.invariants import check_book
from ledger.core.state.book import Book
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.orders.words import WORDS
from ledger.core.state.requests import key_parts
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.customers.open_items import OpenFreeze, OpenItemsQuery
from protocol.vocabulary import BANK_PARTY, ContractEvent, OrderType, Side
from rules.orders.states import OrderState
from tests.fees import NONE, fees_set
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Desk,
    freeze,
    release,
    whole_state,
)
from tests.securities import registered, share

S = OrderState


def a_bank() -> tuple[Desk, int]:
    """A share, version 1 of it; fee table 1; a contract with 1,000.00, of which Monday's request 1 has frozen 10.00."""
    desk = Desk()
    desk.done(registered(share(MONDAY)))
    desk.done(fees_set(BROKER, MONDAY))
    contract_no = desk.open(100_000)
    assert desk.freeze(contract_no, 1_000) == (MONDAY, SEAT, 1)
    return desk, contract_no


def slot_of(book: Book, number: int = 1, trade_date: int = MONDAY) -> int:
    inside = np.array([True])
    dates, seats, numbers = (np.array([each]) for each in (trade_date, SEAT, number))
    return int(book.requests.slots_named(book.trade_date, dates, seats, numbers, inside)[0])


def write(book: Book, slot: int, state: OrderState = S.SENT, **words: int) -> None:
    """The freeze in a slot is an order for 100, of which nothing is known but what is said."""
    book.requests.keep_orders()
    usual = {"order_type": OrderType.LIMIT, "side": Side.BUY, "quantity": 100, "version": 1, "fee_table": 1}
    usual |= {"state": state, **words}
    for name, value in usual.items():
        getattr(book.requests.orders, name)[slot] = value


def make_open_sale(desk: Desk, contract_no: int) -> int:
    """The freeze is given back, and its slot is a sale that is open: nothing is frozen for it."""
    desk.ask(SEAT, release((MONDAY, SEAT, 1), contract_no, 1_000))
    slot = slot_of(desk.book)
    desk.book.requests.amount_fen[slot] = desk.book.requests.released_fen[slot] = 0
    write(desk.book, slot, side=Side.SELL)
    return slot


def copied(book: Book) -> Book:
    return from_arrays({name: array.copy() for name, array in to_arrays(book).items()})


def test_a_bank_without_orders_keeps_and_tells_nothing_of_them() -> None:
    desk, _ = a_bank()

    assert not desk.book.requests.orders.are_kept
    assert not [name for name in to_arrays(desk.book) if name.startswith("order_")]
    assert not copied(desk.book).requests.orders.are_kept


@pytest.mark.parametrize("name", WORDS)
def test_each_word_is_told_in_one_slice_and_comes_out_of_arrays(name: str) -> None:
    desk, _ = a_bank()
    slot = slot_of(desk.book)
    write(desk.book, slot)
    before = whole_state(desk.book)

    getattr(desk.book.requests.orders, name)[slot] += 1

    after = whole_state(desk.book)
    assert [place for place, digest in enumerate(after) if digest != before[place]] == [
        len(before) - 8  # words are told last, and a page of slots in eight slices
    ]
    assert whole_state(copied(desk.book)) == after


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("remaining_fen", [0, 1_000])
def test_an_order_is_open_by_its_state_and_a_freeze_by_what_remains(state: OrderState, remaining_fen: int) -> None:
    desk, contract_no = a_bank()
    if not remaining_fen:
        desk.ask(SEAT, release((MONDAY, SEAT, 1), contract_no, 1_000))
    requests, slots = desk.book.requests, np.array([slot_of(desk.book), 0])

    assert requests.are_open(slots).tolist() == [remaining_fen > 0, False]
    write(desk.book, int(slots[0]), state)
    assert requests.are_open(slots).tolist() == [state not in (S.ENDED, S.REFUSED, S.LOWERED, S.CLOSED), False]


def test_a_roll_carries_words_with_their_freezes_and_an_open_sale_for_as_long_as_it_is_open() -> None:
    desk, contract_no = a_bank()
    slot = make_open_sale(desk, contract_no)
    desk.book.requests.orders.broker_number[slot] = 2**40
    desk.ask(SEAT, freeze(contract_no, 5))
    for opened, settled in ((TUESDAY, MONDAY), (WEDNESDAY, TUESDAY)):
        desk.roll(opened)
        desk.settle(settled)

    book = desk.book
    assert [key_parts(key) for key in book.requests.carried_keys.tolist()] == [(MONDAY, SEAT, 1), (MONDAY, SEAT, 3)]
    carried, other = slot_of(book), slot_of(book, 3)
    assert [getattr(book.requests.orders, name)[carried] for name in ("broker_number", "quantity", "version")] == [
        *(2**40, 100, 1)
    ]
    assert not any(getattr(book.requests.orders, name)[other] for name in WORDS)
    check_book(book)
    book.requests.orders.state[carried], book.requests.orders.cancelled[carried] = S.ENDED, 100
    desk.roll(20_260_108)
    assert [key_parts(key) for key in book.requests.carried_keys.tolist()] == [(MONDAY, SEAT, 3)]
    assert not book.requests.orders.are_kept


def test_a_contract_with_an_open_sale_does_not_end_and_is_told_which() -> None:
    desk, contract_no = a_bank()
    slot = make_open_sale(desk, contract_no)
    end = ChangeContract(contract_no, ContractEvent.TERMINATE)

    assert desk.control(end, SEAT) == ReplyCode.ITEMS_OPEN
    told = open_items(desk.book, BANK_PARTY, OpenItemsQuery(contract_no, 0))
    assert told.freezes == [OpenFreeze(MONDAY, SEAT, 1, 0)]
    write(desk.book, slot, S.REFUSED, side=Side.SELL, cancelled=100)
    assert desk.control(end, SEAT) == ReplyCode.ACCEPTED


def test_version_and_fee_table_that_an_order_names_stay_when_others_take_their_place() -> None:
    def kept(desk: Desk) -> tuple[list[int], list[int]]:
        tables = desk.book.orders
        return [each.number for each in tables.securities.versions_of(0)], list(tables.fees.tables)

    with_order, without = a_bank()[0], a_bank()[0]
    write(with_order.book, slot_of(with_order.book))

    for desk in (with_order, without):
        desk.done(registered(share(MONDAY, tick=1)))
        desk.done(fees_set(BROKER, MONDAY, NONE))

    assert (kept(with_order), kept(without)) == (([1, 2], [1, 2]), ([2], [2]))
    check_book(with_order.book)
    write(with_order.book, slot_of(with_order.book), version=2, fee_table=2)
    with_order.done(registered(share(MONDAY, tick=2)))
    with_order.done(fees_set(BROKER, MONDAY))
    assert kept(with_order) == ([2, 3], [2, 3])  # looked at when one is set


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ({"quantity": 0}, "quantities of an order"),
        ({"traded": 60, "cancelled": 41, "turnover": 1}, "quantities of an order"),
        ({"traded": -1}, "quantities of an order"),
        ({"cancelled": -1}, "quantities of an order"),
        ({"turnover": 1}, "the turnover of an order"),
        ({"traded": 1}, "the turnover of an order"),
        ({"state": 0}, "the state of an order"),
        ({"state": 9}, "the state of an order"),
        ({"state": S.ENDED}, "an order that has ended"),
        ({"state": S.ENDED, "cancelled": 100}, "an order that has ended"),  # 10.00 remain
        ({"booked_fen": 1}, "what was booked of a buy"),
        ({"version": 2}, "the version of an order"),
        ({"fee_table": 2}, "the fee table of an order"),
        ({"order_type": 0}, "of what is no order"),
    ],
)
def test_what_no_order_can_be_stops_the_process(words: dict[str, int], what: str) -> None:
    desk, _ = a_bank()
    slot = slot_of(desk.book)
    write(desk.book, slot)
    check_book(desk.book)
    for name, value in words.items():
        getattr(desk.book.requests.orders, name)[slot] = value

    with pytest.raises(InvariantBroken, match=what):
        check_book(desk.book)


def test_a_slot_has_an_owner_where_it_has_an_amount_or_a_type() -> None:
    desk, contract_no = a_bank()
    slot = make_open_sale(desk, contract_no)
    check_book(desk.book)
    desk.book.requests.contract[slot] = 0

    with pytest.raises(InvariantBroken, match="the owner of a freeze"):
        check_book(desk.book)
