"""Two reckonings of fees, the gateway's own and the bank's page: they share nothing but the numbers of a table.

Belongs here: both beside each other, at the bounds too. Never here: which table an order has (test_orders).
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gateway.own_book.fees import Reckoned, Stands, drawn_and_needed
from protocol.limits import FEE_BOUND_FEN_MAX, FEE_RATE_MAX, FEE_UNIT_MAX, ORDER_TURNOVER_MAX, SECURITY_NUMBER_MAX
from rules.orders.fees import Component, FeeTable, Open, Paper, Traded, charge_fen, needed_fen

RATES = st.integers(0, FEE_RATE_MAX) | st.sampled_from([0, 20_000, 1_800_000, FEE_RATE_MAX])
UNITS = st.integers(0, FEE_UNIT_MAX) | st.sampled_from([0, FEE_UNIT_MAX])
BOUNDS = st.integers(0, 10_000) | st.sampled_from([0, FEE_BOUND_FEN_MAX])


@st.composite
def components(draw: st.DrawFn) -> Component:
    least_fen, most_fen = draw(BOUNDS), draw(BOUNDS)
    if most_fen:
        least_fen = min(least_fen, most_fen)
    return Component(draw(RATES), draw(RATES), draw(UNITS), draw(BOUNDS), least_fen, most_fen)


@st.composite
def orders(draw: st.DrawFn) -> tuple[FeeTable, Paper, Traded, Open]:
    """One that may be: no turnover or par of it passes the bound."""
    units = draw(st.sampled_from([1, 10, 1_000]))
    quantity = draw(st.integers(1, 1_000) | st.integers(1, SECURITY_NUMBER_MAX // units))
    most = min(SECURITY_NUMBER_MAX, ORDER_TURNOVER_MAX // units // quantity)
    payable, par = draw(st.integers(0, most)), draw(st.integers(0, most))
    traded = draw(st.integers(0, quantity))
    turnover = draw(st.integers(0, traded * units * payable))
    left = draw(st.integers(0, quantity - traded))
    table = FeeTable(*(draw(components()) for _ in range(5)))
    return table, Paper(units, par), Traded(traded, turnover), Open(left, payable)


@given(st.lists(orders(), min_size=1, max_size=5))
def test_the_gateway_and_the_page_say_the_same(drawn: list[tuple[FeeTable, Paper, Traded, Open]]) -> None:
    """Several at once, some of which take the way of long products, and each alone."""
    alone = [_reckoned([one]) for one in drawn]
    by_page = [
        (charge_fen(table, paper, traded), needed_fen(table, paper, traded, left))
        for table, paper, traded, left in drawn
    ]
    assert _reckoned(drawn) == [one for (one,) in alone] == by_page


def _reckoned(drawn: list[tuple[FeeTable, Paper, Traded, Open]]) -> list[tuple[int, int]]:
    tables, papers, traded, left = zip(*drawn, strict=True)
    by = Reckoned(
        table=np.array(tables, np.int64),
        units=np.array([each.units for each in papers], np.int64),
        par=np.array([each.par for each in papers], np.int64),
        payable=np.array([each.payable for each in left], np.int64),
    )
    stands = Stands(
        traded=np.array([each.quantity for each in traded], np.int64),
        turnover=np.array([each.turnover for each in traded], np.int64),
        left=np.array([each.quantity for each in left], np.int64),
    )
    drawn_fen, needed = drawn_and_needed(by, stands)
    return list(zip(drawn_fen.tolist(), needed.tolist(), strict=True))
