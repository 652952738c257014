"""The page of orders by exact values: the worked checks of the product's *Money* in scheme B, each guard and effect."""

import pytest

from protocol.codes import ReplyCode
from protocol.limits import COLUMN_FEN_MAX
from protocol.records import FREEZE_STATE_CLOSED, FREEZE_STATE_OPEN
from rules.money import freezes as law
from rules.request import DONE, Freeze, Request, refusal
from tests.rules.asked import CONTRACT, SLOT, TARGET_SLOT, account, money, request, target


@pytest.mark.parametrize(
    ("frozen_fen", "fills", "remaining_fen", "bought_fen"),
    [
        # 1,000 × 10.00, commission 0.18 % min 5.00, transfer 0.02 ‰: 400 at 9.95, then 600 at 9.90
        (1_001_820, [(398_724, 2_004), (595_082, 6_010)], [601_092, 0], 993_806),
        # 100 × 6.00: 40, then 60
        (60_501, [(24_500, 0), (36_001, 0)], [36_001, 0], 60_501),
        # 100 × 10.00 at once
        (100_502, [(100_502, 0)], [0], 100_502),
    ],
)
def test_worked_buys(frozen_fen: int, fills: list[tuple[int, int]], remaining_fen: list[int], bought_fen: int) -> None:
    one, freezes = account(2_000_000), dict[int, Freeze]()

    assert law.freeze(request(frozen_fen), one, freezes) == (0, FREEZE_STATE_OPEN, frozen_fen)
    assert money(one) == (2_000_000, frozen_fen, 0, 0)
    freezes[TARGET_SLOT] = freezes.pop(SLOT)
    told = [law.fill_buy(request(*fill), one, freezes)[2] for fill in fills]

    assert told == remaining_fen
    assert money(one) == (2_000_000, 0, bought_fen, 0)
    assert one.buying_power_fen == one.withdrawable_fen == 2_000_000 - bought_fen
    assert freezes[TARGET_SLOT] == Freeze(CONTRACT, 0)


@pytest.mark.parametrize(
    ("frozen_fen", "amount_fen", "code"),
    [
        (300, 700, ReplyCode.ACCEPTED),
        (300, 701, ReplyCode.FUNDS_FROZEN),
        (300, 1_000, ReplyCode.FUNDS_FROZEN),
        (300, 1_001, ReplyCode.INSUFFICIENT_FUNDS),
        (COLUMN_FEN_MAX, 1, ReplyCode.LIMIT_EXCEEDED),  # ranks before money
    ],
)
def test_freeze(frozen_fen: int, amount_fen: int, code: ReplyCode) -> None:
    one, freezes = account(1_000, frozen_fen), dict[int, Freeze]()

    assert law.freeze(request(amount_fen), one, freezes)[0] == code

    assert one.frozen_fen == frozen_fen + (0 if code else amount_fen)
    assert freezes == ({} if code else {SLOT: Freeze(CONTRACT, amount_fen)})


@pytest.mark.parametrize(
    ("asked", "remaining_fen", "verdict"),
    [
        (request(40), 100, (0, FREEZE_STATE_OPEN, 60)),
        (request(100), 100, (0, FREEZE_STATE_CLOSED, 0)),
        (request(101), 100, refusal(ReplyCode.AMOUNT_OVER_REMAINING)),
        (request(1), 0, refusal(ReplyCode.FREEZE_CLOSED)),
        (request(1, contract=CONTRACT + 1), 100, refusal(ReplyCode.FREEZE_UNKNOWN)),
        (request(1), None, refusal(ReplyCode.FREEZE_UNKNOWN)),
    ],
)
def test_release(asked: Request, remaining_fen: int | None, verdict: tuple[int, int, int]) -> None:
    one = account(1_000, 100)

    assert law.release(asked, one, {} if remaining_fen is None else target(remaining_fen)) == verdict

    assert money(one) == (1_000, 100 if verdict[0] else 100 - asked.amount_fen, 0, 0)


@pytest.mark.parametrize(
    ("asked", "remaining_fen", "bought_fen", "verdict"),
    [
        (request(60, 10), 100, 0, (0, FREEZE_STATE_OPEN, 30)),
        (request(60, 40), 100, 0, (0, FREEZE_STATE_CLOSED, 0)),
        (request(60, 41), 100, 0, refusal(ReplyCode.LISTED)),
        (request(1), 0, 0, refusal(ReplyCode.LISTED)),
        (request(1, contract=CONTRACT + 1), 100, 0, refusal(ReplyCode.LISTED)),
        (request(1), None, 0, refusal(ReplyCode.LISTED)),
        (request(1), 100, COLUMN_FEN_MAX, refusal(ReplyCode.LIMIT_EXCEEDED)),
    ],
)
def test_fill_buy(asked: Request, remaining_fen: int | None, bought_fen: int, verdict: tuple[int, int, int]) -> None:
    one = account(1_000, 100, bought_fen)

    assert law.fill_buy(asked, one, {} if remaining_fen is None else target(remaining_fen)) == verdict

    moved = (0, 0) if verdict[0] else (asked.amount_fen + asked.release_fen, asked.amount_fen)
    assert money(one) == (1_000, 100 - moved[0], bought_fen + moved[1], 0)


@pytest.mark.parametrize(
    ("proceeds_at_fill", "sold_fen", "amount_fen", "verdict"),
    [
        (1, 0, 500, DONE),
        (1, 0, 0, DONE),
        (0, 0, 500, refusal(ReplyCode.AWAITS_CLEARING)),
        (1, COLUMN_FEN_MAX, 1, refusal(ReplyCode.LIMIT_EXCEEDED)),
        (0, COLUMN_FEN_MAX, 1, refusal(ReplyCode.AWAITS_CLEARING)),
    ],
)
def test_fill_sell(proceeds_at_fill: int, sold_fen: int, amount_fen: int, verdict: tuple[int, int, int]) -> None:
    one = account(0, 0, 0, sold_fen)

    assert law.fill_sell(request(amount_fen, proceeds_at_fill=proceeds_at_fill), one, {}) == verdict

    assert one.sold_fen == sold_fen + (0 if verdict[0] else amount_fen)


def test_what_a_complete_set_cleared_stays_frozen() -> None:
    """Of 100 left, 70 are due: 30 may be released. A fill draws 20 of what is due: 50 are due of 80 then."""
    one, freezes = account(1_000, 100), {TARGET_SLOT: Freeze(CONTRACT, 100, 70)}
    over, listed = refusal(ReplyCode.AMOUNT_OVER_REMAINING), refusal(ReplyCode.LISTED)

    assert law.release(request(31), one, freezes) == over
    assert law.fill_buy(request(20, 11), one, freezes) == listed
    assert law.fill_buy(request(20)._replace(is_cleared=True), one, freezes) == listed
    assert law.fill_sell(request(20)._replace(is_cleared=True), one, freezes) == listed
    ended = {TARGET_SLOT: Freeze(CONTRACT, 100, 0, is_ended=True)}
    assert law.fill_buy(request(20), one, ended) == listed
    assert law.release(request(20), account(1_000, 100), ended) == (0, FREEZE_STATE_OPEN, 80)
    assert money(one) == (1_000, 100, 0, 0)
    assert law.fill_buy(request(20), one, freezes) == (0, FREEZE_STATE_OPEN, 80)
    assert freezes[TARGET_SLOT] == Freeze(CONTRACT, 80, 50)
    assert law.release(request(31), one, freezes) == over
    assert law.release(request(30), one, freezes) == (0, FREEZE_STATE_OPEN, 50)
    assert money(one) == (1_000, 50, 20, 0)
