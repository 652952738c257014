"""Weeks by chance, of brokers that pay in time, late, in parts or never: what is true at every step, and that it hangs
on nobody's order, on no desk that was killed, and on no mode.

Belongs here: the properties. Never here: what happens in a week (walk), what must hold behind each step (bank).
One seed again: `pytest tests/ledger_core/weeks -k "[17]"`; `-m chaos` for those that `make chaos` plays.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

import pytest

from protocol.vocabulary import Mode
from tests.ledger_core.desk import same_after_all
from tests.ledger_core.weeks.bank import PARTIES, Bank
from tests.ledger_core.weeks.walk import lived, week_of

FEW, MANY = range(2), range(2, 150)
FREEZE, TRANSFER = (Mode.FREEZE, Mode.FREEZE), (Mode.TRANSFER, Mode.TRANSFER)


HAPPENS = {
    *("allotted", "not allotted", "held on"),
    *("withdrawn by two", "taken back"),
    *("terminated", "ended behind a termination"),
}


def in_any_order(seed: int) -> None:
    """Brokers in turn, each step once; and in any order, by desks that begin again: the same books, also replayed."""
    week = week_of(seed)
    straight, unruly = lived(week), lived(week, random.Random(seed))
    assert first_apart(unruly.figures(), straight.figures()) is None
    assert len(unruly.desk.rows) != len(straight.desk.rows)
    same_after_all(straight.desk)
    same_after_all(unruly.desk)


def in_both_modes(seed: int) -> None:
    """What everybody is told, has and may is the same behind every step. Of a clearing buy above its order customers
    bear nothing here: what they can bear of it is less where their later orders were moved (docs/day.md, 10).
    """
    week = week_of(seed, leans=False)
    frozen, moved = (lived(replace(week, modes=modes)) for modes in (FREEZE, TRANSFER))
    assert first_apart(moved.steps, frozen.steps) is None
    assert moved_anything(moved) > moved_anything(frozen) == 0
    same_after_all(moved.desk)


def first_apart(one: Sequence[object], other: Sequence[object]) -> tuple[int, object, object] | None:
    """Where two begin to differ, and how: of all there is a difference would take minutes to be printed."""
    pairs = enumerate(zip_longest(one, other))
    return next(((place, mine, theirs) for place, (mine, theirs) in pairs if mine != theirs), None)


def moved_anything(bank: Bank) -> int:
    """How many accounts of the general ledger had something of moved money."""
    return sum(key.code == 2420 for key in bank.desk.book.general_ledger.balances_fen)


def nobody_gains(seed: int) -> None:
    """Of brokers that never pay, and to which nothing is lent, no customer withdraws a fen that did not come in, and
    what all of them have and had is what they brought.
    """
    bank = lived(replace(week_of(seed), habits=("never", "never"), limits_fen=(0, 0)), random.Random(seed))
    for party in PARTIES:
        came = bank.came[party]
        assert came.funded_fen == 0
        assert came.taken_fen + bank.has_fen(party) + came.paid_out_fen <= came.brought_fen


def test_in_few_weeks_happens_what_many_must_know() -> None:
    """Held orders that a later set has, sets that two people withdraw, brokers that are terminated."""
    happened = sum((lived(week_of(seed), random.Random(seed)).happened for seed in FEW), Counter[str]())
    assert happened.keys() == HAPPENS


@pytest.mark.parametrize("seed", FEW)
def test_the_books_hang_on_no_order_and_on_no_desk_that_begins_again(seed: int) -> None:
    in_any_order(seed)


@pytest.mark.parametrize("seed", FEW)
def test_freeze_and_transfer_mode_are_equal_at_every_step(seed: int) -> None:
    in_both_modes(seed)


@pytest.mark.parametrize("seed", FEW)
def test_no_customer_of_a_broker_that_never_pays_withdraws_what_did_not_come_in(seed: int) -> None:
    nobody_gains(seed)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_many_more_weeks(seed: int) -> None:
    in_any_order(seed)
    in_both_modes(seed)
    nobody_gains(seed)
