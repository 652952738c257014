"""A report that two people lower: what such an act earns, and that nobody is overdrawn, whatever comes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codes import ReplyCode as Code
from protocol.vocabulary import Side
from rules.orders.correcting import Lowered, code_of_lowering, lower_reported
from rules.orders.fees import Component, FeeTable, Paper, Traded, charge_fen
from rules.orders.reports import Order, freeze_order
from rules.orders.states import OrderState
from rules.orders.told import tell_cancelled, tell_executed
from tests.rules.asked import account

YUAN = 10_000
TABLE = FeeTable(commission=Component(on_turnover=1_800_000, least_fen=500), transfer=Component(on_turnover=20_000))
ORDER = Order(Side.BUY, 20_260_105, 1_000, 10 * YUAN, 9 * YUAN, 11 * YUAN, Paper(), TABLE)
REPORTED, TRUE = Traded(400, 3_980 * YUAN), Traded(300, 2_985 * YUAN)


def reported(state: OrderState = OrderState.TAKEN) -> Order:
    return replace(ORDER, traded=REPORTED, state=state)


@pytest.mark.parametrize(
    ("order", "says", "is_due", "code"),
    [
        (reported(), Lowered(REPORTED, TRUE), True, Code.ACCEPTED),
        (reported(OrderState.ENDED), Lowered(REPORTED, TRUE), True, Code.ACCEPTED),
        (reported(), Lowered(REPORTED, Traded()), True, Code.ACCEPTED),
        (reported(), Lowered(REPORTED, Traded(400, 3_979 * YUAN)), True, Code.ACCEPTED),
        (None, Lowered(REPORTED, REPORTED), False, Code.ORDER_UNKNOWN),
        (reported(), Lowered(REPORTED, REPORTED), False, Code.AMOUNT_OUT_OF_RANGE),
        (reported(), Lowered(REPORTED, Traded(401, 3_000 * YUAN)), True, Code.AMOUNT_OUT_OF_RANGE),
        (reported(), Lowered(REPORTED, Traded(300, 3_981 * YUAN)), True, Code.AMOUNT_OUT_OF_RANGE),
        (reported(), Lowered(REPORTED, Traded(0, 1)), True, Code.AMOUNT_OUT_OF_RANGE),
        (reported(), Lowered(REPORTED, Traded(1, 0)), True, Code.AMOUNT_OUT_OF_RANGE),
        (reported(), Lowered(TRUE, Traded()), False, Code.STEP_NOT_DUE),
        (reported(), Lowered(TRUE, Traded()), True, Code.DECISION_DIFFERS),
        (reported(OrderState.REFUSED), Lowered(REPORTED, TRUE), True, Code.DECISION_DIFFERS),
        (reported(OrderState.LOWERED), Lowered(REPORTED, TRUE), True, Code.DECISION_DIFFERS),  # once
        (reported(OrderState.CLOSED), Lowered(REPORTED, TRUE), True, Code.DECISION_DIFFERS),
    ],
)
def test_what_the_act_earns(order: Order | None, says: Lowered, is_due: bool, code: Code) -> None:
    assert code_of_lowering(order, says, is_due) == code


def test_400_that_were_300() -> None:
    """10,018.20 frozen; 400 at 9.95 draw 3,987.24. 300 at 9.95 cost 2,990.43: 996.81 are bought no more."""
    order, own = replace(ORDER), account(2_000_000)
    freeze_order(order, own)
    assert tell_executed(order, own, REPORTED, False)

    lower_reported(order, own, TRUE)

    assert (own.frozen_fen, own.bought_fen, order.drawn_fen) == (0, 299_043, 299_043)
    assert (order.state, order.traded, order.cancelled) == (OrderState.LOWERED, TRUE, 700)
    assert not tell_executed(order, own, REPORTED, False)
    assert tell_executed(order, own, TRUE, False)  # as it is


@given(st.lists(st.tuples(st.integers(0, 1_000), st.integers(0, 11_000), st.sampled_from("efc")), max_size=8))
def test_whatever_is_reported_and_lowered_what_is_drawn_is_what_it_costs(
    steps: list[tuple[int, int, str]],
) -> None:
    order, own = replace(ORDER), account(1_001_820)
    freeze_order(order, own)
    for quantity, price, what in steps:
        told = Traded(quantity, quantity * price * 10)
        if what == "e":
            tell_executed(order, own, told, False)
        elif what == "c":
            tell_cancelled(order, own, quantity, 0, False)
        elif code_of_lowering(order, Lowered(order.traded, told), True) == Code.ACCEPTED:
            lower_reported(order, own, told)
            assert order.state == OrderState.LOWERED
        assert order.drawn_fen == own.bought_fen == charge_fen(order.fees, order.paper, order.traded)
        assert order.remaining_fen == own.frozen_fen >= 0
        assert own.buying_power_fen >= 0
