"""The order path: decide the next group while one commit is in flight, and let answers out through the gate.

Belongs here: when a group is closed, what is in flight, who waits for what. Never here: what is decided
(deciding), SQL (journal), sockets (link). There is one task for the path and one per commit; none per frame.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from config.kit.exit_codes import ProcessFault
from ledger.core.rows.row import Row
from ledger.core.rows.undecided import is_undecided
from ledger.core.state.frame_index import FrameIndex
from ledger.database.boot_clock import boot_ns
from ledger.database.connections import DATABASE_FAULTS, ROW_FAULTS
from ledger.journal.head import JournalLost
from ledger.journal.quarantine import Quarantined
from ledger.journal.writer import Journal
from ledger.order_path.decided import AnyLookup, Decided, Lookup
from ledger.order_path.deciding import Decider
from ledger.order_path.feed_pages import PageLookup, StretchLookup
from ledger.order_path.gate import Gate, Outlet
from ledger.order_path.groups import GroupCap, SeatQueues
from ledger.order_path.lookup import Finder
from ledger.order_path.lookup_pace import LookupPace
from ledger.watch.clock_watch import LedgerClock, Moment
from ledger.watch.doorbell import Doorbell
from ledger.watch.look import Look
from ledger.watch.metrics import LedgerMetrics
from ledger.watch.suspects import FrameFault
from protocol.errors import PeerViolation
from protocol.frame import Frame
from protocol.limits import RECORD_BYTES

_LOG = logging.getLogger(__name__)
EARLY_RECORDS = 4_096
"""Records whose journal bytes take longer to write than the fixed part of a commit."""
GATE_BYTES_MAX = 64 * 1024 * 1024
"""Answers that wait for their commit; past it nothing more is decided."""
KEEPING_MAX = 16
KEPT_WITHIN_SECONDS = 2.0  # at an orderly end, of frames that could not be decided
"""Frames that wait to be kept for people, with bodies of at most 8 MiB together; more are only said and counted."""
FRAME_BYTES = 1_024
"""What a frame in memory takes beside its body: header, prefix and their objects."""


@dataclass(slots=True)
class _Commit:
    """The one commit in flight."""

    row: Row
    frames: int
    records: int
    started_ns: int
    task: asyncio.Task[None]
    closed: FrameIndex | None
    elapsed_ns: int = 0


@dataclass(frozen=True, slots=True)
class _Ready:
    """A decided row that waits for the commit before it, and where its answers go."""

    decided: Decided
    row: Row
    outlet: Outlet
    open_date: int
    """The date open after this row; by the time of its commit a row decided later may have opened another."""
    closed: FrameIndex | None
    """The frames of the date that this row closed, None when it closed none."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Whom the order path tells, in one call each per group at most."""

    on_violation: Callable[[PeerViolation], None]
    """The gateway forwarded what it must not have: its link has to be closed."""
    on_decided: Callable[[], None]
    """Frames have left the queues: there may be room again."""
    on_quarantined: Callable[[Quarantined], None]
    """A frame could not be decided or answered: people must hear of it."""


class Pipeline:
    """Frames of the connected gateway in, rows into the journal, answers out.

    `run` raises ProcessFault (Fenced, JournalLost, JournalTampered, FrameFault) or InvariantBroken; after that nothing
    is sent and the process ends.
    """

    def __init__(
        self,
        decider: Decider,
        journal: Journal,
        cap: GroupCap,
        metrics: LedgerMetrics,
        listeners: Listeners,
        clock: LedgerClock | None = None,
    ) -> None:
        self.decider = decider
        standing = decider.standing
        self.queues = SeatQueues(standing.turns_of, standing.role_of, standing.ordering_in)
        self.look = Look(journal, self.wake, self.fail)
        self.gate = Gate(decider.book.sequence, self.look.is_recent)
        self._journal = journal
        self._cap = cap
        self._metrics = metrics
        self._listeners = listeners
        self.clock = clock or LedgerClock()
        self._outlet: Outlet | None = None
        self._commit: _Commit | None = None
        self._ready: _Ready | None = None
        self._fetches: set[asyncio.Task[None]] = set()
        self._keeping = 0
        self._keeps: set[asyncio.Task[None]] = set()
        self._finder = Finder(journal)
        self._pace = LookupPace()
        self._committed = asyncio.Event()  # set, and replaced, by each commit
        self._fault: ProcessFault | None = None
        self._bell = Doorbell()
        self._quiet = asyncio.Event()
        self._stopping = False
        metrics.sequence = decider.book.sequence

    def connect(self, outlet: Outlet | None) -> None:
        """From now on answers go to `outlet`. Undecided frames of the link before are dropped: it sends them
        again.
        """
        self.queues.clear()
        self.decider.repeats.forget_read()
        self.decider.feed_pages.forget_read()
        self.decider.order_pages.forget_read()
        self._outlet = outlet

    def put(self, frames: list[Frame]) -> None:
        """Adds frames of the connected link; one call for everything that arrived together."""
        now_ns = boot_ns()
        for frame in frames:
            self.queues.put(frame, now_ns)
        self._bell.ring()

    @property
    def undecided_bytes(self) -> int:
        """Memory of what was read and not yet decided."""
        return self.queues.body_bytes + self.queues.frames * FRAME_BYTES

    async def all_durable(self) -> None:
        """Waits until everything decided so far is durable and, unless frames keep coming, answered."""
        while self._ready is not None or self._commit is not None:
            self._quiet.clear()
            await self._quiet.wait()

    def wake(self) -> None:
        """What waits at the gate may have become free to leave."""
        self._bell.ring()

    def fail(self, fault: ProcessFault) -> None:
        """`run` raises this fault, and nothing leaves any more."""
        self._fault = fault
        self._bell.ring()

    def stop(self) -> None:
        """Lets `run` end once what is decided is durable and let out; undecided frames are left."""
        self._stopping = True
        self._bell.ring()

    async def close(self) -> None:
        """Ends the reading of rows that nobody waits for any more; to be called when `run` has ended."""
        if self._keeps:  # what people are to look at is written first, as far as the journal can be reached
            await asyncio.wait(self._keeps, timeout=KEPT_WITHIN_SECONDS)
        for task in (*self._fetches, *self._keeps):
            task.cancel()
        await asyncio.gather(*self._fetches, return_exceptions=True)

    async def run(self) -> None:
        """Runs the path until `stop`. It must not be cancelled: a commit may be in flight."""
        while True:
            if self._fault is not None:
                raise self._fault
            finished = self._commit if self._commit is not None and self._commit.task.done() else None
            if finished is not None:
                self._finish_commit(finished)
            started, self._ready = (self._ready, None) if self._commit is None else (None, self._ready)
            self.gate.release_after(self.gate.durable)
            if started is not None:
                self._start_commit(started)
                await asyncio.sleep(0)  # the statement goes out; what follows is done while PostgreSQL works
                self.gate.put(started.row.sequence, started.outlet, started.decided.parts())
            if finished is not None:
                self._count(finished)
            if self._may_decide():
                self._decide()
                if self._commit is not None or self._ready is None:
                    await asyncio.sleep(0)  # sockets and the commit's answer get their turn
                continue
            if self._commit is None and self._ready is None:
                self._quiet.set()
                if self._stopping:
                    return
            await self._bell.next_ring()

    def _may_decide(self) -> bool:
        """Whether the next group is closed now.

        While a commit is in flight more may still join the group, which then shares the cost of its own
        commit; so it is closed early only when it is at least as large as the one in flight, or so large that
        its records cost more than its commit does, and deciding it saves time. Not so while a party that asks for
        little comes and goes beside a backlog: it would wait for that group as well.
        """
        if self._ready is not None or self._stopping or self._outlet is None:
            return False
        if self.gate.waiting_bytes > GATE_BYTES_MAX:
            return False
        if self.clock.over is not None:
            return True
        if not len(self.queues):
            return False
        commit, queues = self._commit, self.queues
        if commit is None:
            return True
        if self._cap.is_shared(boot_ns()):
            return False
        if queues.records >= EARLY_RECORDS:
            return True
        return queues.records >= commit.records and queues.frames >= commit.frames

    def _decide(self) -> None:
        now, metrics, outlet = self.clock.now(), self._metrics, self._outlet
        if outlet is None or self._serves_again(now, outlet) or not len(self.queues):
            return
        metrics.oldest_arrival_ns = self.queues.oldest_arrival_ns() or 0
        metrics.group_records_cap = self._cap.records(self.queues.records, now.elapsed_ns, self.queues.is_uneven)
        group = self.queues.take(metrics.group_records_cap)
        try:
            decided = self.decider.decide(group, *now)
        except PeerViolation as violation:
            self._listeners.on_violation(violation)
            return
        for quarantined in decided.quarantined:
            metrics.quarantined += 1
            self._listeners.on_quarantined(quarantined)
            keep = asyncio.create_task(self._keep(quarantined))
            self._keeps.add(keep)
            keep.add_done_callback(self._keeps.discard)
        for frames in decided.put_back.values():
            self.queues.put_back(frames, now.elapsed_ns)
        for lookup in decided.wanted:
            self._fetch(lookup)
        if decided.row is not None:
            self._make_ready(decided, decided.row, outlet)
        elif decided.answers:
            self.gate.put(decided.sequence, outlet, decided.parts(), from_memory=True)
        metrics.queue_frames, metrics.queue_records = self.queues.frames, self.queues.records
        if not self.queues.frames:
            metrics.oldest_arrival_ns = 0
        self._listeners.on_decided()

    def _serves_again(self, now: Moment, outlet: Outlet) -> bool:
        """Takes in that a doubt about the clock is over, before anything is decided by it. Returns whether that made a
        row.
        """
        doubt = self.clock.over
        if doubt is None:
            return False
        decided = self.decider.serve_again(doubt, now.utc_ns, now.elapsed_ns)
        self.clock.take_in()
        if decided is None or decided.row is None:
            return False
        _LOG.warning("the clock was in doubt: due times between its last sure second and this one come again")
        self._make_ready(decided, decided.row, outlet)
        return True

    def _make_ready(self, decided: Decided, row: Row, outlet: Outlet) -> None:
        book = self.decider.book
        closed = book.previous_frames if book.trade_date != row.trade_date else None
        self._ready = _Ready(decided, row, outlet, book.trade_date, closed)

    async def _keep(self, quarantined: Quarantined) -> None:
        """Keeps a frame for people. It has been said already, so what goes wrong here ends nothing: whether the
        journal can be reached is found out where it is read and written.
        """
        if self._keeping >= KEEPING_MAX:
            _LOG.error("%d frames wait to be kept: this one is not", self._keeping)
            return
        self._keeping += 1
        try:
            await self._journal.keep_quarantined(quarantined)
        except Exception:
            _LOG.exception("a frame that could not be decided could not be kept either")
        finally:
            self._keeping -= 1

    def _start_commit(self, ready: _Ready) -> None:
        task = asyncio.create_task(self._append(ready.row, ready.open_date), name=f"commit {ready.row.sequence}")
        records = len(ready.row.records) // RECORD_BYTES
        self._commit = _Commit(ready.row, ready.decided.frames, records, time.monotonic_ns(), task, ready.closed)

    async def _append(self, row: Row, open_date: int) -> None:
        try:
            if open_date != row.trade_date:
                await self._journal.open_date(open_date)
            await self._journal.append(row)
        except ProcessFault:
            raise
        except Exception as error:
            what = f"the commit of row {row.sequence} has an unknown fate: {error!r}"
            if isinstance(error, DATABASE_FAULTS) and not isinstance(error, ROW_FAULTS):
                raise JournalLost(what) from error
            raise FrameFault.of(what, row.headers, is_undecided(row), error, row.decided_at_ns) from error
        finally:
            self._bell.ring()  # whoever hears it runs after this task is done

    def _finish_commit(self, commit: _Commit) -> None:
        commit.task.result()
        commit.elapsed_ns = time.monotonic_ns() - commit.started_ns
        self._commit = None
        if commit.closed is not None:
            self._in_background(self._finder.keep(commit.row.trade_date, commit.closed))
        if self.decider.suspects:
            self.decider.suspects.stored(commit.row.headers)
        self.gate.durable = commit.row.sequence
        self._committed.set()
        self._committed = asyncio.Event()

    def _count(self, commit: _Commit) -> None:
        """What nobody waits for."""
        if commit.records:
            self._cap.measured(commit.records, commit.elapsed_ns)
        self._metrics.committed(commit.row.outcomes, commit.frames, commit.elapsed_ns)
        self._metrics.sequence = commit.row.sequence

    def _fetch(self, lookup: AnyLookup) -> None:
        """Reads a row or a page for one seat while the others go on."""
        self.queues.park(lookup.seat)
        if isinstance(lookup, Lookup):
            self._in_background(self._read(lookup, self.decider.book.sequence))
        else:
            self._in_background(self._read_page(lookup))

    def _in_background(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._fetches.add(task)
        task.add_done_callback(self._fetched)

    async def _read(self, lookup: Lookup, decided: int) -> None:
        """Reads once everything up to `decided` is durable: what is not in the journal then was never decided."""
        while self.gate.durable < (lookup.sequence or decided):
            await self._committed.wait()
        async with self._pace.turn(self.decider.standing.party_of(lookup.seat)):
            stored = await self._finder.find(lookup)
        self.decider.repeats.take_read(lookup, stored)
        self.queues.unpark(lookup.seat)

    async def _read_page(self, lookup: PageLookup | StretchLookup) -> None:
        """What is in the read model is durable, or will be before it can be lost to it."""
        async with self._pace.turn(lookup.party):
            if isinstance(lookup, StretchLookup):
                self.decider.order_pages.take_read(lookup, await self._journal.order_stretch(lookup.stretch))
            else:
                self.decider.feed_pages.take_read(lookup, await self._journal.feed_page(lookup.party, lookup.first))
        self.queues.unpark(lookup.seat)

    def _fetched(self, task: asyncio.Task[None]) -> None:
        self._fetches.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            lost = JournalLost(f"the journal cannot be read: {error}")
            self._fault = error if isinstance(error, ProcessFault) else lost
        self._bell.ring()
