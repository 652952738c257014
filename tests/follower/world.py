"""A database with journal and read model, and a follower on it, for one test.

Belongs here: making and closing them, reading the tables. Never here: expectations.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from ledger.core.rows.row import Row
from ledger.follower.metrics import FollowerMetrics
from ledger.follower.projection.read_model import ReadModel
from ledger.follower.replay import Follower
from ledger.follower.snapshots import SnapshotPolicy
from ledger.journal.writer import Journal
from tests.databases import give_tables
from tests.follower.journal_maker import JournalMaker
from tests.follower.naive import Expectation
from tests.follower.naive_accounts import Customers

NEVER = 2**62


@dataclass
class World:
    """An empty journal that is being written, and a connection for looking at the tables."""

    dsn: str
    state: Path
    journal: Journal
    sql: asyncpg.Connection
    kept: int = 0

    async def keep(self, made: JournalMaker | Iterable[Row]) -> None:
        """Commits the rows of a maker that are not yet in the journal, or the given ones."""
        rows = made.rows[self.kept :] if isinstance(made, JournalMaker) else list(made)
        for row in rows:
            await self.journal.open_date(row.trade_date)
            await self.journal.append(row)
        self.kept += len(rows)

    @asynccontextmanager
    async def follower(self, lines: list[str] | None = None) -> AsyncIterator[Follower]:
        """A follower that has recovered; its snapshots are taken when asked for only."""
        reading = await asyncpg.connect(self.dsn)
        said = lines if lines is not None else []
        model = await ReadModel.open(self.dsn, said.append)
        policy = SnapshotPolicy(every_requests=NEVER, every_ns=NEVER)
        follower = Follower(reading, model, self.snapshots, policy, FollowerMetrics(), said.append)
        try:
            await follower.recover()
            yield follower
        finally:
            model.abandon()
            reading.terminate()

    async def a_statement_waits_for_a_lock(self) -> None:
        """Returns when one does."""
        watching = await asyncpg.connect(self.dsn)
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        while not await watching.fetchval(waiting):
            pass
        await watching.close()

    @property
    def snapshots(self) -> Path:
        """Where snapshots go."""
        return self.state / "snapshots"

    async def follow(self) -> None:
        """A follower's whole life: recover, take in everything, end."""
        async with self.follower() as follower:
            await catch_up(follower)

    async def follow_soundly(self, made: JournalMaker) -> None:
        """Keeps what was made and follows it; the read model has no fault."""
        await self.keep(made)
        await self.follow()
        await self.assert_sound()

    async def follow_row_by_row(self, made: JournalMaker) -> None:
        """A follower for each row, which begins at the snapshot of the one before; the read model has no fault."""
        for row in made.rows:
            await self.keep([row])
            async with self.follower() as follower:
                await catch_up(follower)
                follower.signals.ask_snapshot()
                await follower.snapshot_if_due()
                await follower.finish_snapshot()
        await self.assert_sound()

    async def assert_sound(self) -> None:
        """The read model finds no fault with itself, and the books add up."""
        assert await asked(self.sql, "TABLE read_model_faults") == []
        assert await asked(self.sql, "TABLE books_faults") == []

    async def orders(self) -> list[tuple[int, ...]]:
        """As `Expectation.orders`, in the order of the journal."""
        rows = await self.sql.fetch(
            "SELECT trade_date, seat, number, contract_no, amount_fen, code, sequence, decided_at_ns "
            "FROM orders ORDER BY sequence, seat, number"
        )
        return [tuple(row) for row in rows]

    async def movements(self) -> list[tuple[int | None, ...]]:
        """As `Expectation.movements`, in the order of the journal."""
        rows = await self.sql.fetch(
            "SELECT trade_date, seat, number, kind, contract_no, account_no, amount_fen, code, remaining_fen, "
            "sequence, decided_at_ns FROM movements ORDER BY sequence, seat, number"
        )
        return [tuple(row) for row in rows]

    async def lines(self) -> list[tuple[int, ...]]:
        """As `Expectation.lines`, in the order of the journal."""
        rows = await self.sql.fetch(
            "SELECT trade_date, seat, number, kind, told, trade_day, quantity, contract_no, amount_fen, second_fen, "
            "stamp_fen, transfer_fen, handling_fen, regulatory_fen, order_date, order_seat, "
            "readable_number(last_bytes), code, listed::integer, sequence, decided_at_ns "
            "FROM clearing_lines ORDER BY sequence, seat, number"
        )
        return [tuple(row) for row in rows]

    async def proceeds(self) -> list[tuple[int, ...]]:
        """As `Expectation.proceeds`, in the order of the journal."""
        rows = await self.sql.fetch(
            "SELECT trade_date, seat, number, contract_no, trade_day, proceeds_fen, excess_fen, code, sequence, "
            "decided_at_ns FROM proceeds ORDER BY sequence, seat, number"
        )
        return [tuple(row) for row in rows]

    async def corrections(self) -> list[tuple[int, ...]]:
        """As `Expectation.corrections`, in the order of the journal."""
        rows = await self.sql.fetch(
            "SELECT trade_date, seat, number, contract_no, trade_day, act_number, cleared_buys_fen, "
            "cleared_proceeds_fen, made_good_buys_fen, made_good_proceeds_fen, had_bought_fen, had_sold_fen, code, "
            "case_no, sequence, decided_at_ns FROM corrections ORDER BY sequence, seat, number"
        )
        return [tuple(row) for row in rows]

    async def accounts(self) -> dict[int, tuple[int, ...]]:
        """Account number → the five amounts."""
        rows = await self.sql.fetch(
            "SELECT account_no, balance_fen, frozen_fen, bought_unsettled_fen, sold_unsettled_fen, restrained_fen "
            "FROM accounts"
        )
        return {row[0]: tuple(row)[1:] for row in rows}

    async def totals(self) -> dict[int, list[int]]:
        """As `Customers.totals`."""
        rows = await self.sql.fetch(
            "SELECT party, balance_fen, frozen_fen, bought_unsettled_fen, sold_unsettled_fen FROM party_totals"
        )
        return {row[0]: [int(amount) for amount in tuple(row)[1:]] for row in rows}

    async def freezes(self) -> dict[tuple[int, int, int], list[int]]:
        """As `Expectation.freezes`."""
        rows = await self.sql.fetch(
            "SELECT trade_date, seat, number, amount_fen, drawn_fen, released_fen, remaining_fen FROM freezes"
        )
        assert all(row["remaining_fen"] == row[3] - row[4] - row[5] for row in rows)
        return {(row[0], row[1], row[2]): [row[3], row[4], row[5]] for row in rows}

    async def assert_equals(self, expected: Expectation) -> None:
        """Every table and view says what the naive model says."""
        assert await self.orders() == sorted(expected.orders, key=_journal_order)
        assert await self.movements() == sorted(expected.movements, key=_journal_order)
        assert await self.lines() == sorted(expected.lines, key=_journal_order)
        assert await self.proceeds() == sorted(expected.proceeds, key=_journal_order)
        assert await self.corrections() == sorted(expected.corrections, key=_journal_order)
        assert await self.freezes() == expected.freezes
        await self._assert_customers(expected.customers)

    async def _assert_customers(self, expected: Customers) -> None:
        """Accounts, contracts, whose they are and what they have."""
        money = {no: account.columns() for no, account in expected.accounts.items()}
        assert await self.accounts() == money
        rows = await self.sql.fetch(
            "SELECT account_no, bank_account_no, outlet, holder, status, last_contract_no FROM savings_accounts"
        )
        assert {row[0]: tuple(row)[1:] for row in rows} == {
            no: (a.bank_account_no, a.outlet, a.holder, a.status, a.last) for no, a in expected.accounts.items()
        }
        rows = await self.sql.fetch(
            "SELECT contract_no, account_no, party, status, began_on, ended_on, designated_on, "
            "xshg_account, xshe_account FROM contracts"
        )
        assert {row[0]: tuple(row)[1:] for row in rows} == {
            no: (
                *(c.account_no, c.party, expected.told(c), c.began_on, c.ended_on, c.designated_on),
                *map(c.shares.get, (1, 2)),
            )
            for no, c in expected.contracts.items()
        }
        assert await self.totals() == expected.totals()
        rows = await self.sql.fetch(
            "SELECT restraint_no, account_no, amount_fen, ordered_as, left_fen, senior_fen, holds_until_s, lifted_fen, "
            "deducted_fen, ended_sequence IS NULL FROM restraints"
        )
        assert {row[0]: tuple(row)[1:] for row in rows} == {
            no: (
                *(one.account_no, one.amount, one.kind, one.left, one.senior if one.left else 0, one.until_s),
                *(one.lifted, one.deducted, one.left > 0),
            )
            for no, one in expected.restraints.items()
        }


async def asked(sql: asyncpg.Connection, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    return [tuple(row) for row in await sql.fetch(statement, *values)]


async def catch_up(follower: Follower) -> None:
    """Takes in everything that is committed."""
    while not await follower.take_batch():
        pass


@asynccontextmanager
async def world(dsn: str, state: Path) -> AsyncIterator[World]:
    """A database with empty tables, and the journal taken over (epoch 1)."""
    await give_tables(dsn)
    sql = await asyncpg.connect(dsn)
    journal = await Journal.open(dsn)
    await journal.take_over()
    try:
        yield World(dsn, state, journal, sql)
    finally:
        await journal.close()
        await sql.close()


def _journal_order(row: tuple[Any, ...]) -> tuple[int, int, int]:
    return row[-2], row[1], row[2]
