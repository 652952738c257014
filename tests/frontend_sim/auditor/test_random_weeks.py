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
from ledger.core.state.book import Book
from protocol.trade_dates import trade_day
from protocol.vocabulary import BANK_PARTY, ObligationState, Role
from tests.bank_seats import DAY_SEAT
from tests.frontend_sim.auditor.dated import DatedAuditor
from tests.frontend_sim.auditor.test_random_days import Watch
from tests.frontend_sim.auditor.weeks import PARTIES, CoreWeek
from tests.ledger_core.moved.words import in_2420

FEW, MANY = range(8), range(8, 200)
OF_PARTY = (Code.LENT, Code.INTEREST_DUE, Code.CLEARING, Code.SUSPENSE)


def lived(seed: int) -> CoreWeek:
    """A week of two brokers, one of them in transfer mode."""
    week = CoreWeek(random.Random(seed), pays=seed % 3 > 0, transfers=PARTIES[seed // 3 % 2])
    week.live()
    return week


def watched(week: CoreWeek) -> DatedAuditor:
    """The auditor behind all its rows."""
    watch = Watch()
    watch.auditor.register_party(BANK_PARTY, Role.BANK, False)
    watch.auditor.day_desks.add(DAY_SEAT)
    for row in week.desk.rows[1:]:
        watch.read(row)
    return watch.auditor


def an_outsider_agrees(seed: int) -> None:
    week = lived(seed)
    auditor = watched(week)
    assert auditor.mismatches == []
    assert auditor.judged_count > 50
    assert auditor.totals() == {each.party: Totals(*each.amounts_fen) for each in totals(week.desk.book)}
    for party in PARTIES:
        books, general = auditor.broker(party).broker.standing.books, week.desk.book.general_ledger
        assert {code: books.of_code(code) for code in OF_PARTY} == {
            code: sum(fen for key, fen in general.balances_fen.items() if (key.code, key.party) == (int(code), party))
            for code in OF_PARTY
        }
        assert auditor.moved_fen(party) == in_2420(week.desk, party)
    assert _earned_by_auditor(auditor) == _earned(week.desk.book)
    assert _owed_by_auditor(auditor) == {
        (key.party, trade_day(key.trade_date), key.case): (ObligationState(each.state).name, each.unpaid_fen)
        for key, each in week.desk.book.obligations.entries.items()
        if each.state != ObligationState.PAID
    }


def _earned_by_auditor(auditor: DatedAuditor) -> list[tuple[int, int]]:
    """Points and what is due, by account."""
    found = []
    for _, account in sorted(auditor.accounts.items()):
        account.earning.reckon(account.stands_fen)
        found.append((account.earning.points, account.earning.due_fen))
    return found


def _earned(book: Book) -> list[tuple[int, int]]:
    """Likewise."""
    savings, count = book.savings, book.accounts_count
    return list(zip(savings.points[:count].tolist(), savings.due_fen[:count].tolist(), strict=True))


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
