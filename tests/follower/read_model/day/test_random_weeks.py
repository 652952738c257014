"""Weeks by chance in SQL, from trading to the last credit: the read model has in the end what the ledger has.

Belongs here: settlements, credits, cases and what brokers pay beside all else. Never here: how rows arrive
(test_random_days), what happens in a week (tests.ledger_core.weeks).
One seed again: `pytest tests/follower/read_model/day/test_random_weeks.py -k "[17]"`, with `-m chaos` for many of them.
"""

import asyncio
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from frontend_sim.auditor.sql_totals import STATEMENT
from ledger.core import engine
from ledger.core.lines.waiting import wait
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.requests import key_dates, key_parts
from ledger.core.state.totals import sold_of_ended
from protocol.given_numbers import contract_no_from_index
from protocol.vocabulary import ObligationState
from tests.follower.read_model.day.test_random_days import followed, has_the_books
from tests.follower.world import World, asked, world
from tests.ledger_core.weeks.bank import Bank
from tests.ledger_core.weeks.walk import lived, week_of

FEW, MANY = (0,), range(1, 30)
OWED = """
SELECT party, trade_date, case_no, state, (abs(owed_fen) - paid_fen - advanced_fen)::bigint FROM obligations
WHERE state <> 4 ORDER BY 1, 2, 3
"""
"""What is not paid."""
HELD = "SELECT trade_date, seat, number, remaining_fen FROM held_orders WHERE ended_sequence IS NULL ORDER BY 1, 2, 3"

pytestmark = pytest.mark.postgres


async def has_what_is_owed(here: World, bank: Bank) -> None:
    """All sums of each party, also what was sold for contracts that have ended, which is on no account; and whatever is
    owed and not paid.
    """
    book = bank.desk.book
    told = [each[1:] for each in await asked(here.sql, STATEMENT)]
    assert told == [(each.party, *each.amounts_fen) for each in engine.totals(book)]
    for_none_fen = Counter[int]()
    for contract, fen in zip(*map(np.ndarray.tolist, sold_of_ended(book)), strict=True):
        for_none_fen[contract_no_from_index(contract)] += fen
    kept = await asked(here.sql, "SELECT contract_no, sold_fen FROM sold_of_ended")
    assert dict(kept) == {contract_no: fen for contract_no, fen in for_none_fen.items() if fen}
    assert await asked(here.sql, HELD) == held_orders(book)
    assert await asked(here.sql, OWED) == [
        (*key, each.state, each.unpaid_fen)
        for key, each in sorted(book.obligations.entries.items())
        if each.state != ObligationState.PAID
    ]


def held_orders(book: Book) -> list[tuple[int, ...]]:
    """The freezes that wait for their allotment, and what remains of each."""
    requests = book.requests
    remaining_fen = requests.amount_fen - requests.drawn_fen - requests.released_fen
    slots = np.flatnonzero(remaining_fen)
    keys = requests.keys_of(slots, book.trade_date)
    parties = book.contract_facts[requests.contract[slots] - 1] >> PARTY_SHIFT
    waits = np.flatnonzero(wait(book, key_dates(keys), parties))
    found = [(*key_parts(int(keys[place])), int(remaining_fen[slots[place]])) for place in waits]
    return sorted(found)


def sql_agrees(seed: int, dsn: str, state: Path) -> None:
    """One history; the follower ends and begins again in it."""
    chance = random.Random(seed)
    bank = lived(week_of(seed), chance)

    async def scenario() -> None:
        async with world(dsn, state) as here:
            await followed(here, bank.desk.rows, {}, chance)
            await has_the_books(here, bank.desk.book)
            await has_what_is_owed(here, bank)

    asyncio.run(scenario())


@pytest.mark.parametrize("seed", FEW)
def test_the_read_model_has_at_the_end_of_a_week_what_the_ledger_has(
    seed: int, fresh_database: str, tmp_path: Path
) -> None:
    sql_agrees(seed, fresh_database, tmp_path)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_the_read_model_over_many_more_weeks(seed: int, fresh_database: str, tmp_path: Path) -> None:
    sql_agrees(seed, fresh_database, tmp_path)
