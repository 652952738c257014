"""Business days by chance in SQL: the read model has at every mark what the ledger has, whenever its follower ends.

Belongs here: how rows arrive. Never here: what happens on the days (tests.ledger_core.days).
One seed again: `pytest tests/follower/read_model/day/test_random_days.py -k "[17]"`, with `-m chaos` for many of them.
"""

import asyncio
import random
from pathlib import Path

import pytest

from frontend_sim.auditor.sql_totals import STATEMENT
from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from protocol.vocabulary import AccountCode
from tests.follower.world import World, asked, catch_up, world
from tests.ledger_core.days.bank import Marked
from tests.ledger_core.days.facts import drawn
from tests.ledger_core.days.walk import at_random

FEW = (1, 4)
"""Of short customers; and one whose lane is resumed after it was published, in another batch."""
MANY = tuple(seed for seed in range(40) if seed not in FEW)
KILLED_SHARE = 0.5
CASES = "SELECT case_no, party FROM bank_worklist WHERE kind = 'CASE' AND is_open ORDER BY 1, 2"

pytestmark = pytest.mark.postgres


async def followed(here: World, rows: list[Row], marks: dict[int, Marked], chance: random.Random) -> None:
    """Rows come some at a time, up to each mark; at any time the follower may be another one, which recovers."""
    done = 0
    ends = sorted({*marks, rows[-1].sequence, *(chance.randrange(1, rows[-1].sequence) for _ in range(6))})
    while ends:
        async with here.follower() as follower:
            while ends:
                end = ends.pop(0)
                await here.keep([row for row in rows if done < row.sequence <= end])
                done = end
                await catch_up(follower)
                if end in marks:
                    told = [each[1:] for each in await asked(here.sql, STATEMENT)]
                    assert told == [(each.party, *each.amounts_fen) for each in marks[end].totals]
                if chance.random() < KILLED_SHARE:
                    break
    await here.assert_sound()


async def has_the_books(here: World, book: Book) -> None:
    """At the end: the general ledger, in all 0; cases that are open; each contract's account."""
    books = book.general_ledger.balances_fen
    read = "SELECT account_code, party, trade_date, item, balance_fen FROM general_ledger WHERE balance_fen <> 0"
    found = {tuple(map(int, each[:4])): int(each[4]) for each in await asked(here.sql, read)}
    assert sum(found.values()) == 0
    kept = {(int(key.code), key.party, key.trade_date, key.item): fen for key, fen in books.items() if fen}
    assert found == kept
    open_cases = sorted((key.item, key.party) for key, fen in books.items() if fen and _is_case(key.code, key.party))
    assert await asked(here.sql, CASES) == open_cases


def _is_case(code: int, party: int) -> bool:
    return code == AccountCode.ERRORS and party > 1


def sql_agrees(seed: int, dsn: str, state: Path) -> None:
    """One history."""
    chance = random.Random(seed)
    house = at_random(drawn(chance, with_short=bool(seed % 2)), chance)

    async def scenario() -> None:
        async with world(dsn, state) as here:
            await followed(here, house.desk.rows, house.marks, chance)
            await has_the_books(here, house.desk.book)

    asyncio.run(scenario())


@pytest.mark.parametrize("seed", FEW)
def test_the_read_model_has_at_every_mark_what_the_ledger_has(seed: int, fresh_database: str, tmp_path: Path) -> None:
    sql_agrees(seed, fresh_database, tmp_path)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", MANY)
def test_the_read_model_over_many_more_days(seed: int, fresh_database: str, tmp_path: Path) -> None:
    sql_agrees(seed, fresh_database, tmp_path)
