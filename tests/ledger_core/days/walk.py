"""How drawn facts come about: straight, one date behind the other, or in any order that the day allows.

Belongs here: whose step comes next. Never here: what a step is (lanes), what must come of it (test_random_days).
"""

import random
from collections.abc import Iterator

from protocol.messages.day.steps import SignOff
from protocol.vocabulary import Mode
from tests.ledger_core.control.day.test_due_times import opened
from tests.ledger_core.days.bank import House
from tests.ledger_core.days.facts import DATES, PARTIES, Facts
from tests.ledger_core.days.lanes import Close
from tests.ledger_core.days.refused import refuse_something
from tests.ledger_core.desk import MONDAY, THURSDAY

NEXT = dict(zip(DATES, (*DATES[1:], THURSDAY), strict=True))


def straight(facts: Facts, mode: Mode = Mode.FREEZE) -> House:
    """Every date to what is published before the next one is traded; nothing twice, nothing withdrawn."""
    house = House(facts, mode)
    for date in DATES:
        _to_sign_off(house, date)
        _behind_sign_off(house, date)
        house.agree(date)
        for party in PARTIES:
            for _ in Close(house, (party, date), None).steps():
                pass
        house.desk.done(opened(NEXT[date]))
    house.checked()
    return house


def _to_sign_off(house: House, date: int) -> None:
    house.open(date)
    for op in house.facts.trading[date]:
        house.do(op, date)
    house.desk.done(SignOff(date))


def _behind_sign_off(house: House, date: int) -> None:
    for party in PARTIES:
        for op in house.facts.late[party, date]:
            house.do(op, date)


def at_random(facts: Facts, chance: random.Random, mode: Mode = Mode.FREEZE) -> House:
    """Later dates are traded while earlier ones are closed, steps of lanes between each other, refused ones too. Each
    step is followed by all checks.
    """
    house = House(facts, mode)
    runs = [_dates(house, chance)]
    keeps_at = chance.randrange(20, 150)
    steps = 0
    while runs:
        run = chance.choice(runs)
        added = next(run, None)
        if added is None:
            runs.remove(run)
        else:
            runs += added
        if chance.random() < 0.2:
            refuse_something(house, chance)
        house.checked()
        steps += 1
        if steps == keeps_at:
            house.keep_state()
    if steps < keeps_at:
        house.keep_state()
    return house


Run = Iterator[list]  # type: ignore[type-arg]
"""Steps; each may add other runs."""


def _dates(house: House, chance: random.Random) -> Run:
    """Trading, from date to date."""
    for date in DATES:
        house.open(date)
        for op in house.facts.trading[date]:
            house.do(op, date)
            yield []
        house.desk.done(SignOff(date))
        yield []
        early = chance.random() < 0.5
        if early:
            _behind_sign_off(house, date)
        # A date with due times is agreed on before it is closed; Monday has none.
        if date != MONDAY or chance.random() < 0.5:
            house.agree(date, deep=chance.random() < 0.3)
            yield []
        house.desk.done(opened(NEXT[date]))
        if not early:
            _behind_sign_off(house, date)
        lanes: list[Run] = [_of_lane(house, (party, date), chance) for party in PARTIES]
        yield [*lanes, _agreements(house, date, chance)]


def _of_lane(house: House, lane: tuple[int, int], chance: random.Random) -> Run:
    for _ in Close(house, lane, chance).steps():
        yield []


def _agreements(house: House, date: int, chance: random.Random) -> Run:
    """Sooner or later, and as often as anybody asks."""
    for _ in range(chance.randrange(12)):
        yield []
    for _ in range(1 + chance.randrange(2)):
        house.agree(date, deep=chance.random() < 0.3)
        yield []
