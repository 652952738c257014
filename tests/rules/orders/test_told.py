"""What is told of an order, state by state: each cell of the table of docs/orders.md, and conversations.

The order: 1,000 at 10.00, USUAL, 10,018.20 frozen. An order that is ENDING has the cancel 7 under way.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import InvariantBroken
from protocol.vocabulary import OrderType
from rules.money.account import Account
from rules.orders.correcting import lower_reported
from rules.orders.fees import Traded, charge_fen
from rules.orders.reports import Order, end
from rules.orders.states import OrderState, is_open
from rules.orders.told import (
    ask_cancel,
    tell_cancel_refused,
    tell_cancelled,
    tell_executed,
    tell_refused,
    tell_taken,
)
from tests.rules.orders.test_fees import YUAN
from tests.rules.orders.test_reports import figures, frozen_buy

S = OrderState
Report = Callable[[Order, Account, bool], bool]
PART, ALL = Traded(400, 3_980 * YUAN), Traded(1_000, 9_920 * YUAN)


def taken(number: int = 42) -> Report:
    return lambda order, account, is_cleared: tell_taken(order, number)


def executed(told: Traded) -> Report:
    return lambda order, account, is_cleared: tell_executed(order, account, told, is_cleared)


def cancelled(count: int, answers: int = 0) -> Report:
    return lambda order, account, is_cleared: tell_cancelled(order, account, count, answers, is_cleared)


def refused() -> Report:
    return tell_refused


def cancel_refused(answers: int) -> Report:
    return lambda order, account, is_cleared: tell_cancel_refused(order, answers)


def in_state(state: OrderState) -> tuple[Order, Account]:
    order, account = frozen_buy()
    if state in (S.TAKEN, S.ENDING, S.ENDED):
        assert tell_taken(order, 42)
    if state in (S.ENDING, S.ENDED):
        ask_cancel(order, 7)
    if state == S.ENDED:
        assert tell_cancelled(order, account, 1_000, 7, False)
    if state == S.REFUSED:
        assert tell_refused(order, account, False)
    if state == S.LOWERED:
        assert tell_executed(order, account, PART, False)
        lower_reported(order, account, Traded())
    if state == S.CLOSED:
        end(order, account)
        order.state = state
    assert order.state == state
    return order, account


LISTED = None
CELLS: list[tuple[str, Report, dict[OrderState, OrderState | None]]] = [
    ("taken", taken(), {S.SENT: S.TAKEN, S.TAKEN: S.TAKEN, S.ENDING: S.ENDING, S.ENDED: S.ENDED, S.REFUSED: S.REFUSED}),
    (
        "taken under another number",
        taken(43),
        {S.SENT: S.TAKEN, S.TAKEN: LISTED, S.ENDING: LISTED, S.ENDED: LISTED, S.REFUSED: S.REFUSED},
    ),
    (
        "all of it executed",
        executed(ALL),
        {S.SENT: S.ENDED, S.TAKEN: S.ENDED, S.ENDING: S.ENDED, S.ENDED: LISTED, S.REFUSED: LISTED},
    ),
    (
        "a part executed",
        executed(PART),
        {
            **{S.SENT: S.TAKEN, S.TAKEN: S.TAKEN, S.ENDING: S.ENDING},
            **{S.ENDED: LISTED, S.REFUSED: LISTED, S.LOWERED: LISTED},
        },
    ),
    (
        "executed as it is",
        executed(Traded()),
        {state: state for state in S if state not in (S.ALLOTTED, S.CLOSED)} | {S.CLOSED: LISTED},
    ),
    (
        "executed above its limit",
        executed(Traded(400, 4_001 * YUAN)),
        {S.SENT: LISTED, S.TAKEN: LISTED, S.ENDING: LISTED, S.ENDED: LISTED, S.REFUSED: LISTED},
    ),
    (
        "all cancelled",
        cancelled(1_000, 7),
        {
            S.SENT: S.ENDED,
            S.TAKEN: S.ENDED,
            S.ENDING: S.ENDED,
            S.ENDED: S.ENDED,
            S.REFUSED: S.REFUSED,
            S.CLOSED: LISTED,
        },
    ),
    (
        "a part cancelled in answer",
        cancelled(300, 7),
        {S.SENT: S.SENT, S.TAKEN: S.TAKEN, S.ENDING: S.TAKEN, S.ENDED: LISTED, S.REFUSED: LISTED},
    ),
    (
        "a part cancelled by the exchange",
        cancelled(300),
        {S.SENT: S.SENT, S.TAKEN: S.TAKEN, S.ENDING: S.ENDING, S.ENDED: LISTED, S.REFUSED: LISTED},
    ),
    ("none cancelled", cancelled(0), {S.SENT: S.SENT, S.TAKEN: S.TAKEN, S.ENDING: S.ENDING, S.ENDED: LISTED}),
    (
        "more cancelled than ordered",
        cancelled(1_001, 7),
        {S.SENT: LISTED, S.TAKEN: LISTED, S.ENDING: LISTED, S.ENDED: LISTED, S.REFUSED: LISTED},
    ),
    (
        "refused",
        refused(),
        {S.SENT: S.REFUSED, S.TAKEN: S.REFUSED, S.ENDING: S.REFUSED, S.ENDED: LISTED, S.REFUSED: S.REFUSED},
    ),
    (
        "its cancel refused",
        cancel_refused(7),
        {S.SENT: LISTED, S.TAKEN: LISTED, S.ENDING: S.TAKEN, S.ENDED: S.ENDED, S.REFUSED: LISTED},
    ),
    (
        "another cancel refused",
        cancel_refused(6),
        {S.SENT: LISTED, S.TAKEN: LISTED, S.ENDING: LISTED, S.ENDED: LISTED, S.REFUSED: LISTED},
    ),
    (
        "no cancel refused",
        cancel_refused(0),
        {S.SENT: LISTED, S.TAKEN: LISTED, S.ENDING: LISTED, S.ENDED: LISTED, S.REFUSED: LISTED},
    ),
]


@pytest.mark.parametrize(
    ("report", "state", "after"),
    [(report, state, after) for _, report, cells in CELLS for state, after in cells.items()],
    ids=[f"{what}-{state.name}" for what, _, cells in CELLS for state in cells],
)
def test_every_cell(report: Report, state: OrderState, after: OrderState | None) -> None:
    order, account = in_state(state)
    before = replace(order), figures(account)

    fits = report(order, account, False)

    assert fits == (after is not LISTED)
    assert order.state == (state if after is LISTED else after)
    if after is LISTED:
        assert (order, figures(account)) == before


@pytest.mark.parametrize(("what", "report", "cells"), CELLS, ids=[row[0] for row in CELLS])
def test_a_report_that_comes_twice_changes_nothing_twice(
    what: str, report: Report, cells: dict[OrderState, OrderState | None]
) -> None:
    for state in cells:
        order, account = in_state(state)
        if not report(order, account, False):
            continue
        before = replace(order), figures(account)
        assert report(order, account, False), f"{what} in {state.name}"
        assert (order, figures(account)) == before


@pytest.mark.parametrize(
    ("report", "fits"),
    [
        (taken(), True),
        (executed(PART), False),
        (executed(Traded()), False),
        (cancelled(300), False),
        (cancelled(0), False),
        (refused(), False),
        (cancel_refused(7), True),
    ],
    ids=["taken", "executed", "executed as it is", "cancelled", "cancelled as it is", "refused", "cancel refused"],
)
def test_once_the_set_of_its_date_is_complete_nothing_moves(report: Report, fits: bool) -> None:
    order, account = in_state(S.ENDING)

    assert report(order, account, True) == fits
    assert figures(account) == (1_001_820, 0, 0)


def test_an_order_is_executed_while_it_is_being_cancelled_and_the_rest_comes_back() -> None:
    """400 at 9.95 draw 3,987.24; the 600 that were cancelled come back with all that is left."""
    order, account = in_state(S.ENDING)

    assert tell_executed(order, account, PART, False)
    assert order.state == S.ENDING
    assert tell_cancelled(order, account, 600, 7, False)
    assert (order.state, figures(account)) == (S.ENDED, (0, 398_724, 0))
    assert not tell_executed(order, account, ALL, False)


def test_a_second_cancel_is_another_one() -> None:
    order, account = in_state(S.ENDING)
    assert tell_cancel_refused(order, 7)

    ask_cancel(order, 9)
    assert not tell_cancel_refused(order, 7)
    assert tell_cancelled(order, account, 200, 7, False)  # it is a fact, and no answer to the second
    states = [order.state]
    assert tell_cancelled(order, account, 300, 9, False)
    assert [*states, order.state] == [S.ENDING, S.TAKEN]


def test_an_order_that_was_executed_in_part_is_not_refused() -> None:
    order, account = in_state(S.TAKEN)
    assert tell_executed(order, account, PART, False)

    assert not tell_refused(order, account, False)
    assert figures(account) == (601_092, 398_724, 0)


def test_a_number_comes_late() -> None:
    order, account = frozen_buy()
    assert tell_executed(order, account, PART, False)

    assert (order.state, order.broker_number) == (S.TAKEN, 0)
    assert tell_taken(order, 42)
    assert not tell_taken(order, 43)


@pytest.mark.parametrize("order_type", [OrderType.SUBSCRIPTION_HELD, OrderType.PLACING])
def test_what_waits_for_its_allotment_is_executed_and_cancelled_by_no_report(order_type: OrderType) -> None:
    order, account = frozen_buy()
    order.order_type = order_type

    assert not tell_executed(order, account, ALL, False)
    assert not tell_cancelled(order, account, 1_000, 0, False)
    assert tell_refused(order, account, False)


def test_nobody_cancels_twice_at_a_time() -> None:
    order, _ = in_state(S.ENDING)

    with pytest.raises(InvariantBroken, match="CANCEL of an order that is ENDING"):
        ask_cancel(order, 8)


def test_no_order_costs_an_account_more_than_a_column_keeps() -> None:
    order, account = frozen_buy()
    account.bought_fen = 2**60

    assert not tell_executed(order, account, PART, False)


verbs = st.sampled_from(("taken", "executed", "cancelled", "refused", "cancel refused", "ask"))


@given(st.lists(st.tuples(verbs, st.integers(0, 10), st.integers(0, 120_000)), max_size=14))
def test_whatever_is_told_in_whatever_order_the_states_hold(told: list[tuple[str, int, int]]) -> None:
    """Ended is closed and stays so; parts add up; each report again changes nothing."""
    order, account = frozen_buy()
    asked = 0
    for what, count, price in told:
        quantity, turnover = 100 * count, order.traded.turnover + 100 * count * price
        if what == "ask":
            if order.state in (S.SENT, S.TAKEN):
                asked += 1
                ask_cancel(order, asked)
            continue
        report = {
            "taken": taken(count),
            "executed": executed(Traded(quantity, turnover)),
            "cancelled": cancelled(quantity, count % 3),
            "refused": refused(),
            "cancel refused": cancel_refused(count % 3),
        }[what]
        was_open = is_open(order.state)
        fits = report(order, account, False)
        after = replace(order), figures(account)
        assert report(order, account, False) == fits or what == "executed"
        if fits:
            assert (order, figures(account)) == after
        assert was_open or not is_open(order.state)
        assert is_open(order.state) == (order.open_quantity > 0)
        assert is_open(order.state) or order.remaining_fen == 0
        assert account.bought_fen == order.drawn_fen == charge_fen(order.fees, order.paper, order.traded)
        assert account.frozen_fen == order.remaining_fen == order.needed_fen
