"""Interest on what the bank has lent: days, rates, rounding, worked on paper beside each.

Days are numbers since 1970: 20,457 is Sunday 4 January 2026. A rate of 24,000 millionths is 2.40 %.
"""

import random
from collections.abc import Callable
from fractions import Fraction

import pytest

from protocol.trade_dates import trade_day
from rules.day.interest import (
    NO_LOAN,
    Loan,
    day_of,
    half_up,
    is_last_of_month,
    lent,
    paid_back,
    posted_up,
    reckoned,
)

FRIDAY, SATURDAY, MONDAY = (trade_day(date) for date in (20260109, 20260110, 20260112))
RATE, THREE_MILLIONS_FEN = 24_000, 300_000_000


def at(rate: int = RATE) -> Callable[[int], int]:
    return lambda _day: rate


def collected(loan: Loan, day: int, rate: int = RATE) -> tuple[Loan, int]:
    """The loan on a day with all its interest posted, and how much was posted by then and before."""
    loan, _ = reckoned(loan, day, at(rate))
    loan, _ = posted_up(loan, at(rate))
    return loan, loan.posted_fen


def test_one_day_of_three_millions_at_2_40_per_cent_is_200_00() -> None:
    """300,000,000 × 24,000 / 360 / 1,000,000 = 20,000 fen."""
    loan = lent(NO_LOAN, FRIDAY, THREE_MILLIONS_FEN)
    assert collected(loan, FRIDAY)[1] == 20_000  # at least one
    assert collected(loan, SATURDAY)[1] == 20_000  # the first is counted, the last is not


def test_friday_to_monday_are_three_days() -> None:
    """Friday, Saturday, Sunday: 3 × 200.00 = 600.00."""
    assert collected(lent(NO_LOAN, FRIDAY, THREE_MILLIONS_FEN), MONDAY)[1] == 60_000


def test_a_day_bears_what_is_lent_at_its_end_and_what_came_and_went_on_it() -> None:
    """Friday: 100,000 are lent, 40,000 of them paid back the same day: Friday bears 100,000. Saturday: 60,000 left, and
    30,000 more are lent; 70,000 are paid back, of which 60,000 are the old ones: Saturday bears the 30,000 alone.
    Friday 100,000 × 360,000 / 360 / 10^6 = 100 fen at 36 % of a year, Saturday 30 fen; Sunday 20,000 are left: 20 fen.
    """
    loan = paid_back(lent(NO_LOAN, FRIDAY, 100_000), 40_000)
    assert loan.principal_fen == 60_000
    loan, posted = reckoned(loan, SATURDAY, at(360_000))
    assert (loan.principal_fen, half_up(loan.exact), posted) == (60_000, 100, [])
    loan = paid_back(lent(loan, SATURDAY, 30_000), 70_000)
    assert loan.principal_fen == 20_000
    loan, _ = reckoned(loan, SATURDAY + 1, at(360_000))
    assert half_up(loan.exact) == 130
    loan, _ = reckoned(loan, MONDAY, at(360_000))
    assert half_up(loan.exact) == 150


def test_each_day_has_its_own_rate() -> None:
    """Friday at 2.40 %: 20,000; Saturday and Sunday at 3.60 %: 30,000 each."""
    loan, _ = reckoned(
        lent(NO_LOAN, FRIDAY, THREE_MILLIONS_FEN), MONDAY, lambda day: RATE if day < SATURDAY else 36_000
    )
    assert half_up(loan.exact) == 80_000


def test_it_is_rounded_once_and_half_up() -> None:
    """1,000 fen at 18 % bear 0.5 fen a day: 1 fen for the first, 1 for two, 2 for three; day by day it were 3."""
    loan = lent(NO_LOAN, FRIDAY, 1_000)
    assert [collected(loan, FRIDAY + days, 180_000)[1] for days in (1, 2, 3)] == [1, 1, 2]
    assert half_up(179_999_999) == 0
    assert half_up(180_000_000) == 1


def test_what_was_posted_is_not_posted_again() -> None:
    loan, first_fen = posted_up(reckoned(lent(NO_LOAN, FRIDAY, 1_000), SATURDAY, at(180_000))[0], at(180_000))
    again, more_fen = posted_up(loan, at(180_000))
    assert (first_fen, more_fen, again) == (1, 0, loan)
    later, _ = reckoned(loan, FRIDAY + 3, at(180_000))
    assert posted_up(later, at(180_000))[1] == 1  # 1.5 fen are 2, of which 1 was posted


def test_a_month_that_has_ended_is_posted() -> None:
    """From Friday 30 January to 2 March: two days of January, 28 of February, and 1 March, which is not posted."""
    first = trade_day(20260130)
    loan, posted = reckoned(lent(NO_LOAN, first, THREE_MILLIONS_FEN), trade_day(20260302), at())
    assert posted == [40_000, 560_000]
    assert half_up(loan.exact) == 620_000
    assert [is_last_of_month(trade_day(date)) for date in (20260130, 20260131, 20280228, 20280229)] == [
        *(False, True, False, True),
    ]


def test_a_loan_that_is_over_bears_nothing() -> None:
    assert reckoned(NO_LOAN, MONDAY, at()) == (NO_LOAN, [])
    loan = paid_back(lent(NO_LOAN, FRIDAY, 1_000), 1_000)
    assert reckoned(loan, MONDAY, at(360_000))[0].exact == 1_000 * 360_000  # its one day, and no more


@pytest.mark.parametrize(
    ("second", "midnight_s", "day"),
    [
        (86_400 - 28_800 - 1, 57_600, 0),  # 23:59:59 in Shanghai
        (86_400 - 28_800, 57_600, 1),
        (86_399, 0, 0),
        (5 * 3_600 - 1, 5 * 3_600, -1),  # five hours behind UTC
        (5 * 3_600, 5 * 3_600, 0),
    ],
)
def test_a_day_is_the_bank_s_own(second: int, midnight_s: int, day: int) -> None:
    assert day_of(second, midnight_s) == day


@pytest.mark.parametrize("seed", range(20))
def test_any_history_comes_to_the_sum_of_its_days(seed: int) -> None:
    """Lending and paying back at random: each day by itself as a fraction, added up and rounded once."""
    chance = random.Random(seed)
    rates = [chance.randrange(100_000) for _ in range(60)]
    loan, at_end, exact, posted_fen = NO_LOAN, 0, Fraction(0), 0
    for day in range(60):
        loan, posted = reckoned(loan, day, lambda each: rates[each])
        posted_fen += sum(posted)
        came_and_went = 0
        for _ in range(chance.randrange(3)):
            amount_fen = chance.randrange(1, 10**9)
            loan, at_end = lent(loan, day, amount_fen), at_end + amount_fen
            if chance.random() < 0.5:
                back_fen = chance.randrange(at_end + 1)
                # The oldest goes first: of what came today only what the old does not cover goes.
                came_and_went += max(0, back_fen - (loan.before_fen))
                loan, at_end = paid_back(loan, back_fen), at_end - back_fen
        exact += Fraction((at_end + came_and_went) * rates[day], 360 * 10**6)
        assert loan.principal_fen == at_end
    loan, posted = reckoned(loan, 60, lambda each: rates[each])
    posted_fen += sum(posted)
    loan, last_fen = posted_up(loan, lambda each: rates[min(each, 59)])
    assert posted_fen + last_fen == int(exact + Fraction(1, 2))
