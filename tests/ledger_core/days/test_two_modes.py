"""The same days in freeze mode and in transfer mode: what buys, what can be withdrawn and what is refused is equal at
every step.
"""

import random

import numpy as np
import pytest

from protocol.records import OUTCOME, STATE_MOVED
from protocol.vocabulary import Mode
from tests.ledger_core.days.bank import House, books
from tests.ledger_core.days.facts import drawn
from tests.ledger_core.days.walk import at_random
from tests.ledger_core.desk import same_after_all

FEW, MANY = range(2), range(2, 100)


def played(seed: int, mode: Mode, *, with_short: bool) -> House:
    chance = random.Random(seed)
    return at_random(drawn(chance, with_short=with_short), chance, mode)


def told(house: House) -> list[bytes]:
    """The codes of every row, whatever else its outcomes tell."""
    return [np.frombuffer(row.outcomes, OUTCOME)["code"].tobytes() for row in house.desk.rows]


def moves(house: House) -> int:
    """How many freezes have moved something."""
    return sum(int((np.frombuffer(row.outcomes, OUTCOME)["state"] == STATE_MOVED).sum()) for row in house.desk.rows)


def same_in_both(seed: int, *, with_short: bool) -> None:
    freezes, transfers = (played(seed, mode, with_short=with_short) for mode in (Mode.FREEZE, Mode.TRANSFER))
    assert transfers.steps == freezes.steps
    assert told(transfers) == told(freezes)
    assert moves(transfers) > 0 == moves(freezes)
    one, other = books(transfers), books(freezes)
    assert (one.figures, one.unsettled, one.made_good, one.owed_fen) == (
        other.figures,
        other.unsettled,
        other.made_good,
        other.owed_fen,
    )
    same_after_all(transfers.desk)


@pytest.mark.parametrize("with_short", [False, True])
@pytest.mark.parametrize("seed", FEW)
def test_two_books_get_the_same_history(seed: int, with_short: bool) -> None:
    same_in_both(seed, with_short=with_short)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_many_more_seeds(seed: int) -> None:
    same_in_both(seed, with_short=seed % 2 == 0)
