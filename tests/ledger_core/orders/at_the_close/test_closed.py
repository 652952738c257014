"""Each open order of scheme A is ended with its date, whatever remains of it; until then a date is not settled, a
contract does not end and an order is kept.

No record brings an order yet: the law's pages are called, and what they leave is kept.
"""

import random

import numpy as np
import pytest

from ledger.core.control.customers.accounts import judge_broker_change
from ledger.core.control.customers.open_items import open_items
from ledger.core.invariants import check_book
from ledger.core.orders.closing import end_orders
from ledger.core.orders.slots import keep, order_at
from ledger.core.state.requests import key_parts
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.given_numbers import contract_no_from_index
from protocol.messages.customers.accounts import ChangeBroker, ChangeContract, ContractTerms
from protocol.messages.customers.open_items import OpenFreeze, OpenItemsQuery
from protocol.messages.day.corrections import OrderClosing
from protocol.messages.day.steps import BeginSettle, Publish
from protocol.vocabulary import BANK_PARTY, ContractEvent, Fate, LaneState, OrderType, Side
from rules.orders.cleared import Line
from rules.orders.fees import fees_fen
from rules.orders.states import OrderState
from rules.orders.told import ask_cancel, tell_cancelled, tell_taken
from tests.ledger_core.corrections.one_day import BOTH_WAYS, CLOSED, DIFFERS, NOT_DUE
from tests.ledger_core.corrections.people import decision, staffed
from tests.ledger_core.corrections.words import Both, closing, correction, sent
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, TUESDAY, WEDNESDAY, Desk, account_of, codes
from tests.ledger_core.lines.words import order
from tests.ledger_core.ordering.trading import YUAN
from tests.ledger_core.orders.at_the_close.words import (
    bought,
    closings,
    kept,
    line,
    opened,
    published,
    reconciled,
    sale,
    stands,
    target,
    to_be_closed,
)
from tests.ledger_core.orders.test_slots import BUY, a_bank, a_customer, executed, money, ordered, told
from tests.ledger_core.settling.words import begin, settle, state

S, Code = OrderState, ReplyCode
CANNOT_END = Code.ITEMS_OPEN


def partly_executed() -> tuple[Desk, int, int]:
    """Ann's 1,000 at 10.00, of which 400 are executed at 9.95: 3,987.24 are drawn, 20.04 were released, 6,010.92 are
    frozen."""
    desk = a_bank()
    ann = a_customer(desk)
    slot = ordered(desk, ann)
    assert told(desk, slot, executed(400, 3_980 * YUAN))
    return desk, ann, slot


def with_sale() -> tuple[Desk, int, int]:
    """Ann sells, nothing is executed, and nothing is frozen for it."""
    desk = a_bank()
    ann = a_customer(desk)
    slot = kept(desk, ann, sale(desk))
    check_book(desk.book)
    return desk, ann, slot


@BOTH_WAYS
def test_what_was_not_executed_goes_back_and_the_order_has_ended(padding: int) -> None:
    desk, ann, slot = partly_executed()
    no = contract_no_from_index(ann)
    published(desk, *opened(ann), *bought(1, ann, Line(400, 398_000, (716, 0, 8, 0, 0))))
    assert to_be_closed(desk) == [OrderClosing(no, *target(1), 0, 601_092)]

    assert sent(desk, padding, closing(target(1), no, 0, 601_092)) == [CLOSED]

    assert stands(desk, slot) == (S.CLOSED, 600, 0)
    assert money(desk, ann) == (0, 398_724, 2_000_000 - 398_724)
    assert to_be_closed(desk) == []
    assert codes(sent(desk, padding, closing(target(1), no, 0, 0))) == [Code.FREEZE_CLOSED]
    check_book(desk.book)
    assert len(settle(desk)) == 1
    assert state(desk) >= LaneState.SETTLED


@BOTH_WAYS
def test_what_its_set_has_beyond_the_reports_is_drawn(padding: int) -> None:
    """No report came of 1,000 at 9.90, which the set has: 9,917.82 + 0.20 are drawn of 10,018.20."""
    desk = a_bank()
    ann = a_customer(desk)
    slot, no = ordered(desk, ann), contract_no_from_index(ann)
    line = Line(1_000, 990_000, (1_782, 0, 20, 0, 0))
    published(desk, *opened(ann), *bought(1, ann, line, fate=Fate.FILLED))

    assert codes(sent(desk, padding, closing(target(1), no, 0, 1_001_820))) == [DIFFERS]
    assert sent(desk, padding, *closings(desk)) == [CLOSED]

    assert money(desk, ann) == (0, 991_802, 2_000_000 - 991_802)
    assert stands(desk, slot) == (S.CLOSED, 0, 0)


@BOTH_WAYS
def test_an_order_of_which_nothing_remains_is_ended_too_and_its_date_waits_for_it(padding: int) -> None:
    desk, ann, slot = with_sale()
    no = contract_no_from_index(ann)
    published(desk, *opened(ann), line(1, ann))
    assert to_be_closed(desk) == [OrderClosing(no, *target(1), 0, 0)]
    assert desk.control(BeginSettle(MONDAY, BROKER)) == NOT_DUE
    assert codes(sent(desk, padding, closing(target(1), no, 0, 1))) == [DIFFERS]

    told_twice = sent(desk, padding, closing(target(1), no, 0, 0), closing(target(1), no, 0, 0))

    assert (told_twice[0], told_twice[1].code) == (CLOSED, Code.FREEZE_CLOSED)
    assert (stands(desk, slot), to_be_closed(desk)) == ((S.CLOSED, 1_000, 0), [])
    check_book(desk.book)
    assert begin(desk) == 0
    assert state(desk) >= LaneState.SETTLED


@BOTH_WAYS
def test_an_order_under_a_cancel_and_one_cancelled_in_part_are_ended(padding: int) -> None:
    desk = a_bank()
    ann = a_customer(desk, 4_000_000)
    slots = [ordered(desk, ann, number=number) for number in (1, 2)]
    first = order_at(desk.book, slots[0])
    ask_cancel(first, 9)
    keep(desk.book, slots[0], first)
    assert told(desk, slots[1], lambda order, account: tell_taken(order, 5))
    assert told(desk, slots[1], lambda order, account: tell_cancelled(order, account, 300, 0, False))
    rest_fen = stands(desk, slots[1])[2]
    lines = [order(target(2), contract_no_from_index(ann), 1_001_820, 1_001_820 - rest_fen, Fate.CANCELLED)]
    published(desk, *opened(ann), line(1, ann, 1_001_820), *lines)

    assert sent(desk, padding, *closings(desk)) == [CLOSED, CLOSED]

    assert [stands(desk, slot) for slot in slots] == [(S.CLOSED, 1_000, 0)] * 2
    assert money(desk, ann) == (0, 0, 4_000_000)


@BOTH_WAYS
def test_a_correction_waits_for_an_order_of_which_nothing_remains(padding: int) -> None:
    """The set has a buy of Ann's without an order: who bears it is decided once her sale has ended."""
    desk, ann, _ = with_sale()
    no = contract_no_from_index(ann)
    sold_by_counter = Both(0, 0, 0, 0)
    assert reconciled(desk, *opened(ann), line(1, ann)) == [0] * 5

    assert codes(sent(desk, padding, correction(no, sold_by_counter))) == [NOT_DUE]
    told_both = sent(desk, padding, closing(target(1), no, 0, 0), correction(no, sold_by_counter))

    assert codes(told_both) == [Code.ACCEPTED, Code.ACCEPTED]


@pytest.mark.parametrize("order_type", OrderType)
def test_what_waits_for_its_allotment_is_not_ended_by_its_own_date(order_type: OrderType) -> None:
    """Nor does it keep its date from being settled, whatever its set tells of it."""
    desk = a_bank()
    office, ann = staffed(desk), a_customer(desk)
    slot = kept(desk, ann, sale(desk, order_type, Side.BUY))
    waits = order_type in (OrderType.SUBSCRIPTION_HELD, OrderType.PLACING)
    fate = Fate.CANCELLED if waits else Fate.HELD
    assert reconciled(desk, *opened(ann), line(1, ann, fate=fate)) == [0, 0, 0, 1, 0]
    assert desk.told(decision(office, desk, BROKER, "STATE")).code == Code.ACCEPTED
    desk.done(Publish(MONDAY, BROKER))

    assert bool(to_be_closed(desk)) != waits
    assert codes(sent(desk, 0, closing(target(1), contract_no_from_index(ann), 0, 0))) == [
        NOT_DUE if waits else Code.ACCEPTED
    ]
    assert begin(desk) == 0
    assert stands(desk, slot)[0] == (S.SENT if waits else S.CLOSED)


def a_placing_of_monday() -> tuple[Desk, int]:
    """Ann's placing, for which nothing is frozen; Monday is settled, Tuesday is signed off."""
    desk = a_bank()
    ann = a_customer(desk)
    kept(desk, ann, sale(desk, OrderType.PLACING, Side.BUY))
    published(desk, *opened(ann), line(1, ann, fate=Fate.HELD))
    assert begin(desk) == 0
    desk.roll(TUESDAY)
    return desk, ann


@BOTH_WAYS
@pytest.mark.parametrize("is_allotted", [False, True])
def test_what_waits_is_named_and_ended_by_the_set_of_a_later_date(padding: int, is_allotted: bool) -> None:
    desk, ann = a_placing_of_monday()
    slot = int(np.flatnonzero(desk.book.requests.contract[: desk.book.requests.slots_used])[0])
    if is_allotted:
        desk.book.requests.orders.state[slot] = S.ALLOTTED

    published(desk, line(1, ann, on=TUESDAY), on=TUESDAY)

    assert to_be_closed(desk, TUESDAY) == [OrderClosing(contract_no_from_index(ann), *target(1), 0, 0)]
    assert desk.control(BeginSettle(TUESDAY, BROKER)) == NOT_DUE
    assert sent(desk, padding, *closings(desk, TUESDAY)) == [CLOSED]
    assert stands(desk, slot)[:2] == (S.CLOSED, 1_000)
    check_book(desk.book)


def test_a_set_that_tells_it_as_held_leaves_it_and_one_that_has_ended_is_not_there() -> None:
    desk, ann = a_placing_of_monday()
    published(desk, line(1, ann, fate=Fate.HELD, on=TUESDAY), on=TUESDAY)
    assert to_be_closed(desk, TUESDAY) == []

    other, bob = a_placing_of_monday()
    slot = int(np.flatnonzero(other.book.requests.contract[: other.book.requests.slots_used])[0])
    other.book.requests.orders.state[slot], other.book.requests.orders.cancelled[slot] = S.ENDED, 1_000
    assert reconciled(other, line(1, bob, on=TUESDAY), on=TUESDAY) == [1, 0, 0, 0, 0]


def test_a_contract_with_an_open_order_neither_ends_nor_changes_its_broker_and_is_told_it() -> None:
    desk, ann, _ = with_sale()
    no = contract_no_from_index(ann)
    terms = ContractTerms(account_of(no), OTHER_BROKER, [], 1)

    def asked() -> list[ReplyCode]:
        """What it earns to change the broker, and to end the contract."""
        changes = judge_broker_change(desk.book, BANK_PARTY, ChangeBroker(no, terms))
        return [changes, desk.control(ChangeContract(no, ContractEvent.TERMINATE))]

    assert asked() == [CANNOT_END] * 2
    assert open_items(desk.book, BANK_PARTY, OpenItemsQuery(no, 0)).freezes == [OpenFreeze(*target(1), 0)]
    published(desk, *opened(ann), line(1, ann))
    assert asked() == [CANNOT_END] * 2
    sent(desk, 0, *closings(desk))
    assert begin(desk) == 0
    assert asked() == [Code.ACCEPTED] * 2
    assert open_items(desk.book, BANK_PARTY, OpenItemsQuery(no, 0)).freezes == []


def test_an_order_is_kept_from_date_to_date_while_it_is_open() -> None:
    desk, ann = a_placing_of_monday()
    published(desk, on=TUESDAY)
    assert begin(desk, TUESDAY) == 0
    desk.roll(WEDNESDAY)

    assert [key_parts(key) for key in desk.book.requests.carried_keys.tolist()] == [target(1)]
    assert open_items(desk.book, BANK_PARTY, OpenItemsQuery(contract_no_from_index(ann), 0)).freezes == [
        OpenFreeze(*target(1), 0)
    ]


def test_an_order_that_has_ended_is_not_closed_once_more_by_any_row() -> None:
    desk, _, slot = with_sale()

    with pytest.raises(InvariantBroken, match="had ended"):
        end_orders(desk.book, np.array([slot, slot]))
    end_orders(desk.book, np.array([slot]))
    with pytest.raises(InvariantBroken, match="had ended"):
        end_orders(desk.book, np.array([slot]))


@BOTH_WAYS
@pytest.mark.parametrize("seed", range(4))
def test_behind_its_close_nothing_of_a_date_is_open_but_what_waits(seed: int, padding: int) -> None:
    """Many orders of several customers, whatever became of them: all that is to be closed is, in any order."""
    chance, desk = random.Random(seed), a_bank()
    customers = [a_customer(desk, 4_000_000) for _ in range(3)]
    slots, lines = dict[int, int](), []
    for number in range(1, 25):
        customer = chance.choice(customers)
        if chance.random() < 0.4:
            order_type, side = chance.choice(list(OrderType)), chance.choice(list(Side))
            slots[number] = kept(desk, customer, sale(desk, order_type, side), number)
        else:
            slots[number] = ordered(desk, customer, BUY._replace(quantity=100 * chance.randint(1, 2)), number)
            quantity = chance.choice([0, 0, 50, order_at(desk.book, slots[number]).quantity])
            told(desk, slots[number], executed(quantity, quantity * 9 * YUAN))
        lines.append((number, customer))
    said = []
    for number, customer in lines:
        one, frozen_fen = order_at(desk.book, slots[number]), int(desk.book.requests.amount_fen[slots[number]])
        waits = one.order_type in (OrderType.SUBSCRIPTION_HELD, OrderType.PLACING)
        if not one.traded.quantity:
            said.append(line(number, customer, frozen_fen, Fate.HELD if waits else Fate.CANCELLED))
            continue
        fees = fees_fen(one.fees, one.paper, one.traded)
        fate = Fate.FILLED if one.traded.quantity == one.quantity else Fate.PARTLY
        said += bought(number, customer, Line(one.traded.quantity, one.traded.turnover_fen, fees), frozen_fen, fate)
    published(desk, *opened(*customers), *said)

    records = closings(desk)
    chance.shuffle(records)
    assert set(sent(desk, padding, *records)) == {CLOSED}

    found = [order_at(desk.book, slot) for slot in slots.values()]
    is_waiting = [one.order_type in (OrderType.SUBSCRIPTION_HELD, OrderType.PLACING) for one in found]
    assert [one.state in (S.ENDED, S.REFUSED, S.CLOSED) for one in found] == [not waits for waits in is_waiting]
    assert all(one.open_quantity == one.remaining_fen == 0 for one in found if one.state in (S.ENDED, S.CLOSED))
    check_book(desk.book)
