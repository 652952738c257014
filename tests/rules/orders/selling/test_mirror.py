"""What customers have of securities and may sell, worked on paper; and that parts of an order make no difference."""

from dataclasses import astuple, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codes import ReplyCode
from protocol.limits import SECURITY_NUMBER_MAX
from protocol.vocabulary import Side
from rules.orders.mirror import (
    NOT_THERE,
    Part,
    Position,
    Told,
    begin,
    can_be_told,
    code_of_sale,
    differs,
    follow,
    is_sold_at_once,
    may_be_sold,
    roll,
)
from rules.orders.securities import Lots
from tests.rules.orders.test_securities import MONDAY, TUESDAY
from tests.rules.orders.test_securities import SHARE as ANY_SHARE

BUY, SELL = Side.BUY, Side.SELL
SHARE = ANY_SHARE._replace(sell=Lots(100, 100, 1_000_000), odd_lots=False)
ODD = SHARE._replace(odd_lots=True)
Code = ReplyCode


def sell(position: Position, quantity: int) -> Part:
    """An order that is taken; how far it is."""
    assert code_of_sale(quantity, SHARE, position) == Code.ACCEPTED
    return to(position, SELL, NOT_THERE, Part(0, quantity))


def to(position: Position, side: Side, before: Part, after: Part, sold_at_once: bool = False) -> Part:
    """Which there must be room for."""
    assert follow(position, side, before, after, sold_at_once)
    return after


def test_a_sale_is_held_executed_in_two_parts_and_its_rest_cancelled() -> None:
    """1,000, of which 800 are sellable; 500 are ordered, 200 and 100 executed, 200 cancelled."""
    position = Position(1_000, 800)

    order = sell(position, 500)
    assert astuple(position) == (1_000, 800, 500, 0)
    assert position.free == 300
    order = to(position, SELL, order, Part(200, 300))
    assert astuple(position) == (800, 600, 300, 0)
    order = to(position, SELL, order, Part(300, 200))
    assert astuple(position) == (700, 500, 200, 0)
    to(position, SELL, order, Part(300, 0))
    assert astuple(position) == (700, 500, 0, 0)
    assert position.free == 500


def test_a_sale_that_is_refused_or_that_its_date_ends_gives_everything_back() -> None:
    position = Position(1_000, 800)

    to(position, SELL, sell(position, 500), Part(0, 0))
    assert position == Position(1_000, 800)


def test_a_report_that_changes_nothing_moves_nothing() -> None:
    position = Position(1_000, 800, 500)

    to(position, SELL, Part(0, 500), Part(0, 500))
    assert position == Position(1_000, 800, 500)


def test_what_was_bought_today_is_sold_tomorrow_and_at_once_where_the_product_settles_so() -> None:
    position, at_once = Position(), Position()

    to(position, BUY, NOT_THERE, Part(0, 400))
    to(position, BUY, Part(0, 400), Part(300, 100))
    to(at_once, BUY, NOT_THERE, Part(300, 100), sold_at_once=True)

    assert (position, at_once) == (Position(300, 0, 0, 300), Position(300, 300))
    assert code_of_sale(100, SHARE, position) == Code.SHARES_NOT_SELLABLE_YET
    roll(position)
    assert position == Position(300, 300)
    roll(position)
    assert position == Position(300, 300)
    assert code_of_sale(100, SHARE, position) == Code.ACCEPTED


def test_a_buy_of_monday_that_is_told_on_tuesday_is_sellable_on_tuesday() -> None:
    assert not is_sold_at_once(SHARE, MONDAY, MONDAY)
    assert is_sold_at_once(SHARE, MONDAY, TUESDAY)
    assert is_sold_at_once(SHARE._replace(sold_at_once=True), MONDAY, MONDAY)


def test_what_two_people_lower_goes_back_where_it_came_from() -> None:
    """A sale of 500 that was told filled, and was 100; a buy of 300 that was 200."""
    position = Position(1_000, 800)

    to(position, SELL, to(position, SELL, sell(position, 500), Part(500, 0)), Part(100, 0))
    assert position == Position(900, 700)
    to(position, BUY, to(position, BUY, NOT_THERE, Part(300, 0)), Part(200, 0))
    assert position == Position(1_100, 700, 0, 200)


@pytest.mark.parametrize(
    ("quantity", "position", "code"),
    [
        (500, Position(500, 500), Code.ACCEPTED),
        (600, Position(500, 500), Code.SHARES_SHORT),
        (500, Position(900, 500), Code.ACCEPTED),
        (600, Position(900, 500), Code.SHARES_NOT_SELLABLE_YET),
        (1_000, Position(900, 500), Code.SHARES_SHORT),
        (300, Position(900, 500, 200), Code.ACCEPTED),
        (400, Position(900, 500, 200), Code.SHARES_NOT_SELLABLE_YET),
        (700, Position(900, 500, 200), Code.SHARES_NOT_SELLABLE_YET),
        (800, Position(900, 500, 200), Code.SHARES_SHORT),  # 200 of the 900 are on their way
        (100, Position(500, 300, 400), Code.SHARES_NOT_SELLABLE_YET),  # told less than is held
        (200, Position(500, 300, 400), Code.SHARES_SHORT),
        (100, Position(), Code.SHARES_SHORT),
        (1_000_000, None, Code.ACCEPTED),  # unknown is not none: the broker checks it
    ],
)
def test_what_a_sale_earns(quantity: int, position: Position | None, code: ReplyCode) -> None:
    assert code_of_sale(quantity, SHARE, position) == code


@pytest.mark.parametrize(
    ("quantity", "free", "code"),
    [
        (200, 250, Code.ACCEPTED),
        (250, 250, Code.ACCEPTED),  # all of it, with its rest
        (50, 50, Code.ACCEPTED),
        (50, 250, Code.QUANTITY_OUT_OF_LOTS),
        (150, 250, Code.QUANTITY_OUT_OF_LOTS),
        (251, 250, Code.SHARES_SHORT),
        (50, None, Code.ACCEPTED),
    ],
)
def test_a_rest_is_sold_with_all_that_is_free(quantity: int, free: int | None, code: ReplyCode) -> None:
    position = None if free is None else Position(free + 100, free + 100, 100)

    assert may_be_sold(quantity, ODD)
    assert code_of_sale(quantity, ODD, position if code != Code.SHARES_SHORT else Position(250, 250)) == code


def test_what_may_be_sold_as_far_as_the_security_says() -> None:
    most = SHARE.sell.most

    assert [may_be_sold(each, SHARE) for each in (50, 100, 150, most, most + 100)] == [False, True, False, True, False]
    assert [may_be_sold(each, ODD) for each in (0, 1, 150, most, most + 1)] == [False, True, True, True, False]


def test_what_a_set_of_yesterday_tells_goes_on_with_the_orders_of_today() -> None:
    """1,000 and 1,000 are told; today 300 were bought, and of a sale of 500 there are 200 executed and 300 open."""
    position = begin(Told(1_000, 1_000))

    to(position, BUY, NOT_THERE, Part(300, 100))
    to(position, SELL, NOT_THERE, Part(200, 300))
    assert astuple(position) == (1_100, 800, 300, 300)
    assert position.free == 500


def test_a_set_that_tells_less_than_is_sold_leaves_nothing_below_0_and_nothing_free() -> None:
    """100 are told, and a sale of 500 is open; 300 are executed and 200 cancelled after all, while 200 were bought."""
    position = begin(Told(100, 100))

    order = to(position, SELL, NOT_THERE, Part(0, 500))
    to(position, BUY, NOT_THERE, Part(200, 0))
    assert (astuple(position), position.free) == ((300, 100, 500, 200), 0)
    order = to(position, SELL, order, Part(300, 200))
    assert astuple(position) == (0, 0, 200, 0)
    to(position, SELL, order, Part(300, 0))
    assert position == Position()


def test_where_a_number_has_no_room_nothing_moves() -> None:
    full = Position(SECURITY_NUMBER_MAX, 5)

    assert not follow(full, BUY, NOT_THERE, Part(1, 0), False)
    assert not follow(full, BUY, NOT_THERE, Part(1, 0), True)
    assert full == Position(SECURITY_NUMBER_MAX, 5)
    held = begin(Told(100, 100))
    assert follow(held, SELL, NOT_THERE, Part(0, SECURITY_NUMBER_MAX), False)
    assert not follow(held, SELL, NOT_THERE, Part(0, 1), False)
    assert held == Position(100, 100, SECURITY_NUMBER_MAX)


def test_what_a_broker_can_tell() -> None:
    most = SECURITY_NUMBER_MAX
    told = [Told(0, 0), Told(most, most), Told(most + 1, 0), Told(5, 6), Told(5, -1)]

    assert [can_be_told(each) for each in told] == [True, True, False, False, False]


def test_what_differs_from_a_set() -> None:
    """A set of the open date tells as sellable what was bought on it: that is no difference."""
    told = Position(1_000, 1_000)

    assert not differs(Position(1_000, 700, 0, 300), told)
    assert differs(Position(1_000, 700, 0, 200), told)
    assert differs(Position(999, 700, 0, 300), told)
    assert not differs(replace(told, held=300), told)  # nobody tells what is held


steps = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 60), st.integers(0, 60)), max_size=25)


@given(st.integers(0, 300), st.integers(0, 300), steps)
def test_no_more_is_held_than_is_sellable_and_what_is_held_is_what_open_sales_have(
    holding: int, sellable: int, drawn: list[tuple[int, int, int]]
) -> None:
    """Orders in turn with rolls: sales that are taken, executed, cancelled; buys that are executed."""
    single = SHARE._replace(sell=SHARE.sell._replace(least=1, step=1))
    position, sales = begin(Told(max(holding, sellable), sellable)), list[Part]()
    for what, first, second in drawn:
        if what == 0 and code_of_sale(first, single, position) == Code.ACCEPTED:
            sales.append(to(position, SELL, NOT_THERE, Part(0, first)))
        elif what == 1 and sales:
            place = second % len(sales)
            traded, left = sales[place]
            step = min(first, left)
            sales[place] = to(position, SELL, sales[place], Part(traded + step, left - step))
        elif what == 2 and sales:
            place = second % len(sales)
            sales[place] = to(position, SELL, sales[place], Part(sales[place].traded, sales[place].open // 2))
        elif what == 3:
            to(position, BUY, NOT_THERE, Part(first, second), sold_at_once=second > 30)
        elif what == 4:
            roll(position)
        assert 0 <= position.held == sum(each.open for each in sales) <= position.sellable
        assert position.free == position.sellable - position.held
        assert position.sellable + position.bought_today <= position.holding <= SECURITY_NUMBER_MAX


parts = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)
positions = st.tuples(*(st.integers(0, 200),) * 4).map(lambda of: Position(of[0] + of[1] + of[2], of[0], of[3], of[1]))


@given(positions, st.sampled_from(Side), st.booleans(), st.integers(1, 200), parts)
def test_an_order_comes_to_the_same_whatever_its_parts(
    position: Position, side: Side, at_once: bool, quantity: int, drawn: list[tuple[int, int]]
) -> None:
    """Also where a broker has told less than is sold."""
    direct = replace(position)
    order = to(position, side, NOT_THERE, Part(0, quantity), at_once)
    for traded, gone in drawn:
        step = min(traded, order.open)
        left = max(0, order.open - step - gone)
        order = to(position, side, order, Part(order.traded + step, left), at_once)

    to(direct, side, NOT_THERE, order, at_once)
    assert position == direct


@given(st.integers(0, 300), st.lists(st.tuples(st.sampled_from(Side), st.integers(0, 40), st.integers(0, 40))))
def test_a_set_that_comes_late_makes_the_same_as_one_that_came_before_the_orders(
    told: int, drawn: list[tuple[Side, int, int]]
) -> None:
    """Of orders of the date behind it, of which sales are within what was told."""
    early, orders, left = begin(Told(told, told)), list[tuple[Side, Part]](), told
    for side, traded, still_open in drawn:
        if side == SELL and traded + still_open > left:
            continue
        left -= traded + still_open if side == SELL else 0
        order = to(early, side, to(early, side, NOT_THERE, Part(0, traded + still_open)), Part(traded, still_open))
        orders.append((side, order))

    late = begin(Told(told, told))
    for side, order in sorted(orders, reverse=True):
        to(late, side, NOT_THERE, order)
    assert late == early
    assert not differs(early, late)
