"""Owned, buying power and withdrawable, by exact values."""

import pytest

from protocol.codes import ReplyCode
from rules.request import refusal
from tests.rules.asked import account


@pytest.mark.parametrize(
    ("money", "owned_fen", "power_fen", "withdrawable_fen"),
    [
        ((1_000, 0, 0, 0, 0), 1_000, 1_000, 1_000),
        ((1_000, 300, 0, 0, 0), 1_000, 700, 700),
        ((1_000, 300, 200, 0, 0), 1_000, 500, 500),
        ((1_000, 300, 200, 50, 0), 1_050, 550, 500),
        ((1_000, 300, 200, 50, 100), 950, 450, 400),
        ((0, 0, 0, 50, 0), 50, 50, 0),
        ((100, 0, 0, 0, 250), -150, -150, -150),  # a restraint may exceed the balance
    ],
)
def test_three_amounts(
    money: tuple[int, int, int, int, int], owned_fen: int, power_fen: int, withdrawable_fen: int
) -> None:
    one = account(*money)

    assert (one.owned_fen, one.buying_power_fen, one.withdrawable_fen) == (owned_fen, power_fen, withdrawable_fen)


@pytest.mark.parametrize(
    ("amount_fen", "code"),
    [(950, ReplyCode.FUNDS_FROZEN), (951, ReplyCode.INSUFFICIENT_FUNDS)],
)
def test_why_it_is_not_covered(amount_fen: int, code: ReplyCode) -> None:
    assert account(1_000, 300, 200, 50, 100).not_covered(amount_fen) == refusal(code)
