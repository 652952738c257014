"""The general ledger in SQL: posted with what moves, and equal to the accounts of each outlet."""

import asyncio
from pathlib import Path

import pytest

from protocol.vocabulary import RecordKind, Way
from tests.bank_seats import SAVINGS_SEAT
from tests.follower.journal_maker import JournalMaker, joined, record
from tests.follower.world import world

pytestmark = pytest.mark.postgres


def test_the_general_ledger_is_kept_and_agrees_with_the_accounts_of_each_outlet(
    fresh_database: str, tmp_path: Path
) -> None:
    """Brought in: the opening balances. Then 12,345 by cash and 5 by card in, 700 by transfer out."""

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000, 2_000])
            opened_fen = int(made.book.balance_fen.sum())
            moved = joined([record(RecordKind.DEPOSIT, 0, 12_345), record(RecordKind.DEPOSIT, 1, 5, way=Way.CARD)])
            made.block((SAVINGS_SEAT, moved))
            await here.keep(made)
            await here.follow()
            made.block((SAVINGS_SEAT, record(RecordKind.WITHDRAWAL, 1, 700, way=Way.TRANSFER)))
            await here.keep(made)

            await here.follow()

            outlet, savings_fen = int(made.book.outlet[0]), opened_fen + 12_345 + 5 - 700
            found = await here.sql.fetch("SELECT * FROM bank_general_ledger ORDER BY account_code")
            assert [tuple(row) for row in found] == [
                (1010, "CASH", None, None, None, opened_fen + 12_345, 0),
                (1110, "OTHER_BANKS", None, None, None, 0, 700),
                (2110, "SAVINGS", None, None, outlet, 0, savings_fen),
                (2510, "CARD_CLEARING", None, None, None, 5, 0),
            ]
            outlets = await here.sql.fetch("SELECT outlet, accounts_fen, ledger_fen, difference_fen FROM bank_outlets")
            assert [tuple(row) for row in outlets] == [(outlet, savings_fen, savings_fen, 0)]
            ways = await here.sql.fetch("SELECT way, serial FROM bank_movements ORDER BY sequence, number")
            assert [tuple(row) for row in ways] == [("CASH", 0), ("CARD", 0), ("TRANSFER", 0)]
            assert await here.sql.fetch("SELECT fault FROM read_model_faults") == []

            await here.sql.execute("UPDATE general_ledger SET balance_fen = balance_fen + 1 WHERE account_code = 2110")
            faults = {row[0] for row in await here.sql.fetch("SELECT fault FROM read_model_faults")}
            assert faults == {"general ledger does not balance", f"outlet {outlet} and the general ledger"}

    asyncio.run(scenario())
