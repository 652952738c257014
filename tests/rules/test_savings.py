"""What a savings account earns: points, interest, posting it; every amount worked on paper.

Belongs here: the page alone. Never here: whole columns, days by the clock (tests.ledger_core.savings).
"""

import pytest

from protocol.limits import AMOUNT_FEN_MAX, BEARING_YUAN_MAX, COLUMN_FEN_MAX
from rules.request import DONE, LIMIT_EXCEEDED
from rules.savings import (
    DIFFERS,
    NO_DAY,
    NOT_DUE,
    Earned,
    Stretch,
    bearing_yuan,
    interest,
    interest_fen,
    made_due,
    stretches,
)
from tests.rules.asked import account, request


@pytest.mark.parametrize(
    ("yuan", "days", "rate", "fen"),
    [
        (100_000, 91, 500, 1_264),  # 9,100,000 × 500 / 3,600,000 = 1,263.88…: 12.64
        (999, 10, 500, 1),  # 1.3875
        (99, 20, 500, 0),  # 0.275
        (72, 50, 500, 1),  # 0.5 exactly: half is up
        (71, 50, 500, 0),  # 0.493…
        (216, 50, 500, 2),  # 1.5
        (100_000, 10, 500, 139),  # 138.88…
        (1_000_000, 1, 500, 139),
        (3_000_000, 365, 3_500, 1_064_583),  # 1,095,000,000 × 3,500 / 3,600,000 = 1,064,583.33…: 3.5 ‰ of 365/360
        (1, 1, 0, 0),
    ],
)
def test_what_points_bring(yuan: int, days: int, rate: int, fen: int) -> None:
    assert interest_fen(yuan * days, rate) == fen


@pytest.mark.parametrize(
    ("balance_fen", "yuan"), [(0, 0), (99, 0), (100, 1), (99_999, 999), (COLUMN_FEN_MAX, BEARING_YUAN_MAX)]
)
def test_whole_yuan_bear(balance_fen: int, yuan: int) -> None:
    assert bearing_yuan(balance_fen) == yuan


def test_days_are_counted_to_the_interest_day_and_then_on() -> None:
    """Days 10 to 14 are over on day 15; the interest day is one of them, the one before them all, or none."""
    assert list(stretches(10, NO_DAY, 15)) == [Stretch(5, False)]
    assert list(stretches(10, 12, 15)) == [Stretch(3, True), Stretch(2, False)]
    assert list(stretches(10, 14, 15)) == [Stretch(5, True)]
    assert list(stretches(10, 15, 15)) == [Stretch(5, False)]
    assert list(stretches(10, NO_DAY, 10)) == []


def test_a_period_ends_and_points_begin_anew() -> None:
    """12.64 beside 1.00 of a period before; half a fen goes with its points; what no record can post stays whole."""
    assert made_due(Earned(9_100_000, 100), 500) == Earned(0, 1_364)
    assert made_due(Earned(3_599, 0), 500) == Earned(0, 0)
    most = Earned(36_000, AMOUNT_FEN_MAX - 5)  # 36,000 × 500 / 3,600,000 = 5
    assert made_due(most, 500) == Earned(0, AMOUNT_FEN_MAX)
    over = Earned(36_000, AMOUNT_FEN_MAX - 4)
    assert made_due(over, 500) == over


def test_all_that_is_due_is_posted_once() -> None:
    ann = account(100_000, 30_000, 20_000, 5_000, 700_000)
    ann.interest_due_fen = 1_264

    assert [interest(request(fen), ann, {}) for fen in (1_263, 1_265)] == [DIFFERS, DIFFERS]
    assert (ann.balance_fen, ann.interest_due_fen) == (100_000, 1_264)
    assert interest(request(1_264), ann, {}) == DONE
    assert (ann.balance_fen, ann.interest_due_fen, ann.buying_power_fen) == (101_264, 0, -643_736)
    assert interest(request(1_264), ann, {}) == NOT_DUE


def test_an_account_that_is_full_takes_none() -> None:
    full = account(COLUMN_FEN_MAX - 1)
    full.interest_due_fen = 2
    assert interest(request(2), full, {}) == LIMIT_EXCEEDED
    assert (full.balance_fen, full.interest_due_fen) == (COLUMN_FEN_MAX - 1, 2)
