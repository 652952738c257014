"""Orders of scheme A against their set: columns and page alike, fees as a class of their own, tolerance order by order,
and what closing takes of the set.
"""

import random

import numpy as np
import pytest
from msgspec.structs import astuple

from ledger.core.corrections.answers import correction as dry_run
from ledger.core.invariants import check_book
from ledger.core.lines.answers import clearing_set, set_differences
from ledger.core.orders.closing import end_orders
from ledger.core.orders.slots import order_at
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from protocol.codes import ReplyCode
from protocol.given_numbers import contract_no_from_index
from protocol.messages.day.corrections import CorrectionQuery
from protocol.messages.day.steps import Publish, Reconcile, WithdrawSet
from protocol.messages.feeds import SetComparedOfA
from protocol.messages.queries import Difference
from protocol.records import RecordArray
from protocol.vocabulary import ComparedField as Of
from protocol.vocabulary import DifferenceClass as Class
from protocol.vocabulary import Fate, LaneState, OrderType, Side
from rules.orders.cleared import Line, Said, closed_at, order_differences
from rules.orders.fees import Traded, fees_fen
from rules.orders.states import OrderState
from rules.orders.told import tell_cancelled
from tests.ledger_core.control.test_feeds import said
from tests.ledger_core.corrections.people import decision, staffed, tolerance
from tests.ledger_core.corrections.words import Both, both_of, closing, correction, sent
from tests.ledger_core.desk import BROKER, MONDAY, SEAT, Desk, whole_state
from tests.ledger_core.lines.words import buy, order, send_whole
from tests.ledger_core.ordering.trading import YUAN
from tests.ledger_core.orders.at_the_close.words import bought, closings, kept, opened, reconciled, sale, target
from tests.ledger_core.orders.test_slots import BUY, a_bank, a_customer, executed, money, ordered, told

ACCEPTED, ACT_NEEDED = ReplyCode.ACCEPTED, ReplyCode.ACT_NEEDED


def partly_executed(desk: Desk, number: int = 1) -> tuple[int, int]:
    """400 of 1,000 at 9.95: 3,987.24 are drawn. Contract and slot."""
    ann = a_customer(desk)
    slot = ordered(desk, ann, number=number)
    assert told(desk, slot, executed(400, 3_980 * YUAN))
    return ann, slot


AS_TOLD = Line(400, 398_000, (716, 0, 8, 0, 0))


def found(desk: Desk) -> list[Difference]:
    return set_differences(desk.book, BROKER, MONDAY, 0).differences


def test_what_both_have_agrees_and_what_was_released_is_not_asked() -> None:
    desk = a_bank()
    ann, _ = partly_executed(desk)

    assert reconciled(desk, *opened(ann), *bought(1, ann, AS_TOLD)) == [0] * 5


def test_fees_are_a_class_that_two_people_decide() -> None:
    """The broker charges 0.01 more of commission and 0.01 less of transfer: her costs agree, no fee does."""
    desk = a_bank()
    office = staffed(desk)
    ann, _ = partly_executed(desk)
    differing = AS_TOLD._replace(fees_fen=(717, 0, 7, 0, 0))

    assert reconciled(desk, *opened(ann), *bought(1, ann, differing)) == [0, 0, 0, 0, 2]

    no = contract_no_from_index(ann)
    assert found(desk) == [
        Difference(Class.FEE, Of.COMMISSION, no, *target(1), 716, 717),
        Difference(Class.FEE, Of.TRANSFER, no, *target(1), 8, 7),
    ]
    assert desk.book.clearing.lane(MONDAY, BROKER).state == LaneState.COMPLETE
    assert desk.told(decision(office, desk, BROKER, "FEE")).code == ACCEPTED
    assert desk.book.clearing.lane(MONDAY, BROKER).state == LaneState.RECONCILED
    copy = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})
    assert whole_state(copy) == whole_state(desk.book)


def test_columns_leave_what_a_line_cannot_say_of_parts_of_a_fen() -> None:
    """1 of 100 was executed at 5.0049; 99 more at 5.00, which is the lowest price, make 500.0049: 500.00 is that."""
    desk = a_bank()
    ann = a_customer(desk)
    slot = ordered(desk, ann, BUY._replace(quantity=100))
    assert told(desk, slot, executed(1, 50_049))
    line = Line(100, 50_000, (500, 0, 1, 0, 0))

    assert reconciled(desk, *opened(ann), *bought(1, ann, line, 100_502, Fate.FILLED)) == [0] * 5


def test_a_set_that_was_withdrawn_says_nothing_of_an_order() -> None:
    desk = a_bank()
    ann, slot = partly_executed(desk)
    wrong = AS_TOLD._replace(fees_fen=(717, 1, 8, 2, 3))
    assert reconciled(desk, *opened(ann), *bought(1, ann, wrong)) == [0, 0, 0, 0, 4]
    assert desk.control(WithdrawSet(MONDAY, 1), SEAT) == ACCEPTED

    send_whole(desk, *opened(ann), order(target(1), contract_no_from_index(ann), 1_001_820, fate=Fate.CANCELLED))
    desk.done(Reconcile(MONDAY, BROKER, 0))

    assert clearing_set(desk.book, BROKER, MONDAY).differences == [0, 0, 3, 0, 0]  # quantity, turnover, what she bought
    assert int(desk.book.requests.orders.said_stamp_fen[slot]) == 0


@pytest.mark.parametrize("padding", [0, 40])
@pytest.mark.parametrize(
    ("line", "traded"),
    [
        (AS_TOLD, Traded(400, 3_980 * YUAN)),
        (Line(1_000, 992_000, (1_786, 0, 20, 0, 0)), Traded(1_000, 9_920 * YUAN)),
    ],
)
def test_closing_takes_quantity_and_turnover_of_the_set(padding: int, line: Line, traded: Traded) -> None:
    desk = a_bank()
    ann, slot = partly_executed(desk)
    fate = Fate.FILLED if line.quantity == 1_000 else Fate.PARTLY
    assert reconciled(desk, *opened(ann), *bought(1, ann, line, fate=fate)) == [0] * 5
    desk.done(Publish(MONDAY, BROKER))

    assert [each.code for each in sent(desk, padding, *closings(desk))] == [ACCEPTED]

    one = order_at(desk.book, slot)
    assert (one.traded, one.cancelled, one.state) == (traded, 1_000 - traded.quantity, OrderState.CLOSED)
    assert one.drawn_fen == line.turnover_fen + sum(line.fees_fen)
    assert money(desk, ann)[0] == 0
    check_book(desk.book)


def test_closing_takes_nothing_that_an_order_cannot_have() -> None:
    """The set has 1,100 of an order for 1,000, and people know it: it keeps what was reported."""
    desk = a_bank()
    office = staffed(desk)
    ann, slot = partly_executed(desk)
    line = Line(1_100, 398_000, (716, 0, 8, 0, 0))
    assert reconciled(desk, *opened(ann), *bought(1, ann, line, fate=Fate.FILLED)) == [0, 0, 1, 0, 0]
    assert desk.told(decision(office, desk, BROKER, "AMOUNT")).code == ACCEPTED
    desk.done(Publish(MONDAY, BROKER))
    sent(desk, 0, *closings(desk))

    assert order_at(desk.book, slot).traded == Traded(400, 3_980 * YUAN)
    check_book(desk.book)


def would_be(desk: Desk, ann: int) -> tuple[Both, bool]:
    """What a correction would name now, and whether it needs two people."""
    answer = dry_run(desk.book, CorrectionQuery(MONDAY, BROKER, 0, contract_no_from_index(ann), 0))
    return both_of(answer), answer.needs_act


def corrects(desk: Desk, ann: int, padding: int) -> ReplyCode:
    """What the day desk earns that closes her orders and corrects her date without an act."""
    both, _ = would_be(desk, ann)
    return sent(desk, padding, *closings_in_front(desk), correction(contract_no_from_index(ann), both))[-1].code


def closings_in_front(desk: Desk) -> list[RecordArray]:
    book = desk.book
    answer = [
        dry_run(book, CorrectionQuery(MONDAY, BROKER, 0, contract_no_from_index(index), 0))
        for index in range(book.contracts_count)
    ]
    return [
        closing((one.order_date, one.order_seat, one.order_number), each.contract_no, one.drawn_fen, one.released_fen)
        for each in answer
        for one in each.closings
    ]


@pytest.mark.parametrize("padding", [0, 40])
@pytest.mark.parametrize(
    ("beyond_fen", "needs_act"),
    [
        ((-3, 0), False),  # one order costs less
        ((-3, -3), False),
        ((-3, -4), True),  # both together are above what is tolerated
        ((-3, 1), True),  # one costs more, whatever the other
        ((1, 0), True),
    ],
)
def test_what_is_tolerated_goes_order_by_order_and_takes_from_nobody(
    padding: int, beyond_fen: tuple[int, int], needs_act: bool
) -> None:
    """Ann has two orders for 100 at 10.00, both executed: 1,005.02 each. 0.06 are tolerated of a contract."""
    desk = a_bank()
    office = staffed(desk)
    desk.done(tolerance(office, BROKER, 6, 100))
    ann = a_customer(desk)
    for number in (1, 2):
        slot = ordered(desk, ann, BUY._replace(quantity=100), number)
        assert told(desk, slot, executed(100, 1_000 * YUAN))
    lines = []
    for number, fen in zip((1, 2), beyond_fen, strict=True):
        lines += bought(number, ann, Line(100, 100_000, (500 + fen, 0, 2, 0, 0)), 100_502, Fate.FILLED)
    reconciled(desk, *opened(ann), *lines)

    assert would_be(desk, ann)[1] == needs_act
    assert corrects(desk, ann, padding) == (ACT_NEEDED if needs_act else ACCEPTED)
    if not needs_act:
        assert desk.book.clearing.lane(MONDAY, BROKER).tolerated_fen == -sum(beyond_fen)


def test_a_line_without_an_order_makes_up_for_none_that_costs_less() -> None:
    """The set has her order 0.03 cheaper, and 0.03 under a number that is not there: all in all nothing moves, but a
    purchase without an order is nothing that the day desk takes by itself.
    """
    desk = a_bank()
    office = staffed(desk)
    desk.done(tolerance(office, BROKER, 6, 100))
    ann = a_customer(desk)
    slot = ordered(desk, ann, BUY._replace(quantity=100))
    assert told(desk, slot, executed(100, 1_000 * YUAN))
    lines = bought(1, ann, Line(100, 100_000, (497, 0, 2, 0, 0)), 100_502, Fate.FILLED)
    reconciled(desk, *opened(ann), *lines, buy(target(9), contract_no_from_index(ann), 3))

    both, needs_act = would_be(desk, ann)

    assert (both.buys_fen, both.bought_fen, needs_act) == (100_502, 100_502, True)


def test_the_broker_hears_of_fees_beside_the_other_classes() -> None:
    desk = a_bank()
    ann, _ = partly_executed(desk)
    desk.book.orders.entries.last[BROKER] = 1  # as of an order that came by a record
    reconciled(desk, *opened(ann), *bought(1, ann, AS_TOLD._replace(fees_fen=(717, 0, 7, 0, 0))))

    assert said(desk)[-1][3] == SetComparedOfA(1, [0, 0, 0, 0, 2], False)


@pytest.mark.parametrize("seed", range(12))
def test_columns_and_page_find_the_same_of_drawn_orders_and_drawn_sets(seed: int) -> None:
    chance, desk = random.Random(seed), a_bank()
    customers = [a_customer(desk, 8_000_000) for _ in range(3)]
    slots, whose = dict[int, int](), dict[int, int]()
    for number in range(1, 31):
        whose[number] = customer = chance.choice(customers)
        if chance.random() < 0.3:
            order_type, side = chance.choice(list(OrderType)), chance.choice(list(Side))
            slots[number] = kept(desk, customer, sale(desk, order_type, side), number)
            continue
        slot = slots[number] = ordered(desk, customer, BUY._replace(quantity=100 * chance.randint(1, 3)), number)
        quantity = chance.randint(0, order_at(desk.book, slot).quantity)
        if quantity:
            told(desk, slot, executed(quantity, quantity * chance.randint(5, 10) * YUAN + chance.randint(0, 9)))
        if chance.random() < 0.3:
            cancelled = chance.randint(0, 60)
            told(desk, slot, lambda order, account, n=cancelled: tell_cancelled(order, account, n, 0, False))  # type: ignore[misc]
    by_set = {number: _said(chance, desk, slot) for number, slot in slots.items()}
    lines = []
    for number, one in by_set.items():
        no = contract_no_from_index(whose[number])
        if one.fate:
            lines.append(order(target(number), no, one.frozen_fen, chance.randint(0, 9), one.fate))
        if one.bought is not None:
            line = buy(target(number), no, one.bought.turnover_fen, *one.bought.fees_fen)
            line["quantity"] = one.bought.quantity
            lines.append(line)
    chance.shuffle(lines)
    expected = []
    for number, slot in slots.items():
        frozen_fen = int(desk.book.requests.amount_fen[slot])
        differs = order_differences(order_at(desk.book, slot), frozen_fen, by_set[number])
        named = (contract_no_from_index(whose[number]), *target(number))
        expected += [Difference(*each[:2], *named, *each[2:]) for each in differs]

    counts = reconciled(desk, *opened(*customers), *lines)

    of_orders = [each for each in found(desk) if each.order_number]
    assert sorted(of_orders, key=astuple) == sorted(expected, key=astuple)
    assert counts[Class.FEE - 1] == sum(each.difference_class == Class.FEE for each in expected)
    _check_closed(desk, slots, by_set)


def _said(chance: random.Random, desk: Desk, slot: int) -> Said:
    """Mostly what is so."""
    one, frozen_fen = order_at(desk.book, slot), int(desk.book.requests.amount_fen[slot])
    if chance.random() < 0.1:
        return Said(True)
    quantity, turnover_fen = one.traded.quantity, one.traded.turnover_fen
    if chance.random() < 0.3:
        quantity = chance.choice([0, quantity + 1, one.quantity, one.quantity + 1, 2**31 - 1, chance.randint(0, 300)])
        turnover_fen = chance.choice([0, turnover_fen, min(quantity * 900, 2**36), min(quantity * 1_000, 2**36), 2**36])
    at = Traded(min(quantity, one.quantity), turnover_fen * 100)
    charged = [min(2**31 - 2, fen) + (chance.random() < 0.05) for fen in fees_fen(one.fees, one.paper, at)]
    line = Line(quantity, turnover_fen, tuple(charged)) if quantity or turnover_fen or chance.random() < 0.1 else None
    fate = chance.choice(list(Fate)) if chance.random() < 0.5 else Fate.PARTLY if quantity else Fate.CANCELLED
    return Said(True, fate if chance.random() < 0.95 else 0, frozen_fen + (chance.random() < 0.05), line)


def _check_closed(desk: Desk, slots: dict[int, int], said: dict[int, Said]) -> None:
    """Whatever differs: orders that closing ends have what the page takes of the set."""
    before = {number: order_at(desk.book, slot) for number, slot in slots.items()}
    ending = [number for number, one in before.items() if one.state not in (OrderState.ENDED, OrderState.REFUSED)]
    requests = desk.book.requests
    end_orders(desk.book, np.array([slots[number] for number in ending], np.intp))
    for number in ending:
        one, line = before[number], said[number].bought
        is_said = said[number].fate or line is not None
        takes = closed_at(one, line or Line()) if is_said and one.side == Side.BUY else one.traded
        slot = slots[number]
        words = requests.orders
        assert (int(words.traded[slot]), int(words.turnover[slot])) == takes
        assert int(words.cancelled[slot]) == one.quantity - takes.quantity
