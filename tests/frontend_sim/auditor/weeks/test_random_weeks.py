"""Weeks by chance of brokers that pay in time, late, in parts or never, as an outsider sees them: the auditor would
have answered every settlement, credit and payment likewise, and has in the end what the ledger has.

Belongs here: that both agree. Never here: what happens in a week (weeks), how rows are told (watch).
One seed again: `pytest tests/frontend_sim/auditor/weeks/test_random_weeks.py -k "[17]"`; `-m chaos` for `make chaos`.
"""

import dataclasses
import random
from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from frontend_sim.auditor.day.postings import Code
from frontend_sim.auditor.day.settlement_audit import between_of
from frontend_sim.auditor.register import Totals
from ledger.core.control.customers import reversals
from ledger.core.engine import totals
from ledger.core.savings import days
from ledger.core.state.book import Book
from ledger.core.state.customers.moved import MovedMoney
from protocol.codes import ReplyCode
from protocol.records import OUTCOME, RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import ObligationState, RecordKind
from rules.savings import POINTS_PER_FEN
from tests.frontend_sim.auditor.weeks.dated import DatedAuditor
from tests.frontend_sim.auditor.weeks.drawn import PARTIES, CoreWeek
from tests.frontend_sim.auditor.weeks.watch import Watch

FEW, MANY = range(8), range(8, 200)
OF_PARTY = (Code.LENT, Code.INTEREST_DUE, Code.CLEARING, Code.SUSPENSE)


def lived(seed: int) -> CoreWeek:
    """A week of two brokers, one of them in transfer mode."""
    week = CoreWeek(random.Random(seed), pays=seed % 3 > 0, transfers=PARTIES[seed // 3 % 2])
    week.live()
    return week


def watched(week: CoreWeek) -> DatedAuditor:
    """The auditor behind all its rows; what else stands in 2420 behind a step than it has is a mismatch."""
    watch = Watch()
    for row in week.desk.rows[1:]:
        watch.read(row)
        has = {party: watch.auditor.moved_fen(party) for party in PARTIES}
        if week.in_2420.get(row.sequence, has) != has:
            watch.auditor.mismatches.append(f"row {row.sequence}: {week.in_2420[row.sequence]} in 2420, expected {has}")
    return watch.auditor


def apart(week: CoreWeek) -> list[str]:
    """What the auditor would have answered or has otherwise than the ledger."""
    auditor, book = watched(week), week.desk.book
    assert auditor.judged_count > 50
    by_auditor: dict[str, object] = {
        "totals": auditor.totals(),
        "books": {party: _books(auditor, party) for party in PARTIES},
        "between outlets": _between(auditor),
        "earned": _earned_by_auditor(auditor),
        "owed": owed_by_auditor(auditor),
    }
    by_ledger: dict[str, object] = {
        "totals": {each.party: Totals(*each.amounts_fen) for each in totals(book)},
        "books": {party: _books_of_ledger(book, party) for party in PARTIES},
        "between outlets": {
            key.item: fen
            for key, fen in book.general_ledger.balances_fen.items()
            if key.code == Code.BETWEEN_OUTLETS and fen
        },
        "earned": _earned(book),
        "owed": {
            (key.party, trade_day(key.trade_date), key.case): (ObligationState(each.state).name, each.unpaid_fen)
            for key, each in book.obligations.entries.items()
            if each.state != ObligationState.PAID
        },
    }
    return [*auditor.mismatches, *(what for what in by_ledger if by_auditor[what] != by_ledger[what])]


def _books(auditor: DatedAuditor, party: int) -> dict[Code, int]:
    return {code: auditor.broker(party).broker.standing.books.of_code(code) for code in OF_PARTY}


def _between(auditor: DatedAuditor) -> dict[int, int]:
    return {outlet: fen for outlet, fen in between_of(auditor.of_brokers).items() if fen}


def _books_of_ledger(book: Book, party: int) -> dict[Code, int]:
    balances_fen = book.general_ledger.balances_fen
    of_party = {key: fen for key, fen in balances_fen.items() if key.party == party}
    return {code: sum(fen for key, fen in of_party.items() if key.code == code) for code in OF_PARTY}


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


def owed_by_auditor(auditor: DatedAuditor) -> dict[tuple[int, int, int], tuple[str, int]]:
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
    assert apart(lived(seed)) == []


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_the_auditor_over_many_more_weeks(seed: int) -> None:
    assert apart(lived(seed)) == []


def a_fen_more_is_reversed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Than two people have signed."""
    reverse = reversals.reverse
    monkeypatch.setattr(
        reversals, "reverse", lambda book, act: reverse(book, replace(act, amount_fen=act.amount_fen + 1))
    )


def a_reversal_is_taken_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The serial of the savings desk is not kept."""
    monkeypatch.setattr(MovedMoney, "tries", property(lambda _self: {}, lambda _self, _tries: None))


def what_is_moved_bears_interest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The balance counts, and not what of it stands in savings deposits."""
    monkeypatch.setattr(days, "bearing_fen", lambda book, accounts: book.balance_fen[accounts])


def a_year_has_300_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interest is a fifth more than it must be."""
    monkeypatch.setattr(days, "POINTS_PER_FEN", POINTS_PER_FEN // 6 * 5)


@pytest.mark.parametrize(
    "plant",
    [
        a_fen_more_is_reversed,
        a_reversal_is_taken_twice,
        what_is_moved_bears_interest,
        a_year_has_300_days,
    ],
)
def test_a_fault_of_the_ledger_is_found(plant: Callable[[pytest.MonkeyPatch], None]) -> None:
    """In one of eight weeks at least, each of which agrees without it."""
    found = []
    for seed in FEW:
        with pytest.MonkeyPatch.context() as monkeypatch:
            plant(monkeypatch)
            week = lived(seed)
        found += apart(week)
    assert found


def test_a_settlement_that_takes_moved_money_of_the_savings_account_is_found() -> None:
    """The first record that names some of 2420 is told as if it named all of 2110, and had been taken."""
    week = next(week for week in map(lived, FEW) if _of_moved(week))
    place, record = _of_moved(week)[0]
    moved_fen = int(record["from_moved_fen"][0])
    told = record.copy()
    told["amount_fen"] += moved_fen
    told["from_moved_fen"] = 0
    row = week.desk.rows[place]
    week.desk.rows[place] = dataclasses.replace(row, records=row.records.replace(record.tobytes(), told.tobytes()))

    found = apart(week)

    assert "'from_moved_fen': 0" in found[0]
    assert "SETTLEMENT_DIFFERS" in found[0]


def _of_moved(week: CoreWeek) -> list[tuple[int, RecordArray]]:
    """Accepted settlements of moved money, each with the place of its row."""
    found = []
    for place, row in enumerate(week.desk.rows):
        records, outcomes = np.frombuffer(row.records, RECORD), np.frombuffer(row.outcomes, OUTCOME)
        if len(records):
            chosen = (records["kind"] == RecordKind.SETTLE) & (outcomes["code"] == ReplyCode.ACCEPTED)
            found += [(place, one) for one in records[chosen & (records["from_moved_fen"] > 0)].reshape(-1, 1)]
    return found
