"""The states of an order through the bank: every cell, by hand."""

import pytest

from rules.orders.states import OrderEvent, OrderState, is_open, next_order_state

S, E = OrderState, OrderEvent
ENDS = {
    **dict.fromkeys((E.FILL, E.CANCEL_REST, E.END_ISSUE, E.TAKE_BACK), S.ENDED),
    E.CLOSE: S.CLOSED,
    E.REFUSE: S.REFUSED,
    E.CORRECT: S.LOWERED,
}
ORDERS = {
    S.SENT: {**ENDS, E.TAKE: S.TAKEN, E.CANCEL: S.ENDING, E.ALLOT: S.ALLOTTED},
    S.TAKEN: {**ENDS, E.TAKE: S.TAKEN, E.CANCEL: S.ENDING, E.ALLOT: S.ALLOTTED},
    S.ENDING: {**ENDS, E.TAKE: S.ENDING, E.END_CANCEL: S.TAKEN, E.ALLOT: S.ALLOTTED},
    S.ALLOTTED: {E.CLOSE: S.CLOSED},
    S.ENDED: {E.CORRECT: S.LOWERED},
    S.REFUSED: {},
    S.LOWERED: {},
    S.CLOSED: {},
}


@pytest.mark.parametrize("event", OrderEvent)
@pytest.mark.parametrize("state", OrderState)
def test_an_order_goes_where_the_table_says_and_else_nowhere(state: OrderState, event: OrderEvent) -> None:
    assert next_order_state(state, event) == ORDERS[state].get(event)


def test_an_order_that_has_ended_never_opens_again() -> None:
    assert set(ORDERS[S.ENDED].values()) == {S.LOWERED}
    assert [state for state in OrderState if not is_open(state)] == [S.ENDED, S.REFUSED, S.LOWERED, S.CLOSED]


def test_every_open_order_can_be_ended_by_its_set() -> None:
    """Whatever broker and channel leave unsaid, no order is open for ever."""
    assert {state for state in OrderState if next_order_state(state, E.CLOSE) == S.CLOSED} == set(filter(is_open, S))
