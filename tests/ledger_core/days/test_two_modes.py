"""The same days in freeze mode and in transfer mode: what buys, what can be withdrawn and what is refused is equal at
every step.
"""

import random

import numpy as np
import pytest

from protocol.messages.codec import decode_control
from protocol.messages.control import ChangeMode
from protocol.records import OUTCOME, RECORD, STATE_MOVED
from protocol.vocabulary import Mode, RecordKind
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.days.bank import House, books
from tests.ledger_core.days.facts import drawn
from tests.ledger_core.days.walk import at_random
from tests.ledger_core.desk import same_after_all

BY_DAY_DESK = {RecordKind.CLOSE, RecordKind.CORRECT, RecordKind.REVERT, RecordKind.PROCEEDS}
FEW, MANY = range(2), range(2, 100)


def played(seed: int, mode: Mode, *, with_short: bool) -> House:
    chance = random.Random(seed)
    return at_random(drawn(chance, with_short=with_short), chance, mode)


def first_apart(one: House, other: House) -> int:
    """The first row in which the two were sent something else, or told another code; behind the last where none is.
    What says the mode is sent otherwise, of course.
    """
    for place, (a, b) in enumerate(zip(one.desk.rows, other.desk.rows, strict=False)):
        codes = [np.frombuffer(row.outcomes, OUTCOME)["code"].tolist() for row in (a, b)]
        says_mode = place > 0 and not a.records and isinstance(decode_control(a.control), ChangeMode)
        if not says_mode and ((a.records, a.control) != (b.records, b.control) or codes[0] != codes[1]):
            return place
    return min(len(one.desk.rows), len(other.desk.rows))


def leans_on_later_dates(house: House, place: int) -> bool:
    """Whether a row is one that the day desk has asked for: what it may take in the name of an earlier date is less
    where later orders were moved. Or it is an act that permits that.
    """
    row = house.desk.rows[place]
    if not row.records:
        return int(row.prefixes()["seat"][0]) == DAY_SEAT
    return set(np.frombuffer(row.records, RECORD)["kind"].tolist()) <= BY_DAY_DESK


def moves(house: House) -> int:
    """How many freezes have moved something."""
    return sum(int((np.frombuffer(row.outcomes, OUTCOME)["state"] == STATE_MOVED).sum()) for row in house.desk.rows)


def same_in_both(seed: int, *, with_short: bool) -> None:
    """Who has plenty comes out the same to the end. Of customers that are short a correction of an earlier date may
    come out otherwise, and the two part with it.
    """
    freezes, transfers = (played(seed, mode, with_short=with_short) for mode in (Mode.FREEZE, Mode.TRANSFER))
    assert moves(transfers) > 0 == moves(freezes)
    apart, end = first_apart(freezes, transfers), len(freezes.desk.rows)
    one, other = ([step for step in house.steps if step[0] <= apart] for house in (transfers, freezes))
    assert one == other
    assert apart == end == len(transfers.desk.rows) or (with_short and leans_on_later_dates(transfers, apart))
    if apart == end:
        mine, theirs = books(transfers), books(freezes)
        assert (mine.unsettled, mine.made_good, mine.owed_fen) == (theirs.unsettled, theirs.made_good, theirs.owed_fen)
    same_after_all(transfers.desk)


@pytest.mark.parametrize("with_short", [False, True])
@pytest.mark.parametrize("seed", FEW)
def test_two_books_get_the_same_history(seed: int, with_short: bool) -> None:
    same_in_both(seed, with_short=with_short)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_many_more_seeds(seed: int) -> None:
    same_in_both(seed, with_short=seed % 2 == 0)
