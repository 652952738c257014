"""The page of reconciliation by exact values: each difference from either side of its edge, and what closing draws."""

from typing import NamedTuple

import pytest

from protocol.vocabulary import ComparedField as Of
from protocol.vocabulary import DifferenceClass as Class
from protocol.vocabulary import Fate
from rules.day.reconciliation import (
    ComparedContract,
    ComparedOrder,
    Found,
    contract_differences,
    order_differences,
)


def order(**other: int) -> ComparedOrder:
    """An order of 100 of which 60 were bought and drawn, 10 were given back in time and 30 behind completion."""
    agreed = {"frozen_fen": 100, "drawn_fen": 60, "released_fen": 40, "released_after_fen": 30, "is_told": 1}
    agreed |= {"fate": Fate.PARTLY, "told_frozen_fen": 100, "told_released_fen": 10, "cleared_fen": 60}
    return ComparedOrder(**{**agreed, **other})  # type: ignore[arg-type]


class OfOrder(NamedTuple):
    """What is otherwise, and what is found."""

    other: dict[str, int]
    found: list[Found]


CANCELLED = {"fate": Fate.CANCELLED, "drawn_fen": 0, "cleared_fen": 0}


@pytest.mark.parametrize(
    ("other", "found"),
    [
        OfOrder({}, []),
        OfOrder({"is_told": 0}, [Found(Class.MISSING_THERE, Of.ORDER, 1, 0)]),
        OfOrder({"is_told": 0, "drawn_fen": 0}, [Found(Class.MISSING_THERE, Of.ORDER, 1, 0)]),
        OfOrder({"told_frozen_fen": 99}, [Found(Class.AMOUNT, Of.FROZEN, 100, 99)]),
        OfOrder({"told_frozen_fen": 101}, [Found(Class.AMOUNT, Of.FROZEN, 100, 101)]),
        OfOrder({"told_released_fen": 9}, [Found(Class.AMOUNT, Of.RELEASED, 10, 9)]),
        OfOrder({"told_released_fen": 11}, [Found(Class.AMOUNT, Of.RELEASED, 10, 11)]),
        OfOrder({"fate": Fate.CANCELLED}, [Found(Class.STATE, Of.FATE, 60, Fate.CANCELLED)]),
        OfOrder({"fate": Fate.REFUSED}, [Found(Class.STATE, Of.FATE, 60, Fate.REFUSED)]),
        OfOrder({**CANCELLED, "drawn_fen": 1}, [Found(Class.STATE, Of.FATE, 1, Fate.CANCELLED)]),
        OfOrder({**CANCELLED, "cleared_fen": 1}, [Found(Class.STATE, Of.FATE, 0, Fate.CANCELLED)]),
        OfOrder(CANCELLED, []),
        OfOrder({"fate": Fate.FILLED}, []),
        OfOrder({"fate": Fate.FILLED, "cleared_fen": 0}, [Found(Class.STATE, Of.FATE, 60, Fate.FILLED)]),
        OfOrder({"cleared_fen": 0}, [Found(Class.STATE, Of.FATE, 60, Fate.PARTLY)]),
        OfOrder({"fate": Fate.HELD, "cleared_fen": 0}, []),
        OfOrder({"cleared_fen": 61}, []),  # its contract's to differ
    ],
)
def test_of_an_order(other: dict[str, int], found: list[Found]) -> None:
    assert order_differences(order(**other)) == found


@pytest.mark.parametrize(
    ("drawn_fen", "released_fen", "cleared_fen", "fate", "draws_fen"),
    [
        (0, 0, 60, Fate.PARTLY, 60),
        (20, 0, 60, Fate.PARTLY, 40),
        (60, 0, 60, Fate.FILLED, 0),
        (61, 0, 60, Fate.FILLED, 0),
        (0, 50, 60, Fate.PARTLY, 50),  # no more than remains
        (20, 80, 60, Fate.PARTLY, 0),
        (0, 0, 60, Fate.HELD, 0),
        (0, 0, 60, Fate.REFUSED, 60),
        (0, 0, 0, Fate.CANCELLED, 0),
    ],
)
def test_closing_draws_what_was_bought_as_far_as_anything_remains(
    drawn_fen: int, released_fen: int, cleared_fen: int, fate: int, draws_fen: int
) -> None:
    one = order(drawn_fen=drawn_fen, released_fen=released_fen, cleared_fen=cleared_fen, fate=fate)

    assert one.drawn_at_close_fen == draws_fen


def contract(**other: int) -> ComparedContract:
    """A contract that began on the date, bought for 70 and sold for 50, the same by the set: 8 of the 78 bought are of
    no order that is there."""
    agreed = {"began": 1, "ended": 0, "told_opened": 1, "told_closed": 0, "bought_fen": 60, "drawn_at_close_fen": 10}
    agreed |= {"sold_fen": 50, "cleared_buys_fen": 78, "listed_buys_fen": 8, "excess_fen": 0}
    agreed |= {"cleared_proceeds_fen": 50, "proceeds_at_fill": 1, "made_good_buys_fen": 0, "made_good_proceeds_fen": 0}
    agreed |= {"is_adjusted": 0, "is_corrected": 0}
    return ComparedContract(**{**agreed, **other})  # type: ignore[arg-type]


LATER = {"proceeds_at_fill": 0, "sold_fen": 0}


@pytest.mark.parametrize(
    ("other", "found"),
    [
        OfOrder({}, []),
        OfOrder({"told_opened": 0}, [Found(Class.MISSING_THERE, Of.OPENED, 1, 0)]),
        OfOrder({"began": 0}, [Found(Class.MISSING_HERE, Of.OPENED, 0, 1)]),
        OfOrder({"ended": 1}, [Found(Class.MISSING_THERE, Of.CLOSED, 1, 0)]),
        OfOrder({"told_closed": 1}, [Found(Class.MISSING_HERE, Of.CLOSED, 0, 1)]),
        OfOrder({"drawn_at_close_fen": 9}, [Found(Class.AMOUNT, Of.BOUGHT, 69, 70)]),
        OfOrder({"bought_fen": 61}, [Found(Class.AMOUNT, Of.BOUGHT, 71, 70)]),
        OfOrder({"listed_buys_fen": 7}, [Found(Class.AMOUNT, Of.BOUGHT, 70, 71)]),
        OfOrder({"excess_fen": 3}, []),  # it is in what was cleared, and nothing at the fill took it off
        OfOrder({"cleared_proceeds_fen": 49}, [Found(Class.AMOUNT, Of.SOLD, 50, 49)]),
        OfOrder({"cleared_proceeds_fen": 51}, [Found(Class.AMOUNT, Of.SOLD, 50, 51)]),
        OfOrder(LATER, []),
        OfOrder({**LATER, "excess_fen": 3, "cleared_buys_fen": 81}, []),
        OfOrder({**LATER, "excess_fen": 3}, [Found(Class.AMOUNT, Of.BOUGHT, 70, 67)]),
        OfOrder({**LATER, "excess_fen": 3, "is_adjusted": 1, "sold_fen": 50}, []),  # it is booked with the proceeds
        OfOrder({**LATER, "is_adjusted": 1, "sold_fen": 49}, [Found(Class.AMOUNT, Of.SOLD, 49, 50)]),
        OfOrder({"made_good_buys_fen": 4}, [Found(Class.AMOUNT, Of.BOUGHT, 70, 66)]),
        OfOrder({"made_good_buys_fen": 4, "bought_fen": 56}, []),
        OfOrder({"made_good_proceeds_fen": 4, "sold_fen": 54}, []),
        OfOrder({"made_good_proceeds_fen": 4}, [Found(Class.AMOUNT, Of.SOLD, 50, 54)]),
        OfOrder({"is_corrected": 1}, [Found(Class.AMOUNT, Of.BOUGHT, 70, 78)]),  # what is of no order is in it
        OfOrder({"is_corrected": 1, "bought_fen": 68}, []),
    ],
)
def test_of_a_contract(other: dict[str, int], found: list[Found]) -> None:
    assert contract_differences(contract(**other)) == found
