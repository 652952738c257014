"""Who may write: takeover, fencing, the commit that lands late, and commits whose fate is unknown. Real
connections.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest

from config.kit.exit_codes import ExitCode, ProcessFault
from config.schema import Config
from ledger.core.rows.row import Row
from ledger.database import guard
from ledger.database.connections import connect
from ledger.database.migrate import migrate, migrations
from ledger.journal.head import Fenced, Head, JournalLost, JournalTampered
from ledger.journal.stored_row import PACKED_ITEMS_MIN
from ledger.journal.writer import TAKEOVER_CHANNEL, Journal
from protocol.limits import OUTCOME_BYTES, RECORD_BYTES
from tests.ledger.world import DATE

pytestmark = pytest.mark.postgres

Story = Callable[[Journal, Journal], Awaitable[None]]


def row(sequence: int, epoch: int = 1, records_count: int = 1) -> Row:
    """A row whose content nobody looks at."""
    records, outcomes = b"r" * RECORD_BYTES * records_count, b"o" * OUTCOME_BYTES * records_count
    digest = bytes([sequence]) * 32
    return Row(
        1, 1, sequence, epoch, DATE, 1, sequence, sequence, (1, 2), b"h", records, b"", b"", outcomes, b"", digest
    )


@asynccontextmanager
async def two_ledgers(config: Config) -> AsyncIterator[tuple[Journal, Journal]]:
    """Two journals over one database; the first has taken over and committed row 1."""
    first, second = await Journal.open(config.ledger.dsn), await Journal.open(config.ledger.dsn)
    await migrate(first.connection)
    assert await first.take_over() == Head(1, 0, bytes(32))
    await first.open_date(DATE)
    await first.append(row(1))
    try:
        yield first, second
    finally:
        await first.close()
        await second.close()


def told(config: Config, story: Story) -> None:
    """Runs a story with two ledgers."""

    async def run() -> None:
        async with two_ledgers(config) as (first, second):
            await story(first, second)

    asyncio.run(run())


async def blocked(dsn: str) -> None:
    """Returns once some statement of the database waits for a lock."""
    watcher = await connect(dsn, "watcher")
    statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while not await watcher.fetchval(statement):
        continue  # each look is a round trip to the server
    await watcher.close()


def test_after_a_takeover_the_predecessor_changes_nothing(config: Config) -> None:
    async def story(first: Journal, second: Journal) -> None:
        assert await second.take_over() == Head(2, 1, row(1).digest)
        with pytest.raises(Fenced, match="another ledger took the journal over") as fenced:
            await first.append(row(2))
        assert fenced.value.exit_code == ExitCode.FENCED
        assert await second.row_holding(2) is None
        await second.append(row(2, epoch=2))
        assert await second.head() == Head(2, 2, row(2).digest)

    told(config, story)


def test_an_idle_predecessor_is_told_at_once(config: Config) -> None:
    async def story(first: Journal, second: Journal) -> None:
        told_of: asyncio.Future[ProcessFault] = asyncio.get_running_loop().create_future()
        await first.watch(told_of.set_result)
        await second.take_over()
        assert isinstance(await told_of, Fenced)

    told(config, story)


@pytest.mark.parametrize("payload", ["1:999999", "nonsense", "", "1:", "2:9"])
def test_a_takeover_that_somebody_only_says_is_not_believed(config: Config, payload: str) -> None:
    async def story(first: Journal, second: Journal) -> None:
        faults: list[ProcessFault] = []
        await first.watch(faults.append)
        await second.connection.execute("SELECT pg_notify($1, $2)", TAKEOVER_CHANNEL, payload)
        while first._looking is None:  # the notification is on its way
            await first.head()
        await first._looking
        assert faults == []
        await first.append(row(2))

    told(config, story)


def test_a_takeover_waits_for_the_predecessors_statement_and_then_reads_it(config: Config) -> None:
    async def story(first: Journal, second: Journal) -> None:
        async with first.connection.transaction():
            await first.append(row(2))
            taking = asyncio.create_task(second.take_over())
            await blocked(config.ledger.dsn)
            assert not taking.done()
        assert await taking == Head(2, 2, row(2).digest)
        assert await second.row_holding(2) == row(2)

    told(config, story)


def test_a_commit_that_lands_after_the_takeover_is_harmless(config: Config) -> None:
    async def story(first: Journal, second: Journal) -> None:
        async with second.connection.transaction():
            await second.take_over()
            late = asyncio.create_task(first.append(row(2)))
            await blocked(config.ledger.dsn)
        with pytest.raises(Fenced):
            await late
        assert await second.head() == Head(2, 1, row(1).digest)
        assert await second.row_holding(2) is None

    told(config, story)


def test_the_last_statement_of_a_killed_ledger_is_waited_for_not_denied(config: Config) -> None:
    async def story(first: Journal, second: Journal) -> None:
        blocker = await connect(config.ledger.dsn, "blocker")
        locking = blocker.transaction()
        await locking.start()
        await blocker.execute("SELECT 1 FROM journal_head FOR UPDATE")
        dying = asyncio.create_task(first.append(row(2)))
        await blocked(config.ledger.dsn)
        first.connection.terminate()  # as SIGKILL would: the socket closes, the statement stays at the server
        with pytest.raises(JournalLost, match="unknown fate"):
            await dying
        taking = asyncio.create_task(second.take_over())
        await asyncio.sleep(0)
        await locking.commit()
        head = await taking
        assert head.epoch == 2
        assert (await second.row_holding(2) is not None) == (head.sequence == 2)
        assert await second.head() == head
        await blocker.close()

    told(config, story)


def test_a_gap_and_a_repeat_match_no_head(config: Config) -> None:
    async def story(first: Journal, _second: Journal) -> None:
        for wrong in (1, 3):
            with pytest.raises(Fenced):
                await first.append(row(wrong))

    told(config, story)


@pytest.mark.parametrize(
    "body",
    [
        "RAISE WARNING 'canceling wait for synchronous replication due to user request'; RETURN NEW;",
        "RAISE WARNING '由于用户请求，正在取消等待同步复制'; RETURN NEW;",
        "RAISE EXCEPTION 'disk full'; RETURN NEW;",
        "PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NEW;",
    ],
    ids=["cancelled replication", "the same in another language", "error", "backend killed"],
)
def test_a_commit_of_unknown_fate_is_the_end_and_is_not_tried_again(config: Config, body: str) -> None:
    async def story(first: Journal, second: Journal) -> None:
        await second.connection.execute(
            f"CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
        )
        await second.connection.execute(
            "CREATE TRIGGER meddle BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION meddle()"
        )
        with pytest.raises(JournalLost, match="the commit of row 2 has an unknown fate") as lost:
            await first.append(row(2))
        assert lost.value.exit_code == ExitCode.UNAVAILABLE

    told(config, story)


def test_pages_keep_to_their_size_and_cross_dates_in_order(config: Config) -> None:
    async def story(first: Journal, _second: Journal) -> None:
        await first.open_date(DATE + 1)
        for sequence in range(2, 10):
            await first.append(replace(row(sequence, records_count=12), trade_date=DATE + (sequence > 5)))
        pages = [[one.sequence for one in page] async for page in first.portions_after(1, 3 * 961)]
        assert pages == [[2, 3, 4], [5, 6, 7], [8, 9]]
        rows = [one.sequence async for one in first.rows_after(3, 1, until=7)]
        assert rows == [4, 5, 6, 7]
        assert await first.first_sequence_of(DATE + 1) == 6
        assert await first.digest_at(9) == bytes([9]) * 32
        assert (await first.digest_at(0), await first.digest_at(10)) == (bytes(32), None)

    told(config, story)


def test_a_large_row_is_stored_packed_and_pages_count_what_it_takes_unpacked(config: Config) -> None:
    async def story(first: Journal, _second: Journal) -> None:
        committed = [row(sequence, records_count=PACKED_ITEMS_MIN) for sequence in (2, 3)]
        for one in committed:
            await first.append(one)
        stored = await first.connection.fetchval("SELECT octet_length(records) FROM journal WHERE sequence = 2")
        assert stored == RECORD_BYTES + 1
        pages = [page async for page in first.portions_after(1, PACKED_ITEMS_MIN * (RECORD_BYTES + OUTCOME_BYTES) + 1)]
        assert pages == [[committed[0]], [committed[1]]]

    told(config, story)


@pytest.mark.parametrize(
    "change",
    [
        "records = records || '\\x00'",
        "records = substr(records, 2)",
        "records = set_byte(records, 64, 1)",
        "outcomes = ''",
        "outcome_count = 511",
        "outcome_count = 2000000000",
        "outcome_count = -1",
    ],
)
def test_a_packed_value_that_nobody_packed_is_told_with_its_row(config: Config, change: str) -> None:
    async def story(first: Journal, _second: Journal) -> None:
        await first.append(row(2, records_count=PACKED_ITEMS_MIN))
        await first.connection.execute(f"UPDATE journal SET {change} WHERE sequence = 2")  # noqa: S608 - words of this file
        with pytest.raises(JournalTampered, match=r"^row 2 is not what was committed: "):
            await first.row_holding(2)

    told(config, story)


def test_the_partition_of_a_date_keeps_the_columns_out_of_compression(config: Config) -> None:
    async def story(first: Journal, second: Journal) -> None:
        await first.open_date(DATE)
        await second.open_date(DATE)
        statement = (
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attstorage = 'e' ORDER BY attnum"
        )
        names = [found["attname"] for found in await first.connection.fetch(statement, f"journal_{DATE}")]
        assert names == ["headers", "records", "closing_heads", "control", "outcomes"]

    told(config, story)


def test_migrations_are_applied_once_and_a_changed_one_is_noticed(config: Config) -> None:
    async def story(first: Journal, second: Journal) -> None:
        assert await migrate(second.connection) == len(migrations())
        await second.connection.execute("UPDATE schema_migrations SET sha256 = '\\x00' WHERE number = 1")
        with pytest.raises(ProcessFault, match=r"0001_journal\.sql was applied with other content"):
            await migrate(first.connection)

    told(config, story)


def test_the_guard_names_every_unfit_setting(config: Config) -> None:
    async def story(first: Journal, _second: Journal) -> None:
        await guard.check(first.connection)
        await first.connection.execute("SET synchronous_commit = local")
        await first.connection.execute("DELETE FROM schema_migrations WHERE number > 1")
        needed = len(migrations())
        with pytest.raises(ProcessFault) as unfit:
            await guard.check(first.connection)
        assert str(unfit.value) == (
            "PostgreSQL is unfit for a journal: synchronous_commit is local, must be on or remote_apply; "
            f"the schema has version 1, this ledger needs {needed}"
        )
        assert unfit.value.exit_code == ExitCode.CONFIG

    told(config, story)


def test_no_server_is_one_line() -> None:
    with pytest.raises(ProcessFault, match=r"^PostgreSQL at /nowhere cannot be reached: ") as fault:
        asyncio.run(connect("postgresql:///nowhere?host=/nowhere&user=nobody", "test"))
    assert fault.value.exit_code == ExitCode.UNAVAILABLE
    assert not isinstance(fault.value, asyncpg.PostgresError)
