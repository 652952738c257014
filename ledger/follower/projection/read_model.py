"""The read model in PostgreSQL: one transaction per batch takes in its records, what they touched, and the cursor.

Belongs here: SQL on the cursor, rolls, pages of accounts, the general ledger, names of snapshots. Never here: that of
accounts and contracts (master_tables), lanes and sets (lane_tables), restraints (restraint_table), people and acts
(people), layouts of COPY rows (copying), what a batch touched (batch), the journal.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

import asyncpg

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import Progress
from ledger.core.rows.rolls import Roll
from ledger.core.state.book import Book
from ledger.core.state.general_ledger import LedgerKey
from ledger.database import own_locks
from ledger.database.connections import DATABASE_FAULTS, connect
from ledger.follower.projection import request_blocks
from ledger.follower.projection.batch import Batch
from ledger.follower.projection.copying.streams import copy_in
from ledger.follower.projection.customers import account_pages
from ledger.follower.projection.customers.account_pages import PagesTurn, page_chunks
from ledger.follower.projection.customers.interest import Days, days_of, write_interest
from ledger.follower.projection.customers.master_tables import write_master_data
from ledger.follower.projection.customers.moved import write_moved
from ledger.follower.projection.customers.openings import write_openings
from ledger.follower.projection.customers.push_tables import write_pushes
from ledger.follower.projection.customers.restraint_table import RestraintTable
from ledger.follower.projection.customers.sold_of_ended import write_sold_of_ended
from ledger.follower.projection.day import settled
from ledger.follower.projection.day.clearing_accounts import write_clearing_accounts
from ledger.follower.projection.day.day_ends import write_day_ends
from ledger.follower.projection.day.differences import write_differences
from ledger.follower.projection.day.held_orders import write_held_orders
from ledger.follower.projection.day.lane_tables import write_lanes
from ledger.follower.projection.day.obligations import write_obligations
from ledger.follower.projection.feeds import write_feeds
from ledger.follower.projection.orders.acts import write_order_acts
from ledger.follower.projection.orders.feeds import write_order_feeds
from ledger.follower.projection.orders.fees import write_fees
from ledger.follower.projection.orders.phases import write_phases
from ledger.follower.projection.orders.securities import write_securities
from ledger.follower.projection.pace import Pace
from ledger.follower.projection.passwords import write_passwords
from ledger.follower.projection.people import write_people
from ledger.journal.head import SHARD, ZERO_DIGEST
from protocol.errors import InvariantBroken

# What is read here can be made again from the journal, and cursor and rows are one transaction: a crash of the server
# may take the last of them back together, never one without the other. So no commit waits for the disk.
# The pages to be written are few and have a key; the planner knows nothing of a temporary table's size.
_SESSION = """
SET synchronous_commit = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
CREATE TEMPORARY TABLE written_pages (
    page integer, accounts_count integer, as_of_sequence bigint, balance_fen bigint[], frozen_fen bigint[],
    bought_unsettled_fen bigint[], sold_unsettled_fen bigint[], restrained_fen bigint[]
) ON COMMIT DELETE ROWS;
ALTER TABLE written_pages
    ALTER balance_fen SET STORAGE EXTERNAL, ALTER frozen_fen SET STORAGE EXTERNAL,
    ALTER bought_unsettled_fen SET STORAGE EXTERNAL, ALTER sold_unsettled_fen SET STORAGE EXTERNAL,
    ALTER restrained_fen SET STORAGE EXTERNAL
"""
# Held as long as the connection lives. After a SIGKILL the server may still be committing the last transaction of the
# follower that was killed; its successor waits here until that is over, and only then reads the cursor.
LOCK_CLASS = 0x595A_5246
_FIRST_CURSOR = """
INSERT INTO read_cursor (shard, sequence, decided_at_ns, digest) VALUES ($1, 0, 0, $2) ON CONFLICT DO NOTHING
"""
_CURSOR = "SELECT sequence, digest, decided_at_ns FROM read_cursor WHERE shard = $1"
_MOVE_CURSOR = """
UPDATE read_cursor SET sequence = $3, digest = $4, decided_at_ns = $5
WHERE shard = $1 AND sequence = $2 AND digest = $6
"""
_FLUSH = "UPDATE read_cursor SET sequence = sequence WHERE shard = $1"
_ROLL = "SELECT trade_date, sequence, state_layout, digest FROM rolls WHERE sequence = $1"
_ADD_ROLL = "INSERT INTO rolls (trade_date, sequence, state_layout, digest) VALUES ($1, $2, $3, $4)"
_OLDEST_PAGE = "SELECT page FROM account_pages ORDER BY as_of_sequence, page LIMIT 1"
# An array that keeps its value keeps its place beside the row: nothing of it is written.
_UPDATE_PAGES = """
UPDATE account_pages a
SET accounts_count = w.accounts_count,
    as_of_sequence = w.as_of_sequence,
    balance_fen = COALESCE(w.balance_fen, a.balance_fen),
    frozen_fen = COALESCE(w.frozen_fen, a.frozen_fen),
    bought_unsettled_fen = COALESCE(w.bought_unsettled_fen, a.bought_unsettled_fen),
    sold_unsettled_fen = COALESCE(w.sold_unsettled_fen, a.sold_unsettled_fen),
    restrained_fen = COALESCE(w.restrained_fen, a.restrained_fen)
FROM written_pages w
WHERE a.page = w.page
"""
_ADD_PAGES = """
INSERT INTO account_pages
SELECT * FROM written_pages w WHERE NOT EXISTS (SELECT FROM account_pages a WHERE a.page = w.page)
"""
_NAME_SNAPSHOT = """
INSERT INTO snapshot_manifests (shard, sequence, sha256) VALUES ($1, $2, $3)
ON CONFLICT (shard, sequence) DO UPDATE SET sha256 = excluded.sha256
"""
_PUT_BALANCE = """
INSERT INTO general_ledger (account_code, party, trade_date, item, balance_fen, as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (account_code, party, trade_date, item) DO UPDATE
SET balance_fen = excluded.balance_fen, as_of_sequence = excluded.as_of_sequence
"""


class ReadModelLost(ProcessFault):
    """The connection to PostgreSQL ended, or a statement failed. A new start goes on from the cursor."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.UNAVAILABLE)


class CursorMoved(ProcessFault):
    """Somebody else has moved the cursor. A new start goes on from where it is."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the read model is: the last journal row that it holds (sequence 0 and a zero digest before any)."""

    sequence: int
    digest: bytes
    decided_at_ns: int


class ReadModel:
    """The one writer of the read model, on a connection of its own."""

    def __init__(self, connection: asyncpg.Connection, shard: int = SHARD) -> None:
        self._connection = connection
        self._shard = shard
        self._turn = asyncio.Lock()  # a snapshot is named while batches go on
        self._turn_of_pages = PagesTurn(0)
        self._restraints = RestraintTable()
        self._balances_fen: dict[LedgerKey, int] = {}  # of the general ledger as they are written; first all of them
        self._days: Days | None = None  # of interest as they are written; None: whatever is written

    @classmethod
    async def open(cls, dsn: str, progress: Progress) -> "ReadModel":
        """Connects, waits until no other follower writes, prepares the session. The migrations must be applied.

        Raises: ProcessFault UNAVAILABLE when PostgreSQL cannot be reached. On cancellation nothing is left open.
        """
        model = cls(await connect(dsn, "follower projection"))
        try:
            await model._take_lock(progress)
            await model._connection.execute(_SESSION)
            await model._connection.execute(_FIRST_CURSOR, model._shard, ZERO_DIGEST)
            await model._restraints.open(model._connection)
            model._turn_of_pages = PagesTurn(await model._connection.fetchval(_OLDEST_PAGE) or 0)
        except BaseException:
            model.abandon()
            raise
        return model

    @property
    def connection(self) -> asyncpg.Connection:
        """The connection that writes, for those who watch over it."""
        return self._connection

    async def cursor(self) -> Cursor:
        """Where the next batch begins."""
        row = await self._connection.fetchrow(_CURSOR, self._shard)
        assert row is not None
        return Cursor(row["sequence"], row["digest"], row["decided_at_ns"])

    async def roll(self, sequence: int) -> Roll | None:
        """The roll in this row as it was reckoned when it was taken in; None when there is none."""
        row = await self._connection.fetchrow(_ROLL, sequence)
        return Roll(*row) if row is not None else None

    async def write(self, batch: Batch, book: Book, before: Cursor, pace: Pace) -> Cursor:
        """Takes in a batch that the book has applied, in one transaction, and returns the cursor after it.

        Raises: ReadModelLost; CursorMoved when the cursor is not `before`; InvariantBroken when the tables refuse
        what the book says, or lack a row that it has. On cancellation nothing of the batch is kept.
        """
        assert batch.last is not None
        after = Cursor(batch.last.sequence, batch.last.digest, batch.last.decided_at_ns)
        try:
            async with self._turn, self._connection.transaction():
                await self._move_cursor(before, after)
                if batch.rolls:
                    await self._connection.executemany(_ADD_ROLL, batch.rolls)
                restraints = self._restraints.changes(batch.restraints, book)
                at_once = restraints.accounts | batch.lanes.accounts_of_ended | batch.settled_accounts
                await self._write_money(batch, book, after.sequence, at_once, pace)
                await write_master_data(self._connection, batch, book, after.sequence, pace)
                await write_lanes(self._connection, batch.lanes, after.sequence)
                await write_differences(self._connection, batch.differences, list(batch.lanes.lanes), after.sequence)
                await write_people(self._connection, batch.people, after.sequence)
                await self._restraints.write(self._connection, restraints, after.sequence)
                await write_feeds(self._connection, batch.feeds)
                await write_pushes(self._connection, batch.pushes, after.sequence)
                await write_openings(self._connection, batch.openings)
                await write_securities(self._connection, batch.securities, after.sequence)
                await write_passwords(self._connection, batch.passwords, book, after.sequence)
                await write_moved(self._connection, batch.moved, book, after.sequence)
                await write_sold_of_ended(self._connection, batch.sold_of_ended, book, after.sequence)
                if len(batch.settlements):
                    await copy_in(self._connection, settled.TABLE, settled.COLUMNS, batch.settlements.chunks(), pace)
                await write_obligations(self._connection, batch.obligations, after.sequence)
                await write_held_orders(self._connection, batch.held_orders)
                await write_day_ends(self._connection, batch.day_ends)
                await write_fees(self._connection, batch.fees)
                await write_phases(self._connection, batch.phases)
                await write_order_feeds(self._connection, batch.order_feeds)
                await write_order_acts(self._connection, batch.order_acts)
                await write_clearing_accounts(self._connection, batch.clearing_accounts, after.sequence)
                if batch.interest.changed or self._days != days_of(book):
                    await write_interest(self._connection, book, after.sequence, pace)
                moved = await self._write_general_ledger(book, after.sequence)
        except asyncpg.IntegrityConstraintViolationError as error:
            raise InvariantBroken(f"read model, rows up to {after.sequence}: {error}") from error
        except DATABASE_FAULTS as error:
            raise ReadModelLost(f"the read model cannot be written: {error}") from error
        self._balances_fen.update(moved)
        self._days = days_of(book)
        self._restraints.done(restraints, book)
        return after

    async def make_durable(self) -> None:
        """Returns when everything written so far, the cursor too, is on the server's disk.

        Raises: ReadModelLost.
        """
        try:
            async with self._turn, self._connection.transaction():
                await self._connection.execute("SET LOCAL synchronous_commit = on")
                await self._connection.execute(_FLUSH, self._shard)
        except DATABASE_FAULTS as error:
            raise ReadModelLost(f"the read model cannot be written: {error}") from error

    async def name_snapshot(self, sequence: int, manifest_sha256: bytes) -> None:
        """Returns when it is on the server's disk which manifest the snapshot of row `sequence` has.

        Raises: ReadModelLost.
        """
        try:
            async with self._turn, self._connection.transaction():
                await self._connection.execute("SET LOCAL synchronous_commit = on")
                await self._connection.execute(_NAME_SNAPSHOT, self._shard, sequence, manifest_sha256)
        except DATABASE_FAULTS as error:
            raise ReadModelLost(f"the snapshot cannot be named: {error}") from error

    def abandon(self) -> None:
        """Closes the connection without waiting; a transaction under way is undone by the server."""
        self._connection.terminate()

    async def _take_lock(self, progress: Progress) -> None:
        what = "another follower of this read model to end"
        await own_locks.take(self._connection, LOCK_CLASS, self._shard, what, progress)

    async def _move_cursor(self, before: Cursor, after: Cursor) -> None:
        done = await self._connection.execute(
            _MOVE_CURSOR,
            self._shard,
            before.sequence,
            after.sequence,
            after.digest,
            after.decided_at_ns,
            before.digest,
        )
        if done != "UPDATE 1":
            raise CursorMoved(f"the read model's cursor is not at row {before.sequence} any more")

    async def _write_money(self, batch: Batch, book: Book, sequence: int, at_once: Collection[int], pace: Pace) -> None:
        """`at_once`: indices of accounts, whose pages are due whoever's turn it is."""
        runs = batch.runs()
        moving = runs.accepted_kinds() if runs is not None else set()
        if runs is not None:
            await copy_in(self._connection, "request_blocks", request_blocks.COLUMNS, runs.chunks(), pace)
        known = {index for index in at_once if index < batch.accounts_before}
        due = self._turn_of_pages.take(batch.records_count, moving, known, batch.accounts_before, book.accounts_count)
        if not len(due.pages):
            return
        await copy_in(self._connection, "written_pages", account_pages.COLUMNS, page_chunks(book, due, sequence), pace)
        done = [await self._connection.execute(_UPDATE_PAGES)]
        if book.accounts_count > batch.accounts_before:
            done.append(await self._connection.execute(_ADD_PAGES))
        if sum(int(tag.rpartition(" ")[2]) for tag in done) != len(due.pages):
            raise InvariantBroken(f"read model lacks account pages: {done} of {len(due.pages)} at row {sequence}")

    async def _write_general_ledger(self, book: Book, sequence: int) -> dict[LedgerKey, int]:
        """The balances that have moved since they were written. Returns them."""
        balances_fen = book.general_ledger.balances_fen
        moved = {key: fen for key, fen in balances_fen.items() if self._balances_fen.get(key) != fen}
        if moved:
            rows = [(*key, Decimal(fen), sequence) for key, fen in moved.items()]
            await self._connection.executemany(_PUT_BALANCE, rows)
        return moved
