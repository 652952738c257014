"""Weeks by chance of brokers that pay in time, late, in parts or never, as an outsider sees them: the auditor would
have answered every settlement, credit and payment likewise, and has in the end what the ledger has.

Belongs here: that both agree. Never here: what happens in a week (weeks), how rows are told (test_random_days).
One seed again: `pytest tests/frontend_sim/auditor/test_random_weeks.py -k "[17]"`; `-m chaos` for `make chaos`.
"""

import random

import pytest

from frontend_sim.auditor.day.postings import Code
from frontend_sim.auditor.register import Totals
from ledger.core.engine import totals
from protocol.trade_dates import trade_day
from protocol.vocabulary import BANK_PARTY, ObligationState, Role
from tests.frontend_sim.auditor.dated import DatedAuditor
from tests.frontend_sim.auditor.test_random_days import Watch
from tests.frontend_sim.auditor.weeks import PARTIES, CoreWeek

FEW, MANY = range(8), range(8, 200)
OF_PARTY = (Code.LENT, Code.INTEREST_DUE, Code.CLEARING, Code.SUSPENSE)


def lived(seed: int) -> tuple[CoreWeek, DatedAuditor]:
    """A week, and the auditor behind all its rows."""
    week = CoreWeek(random.Random(seed), pays=seed % 3 > 0)
    week.live()
    watch = Watch()
    watch.auditor.register_party(BANK_PARTY, Role.BANK, False)
    for row in week.desk.rows[1:]:
        watch.read(row)
    return week, watch.auditor


def an_outsider_agrees(seed: int) -> None:
    week, auditor = lived(seed)
    assert auditor.mismatches == []
    assert auditor.judged_count > 50
    assert auditor.totals() == {each.party: Totals(*each.amounts_fen) for each in totals(week.desk.book)}
    for party in PARTIES:
        books, general = auditor.broker(party).broker.standing.books, week.desk.book.general_ledger
        assert {code: books.of_code(code) for code in OF_PARTY} == {
            code: sum(fen for key, fen in general.balances_fen.items() if (key.code, key.party) == (int(code), party))
            for code in OF_PARTY
        }
    assert _owed_by_auditor(auditor) == {
        (key.party, trade_day(key.trade_date), key.case): (ObligationState(each.state).name, each.unpaid_fen)
        for key, each in week.desk.book.obligations.entries.items()
        if each.state != ObligationState.PAID
    }


def _owed_by_auditor(auditor: DatedAuditor) -> dict[tuple[int, int, int], tuple[str, int]]:
    """What is not paid, by party, trade day and case."""
    found = {}
    for party, audit in auditor.of_brokers.items():
        for (day, case), each in audit.broker.standing.owed.items():
            unpaid_fen = -each.amount_fen if each.state == "owed_by_bank" else each.unpaid_fen
            if each.state != "paid":
                found[party, day, case] = (each.state.name, unpaid_fen)
    return found


@pytest.mark.parametrize("seed", FEW)
def test_the_auditor_has_at_the_end_of_a_week_what_the_ledger_has(seed: int) -> None:
    an_outsider_agrees(seed)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_the_auditor_over_many_more_weeks(seed: int) -> None:
    an_outsider_agrees(seed)
