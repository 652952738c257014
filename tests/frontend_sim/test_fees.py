"""The worked examples of the money rules, to the fen, and what holds for any order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontend_sim.market.fees import BUY_FEES, BuyOrder, FillMoney, SellOrder, half_up, turnover_fen

PARTS_MAX = 40  # of one order; the last one is all that is left


def test_a_buy_of_1000_at_10_yuan_freezes_10018_20() -> None:
    assert BuyOrder(100_000, 1_000).remaining_fen == 1_001_820


def test_two_cheaper_fills_draw_and_release_as_written() -> None:
    order = BuyOrder(100_000, 1_000)
    assert order.fill(400, 99_500) == FillMoney(398_724, 2_004, 398_000)
    assert order.remaining_fen == 601_092
    assert order.fill(600, 99_000) == FillMoney(595_082, 6_010, 594_000)
    assert order.remaining_fen == 0


def test_the_minimum_commission_is_charged_once_per_order() -> None:
    order = BuyOrder(60_000, 100)
    assert order.remaining_fen == 60_501
    assert order.fill(40, 60_000).charge_fen == 24_500
    assert order.fill(60, 60_000).charge_fen == 36_001


def test_100_at_10_yuan_costs_1005_02() -> None:
    assert BuyOrder(100_000, 100).remaining_fen == 100_502


def test_nothing_filled_costs_nothing() -> None:
    assert BUY_FEES.fee_fen(0) == 0


def test_one_share_sold_at_2_yuan_brings_nothing_under_the_minimum_commission() -> None:
    assert SellOrder().fill(1, 20_000) == (0, 200)


def test_a_cancel_of_the_rest_releases_all_that_remains() -> None:
    order = BuyOrder(100_000, 1_000)
    order.fill(400, 100_000)
    remaining_fen = order.remaining_fen
    assert order.cancel(600) == remaining_fen
    assert order.remaining_fen == 0


@pytest.mark.parametrize(("numerator", "expected"), [(0, 0), (49, 0), (50, 1), (149, 1), (150, 2)])
def test_halves_are_rounded_up(numerator: int, expected: int) -> None:
    assert half_up(numerator, 100) == expected
    assert turnover_fen(numerator) == expected


@given(st.data())
def test_a_freeze_is_drawn_and_released_to_the_fen_whatever_happens(data: st.DataObject) -> None:
    limit = data.draw(st.integers(1, 20_000_000), "limit price")
    order = BuyOrder(limit, data.draw(st.integers(1, 10_000), "quantity"))
    frozen_fen = remaining_fen = order.remaining_fen
    moved_fen = 0
    parts = 0
    while order.open_quantity:
        parts += 1
        lowest = 1 if parts < PARTS_MAX else order.open_quantity
        quantity = data.draw(st.integers(lowest, order.open_quantity), "part")
        if data.draw(st.booleans(), "is a fill"):
            money = order.fill(quantity, data.draw(st.integers(1, limit), "price"))
            assert money.charge_fen >= 0
            assert money.release_fen >= 0
            taken_fen = money.charge_fen + money.release_fen
        else:
            taken_fen = order.cancel(quantity)
        assert 0 <= taken_fen <= remaining_fen
        remaining_fen -= taken_fen
        moved_fen += taken_fen
        assert order.remaining_fen == remaining_fen
    assert moved_fen == frozen_fen
