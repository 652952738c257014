"""What orders through the bank cost: every figure worked on paper beside it, and that parts add up.

Turnover is in 1/10,000 yuan: 1,000 × 10.00 are 100,000,000.
"""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.limits import FEE_BOUND_FEN_MAX, FEE_RATE_MAX, FEE_UNIT_MAX
from rules.orders.fees import (
    Component,
    FeeTable,
    Open,
    Paper,
    Traded,
    charge_fen,
    fee_fen,
    fees_fen,
    needed_fen,
    net_fen,
    rounded,
)

SHARE = Paper()
USUAL = FeeTable(
    commission=Component(on_turnover=1_800_000, least_fen=500),  # 0.18 %, at least 5.00
    transfer=Component(on_turnover=20_000),  # 0.02 ‰
)
COMMISSION_ALONE = FeeTable(commission=USUAL.commission)
YUAN = 10_000


def needed(traded: Traded, quantity: int, price: int, table: FeeTable = USUAL) -> int:
    return needed_fen(table, SHARE, traded, Open(quantity, price))


def test_a_thousand_at_ten_freeze_10_018_20_and_give_back_what_was_cheaper() -> None:
    """0.18 % of 10,000.00 are 18.00, 0.02 ‰ are 0.20. 400 at 9.95 are 3,980.00 + 7.164 + 0.0796: 3,987.24. Then all of
    it would be 9,980.00 + 17.964 + 0.1996: 9,998.16, and 6,010.92 are needed: 20.04 less than what was left. 600 at
    9.90 make 9,920.00 + 17.856 + 0.1984: 9,938.06, which is 5,950.82 more; 60.10 are left over.
    """
    nothing, first, all_of_it = Traded(), Traded(400, 3_980 * YUAN), Traded(1_000, 9_920 * YUAN)

    assert needed(nothing, 1_000, 10 * YUAN) == 1_001_820
    assert charge_fen(USUAL, SHARE, first) == 398_724
    assert needed(first, 600, 10 * YUAN) == 601_092
    assert 1_001_820 - 398_724 - 601_092 == 2_004
    assert charge_fen(USUAL, SHARE, all_of_it) - charge_fen(USUAL, SHARE, first) == 595_082
    assert needed(all_of_it, 0, 10 * YUAN) == 0
    assert 601_092 - 595_082 == 6_010


def test_a_minimum_is_charged_once_and_with_the_first_part() -> None:
    """100 × 6.00: 600.00 + 5.00 + 0.012. 40 of them: 240.00 + 5.00 + 0.0048; 60 more: 360.00 and the transfer fee."""
    assert needed(Traded(), 100, 6 * YUAN) == 60_501
    assert charge_fen(USUAL, SHARE, Traded(40, 240 * YUAN)) == 24_500
    assert charge_fen(USUAL, SHARE, Traded(100, 600 * YUAN)) == 24_500 + 36_001


def test_a_hundred_at_ten_freeze_1_005_02() -> None:
    assert needed(Traded(), 100, 10 * YUAN) == 100_502


def test_a_share_sold_for_less_than_its_fees_costs_what_is_over() -> None:
    """2.00 − 5.00; with a second and a third one 4.00 − 5.00, and 6.00 − 5.00."""
    net = [net_fen(COMMISSION_ALONE, SHARE, Traded(count, 2 * count * YUAN)) for count in range(4)]

    assert net == [0, -300, -100, 100]


def test_bonds_are_counted_by_ten_and_pay_for_accrued_interest() -> None:
    """10 手 of 10 units at 101.50 and 0.185 accrued: 10 × 10 × 101.685 = 10,168.50."""
    bond = Paper(units=10, par=100 * YUAN)
    free = FeeTable()

    assert needed_fen(free, bond, Traded(), Open(10, 1_016_850)) == 1_016_850
    assert fee_fen(Component(on_par=10_000), bond, Traded(10, 101_685_000)) == 10  # 0.01 ‰ of 10,000.00 of par


def test_a_funds_rate_works_on_whole_fen() -> None:
    """24 × 2.199 are 52.776, which all who reckon take for 52.78: 0.18 % are 9.5004 fen, where 52.776 had 9.49968."""
    assert fees_fen(FeeTable(commission=Component(on_turnover=1_800_000)), SHARE, Traded(24, 527_760))[0] == 10


def test_flat_unit_least_and_most_are_one_fee() -> None:
    """1.50 by the unit and 0.50 flat are 2.00; at least 3.00; of a larger one at most 9.00."""
    fee = Component(a_unit=15_000_000, flat_fen=50, least_fen=300, most_fen=900)

    assert [fee_fen(fee, SHARE, Traded(count, 0)) for count in (100, 300, 1_000)] == [300, 500, 900]


@pytest.mark.parametrize(("number", "fen"), [(0, 0), (49, 0), (50, 1), (149, 1), (150, 2)])
def test_half_a_fen_is_a_fen(number: int, fen: int) -> None:
    assert rounded(number, 100) == fen


@st.composite
def components(draw: st.DrawFn) -> Component:
    least, most = sorted((draw(st.integers(0, FEE_BOUND_FEN_MAX)), draw(st.integers(0, FEE_BOUND_FEN_MAX))))
    return Component(
        on_turnover=draw(st.integers(0, FEE_RATE_MAX)),
        on_par=draw(st.integers(0, FEE_RATE_MAX)),
        a_unit=draw(st.integers(0, FEE_UNIT_MAX)),
        flat_fen=draw(st.integers(0, FEE_BOUND_FEN_MAX)),
        least_fen=least,
        most_fen=draw(st.sampled_from((0, most))),
    )


tables = st.builds(FeeTable, *[components()] * 5)
papers = st.builds(Paper, st.integers(1, 1_000), st.integers(0, 2**31 - 1))


@given(components(), papers, st.integers(1, 2**31 - 1), st.integers(0, 100 * 2**40))
def test_a_fee_is_its_formula_in_exact_fractions(fee: Component, paper: Paper, quantity: int, turnover: int) -> None:
    units, half = quantity * paper.units, Fraction(1, 2)
    turnover_fen = (Fraction(turnover, 100) + half).__floor__()
    par_fen = (Fraction(units * paper.par, 100) + half).__floor__()
    exact = Fraction(turnover_fen * fee.on_turnover + par_fen * fee.on_par, 10**9)
    exact += Fraction(fee.a_unit * units * 100, 10**9)
    most_fen = fee.most_fen or 2**80

    charged_fen = fee_fen(fee, paper, Traded(quantity, turnover))

    assert charged_fen == min(most_fen, max(fee.least_fen, (exact + half).__floor__() + fee.flat_fen))


@given(tables, papers, st.integers(1, 2**31 - 1), st.integers(1, 2**31 - 1), st.data())
def test_whatever_the_parts_no_more_is_drawn_than_was_frozen_and_charges_add_up(
    table: FeeTable, paper: Paper, quantity: int, price: int, data: st.DataObject
) -> None:
    """Parts at any price up to the limit, a cancel somewhere between them: what is needed never rises, nothing drawn is
    below 0, and what remains covers each part with what is needed behind it.
    """
    remaining_fen = needed_fen(table, paper, Traded(), Open(quantity, price))
    traded, left, drawn_fen = Traded(), quantity, 0
    for _ in range(data.draw(st.integers(1, 5))):
        if not left:
            break
        part = data.draw(st.integers(1, left))
        left -= part
        if data.draw(st.booleans()):
            paid = data.draw(st.integers(1, price)) * paper.units * part
            before_fen, traded = (
                charge_fen(table, paper, traded),
                Traded(traded.quantity + part, traded.turnover + paid),
            )
            part_fen = charge_fen(table, paper, traded) - before_fen
        else:
            part_fen = 0
        needed_now_fen = needed_fen(table, paper, traded, Open(left, price))
        assert part_fen >= 0
        assert needed_now_fen >= 0
        assert part_fen + needed_now_fen <= remaining_fen
        remaining_fen, drawn_fen = needed_now_fen, drawn_fen + part_fen
    assert drawn_fen == charge_fen(table, paper, traded)
