"""The journal in PostgreSQL: one commit is one statement is one row, and only the latest ledger may write.

Belongs here: every SQL statement on `journal` and `journal_head`, and the faults that end a ledger's life as writer.
Never here: what a row means (ledger.core.row) and how it is stored (stored_row), the settings of the server (guard),
retries: a commit that failed, or whose fate is unknown, ends the process, and the next takeover reads what became of
it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

import asyncpg

from config.exit_codes import ExitCode, ProcessFault
from ledger import quarantine
from ledger.boot_clock import boot_ns
from ledger.connections import DATABASE_FAULTS as DATABASE_FAULTS
from ledger.connections import ROW_FAULTS as ROW_FAULTS
from ledger.connections import connect as connect
from ledger.core.row import Row
from ledger.places import Places
from ledger.quarantine import Quarantined
from ledger.stored_row import COLUMNS, row_from, stored_values
from protocol.errors import MisuseError
from protocol.limits import COMMIT_RECORDS_MAX, OUTCOME_BYTES, RECORD_BYTES

SHARD: Final = 1  # today's only one
ZERO_DIGEST: Final = bytes(32)  # what stands before the first row
TAKEOVER_CHANNEL: Final = "yzt_journal_takeover"
PAGE_ROWS_MAX: Final = 512  # rows whose lengths are asked for at once
UNTIL_THE_END: Final = 2**62
WAIT_REPORT_SECONDS: Final = 2.0
WARNING_SQLSTATE: Final = "01000"

# One statement, so one implicit transaction: the head moves and the row appears, or neither. A head that
# another epoch has taken, or that is not where we believe, matches nothing, and then nothing is inserted.
_APPEND = f"""
WITH head AS (
    UPDATE journal_head SET sequence = $2, digest = $17
    WHERE shard = $1 AND epoch = $3 AND sequence = $2 - 1
    RETURNING 1
)
INSERT INTO journal ({COLUMNS})
SELECT $1::integer, $2::bigint, $3::bigint, $4::integer, $5::integer, $6::bigint, $7::bigint, $8::integer,
       $9::integer, $10::integer, $11::bytea, $12::bytea, $13::bytea, $14::bytea, $15::bytea, $16::bytea, $17::bytea
FROM head
RETURNING 1
"""  # noqa: S608 - only the constant column list is put in
_TAKE_OVER = """
INSERT INTO journal_head (shard, epoch, sequence, digest) VALUES ($1, 1, 0, $2)
ON CONFLICT (shard) DO UPDATE SET epoch = journal_head.epoch + 1
RETURNING epoch, sequence, digest
"""
_LENGTHS = f"""
SELECT sequence, trade_date,
       octet_length(headers) + octet_length(control)
       + least(greatest(outcome_count, 0), {COMMIT_RECORDS_MAX}) * {RECORD_BYTES + OUTCOME_BYTES} AS row_bytes
FROM journal
WHERE shard = $1 AND sequence > $2 AND sequence <= $3 AND trade_date >= $4
ORDER BY sequence LIMIT $5
"""  # noqa: S608 - only a constant number is put in
_PAGE = f"""
SELECT {COLUMNS} FROM journal
WHERE shard = $1 AND sequence > $2 AND sequence <= $3 AND trade_date >= $4 AND trade_date <= $5
ORDER BY sequence
"""  # noqa: S608 - only the constant column list is put in
_ROW = f"SELECT {COLUMNS} FROM journal WHERE shard = $1 AND sequence = $2"  # noqa: S608 - likewise
_HEADERS = """
SELECT sequence, headers FROM (
    SELECT sequence, headers, octet_length(headers) AS own_bytes,
           sum(octet_length(headers)) OVER (ORDER BY sequence) AS total_bytes
    FROM journal WHERE shard = $1 AND trade_date = $2 AND sequence > $3
    ORDER BY sequence LIMIT $4
) page WHERE total_bytes - own_bytes < $5
ORDER BY sequence
"""
_PARTITION_EXISTS = """
SELECT 1 FROM pg_inherits WHERE inhparent = 'journal'::regclass AND inhrelid = to_regclass($1)
"""


class Fenced(ProcessFault):
    """Another ledger has taken the journal over; this one must not answer anything any more."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.FENCED)


class JournalLost(ProcessFault):
    """A commit failed or its fate is unknown. Only a new takeover can tell what became of it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.UNAVAILABLE)


class JournalTampered(ProcessFault):
    """The journal is not what was committed; the message names the place."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.TAMPERED)


@dataclass(frozen=True, slots=True)
class Head:
    """`journal_head`: who may write, and the last committed row (sequence 0, a zero digest before the first)."""

    epoch: int
    sequence: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where one row stands."""

    sequence: int
    trade_date: int


class JournalReader:
    """Reads committed rows over one connection; its methods may be called concurrently and then take
    turns.
    """

    def __init__(self, reading: asyncpg.Connection, shard: int = SHARD) -> None:
        self.shard = shard
        self._reading = reading
        self._turn = asyncio.Lock()
        self.places = Places(reading, self._turn, shard)

    async def head(self) -> Head | None:
        """The head as it is now, None when no ledger ever served."""
        row = await self._one("SELECT epoch, sequence, digest FROM journal_head WHERE shard = $1", self.shard)
        return Head(row["epoch"], row["sequence"], row["digest"]) if row is not None else None

    async def pages_after(
        self, sequence: int, limit_bytes: int, until: int = UNTIL_THE_END
    ) -> AsyncIterator[list[Row]]:
        """Rows above `sequence` up to `until` in order, in lists of about `limit_bytes` (at least one row
        each).

        It ends at the end of the journal. Gaps in the numbering are not looked for here.
        """
        trade_date = known = await self.places.date_of(sequence + 1)
        while sequence < until:
            async with self._turn:
                lengths = await self._reading.fetch(_LENGTHS, self.shard, sequence, until, trade_date, PAGE_ROWS_MAX)
            if not lengths:
                return
            start = 0
            while start < len(lengths):
                end, page_bytes = start + 1, int(lengths[start]["row_bytes"])
                while end < len(lengths) and page_bytes + lengths[end]["row_bytes"] <= limit_bytes:
                    page_bytes += lengths[end]["row_bytes"]
                    end += 1
                dates = [entry["trade_date"] for entry in lengths[start:end]]
                last = int(lengths[end - 1]["sequence"])
                async with self._turn:
                    found = await self._reading.fetch(_PAGE, self.shard, sequence, last, min(dates), max(dates))
                yield [_row(record) for record in found]
                sequence, start, trade_date = last, end, max(dates)
                if trade_date != known:  # another date than the newest that was known
                    self.places.forget()

    async def rows_after(self, sequence: int, limit_bytes: int, until: int = UNTIL_THE_END) -> AsyncIterator[Row]:
        """The rows of `pages_after` one by one; about `limit_bytes` are in memory."""
        async for page in self.pages_after(sequence, limit_bytes, until):
            for row in page:
                yield row

    async def row_holding(self, sequence: int) -> Row | None:
        """The committed row at `sequence`, or None."""
        record = await self._one_at(_ROW, sequence)
        return _row(record) if record is not None else None

    async def digest_at(self, sequence: int) -> bytes | None:
        """The chain digest of the row at `sequence`, zero for sequence 0, None when there is no such row."""
        if sequence == 0:
            return ZERO_DIGEST
        record = await self._one_at("SELECT digest FROM journal WHERE shard = $1 AND sequence = $2", sequence)
        return bytes(record["digest"]) if record is not None else None

    async def last_place(self) -> Place | None:
        """Sequence and trade date of the last row that is there, whatever the head says."""
        statement = "SELECT sequence, trade_date FROM journal WHERE shard = $1 ORDER BY sequence DESC LIMIT 1"
        record = await self._one(statement, self.shard)
        return Place(record["sequence"], record["trade_date"]) if record is not None else None

    async def first_sequence_of(self, trade_date: int) -> int | None:
        """The lowest sequence among the rows of a trade date, None when it has none."""
        statement = "SELECT min(sequence) AS first FROM journal WHERE shard = $1 AND trade_date = $2"
        record = await self._one(statement, self.shard, trade_date)
        return record["first"] if record is not None else None

    async def headers_after(self, trade_date: int, sequence: int, limit_bytes: int) -> list[tuple[int, bytes]]:
        """Sequence and headers of a trade date's rows above `sequence`, in order: at least one if there is one, at
        most PAGE_ROWS_MAX, and none that begins behind `limit_bytes`.
        """
        async with self._turn:
            records = await self._reading.fetch(_HEADERS, self.shard, trade_date, sequence, PAGE_ROWS_MAX, limit_bytes)
        return [(record["sequence"], record["headers"]) for record in records]

    async def snapshot_sha256(self, sequence: int) -> bytes | None:
        """The SHA-256 of the manifest of the snapshot of row `sequence`, as its writer put it beside the journal;
        None when no snapshot of that row was finished.
        """
        statement = "SELECT sha256 FROM snapshot_manifests WHERE shard = $1 AND sequence = $2"
        record = await self._one(statement, self.shard, sequence)
        return bytes(record["sha256"]) if record is not None else None

    async def close(self) -> None:
        """Closes the connection."""
        await self._reading.close()

    async def _one_at(self, statement: str, sequence: int) -> asyncpg.Record | None:
        """The row of `statement`, asked in the one partition that should have it and, when it is not there, in all."""
        within = f"{statement} AND trade_date = $3"
        for _look in range(2):
            trade_date = await self.places.date_of(sequence)
            record = await self._one(within, self.shard, sequence, trade_date)
            if record is not None:
                return record
            self.places.forget()
        return await self._one(statement, self.shard, sequence)

    async def _one(self, statement: str, *arguments: int | str) -> asyncpg.Record | None:
        async with self._turn:
            return await self._reading.fetchrow(statement, *arguments)


class Journal(JournalReader):
    """The journal as its one writer sees it: a connection for commits, another for everything that is
    read.
    """

    def __init__(self, committing: asyncpg.Connection, reading: asyncpg.Connection, shard: int = SHARD) -> None:
        super().__init__(reading, shard)
        self._committing = committing
        self._statement: asyncpg.prepared_stmt.PreparedStatement | None = None
        self._warning: str | None = None
        self._epoch = 0
        self.append_began_ns = 0  # when the commit in flight was sent, by `boot_ns`; 0: there is none
        self.confirmed_ns = 0  # when the newest question was sent whose answer showed that the journal is ours
        self._on_fault: Callable[[ProcessFault], None] = _ignore
        self._takeover_told = False
        self._looking: asyncio.Task[None] | None = None
        committing.add_log_listener(self._on_message)

    @classmethod
    async def open(cls, dsn: str) -> "Journal":
        """Connects twice.

        Raises: ProcessFault UNAVAILABLE with one line when PostgreSQL cannot be reached.
        """
        return cls(await connect(dsn, "ledger commits"), await connect(dsn, "ledger reads"))

    @property
    def connection(self) -> asyncpg.Connection:
        """The connection that commits, for the checks that must hold on exactly this one."""
        return self._committing

    @property
    def reading_connection(self) -> asyncpg.Connection:
        """The connection that reads and opens dates, for the same checks."""
        return self._reading

    async def take_over(self, progress: Callable[[str], None] | None = None) -> Head:
        """Becomes the writer: raises the epoch first, which waits for the predecessor's last statement, then
        reads.

        When this has returned, nothing of an earlier epoch can be committed any more.
        """
        async with self._committing.transaction():
            taking = asyncio.ensure_future(self._committing.fetchrow(_TAKE_OVER, self.shard, ZERO_DIGEST))
            while not (await asyncio.wait({taking}, timeout=WAIT_REPORT_SECONDS))[0]:
                if progress is not None:
                    progress("waiting for the predecessor's last statement")
            row = taking.result()
            await self._committing.execute("SELECT pg_notify($1, $2)", TAKEOVER_CHANNEL, f"{self.shard}:{row['epoch']}")
        self._statement = await self._committing.prepare(_APPEND)
        self._epoch = row["epoch"]
        return Head(row["epoch"], row["sequence"], row["digest"])

    async def watch(self, on_fault: Callable[[ProcessFault], None]) -> None:
        """From now on `on_fault` is called when another ledger takes over or a connection ends, even when
        idle.
        """
        self._on_fault = on_fault
        self._committing.add_termination_listener(self._on_termination)
        self._reading.add_termination_listener(self._on_termination)
        async with self._turn:
            await self._reading.add_listener(TAKEOVER_CHANNEL, self._on_takeover)
        self._takeover_told = True
        await self._look_at_head()

    async def append(self, row: Row) -> None:
        """Commits one row. It must be called one at a time, and from a task that nobody cancels.

        Raises: Fenced when the head is another ledger's; JournalLost when the commit failed or may have; ROW_FAULTS
        when PostgreSQL refuses this very row. In each case nothing may be sent any more and the process ends.
        """
        if self._statement is None:
            raise MisuseError("append before take_over")
        self._warning = None
        self.append_began_ns = boot_ns()
        try:
            done = await self._statement.fetchval(*stored_values(row))
        except ROW_FAULTS:
            raise
        except DATABASE_FAULTS as error:
            raise JournalLost(f"the commit of row {row.sequence} has an unknown fate: {error}") from error
        if self._warning is not None:
            raise JournalLost(f"the commit of row {row.sequence} has an unknown fate: {self._warning}")
        if done != 1:
            raise self._fenced()
        self.confirmed_ns, self.append_began_ns = self.append_began_ns, 0

    async def confirm(self) -> None:
        """Asks whether the journal is ours still. Raises: Fenced when it is another's; what asyncpg raises."""
        began_ns = boot_ns()
        head = await self.head()
        if head is None or head.epoch != self._epoch:
            raise self._fenced()
        self.confirmed_ns = max(self.confirmed_ns, began_ns)

    async def open_date(self, trade_date: int) -> None:
        """Makes sure that rows of this date have a partition. It takes no lock that stops readers or the
        writer.
        """
        name = f"journal_{trade_date}"
        async with self._turn:
            if await self._reading.fetchval(_PARTITION_EXISTS, name):
                return
            async with self._reading.transaction():
                await self._reading.execute(
                    f"CREATE TABLE IF NOT EXISTS {name} "
                    "(LIKE journal INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)"
                )
                await self._reading.execute(f"ALTER TABLE journal ATTACH PARTITION {name} FOR VALUES IN ({trade_date})")

    async def keep_quarantined(self, found: Quarantined) -> None:
        """Writes a frame for people to look at, and forgets the oldest above KEPT_MAX."""
        async with self._turn:
            await quarantine.keep(self._reading, self.shard, found)

    async def close(self) -> None:
        """Closes both connections, at once where a statement is still under way."""
        self._on_fault = _ignore
        if self._looking is not None:
            self._looking.cancel()
        for connection in (self._committing, self._reading):
            try:
                await connection.close()
            except DATABASE_FAULTS:
                connection.terminate()

    def _fenced(self) -> Fenced:
        return Fenced(f"another ledger took the journal over (this one's epoch was {self._epoch})")

    def _on_message(self, _connection: object, message: asyncpg.PostgresLogMessage) -> None:
        # A replica that has not confirmed is told as a warning of this class, in the language of the server.
        if message.sqlstate == WARNING_SQLSTATE:
            self._warning = str(message)

    def _on_termination(self, _connection: object) -> None:
        self._on_fault(JournalLost("the connection to PostgreSQL ended"))

    def _on_takeover(self, _connection: object, _pid: int, _channel: str, _payload: object) -> None:
        # Anybody who may connect can say so. It makes us look, however often it is said; what counts is the head.
        self._takeover_told = True
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_at_head())

    async def _look_at_head(self) -> None:
        while self._takeover_told:
            self._takeover_told = False
            try:
                head = await self.head()
            except DATABASE_FAULTS as error:
                return self._on_fault(JournalLost(f"the journal's head cannot be read: {error}"))
            if head is not None and head.epoch != self._epoch:
                self._on_fault(self._fenced())


def _ignore(_fault: ProcessFault) -> None:
    """What happens with faults before anybody watches, and while we close."""


def _row(record: asyncpg.Record) -> Row:
    try:
        return row_from(record)
    except ValueError as error:
        raise JournalTampered(f"row {record['sequence']} is not what was committed: {error}") from None
