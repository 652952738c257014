"""The follower's loop: committed rows into its own book, then into the read model, then, when due, a snapshot.

Belongs here: recovery to the cursor, the order of those steps, what is compared on the way. Never here: SQL of the
read model (projection), signals and files of the process (__main__).
"""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from config.kit.processes import Progress
from ledger.core.rows.rolls import Roll, difference, roll_behind
from ledger.core.rows.row import Row
from ledger.core.rows.runs import runs
from ledger.core.state.book import Book
from ledger.core.state.columns import NamedArrays
from ledger.core.state.forms.slices import state_slices
from ledger.core.state.totals import outlets_apart
from ledger.follower.metrics import FollowerMetrics
from ledger.follower.projection.batch import Batch
from ledger.follower.projection.pace import Pace
from ledger.follower.projection.read_model import Cursor, ReadModel, ReadModelLost
from ledger.follower.snapshots import SnapshotPolicy, WritingPace, copy_of, publish
from ledger.journal.chain import Chain, chain_behind, refuse_newer
from ledger.journal.head import SHARD, ZERO_DIGEST, JournalTampered
from ledger.journal.reader import JournalReader
from ledger.journal.replaying import apply_stored
from ledger.journal.snapshots import snapshot
from ledger.journal.snapshots.base import newest_base
from protocol.messages.fields import fen_from_sum
from protocol.records import RECORD

POLL_NS = 25_000_000
"""From one look at the journal that found nothing to the next."""
READ_BYTES = 4 * 1024 * 1024
"""Rows held in memory between reading and applying."""
PROGRESS_EVERY_NS = 2_000_000_000
OUTLETS_EVERY_NS = 30_000_000_000  # every account is looked at: some 20 ms for a million
OUTLETS_SAID_MAX = 4
COUNT_RECORDS_EVERY_NS = 1_000_000_000

NS_PER_SECOND = 1_000_000_000


@dataclass(slots=True)
class Replica:
    """A book and the chain that led to it. Takes rows in order and believes none before it is checked."""

    book: Book
    chain: Chain

    @classmethod
    def empty(cls) -> "Replica":
        """The state before the first row."""
        return cls(Book.empty(), Chain())

    def apply(self, run: list[Row]) -> bool:
        """Checks the next rows, one list of `runs`, applies their stored outcomes and compares the slice they name.

        Returns: whether a slice was compared.
        Raises: JournalTampered for a row that does not fit, or after which our state is not the ledger's; JournalNewer.
        """
        for row in run:
            self.chain.take(row)
        return apply_stored(self.book, run)


@dataclass(slots=True)
class Signals:
    """What was asked for from outside; the loop looks at it between transactions."""

    stop: bool = False
    snapshot: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: threading.Event = field(default_factory=threading.Event)
    """A snapshot under way is waited for."""

    def ask_stop(self) -> None:
        """End after the transaction under way, and the snapshot that is being written."""
        self.stop = True
        self.hurry.set()
        self.wake.set()

    def ask_snapshot(self) -> None:
        """Take a snapshot after the transaction under way."""
        self.snapshot = True
        self.wake.set()


class Follower:
    """One read model's follower. `recover` once, then `run` until it is asked to stop."""

    def __init__(
        self,
        reading: asyncpg.Connection,
        read_model: ReadModel,
        snapshot_root: Path,
        policy: SnapshotPolicy,
        metrics: FollowerMetrics,
        progress: Progress,
        utc_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """`utc_ns`: the bank's clock, by which rows are decided."""
        self._utc_ns = utc_ns
        self._reading = reading
        self._reader = JournalReader(reading)
        self._read_model = read_model
        self._snapshot_root = snapshot_root
        self._policy = policy
        self.metrics = metrics
        self._progress = progress
        self._replica = Replica.empty()
        self._cursor = Cursor(0, ZERO_DIGEST, 0)
        self._roll: Roll | None = None  # that opened the date which is open at the cursor
        self._counted_at_ns = 0
        self._outlets_at_ns = 0
        self._pace = Pace()
        self._writing: asyncio.Task[None] | None = None
        self.signals = Signals()

    @property
    def cursor(self) -> Cursor:
        """How far the read model is."""
        return self._cursor

    @property
    def book(self) -> Book:
        """The book after the row `cursor.sequence`; for reading only."""
        return self._replica.book

    async def recover(self) -> None:
        """Brings the book to the read model's cursor: the newest snapshot at or below it, then rows, unprojected.

        Raises: JournalTampered when snapshot, journal and cursor disagree; JournalNewer; InvariantBroken; ProcessFault.
        """
        await refuse_newer(self._reader)
        self._cursor = await self._read_model.cursor()
        self.metrics.stands_at(self._cursor.sequence)
        base = await newest_base(self._snapshot_root, self._reader, self._progress, self._cursor.sequence)
        chain = await chain_behind(self._reader, base.book.sequence)
        if chain.digest != base.digest:
            raise JournalTampered(f"row {chain.sequence} is not what it was when its snapshot was read")
        self._replica = Replica(base.book, chain)
        next_report_ns = time.monotonic_ns() + PROGRESS_EVERY_NS
        async for portion in self._reader.portions_after(chain.sequence, READ_BYTES, self._cursor.sequence):
            for run in runs(portion):
                self._apply(run)
            if time.monotonic_ns() >= next_report_ns:
                next_report_ns += PROGRESS_EVERY_NS
                self._progress(f"follower recovers: row {chain.sequence} of {self._cursor.sequence}")
        if (chain.sequence, chain.digest) != (self._cursor.sequence, self._cursor.digest):
            raise JournalTampered(
                f"the read model holds row {self._cursor.sequence}, the journal ends at {chain.sequence} or differs"
            )
        self._roll = await self._read_model.roll(self.book.roll_sequence)
        self._policy.last_at_ns = time.monotonic_ns()

    async def run(self, gather_ns: int) -> None:
        """Follows the journal until `signals.stop`; every transaction under way is finished first.

        `gather_ns`: the least time from the begin of one transaction to the next, so that rows gather: a batch has a
        fixed cost. A full batch does not wait.

        Raises: JournalTampered, InvariantBroken, ProcessFault. On cancellation the transaction under way is undone.
        """
        while not self.signals.stop:
            began_ns, before = time.monotonic_ns(), self._cursor.sequence
            caught_up = await self.take_batch()
            await self.snapshot_if_due()
            if caught_up:
                rest_ns = POLL_NS if self._cursor.sequence == before else gather_ns
                await self._pause(began_ns + rest_ns - time.monotonic_ns())
        await self.finish_snapshot()

    async def take_batch(self) -> bool:
        """Takes in what the journal holds at this moment, at most one batch. Returns: whether that was all.

        Raises: as `run`.
        """
        until = await self._head_sequence()
        if until == self._cursor.sequence:
            self.metrics.behind(0, 0)
            return True
        await self._count_waiting(until)
        batch = Batch(self._replica.book)
        async for portion in self._reader.portions_after(self._cursor.sequence, READ_BYTES, until):
            if batch.last is None:
                self.metrics.behind(until - self._cursor.sequence, portion[0].decided_at_ns)
                self._pace.begin(self._utc_ns() - portion[0].decided_at_ns)
            if not await self._take(batch, portion):
                break
        if batch.last is None:
            raise JournalTampered(f"journal row {self._cursor.sequence + 1} is missing, the head is at {until}")
        began_ns = time.monotonic_ns()
        self._cursor = await self._read_model.write(batch, self._replica.book, self._cursor, self._pace)
        self.metrics.wrote(self._cursor.sequence, batch.records_count, time.monotonic_ns() - began_ns)
        self.metrics.behind(until - self._cursor.sequence, self._cursor.decided_at_ns)
        self._compare_rolls(batch)
        self._compare_outlets()
        return self._cursor.sequence == until

    async def _take(self, batch: Batch, portion: list[Row]) -> bool:
        """Rows of a portion into book and batch, as many as the batch takes. Returns: whether it takes more."""
        for run in runs(portion):
            self._apply(run)
            for row in run:
                batch.add(row)
            if self.book.roll_sequence == run[-1].sequence:
                batch.rolls.append(await self._reckoned_roll())
            if batch.is_full:
                return False
            await self._pace.rest()
        return True

    async def _reckoned_roll(self) -> Roll:
        """The roll that was just applied. The whole state is hashed, so there is a rest between slices."""
        digests = []
        for digest in state_slices(self.book):
            digests.append(digest)
            await self._pace.rest()
        return roll_behind(self.book, digests)

    def _compare_rolls(self, batch: Batch) -> None:
        """Says of which roll the batch confirms another state than ours. It stops nobody: it is a word of the day desk
        that the core has not believed either."""
        known = {roll.sequence: roll for roll in (self._roll, *batch.rolls) if roll is not None}
        for sequence, said in batch.confirmations:
            fault = difference(known.get(said.sequence), said)
            if fault is not None:
                self.metrics.roll_differs()
                self._progress(f"follower: row {sequence}: {fault}")
        if batch.rolls:
            self._roll = batch.rolls[-1]

    def _compare_outlets(self) -> None:
        """Now and then while rows come: the accounts of each outlet have what the general ledger has 总分平衡. It is
        said and counted, and stops nobody: the bank agrees with itself on no date while it is so.
        """
        now_ns = time.monotonic_ns()
        if now_ns < self._outlets_at_ns + OUTLETS_EVERY_NS:
            return
        self._outlets_at_ns = now_ns
        apart = outlets_apart(self.book)
        self.metrics.outlets_apart(len(apart))
        for each in apart[:OUTLETS_SAID_MAX]:
            both_fen = fen_from_sum(each.accounts_fen), fen_from_sum(each.ledger_fen)
            self._progress(
                f"follower: outlet {each.outlet}: accounts {both_fen[0]} fen, general ledger {both_fen[1]} fen"
            )

    def _apply(self, run: list[Row]) -> None:
        if self._replica.apply(run):
            self.metrics.compared_slice()
        self._policy.applied(sum(len(row.records) for row in run) // RECORD.itemsize)

    async def _head_sequence(self) -> int:
        head = await self._reader.head()
        sequence = head.sequence if head is not None else 0
        if sequence < self._cursor.sequence:
            raise JournalTampered(
                f"the read model holds row {self._cursor.sequence}, the journal's head is at {sequence}"
            )
        return sequence

    async def _count_waiting(self, until: int) -> None:
        """Once a second at most: lengths of large values are read without the values, but not for nothing."""
        now_ns = time.monotonic_ns()
        if now_ns - self._counted_at_ns < COUNT_RECORDS_EVERY_NS:
            return
        self._counted_at_ns = now_ns
        waiting_records = await self._reading.fetchval(
            "SELECT coalesce(sum(outcome_count), 0)::bigint FROM journal "
            "WHERE shard = $1 AND sequence > $2 AND sequence <= $3 AND octet_length(control) = 0",
            SHARD,
            self._cursor.sequence,
            until,
        )
        self.metrics.behind_records(int(waiting_records))

    async def snapshot_if_due(self) -> None:
        """Begins a snapshot if one is due and none is being written. Between transactions only: book and cursor are
        then at the same row. The book is copied, so that following goes on while a thread writes.

        Raises: ReadModelLost.
        """
        if self._writing is not None and not self._writing.done():
            return
        self._policy.asked |= self.signals.snapshot
        self.signals.snapshot = False
        if self._cursor.sequence == 0 or not self._policy.is_due(time.monotonic_ns()):
            return
        # The cursor must not fall behind a snapshot by a crash of the server: the snapshot could not be used then.
        await self._read_model.make_durable()
        self._policy.begun()
        self._writing = asyncio.create_task(self._write_snapshot(self._cursor, copy_of(self.book)))

    async def finish_snapshot(self) -> None:
        """Returns when no snapshot is being written."""
        if self._writing is not None:
            await self._writing

    async def _write_snapshot(self, cursor: Cursor, arrays: NamedArrays) -> None:
        """A disk that does not take it is said and tried again when the next is due; the read model goes on.

        It is named in the database before it is visible: a visible one is always believed.
        """
        began_ns = time.monotonic_ns()
        try:
            pace = WritingPace(self.signals.hurry)
            drafted = await asyncio.to_thread(
                snapshot.draft, self._snapshot_root, cursor.sequence, cursor.digest, arrays, pace.rest
            )
            await self._read_model.name_snapshot(cursor.sequence, drafted.manifest_sha256)
            await asyncio.to_thread(publish, drafted)
        except (OSError, ReadModelLost) as error:
            self._progress(f"snapshot of row {cursor.sequence} not written: {error}")
        else:
            took_ns = time.monotonic_ns() - began_ns
            self.metrics.took_snapshot(took_ns)
            self._progress(f"snapshot of row {cursor.sequence} in {took_ns // 1_000_000} ms")
        self._policy.ended(began_ns, time.monotonic_ns())

    async def _pause(self, duration_ns: int) -> None:
        if duration_ns <= 0:
            return
        try:
            async with asyncio.timeout(duration_ns / NS_PER_SECOND):
                await self.signals.wake.wait()
            self.signals.wake.clear()
        except TimeoutError:
            return
