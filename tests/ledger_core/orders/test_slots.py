"""Orders as the law has them, out of the book and back: what is asked of the book, figures of the product, differences.

The law's pages are called on what is read of the book, and what they leave is kept; records do it in test_ordering.
"""

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ledger.core.invariants import check_book
from ledger.core.orders.facts import facts_of
from ledger.core.orders.slots import Named, keep, keep_new, order_at
from ledger.core.state.book import Book
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.orders.securities import number_of_code
from ledger.core.state.requests import PAGES_PER_SEAT
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.given_numbers import contract_no_from_index
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.day.steps import SignOff
from protocol.messages.orders.securities import SuspendSecurity
from protocol.messages.orders.signing_on import EndSignOn
from protocol.vocabulary import ContractEvent, Market, OrderType, Scheme, Side
from rules.money.account import Account
from rules.orders.fees import Traded
from rules.orders.reports import Order
from rules.orders.states import OrderState
from rules.orders.taking import Ordered, Taken, take
from rules.orders.told import ask_cancel, tell_cancelled, tell_executed, tell_refused, tell_taken
from tests.ledger_core.desk import BROKER, CHANNEL_SEAT, MONDAY, NOW_NS, TUESDAY, Desk, whole_state
from tests.ledger_core.ordering import trading
from tests.ledger_core.ordering.trading import NOW_S, PAPER, UNTIL_S, YUAN
from tests.ledger_core.orders.signing import WEB_SEAT
from tests.phases import HALF_PAST_NINE_S, morning

Code = ReplyCode
BUY = Ordered(Side.BUY, OrderType.LIMIT, 1_000, 10 * YUAN)
Report = Callable[[Order, Account], bool]


def a_bank() -> Desk:
    """That takes orders, with the clock that desks have elsewhere: no record asks it here."""
    return trading.a_bank(NOW_NS)


def a_customer(desk: Desk, balance_fen: int = 2_000_000) -> int:
    """Signed on by phone; the index of the contract."""
    return trading.a_customer(desk, balance_fen) // 100


def account_at(book: Book, contract: int) -> Account:
    """The account of a contract as the law has it."""
    row = int(book.account_of_contract[contract])
    return Account(
        balance_fen=int(book.balance_fen[row]),
        frozen_fen=int(book.frozen_fen[row]),
        bought_fen=int(book.bought_fen[row]),
        sold_fen=int(book.sold_fen[row]),
        restrained_fen=int(book.restrained_fen[row]),
        restraints=book.restraints.as_the_law_has_them(row, False),
    )


def asked(
    desk: Desk,
    contract: int,
    ordered: Ordered = BUY,
    seat: int = CHANNEL_SEAT,
    now_s: int = NOW_S,
    named: tuple[int, int] = PAPER,
) -> tuple[Taken, Named]:
    """What an order earns of the law."""
    facts = facts_of(desk.book, contract, seat, named, ordered.side, now_s)
    taken = take(ordered, *facts[:3], desk.book.trade_date, account_at(desk.book, contract))
    return taken, Named(*facts[3:])


def ordered(desk: Desk, contract: int, order: Ordered = BUY, number: int = 1) -> int:
    """An order is taken and kept; its slot."""
    taken, named = asked(desk, contract, order)
    assert taken.order is not None, taken.code.name
    requests = desk.book.requests
    requests.give_out(np.array([CHANNEL_SEAT * PAGES_PER_SEAT]))
    slot = int(requests.page_slot[CHANNEL_SEAT * PAGES_PER_SEAT]) + number
    keep_new(desk.book, slot, contract, taken.order, named)
    return slot


def told(desk: Desk, slot: int, report: Report) -> bool:
    """Something is reported of the order in a slot, and what it leaves is kept."""
    order = order_at(desk.book, slot)
    fits = report(order, account_at(desk.book, int(desk.book.requests.contract[slot]) - 1))
    keep(desk.book, slot, order)
    check_book(desk.book)
    return fits


def executed(quantity: int, turnover: int) -> Report:
    return lambda order, account: tell_executed(order, account, Traded(quantity, turnover), False)


def money(desk: Desk, contract: int) -> tuple[int, int, int]:
    """Frozen, bought, buying power."""
    row = int(desk.book.account_of_contract[contract])
    return (int(desk.book.frozen_fen[row]), int(desk.book.bought_fen[row]), int(desk.book.power_fen[row]))


def bought_on(desk: Desk, contract: int, trade_date: int) -> int:
    slot = desk.book.unsettled.slot_of(trade_date)
    return int(desk.book.unsettled.bought_fen[slot][int(desk.book.account_of_contract[contract])])


def test_1_000_at_10_executed_in_two_parts_that_are_cheaper() -> None:
    desk = a_bank()
    ann = a_customer(desk)

    slot = ordered(desk, ann)
    assert money(desk, ann) == (1_001_820, 0, 2_000_000 - 1_001_820)
    assert told(desk, slot, executed(400, 3_980 * YUAN))
    assert money(desk, ann) == (601_092, 398_724, 2_000_000 - 1_001_820 + 2_004)
    assert told(desk, slot, executed(1_000, 9_920 * YUAN))
    assert money(desk, ann) == (0, 398_724 + 595_082, 2_000_000 - 993_806)
    assert bought_on(desk, ann, MONDAY) == 993_806
    requests = desk.book.requests
    assert (int(requests.drawn_fen[slot]), int(requests.released_fen[slot])) == (993_806, 2_004 + 6_010)
    assert order_at(desk.book, slot).state == OrderState.ENDED


def test_100_at_6_and_100_at_10() -> None:
    desk = a_bank()
    ann, bob = a_customer(desk), a_customer(desk)

    first = ordered(desk, ann, BUY._replace(quantity=100, limit=6 * YUAN))
    ordered(desk, bob, BUY._replace(quantity=100), number=2)

    assert (money(desk, ann)[0], money(desk, bob)[0]) == (60_501, 100_502)
    assert told(desk, first, executed(40, 240 * YUAN))
    assert money(desk, ann)[1] == 24_500
    assert told(desk, first, executed(100, 600 * YUAN))
    assert money(desk, ann)[:2] == (0, 24_500 + 36_001)


def test_a_report_of_monday_that_is_read_on_tuesday_is_mondays() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    ordered(desk, ann)
    desk.roll(TUESDAY)
    slot = int(np.flatnonzero(desk.book.requests.contract[: desk.book.requests.slots_used])[0])

    assert told(desk, slot, executed(400, 3_980 * YUAN))

    assert (bought_on(desk, ann, MONDAY), bought_on(desk, ann, TUESDAY)) == (398_724, 0)


def test_an_order_comes_out_of_its_slot_and_of_arrays_as_the_law_left_it() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    slot = ordered(desk, ann)
    taken, _ = asked(desk, ann, BUY._replace(quantity=100))
    assert taken.order is not None

    order = order_at(desk.book, slot)
    assert order == replace(taken.order, quantity=1_000, remaining_fen=1_001_820)
    ask_cancel(order, 7)
    tell_taken(order, 2**50)
    tell_executed(order, account_at(desk.book, ann), Traded(400, 3_980 * YUAN), False)
    tell_cancelled(order, account_at(desk.book, ann), 500, 0, False)
    keep(desk.book, slot, order)

    assert order_at(desk.book, slot) == order
    copy = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})
    assert order_at(copy, slot) == order
    assert whole_state(copy) == whole_state(desk.book)
    assert int(desk.book.requests.orders.last_second[slot]) == HALF_PAST_NINE_S + 7_199


def test_what_has_moved_more_than_there_is_stops_the_process() -> None:
    desk = a_bank()
    slot = ordered(desk, a_customer(desk))
    order = order_at(desk.book, slot)
    order.remaining_fen += 1

    with pytest.raises(InvariantBroken, match="with 1001820 left has drawn 0 and kept 1001821"):
        keep(desk.book, slot, order)


def suspended(desk: Desk, contract_no: int) -> None:
    desk.done(ChangeContract(contract_no, ContractEvent.SUSPEND))


def without_scheme(desk: Desk, contract_no: int) -> None:
    desk.book.orders.schemes.now[BROKER] = Scheme.B


def stopped(desk: Desk, contract_no: int) -> None:
    desk.book.stopped[BROKER] = 1


def signed_off(desk: Desk, contract_no: int) -> None:
    desk.done(SignOff(MONDAY))


def signed_off_with_channel(desk: Desk, contract_no: int) -> None:
    assert desk.control(EndSignOn(contract_no), CHANNEL_SEAT) == Code.ACCEPTED


def halted(desk: Desk, contract_no: int) -> None:
    desk.done(SuspendSecurity(Market.XSHG, "600000", "news"))


def unpriced(desk: Desk, contract_no: int) -> None:
    desk.book.orders.securities.roll(TUESDAY)


def over(desk: Desk, contract_no: int) -> None:
    desk.done(morning(MONDAY, seconds=60))


def without_fees(desk: Desk, contract_no: int) -> None:
    desk.book.orders.fees.numbers_for.clear()


def away(desk: Desk, contract_no: int) -> None:
    lane = desk.book.clearing.lane(MONDAY, BROKER)
    lane.signed_on_s = 0
    desk.book.clearing.put(lane)


@pytest.mark.parametrize(
    ("code", "befalls"),
    [
        (Code.NOT_SIGNED_ON, signed_off_with_channel),
        (Code.SCHEME_FORBIDS, without_scheme),
        (Code.CONTRACT_SUSPENDED, suspended),
        (Code.BROKER_STOPPED, stopped),
        (Code.MARKET_CLOSED, signed_off),
        (Code.MARKET_CLOSED, over),
        (Code.SECURITY_SUSPENDED, halted),
        (Code.PRICE_LIMITS_MISSING, unpriced),
        (Code.FEES_MISSING, without_fees),
        (Code.BROKER_AWAY, away),
    ],
)
def test_what_the_book_knows_refuses_an_order(code: ReplyCode, befalls: Callable[[Desk, int], None]) -> None:
    desk = a_bank()
    ann = a_customer(desk)
    assert asked(desk, ann)[0].code == Code.ACCEPTED

    befalls(desk, contract_no_from_index(ann))

    assert asked(desk, ann)[0].code == code


def test_a_customer_orders_by_the_channel_that_he_is_signed_on_with_and_while_he_is() -> None:
    desk = a_bank()
    ann = a_customer(desk)

    assert asked(desk, ann, seat=WEB_SEAT)[0].code == Code.NOT_SIGNED_ON
    assert asked(desk, ann, now_s=UNTIL_S - 1)[0].code == Code.ACCEPTED
    assert asked(desk, ann, now_s=UNTIL_S)[0].code == Code.NOT_SIGNED_ON
    desk.book.orders.channels.broker[CHANNEL_SEAT] = 3
    assert asked(desk, ann)[0].code == Code.NOT_SIGNED_ON


def test_another_security_is_unknown_and_a_sale_has_fees_of_its_own() -> None:
    desk = a_bank()
    ann = a_customer(desk)

    assert asked(desk, ann, named=(PAPER[0], number_of_code("600001")))[0].code == Code.SECURITY_UNKNOWN
    found = [facts_of(desk.book, ann, CHANNEL_SEAT, PAPER, side, NOW_S) for side in Side]
    assert [(each.version, each.fee_table) for each in found] == [(1, 1), (1, 0)]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_told_of_many_orders_the_book_has_what_the_law_has(seed: int) -> None:
    """The law keeps each order in memory, on one account of its own for each customer; the book has slots alone."""
    chance, desk = random.Random(seed), a_bank()
    customers = [a_customer(desk, 3_000_000) for _ in range(3)]
    of_law = {each: account_at(desk.book, each) for each in customers}
    orders: dict[int, tuple[int, Order]] = {}
    for step in range(120):
        customer = chance.choice(customers)
        if len(orders) < 12 and chance.random() < 0.3:
            wish = BUY._replace(quantity=100 * chance.randint(1, 9), limit=YUAN * chance.randint(8, 11))
            facts = facts_of(desk.book, customer, CHANNEL_SEAT, PAPER, Side.BUY, NOW_S)
            taken = take(wish, *facts[:3], MONDAY, of_law[customer])
            assert taken.code == asked(desk, customer, wish)[0].code
            if taken.order is not None:
                orders[ordered(desk, customer, wish, step + 1)] = (customer, taken.order)
            continue
        if not orders:
            continue
        slot = chance.choice(list(orders))
        customer, order = orders[slot]
        quantity = chance.randint(0, order.quantity)
        turnover = order.traded.turnover + quantity * chance.randint(4 * YUAN, 11 * YUAN)
        report: Report = chance.choice(
            [
                executed(quantity, turnover),
                executed(order.traded.quantity, order.traded.turnover),
                lambda order, account, q=quantity: tell_cancelled(order, account, q, 0, False),  # type: ignore[misc]
                lambda order, account: tell_refused(order, account, False),
                lambda order, account, n=quantity: tell_taken(order, n + 1),  # type: ignore[misc]
            ]
        )
        assert report(order, of_law[customer]) == told(desk, slot, report)
        assert order_at(desk.book, slot) == order
        assert account_at(desk.book, customer) == of_law[customer]
    assert orders
    check_book(desk.book)
