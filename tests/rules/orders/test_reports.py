"""What reports of an order move, worked on paper; and that no sequence of them overdraws, loses or doubles a fen.

Prices and turnovers in 1/10,000 yuan. USUAL: 0.18 %, at least 5.00, and 0.02 ‰; MINIMUM: at least 5.00 alone.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.vocabulary import RestraintKind, Side
from rules.money.account import Account, LaterDates
from rules.money.restraints import Restraint
from rules.orders.fees import Component, FeeTable, Paper, Traded, charge_fen, net_fen
from rules.orders.reports import Order, cancel, end, execute, freeze_order, lower
from tests.rules.orders.test_fees import USUAL, YUAN

MINIMUM = FeeTable(commission=Component(least_fen=500))
MONDAY, TUESDAY = 20260105, 20260106


def account(balance_fen: int, restrained_fen: int = 0, later_fen: int = 0) -> Account:
    return Account(balance_fen, 0, 0, later_fen, restrained_fen, later=LaterDates({MONDAY: later_fen}))


def buy(quantity: int = 1_000, price: int = 10 * YUAN, fees: FeeTable = USUAL) -> Order:
    return Order(Side.BUY, MONDAY, quantity, price, 1, price, Paper(), fees)


def sale(quantity: int, price: int = 1, high: int = 100 * YUAN, fees: FeeTable = MINIMUM) -> Order:
    return Order(Side.SELL, MONDAY, quantity, price, 1, high, Paper(), fees)


def figures(of: Account) -> tuple[int, int, int]:
    return of.frozen_fen, of.bought_fen, of.sold_fen


def frozen_buy() -> tuple[Order, Account]:
    order, of = buy(), account(2_000_000)
    freeze_order(order, of)
    assert figures(of) == (1_001_820, 0, 0)
    return order, of


def test_a_buy_is_filled_in_two_parts_that_are_cheaper() -> None:
    """The figures are those of test_fees."""
    order, of = frozen_buy()

    assert execute(order, of, Traded(400, 3_980 * YUAN))
    assert figures(of) == (601_092, 398_724, 0)
    assert execute(order, of, Traded(1_000, 9_920 * YUAN))
    assert figures(of) == (0, 398_724 + 595_082, 0)
    assert order.open_quantity == 0


def test_a_report_that_comes_twice_or_is_overtaken_moves_nothing() -> None:
    order, of = frozen_buy()
    assert execute(order, of, Traded(1_000, 9_920 * YUAN))
    before = figures(of)

    assert not execute(order, of, Traded(1_000, 9_920 * YUAN))
    assert not execute(order, of, Traded(400, 3_980 * YUAN))
    assert figures(of) == before


@pytest.mark.parametrize(
    "told",
    [
        Traded(400, 4_001 * YUAN),  # above the limit
        Traded(400, 0),  # for nothing
        Traded(1_001, 9_000 * YUAN),  # more than was ordered
        Traded(0, 1),
        Traded(-1, 1),
    ],
)
def test_what_does_not_fit_moves_nothing(told: Traded) -> None:
    order, of = frozen_buy()

    assert not execute(order, of, told)
    assert figures(of) == (1_001_820, 0, 0)


def test_a_turnover_that_falls_does_not_fit() -> None:
    """400 at 9.95, then 401 for 0.04 in all: it would have given 3,982.20 back."""
    order, of = frozen_buy()
    assert execute(order, of, Traded(400, 3_980 * YUAN))

    assert not execute(order, of, Traded(401, 400))
    assert figures(of) == (601_092, 398_724, 0)


def test_a_cancel_gives_back_what_is_needed_no_more_and_what_is_told_later_does_not_fit() -> None:
    """400 executed; 600 cancelled: 601,092 come back."""
    order, of = frozen_buy()
    assert execute(order, of, Traded(400, 3_980 * YUAN))

    assert not cancel(order, of, 700)
    assert cancel(order, of, 600)
    assert figures(of) == (0, 398_724, 0)
    assert not cancel(order, of, 600)
    assert not execute(order, of, Traded(401, 3_990 * YUAN))


def test_a_refused_order_that_is_executed_after_all_does_not_fit() -> None:
    order, of = frozen_buy()
    end(order, of)

    assert figures(of) == (0, 0, 0)
    assert not execute(order, of, Traded(400, 3_980 * YUAN))


def test_a_sale_that_is_dearer_than_it_brings_costs_until_it_brings_something() -> None:
    """2.00 − 5.00 = −3.00, of which 1.00 is there; 4.00 − 5.00 = −1.00; 6.00 − 5.00 = 1.00."""
    order, of = sale(3), account(100)

    booked = []
    for count in (1, 2, 3):
        assert execute(order, of, Traded(count, 2 * count * YUAN))
        booked.append((order.booked_fen, *figures(of)))

    assert booked == [(-100, 0, 100, 0), (-100, 0, 100, 0), (100, 0, 0, 100)]


def test_a_restraint_keeps_a_cost_out_and_nothing_falls_below_0() -> None:
    """10.00 restrained on an empty account: buying power is below 0, and the cost is not booked at all."""
    order, of = sale(1), account(0, restrained_fen=1_000)

    assert execute(order, of, Traded(1, 2 * YUAN))
    assert (order.booked_fen, figures(of)) == (0, (0, 0, 0))


def test_proceeds_that_were_spent_stay_sold_and_fall_with_the_next_report() -> None:
    """100 at 1.00: 95.00, all of it spent on a buy. Two people lower it to 0: nothing can fall. Once the buy was given
    back, nothing is booked by itself either: what is over is a difference for the set.
    """
    order, of = sale(100), account(0)
    assert execute(order, of, Traded(100, 100 * YUAN))
    of.frozen_fen = 9_500

    assert lower(order, of, Traded(0, 0))
    assert (order.booked_fen, figures(of)) == (9_500, (9_500, 0, 9_500))


def test_what_a_later_date_brought_is_not_taken_for_an_older_one() -> None:
    """Monday's sale of 95.00 was spent, Tuesday's 100.00 are there: Monday's does not fall on them."""
    order, of = sale(100), account(0, later_fen=0)
    assert execute(order, of, Traded(100, 100 * YUAN))
    of.frozen_fen, of.sold_fen = 9_500, of.sold_fen + 10_000
    of.later.move(TUESDAY, 10_000)

    assert lower(order, of, Traded(0, 0))
    assert order.booked_fen == 9_500


def test_proceeds_that_turn_into_a_cost_fall_in_two_parts() -> None:
    """3.00 a share, at least 5.00: 100 at 0.10 bring 10.00 − 8.00 = 2.00; 400 more at 0.01 make 14.00 − 20.00. The
    account is empty: 2.00 fall, and of the 6.00 that it costs nothing is there.
    """
    fees = FeeTable(commission=Component(a_unit=40_000_000, least_fen=800))
    order, of = sale(500, fees=fees), account(0)
    assert execute(order, of, Traded(100, 100 * 1_000))
    assert order.booked_fen == 200

    assert execute(order, of, Traded(500, 100 * 1_000 + 400 * 100))
    assert net_fen(fees, Paper(), order.traded) == 1_400 - 2_000
    assert (order.booked_fen, figures(of)) == (0, (0, 0, 0))


def test_a_report_of_all_where_a_tenth_was_executed_is_lowered_from_the_end() -> None:
    """1,000 at 9.90 told: 9,900.00 + 17.82 + 0.198: 991,802. 100 were executed: 990.00 + 5.00 + 0.0198: 99,502."""
    order, of = frozen_buy()
    assert execute(order, of, Traded(1_000, 9_900 * YUAN))
    assert figures(of) == (0, 991_802, 0)

    assert lower(order, of, Traded(100, 990 * YUAN))
    assert figures(of) == (0, 99_502, 0)
    assert not lower(order, of, Traded(100, 990 * YUAN))
    assert not execute(order, of, Traded(1_000, 9_900 * YUAN))


verbs = st.sampled_from(("execute", "cancel", "lower", "end", "spend", "withdraw"))
steps = st.lists(st.tuples(verbs, st.integers(0, 10), st.integers(0, 60_000)), max_size=12)
fee_numbers = st.integers(0, 10**8), st.just(0), st.integers(0, 10**7), st.integers(0, 300), st.integers(0, 900)
tables = st.tuples(*fee_numbers).map(lambda numbers: FeeTable(Component(*numbers)))


@given(tables, st.integers(0, 200_000), st.integers(0, 3_000), st.sampled_from(Side), steps)
def test_whatever_is_reported_nothing_is_overdrawn_and_the_order_says_what_was_moved(
    fees: FeeTable, balance_fen: int, restrained_fen: int, side: Side, drawn: list[tuple[str, int, int]]
) -> None:
    of = account(balance_fen, restrained_fen)
    of.restraints = [Restraint(1, RestraintKind.OTHER, restrained_fen, 0)]
    order = Order(side, MONDAY, 10, 50_000 if side == Side.BUY else 1, 1, 50_000, Paper(), fees)
    spent_fen = 0
    if side == Side.BUY:
        if order.needed_fen > of.buying_power_fen:
            return
        freeze_order(order, of)
    for what, quantity, price in drawn:
        if what == "execute":
            execute(order, of, Traded(quantity, order.traded.turnover + price * quantity))
        elif what == "cancel":
            cancel(order, of, quantity)
        elif what == "lower":
            lower(order, of, Traded(min(quantity, order.traded.quantity), order.traded.turnover // 2))
        elif what == "end":
            end(order, of)
        elif what == "spend" and of.buying_power_fen > 0:
            of.frozen_fen, spent_fen = of.frozen_fen + of.buying_power_fen, spent_fen + of.buying_power_fen
        elif of.withdrawable_fen > 0:
            of.balance_fen -= min(of.withdrawable_fen, price)
        assert of.bought_fen >= 0
        assert of.sold_fen >= 0
        assert of.balance_fen - of.frozen_fen - of.bought_fen + of.sold_fen >= 0
        assert of.frozen_fen == spent_fen + order.remaining_fen
        assert (of.bought_fen, of.sold_fen) == (
            (order.drawn_fen, 0) if side == Side.BUY else (max(0, -order.booked_fen), max(0, order.booked_fen))
        )
        assert order.remaining_fen == (order.needed_fen if side == Side.BUY else 0)
        if side == Side.BUY:
            assert order.drawn_fen == charge_fen(fees, Paper(), order.traded)
