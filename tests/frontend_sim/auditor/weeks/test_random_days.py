"""Business days by chance, as an outsider sees them: the auditor has at every mark what the ledger has, and would have
answered every order, movement, closing and correction likewise.

Belongs here: that both agree. Never here: how rows are told (watch), what happens on the days (tests.ledger_core.days).
One seed again: `pytest tests/frontend_sim/auditor/weeks/test_random_days.py -k "[17]"`; `make chaos` runs `-m chaos`.
"""

import random

import pytest

from frontend_sim.auditor.register import Totals
from protocol.vocabulary import Mode
from tests.frontend_sim.auditor.weeks.dated import DatedAuditor
from tests.frontend_sim.auditor.weeks.watch import Watch
from tests.ledger_core.days.bank import House
from tests.ledger_core.days.facts import drawn
from tests.ledger_core.days.walk import at_random

FEW, MANY = range(2), range(2, 60)


def watched(house: House) -> DatedAuditor:
    """The auditor behind all rows; at each mark it has what the ledger had."""
    watch = Watch()
    for row in house.desk.rows[1:]:
        before = len(watch.marked)
        watch.read(row)
        if len(watch.marked) > before:
            has = watch.auditor.totals()
            assert has == {each.party: Totals(*each.amounts_fen) for each in house.marks[row.sequence].totals}
    assert watch.marked == sorted(house.marks)
    return watch.auditor


def an_outsider_agrees(seed: int, mode: Mode) -> None:
    chance = random.Random(seed)
    auditor = watched(at_random(drawn(chance, with_short=bool(seed % 2)), chance, mode))
    assert auditor.mismatches == []
    assert auditor.judged_count > 50


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("seed", FEW)
def test_the_auditor_has_at_every_mark_what_the_ledger_has(seed: int, mode: Mode) -> None:
    an_outsider_agrees(seed, mode)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_the_auditor_over_many_more_days(seed: int) -> None:
    an_outsider_agrees(seed, Mode(seed // 2 % 2))
