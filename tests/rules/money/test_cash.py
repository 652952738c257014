"""The page of deposits and withdrawals by exact values."""

import pytest

from protocol.codes import ReplyCode
from protocol.limits import COLUMN_FEN_MAX
from rules.money import cash
from rules.request import DONE, refusal
from tests.rules.asked import account, money, request


@pytest.mark.parametrize(
    ("balance_fen", "amount_fen", "verdict"),
    [
        (0, 500, DONE),
        (COLUMN_FEN_MAX - 500, 500, DONE),
        (COLUMN_FEN_MAX - 499, 500, refusal(ReplyCode.LIMIT_EXCEEDED)),
    ],
)
def test_deposit(balance_fen: int, amount_fen: int, verdict: tuple[int, int, int]) -> None:
    one = account(balance_fen)

    assert cash.deposit(request(amount_fen), one, {}) == verdict

    assert one.balance_fen == balance_fen + (0 if verdict[0] else amount_fen)


@pytest.mark.parametrize(
    ("amount_fen", "code"),
    [
        (400, ReplyCode.ACCEPTED),  # all that is withdrawable
        (401, ReplyCode.PROCEEDS_UNSETTLED),
        (450, ReplyCode.PROCEEDS_UNSETTLED),  # all that buys
        (451, ReplyCode.FUNDS_FROZEN),
        (950, ReplyCode.FUNDS_FROZEN),  # all that is owned
        (951, ReplyCode.INSUFFICIENT_FUNDS),
    ],
)
def test_withdrawal(amount_fen: int, code: ReplyCode) -> None:
    one = account(1_000, 300, 200, 50, 100)

    assert cash.withdrawal(request(amount_fen), one, {})[0] == code

    assert money(one) == (1_000 - (0 if code else amount_fen), 300, 200, 50)
