"""The journal as its one writer sees it: one commit is one statement is one row, and only the latest ledger may write.

Belongs here: every SQL statement that changes `journal` and `journal_head`, and noticing that they are another's.
Never here: what a row means (ledger.core.rows.row) and how it is stored (stored_row), the settings of the server
(guard), retries: a commit that failed, or whose fate is unknown, ends the process, and the next takeover reads what
became of it.
"""

import asyncio
from collections.abc import Callable

import asyncpg

from config.kit.exit_codes import ProcessFault
from ledger.core.rows.row import Row
from ledger.database.boot_clock import boot_ns
from ledger.database.connections import DATABASE_FAULTS as DATABASE_FAULTS
from ledger.database.connections import ROW_FAULTS as ROW_FAULTS
from ledger.database.connections import connect as connect
from ledger.journal import quarantine
from ledger.journal.head import SHARD, ZERO_DIGEST, Fenced, Head, JournalLost
from ledger.journal.quarantine import Quarantined
from ledger.journal.reader import JournalReader
from ledger.journal.stored_row import COLUMNS, stored_values
from protocol.errors import MisuseError

TAKEOVER_CHANNEL = "yzt_journal_takeover"
WAIT_REPORT_SECONDS = 2.0
WARNING_SQLSTATE = "01000"
# One statement, so one implicit transaction: the head moves and the row appears, or neither. A head that
# another epoch has taken, or that is not where we believe, matches nothing, and then nothing is inserted.
_APPEND = f"""
WITH head AS (
    UPDATE journal_head SET sequence = $3, digest = $18
    WHERE shard = $2 AND epoch = $4 AND sequence = $3 - 1
    RETURNING 1
)
INSERT INTO journal ({COLUMNS})
SELECT $1::integer, $2::integer, $3::bigint, $4::bigint, $5::integer, $6::integer, $7::bigint, $8::bigint,
       $9::integer, $10::integer, $11::integer, $12::bytea, $13::bytea, $14::bytea, $15::bytea, $16::bytea,
       $17::bytea, $18::bytea
FROM head
RETURNING 1
"""  # noqa: S608 - only the constant column list is put in
_TAKE_OVER = """
INSERT INTO journal_head (shard, epoch, sequence, digest) VALUES ($1, 1, 0, $2)
ON CONFLICT (shard) DO UPDATE SET epoch = journal_head.epoch + 1
RETURNING epoch, sequence, digest
"""
_LIVE = """
INSERT INTO journal_life (shard, epoch, alive_at_ns) VALUES ($1, $2, $3)
ON CONFLICT (shard) DO UPDATE SET epoch = excluded.epoch, alive_at_ns = excluded.alive_at_ns
WHERE journal_life.epoch <= excluded.epoch
"""
_ALIVE = "SELECT alive_at_ns FROM journal_life WHERE shard = $1"
_PARTITION_EXISTS = """
SELECT 1 FROM pg_inherits WHERE inhparent = 'journal'::regclass AND inhrelid = to_regclass($1)
"""


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

    async def alive_at_ns(self) -> int:
        """When a ledger last said, without a row, that it serves; 0 when none ever did."""
        async with self._turn:
            return int(await self._reading.fetchval(_ALIVE, self.shard) or 0)

    async def live(self, now_ns: int) -> None:
        """Says durably that this ledger serves, by the bank's clock. Raises JournalLost."""
        try:
            async with self._turn:
                await self._reading.execute(_LIVE, self.shard, self._epoch, now_ns)
        except DATABASE_FAULTS as error:
            raise JournalLost(f"the sign of life cannot be written: {error}") from error

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
