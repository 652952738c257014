"""What a correction moves and what is made good: the page's arithmetic, worked out by hand and over drawn days."""

from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.day.corrections import Corrected, corrected, is_within
from rules.money.account import Account
from rules.request import OfDate
from tests.rules.asked import account, of_date


class Case(NamedTuple):
    """An account, what the bank has of the date, what the set says, and what comes of it."""

    account: Account
    has: OfDate
    says: tuple[int, int, int]  # buys, proceeds, rejected
    wanted: Corrected


CASES = {
    # 1,000 frozen and drawn, 1,000.01 cleared, 500 of buying power: the fen is bought.
    "a buy above its freeze": Case(account(1_500, 0, 1_000), of_date(1_000), (1_001, 0, 0), Corrected(1_001, 0, 0, 0)),
    # 700 were bought without a freeze, and 300 are there: 400 are the broker's.
    "a buy without a freeze": Case(account(300), of_date(), (700, 0, 0), Corrected(300, 0, 400, 0)),
    # The fills say 105, the set 104.
    "below the fills": Case(account(500, 0, 105), of_date(105), (104, 0, 0), Corrected(104, 0, 0, 0)),
    # All of a rejected buy is made good, though it was filled.
    "rejected": Case(account(500, 0, 105), of_date(105), (105, 0, 105), Corrected(0, 0, 105, 0)),
    # 100 were sold and 80 of it spent: 20 can fall, 40 cannot.
    "sold can fall in part": Case(account(0, 80, 0, 100), of_date(0, 100), (0, 40, 0), Corrected(0, 80, 0, 40)),
    # What buys fall by makes room first: 30 more.
    "falls of buys first": Case(account(0, 50, 30, 100), of_date(30, 100), (0, 40, 0), Corrected(0, 50, 0, 10)),
    # A rise of proceeds pays for a rise of buys.
    "rises of proceeds first": Case(account(0), of_date(), (60, 50, 0), Corrected(50, 50, 10, 0)),
    # A restraint holds back what would be bought, and lets proceeds fall.
    "restrained": Case(account(100, 0, 0, 50, 120), of_date(0, 50), (20, 0, 0), Corrected(0, 0, 20, 0)),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_worked_out_by_hand(case: Case) -> None:
    buys_fen, proceeds_fen, rejected_fen = case.says

    assert corrected(case.account, case.has, buys_fen, proceeds_fen, rejected_fen) == case.wanted


amounts = st.integers(0, 1_000)


@given(amounts, amounts, amounts, amounts, amounts, amounts, amounts, amounts, amounts)
def test_nobody_is_overdrawn_and_nothing_is_made_good_without_need(
    spare: int,
    frozen: int,
    bought: int,
    sold: int,
    others: int,
    restrained: int,
    buys: int,
    proceeds: int,
    rejects: int,
) -> None:
    """`spare`: what there is beyond what is frozen and bought; `others`: bought on other dates."""
    balance_fen = max(0, spare + frozen + bought + others - sold)
    one = account(balance_fen, frozen, bought + others, sold, restrained)
    rejected_fen = min(rejects, buys)

    after = corrected(one, of_date(bought, sold), buys, proceeds, rejected_fen)

    assert (after.bought_fen, after.sold_fen) == (
        buys - after.made_good_buys_fen,
        proceeds + after.made_good_proceeds_fen,
    )
    assert after.made_good_buys_fen >= rejected_fen
    assert after.made_good_proceeds_fen >= 0
    assert min(after.bought_fen, after.sold_fen) >= 0
    there_fen = balance_fen - frozen - others - after.bought_fen + after.sold_fen
    assert there_fen >= 0
    if after.made_good_proceeds_fen:  # all that could fall has fallen
        assert there_fen == 0 or after.bought_fen > bought
        assert after.sold_fen <= sold
    if after.made_good_buys_fen > rejected_fen:  # nothing is left to buy with
        assert max(there_fen - restrained, bought - after.bought_fen) <= 0


@given(amounts, amounts, amounts, amounts, amounts, amounts)
def test_corrected_and_back_again_is_as_before(
    spare: int, bought: int, sold: int, frozen: int, buys: int, says: int
) -> None:
    """Without anything in between, a date that was corrected goes back to what it had."""
    balance_fen = max(0, spare + frozen + bought - sold)
    before = of_date(bought, sold)
    after = corrected(account(balance_fen, frozen, bought, sold), before, buys, says)
    changed = account(balance_fen, frozen, after.bought_fen, after.sold_fen)

    assert corrected(changed, of_date(after.bought_fen, after.sold_fen), bought, sold) == Corrected(bought, sold, 0, 0)


TOLERANT = of_date(100, 50, contract_fen=10, left_fen=15)


@pytest.mark.parametrize(
    ("has", "after", "may"),
    [
        (of_date(100, 50), Corrected(100, 50, 0, 0), True),  # nothing moves
        (of_date(100, 50), Corrected(99, 50, 0, 0), False),
        (TOLERANT, Corrected(90, 50, 0, 0), True),
        (TOLERANT, Corrected(89, 50, 0, 0), False),
        (TOLERANT, Corrected(100, 60, 0, 0), True),
        (TOLERANT, Corrected(100, 40, 0, 0), True),
        (TOLERANT, Corrected(95, 55, 0, 0), True),
        (TOLERANT, Corrected(95, 56, 0, 0), False),
        (of_date(100, 50, contract_fen=10, left_fen=4), Corrected(95, 50, 0, 0), False),  # others had their share
        (TOLERANT, Corrected(101, 50, 0, 0), False),  # buys never rise
        (TOLERANT, Corrected(99, 50, 1, 0), False),  # nor is anything made good
        (TOLERANT, Corrected(100, 50, 0, 1), False),
        (of_date(0, 0, excess_fen=30), Corrected(30, 0, 0, 0), True),  # a cost of sales
        (of_date(0, 0, excess_fen=30), Corrected(31, 0, 0, 0), False),
        (of_date(0, 0, excess_fen=30, is_excess_booked=True), Corrected(30, 0, 0, 0), False),
        (of_date(0, 0, proceeds_counted=False), Corrected(0, 900, 0, 0), True),  # they come with the correction
    ],
)
def test_what_needs_no_act(has: OfDate, after: Corrected, may: bool) -> None:
    assert is_within(has, after) == may


@pytest.mark.parametrize(
    ("falls_fen", "after", "may"),
    [
        (0, Corrected(100, 50, 0, 0), True),
        (5, Corrected(95, 50, 0, 0), True),
        (10, Corrected(90, 50, 0, 0), True),
        (11, Corrected(89, 50, 0, 0), False),  # above what is tolerated
        (5, Corrected(96, 50, 0, 0), False),  # an order costs 1 more
        (5, Corrected(100, 50, 0, 0), False),
        (0, Corrected(95, 50, 0, 0), True),  # what a set that was withdrawn has left
        (0, Corrected(100, 55, 0, 0), True),
        (0, Corrected(100, 49, 0, 0), False),  # of proceeds nothing is taken
    ],
)
def test_of_scheme_a_what_is_tolerated_goes_order_by_order(falls_fen: int, after: Corrected, may: bool) -> None:
    assert is_within(replace(TOLERANT, falls_fen=falls_fen), after) == may


def test_of_scheme_a_nothing_rises_by_an_excess() -> None:
    has = of_date(0, 0, excess_fen=30)

    assert not is_within(replace(has, falls_fen=0), Corrected(30, 0, 0, 0))
