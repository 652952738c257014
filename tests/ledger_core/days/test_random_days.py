"""Whole business days by chance: whatever order the steps of the lanes come in, whatever was sent twice, withdrawn,
deferred or refused, every planted difference is found and the books are those of the straight history.

One seed again: `pytest tests/ledger_core/days -k "[17]"`, with `-m chaos` for those that `make chaos` plays.
"""

import random

import pytest

from ledger.core import engine
from ledger.core.state.day.obligations import ObligationKey
from ledger.core.state.forms.arrays import from_arrays
from protocol.vocabulary import LaneState
from tests.ledger_core.days.bank import House, books, made_good
from tests.ledger_core.days.facts import LANES, drawn
from tests.ledger_core.days.walk import at_random, straight
from tests.ledger_core.desk import same_after_all, whole_state

FEW, MANY = range(4), range(4, 200)


def played(seed: int, *, with_short: bool) -> House:
    """A history by chance, and its rows and its middle give the same state."""
    chance = random.Random(seed)
    house = at_random(drawn(chance, with_short=with_short), chance)
    must_add_up(house)
    same_after_all(house.desk)
    rows, arrays = house.middle
    again = from_arrays(arrays)
    for row in house.desk.rows[rows:]:
        engine.apply_row(again, row)
    assert whole_state(again) == whole_state(house.desk.book)
    return house


def must_add_up(house: House) -> None:
    """Every lane is published, and its orders are closed: each contract has bought and sold what the set has, less and
    plus what is made good; what is owed is what all lines bring.
    """
    desk = house.desk
    for lane in LANES:
        party, date = lane
        found = house.sets[lane]
        assert desk.book.clearing.lane(date, party).state >= LaneState.PUBLISHED
        owed_fen = desk.book.obligations.entries[ObligationKey(party, date, 0)].owed_fen
        assert owed_fen == sum(line.net_fen for line in found.lines)
        for customer, _ in house.facts.of_lane(lane):
            sums, split = found.sums(customer), made_good(house, customer, date)
            has = desk.unsettled(house.has.contracts[customer]) if house.stands(customer) else {}
            bought_fen, sold_fen = has.get(date, (0, 0))
            assert not any(map(found.draws_fen, found.orders(customer)))
            assert bought_fen == sums.buys_fen - split.buys_fen
            assert sold_fen == sums.proceeds_fen + split.proceeds_fen


def same_as_straight(seed: int) -> None:
    house = played(seed, with_short=False)
    assert books(house) == books(straight(house.facts))


def with_short_customers(seed: int) -> None:
    """What somebody cannot bear hangs on when it is asked; each step is reckoned on its own."""
    played(seed, with_short=True)


@pytest.mark.parametrize("seed", FEW)
def test_the_books_are_those_of_the_straight_history(seed: int) -> None:
    same_as_straight(seed)


@pytest.mark.parametrize("seed", FEW)
def test_what_customers_cannot_bear_is_made_good_and_no_more(seed: int) -> None:
    with_short_customers(seed)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_many_more_seeds_of_both(seed: int) -> None:
    same_as_straight(seed)
    with_short_customers(seed)
