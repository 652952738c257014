"""Weeks of one broker by chance: whatever comes when, what is owed adds up, and nobody gains by asking late.

Belongs here: drawn histories, played twice. Never here: single cases by hand (test_in_time, test_bank_pays,
test_lending).

Due times act with the next request that comes. So a history in which somebody asks in each of their seconds must leave
the same books as one in which nobody asks at all.
"""

import random
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest

from ledger.core.invariants import check_book
from ledger.core.state.day.obligations import Obligation
from protocol.acts.clearing import AdvanceLimitAct, MarketRateAct
from protocol.codes import ReplyCode
from protocol.messages.feeds import Notice
from protocol.vocabulary import ObligationState
from tests.ledger_core.desk import BROKER, SEAT, THURSDAY, TUESDAY, WEDNESDAY, same_after_all
from tests.ledger_core.paying.bank import FRIDAY, House, at

DATES = (TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)
FEW, MANY = range(6), range(6, 60)


class Step(NamedTuple):
    """Something that is done in a second."""

    second: int
    do: Callable[[House], object]


class Seen(NamedTuple):
    """What must not hang on who asked when."""

    owed: list[Obligation]
    balances_fen: dict[tuple[int, ...], int]
    answers: list[ReplyCode]


def drawn(chance: random.Random) -> list[Step]:
    """A history: each date is published in its evening and settled; the days behind it are full of payments."""
    limit_fen = chance.choice([0, 30_000, 10**6])
    steps = [Step(at(TUESDAY, 19), partial(House.lends, limit_fen=limit_fen, rate_date=TUESDAY))]
    for date in DATES:
        if chance.random() < 0.25:
            net: Callable[[House], object] = partial(
                House.net_with_case, date=date, case_fen=chance.randrange(1, 40_000)
            )
        else:
            owed_fen = chance.choice([0, chance.randrange(1, 60_000), -chance.randrange(1, 60_000)])
            net = partial(House.net, date=date, owed_fen=owed_fen)
        steps += [Step(at(date, 20), net), Step(at(date, 20), partial(House.settled, date=date))]
        steps += [_payment(chance, date) for _ in range(chance.randrange(6))]
    return sorted(steps, key=lambda step: step.second)


def _payment(chance: random.Random, date: int) -> Step:
    """Something on the day behind a date."""
    second = at(date + 1, 0) + chance.choice([chance.randrange(8 * 3_600, 19 * 3_600), 36_000, 35_999, 50_400, 50_401])
    fen = chance.randrange(1, 50_000)
    return Step(
        second,
        chance.choice(
            [
                lambda house: house.fund(fen).code,
                lambda house: house.fund(fen).code,
                lambda house: house.pay(date),
                lambda house: house.pay_out(fen),
                lambda house: house.desk.control(Notice(date, 0), SEAT),
                lambda house: house.act(AdvanceLimitAct, party=BROKER, limit_fen=fen),
                lambda house: house.act(MarketRateAct, day=date + 1, rate_millionths=fen),
            ]
        ),
    )


def played(steps: list[Step], *, asks: bool) -> Seen:
    """The history; with somebody who asks in every second in which something falls due, or not at all."""
    house, answers = House(), []
    house.open(TUESDAY)
    seconds = [
        at(date, hour, 0, second) for date in range(WEDNESDAY, FRIDAY + 5) for hour, second in ((10, 0), (14, 1))
    ]
    dues = [Step(second, House.due) for second in seconds] if asks else []
    for step in sorted([*dues, *steps], key=lambda each: (each.second, each not in dues)):
        house.now(step.second)
        answer = step.do(house)
        if step in dues:
            continue
        answers.append(answer if isinstance(answer, ReplyCode) else ReplyCode.ACCEPTED)
        if not asks:
            must_hold(house)
    house.now(at(FRIDAY + 6, 9))
    house.due()
    must_hold(house)
    same_after_all(house.desk)
    balances_fen = {tuple(key): fen for key, fen in house.desk.book.general_ledger.balances_fen.items() if fen}
    return Seen(house.desk.book.obligations.ordered(), balances_fen, answers)


def must_hold(house: House) -> None:
    """What is always true, of the book and of each obligation."""
    check_book(house.desk.book)
    assert house.there() >= 0
    for each in house.desk.book.obligations.entries.values():
        assert min(each.unpaid_fen, each.paid_fen, each.advanced_fen) >= 0
        assert each.unpaid_fen + each.paid_fen + each.advanced_fen == abs(each.owed_fen)
        assert (each.state == ObligationState.PAID) == (each.paid_fen == abs(each.owed_fen))
        assert (each.advanced_fen > 0) <= (each.state == ObligationState.ADVANCED)


def same_whenever_it_is_asked(seed: int) -> None:
    steps = drawn(random.Random(seed))
    assert played(steps, asks=True) == played(steps, asks=False)


@pytest.mark.parametrize("seed", FEW)
def test_who_asks_late_finds_the_same_books(seed: int) -> None:
    same_whenever_it_is_asked(seed)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_many_more_seeds(seed: int) -> None:
    same_whenever_it_is_asked(seed)
