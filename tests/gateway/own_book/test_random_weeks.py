"""Weeks by chance, from trading to the last credit, as the gateway hears of them: its own book has in the end what the
ledger has.

Belongs here: settlements, credits and cases beside all else. Never here: how rows arrive (test_random_days), what
happens in a week (tests.ledger_core.weeks).
One seed again: `pytest tests/gateway/own_book/test_random_weeks.py -k "[17]"`; `-m chaos` for those of `make chaos`.
"""

import random

import pytest

from ledger.core import engine
from tests.gateway.own_book.test_random_days import arrive
from tests.ledger_core.weeks.walk import lived, week_of

FEW, MANY = range(2), range(2, 60)


def both_books(seed: int) -> None:
    chance = random.Random(seed)
    desk = lived(week_of(seed), chance).desk
    for links in (1, 5):
        intake, _ = arrive(desk.rows, {}, chance, links)
        assert intake.complete
        assert intake.totals().parties == engine.totals(desk.book)


@pytest.mark.parametrize("seed", FEW)
def test_the_own_book_has_at_the_end_of_a_week_what_the_ledger_has(seed: int) -> None:
    both_books(seed)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_the_own_book_over_many_more_weeks(seed: int) -> None:
    both_books(seed)
