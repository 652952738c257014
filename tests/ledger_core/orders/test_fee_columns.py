"""Fees over columns say what the page says, at the bounds of every number too."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.orders import fees
from protocol.limits import FEE_BOUND_FEN_MAX, FEE_RATE_MAX, FEE_UNIT_MAX
from rules.orders import fees as law
from rules.orders.fees import Component, FeeTable, Paper, Traded

TURNOVER_MAX = 100 * 2**40
UNITS_MAX = 2**40 - 1


def up_to(most: int) -> st.SearchStrategy[int]:
    """The bounds, their neighbours and anything between them."""
    return st.sampled_from((0, 1, most - 1, most)) | st.integers(0, most)


@st.composite
def components(draw: st.DrawFn) -> Component:
    least, most = sorted((draw(up_to(FEE_BOUND_FEN_MAX)), draw(up_to(FEE_BOUND_FEN_MAX))))
    rates = draw(up_to(FEE_RATE_MAX)), draw(up_to(FEE_RATE_MAX)), draw(up_to(FEE_UNIT_MAX))
    return Component(*rates, draw(up_to(FEE_BOUND_FEN_MAX)), least, draw(st.sampled_from((0, most))))


@st.composite
def orders(draw: st.DrawFn) -> tuple[FeeTable, Paper, Traded]:
    table = FeeTable(*(draw(components()) for _ in FeeTable._fields))
    units = draw(up_to(UNITS_MAX))
    par = draw(up_to(min(2**31 - 1, TURNOVER_MAX // max(1, units))))
    return table, Paper(1, par), Traded(units, draw(up_to(TURNOVER_MAX)))


@settings(max_examples=100)
@given(st.lists(orders(), min_size=1, max_size=6))
def test_columns_and_page_charge_the_same(drawn: list[tuple[FeeTable, Paper, Traded]]) -> None:
    tables, papers, traded = zip(*drawn, strict=True)
    of_tables = fees.columns_of(list(tables))
    units = np.array([each.quantity for each in traded])
    par, turnover = np.array([each.par for each in papers]), np.array([each.turnover for each in traded])

    assert fees.fees_fen(of_tables, units, par, turnover).tolist() == [list(law.fees_fen(*each)) for each in drawn]
    assert fees.turnover_fen(turnover).tolist() == [each.turnover_fen for each in traded]


def test_everything_at_its_bound_stays_below_64_bits() -> None:
    """2^40 fen at 10 %, par likewise, 2^40 units at 1 yuan, and the flat fee: exact in whole numbers."""
    largest = Component(FEE_RATE_MAX, FEE_RATE_MAX, FEE_UNIT_MAX, FEE_BOUND_FEN_MAX)
    columns = fees.columns_of([FeeTable(*[largest] * 5)])
    units, par, turnover = np.array([UNITS_MAX]), np.array([100]), np.array([TURNOVER_MAX])

    charged_fen = fees.fees_fen(columns, units, par, turnover)

    assert charged_fen.tolist() == [[law.fee_fen(largest, Paper(1, 100), Traded(UNITS_MAX, TURNOVER_MAX))] * 5]
    assert charged_fen[0, 0] > 2**46
