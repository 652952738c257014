"""The follower as it is shipped: a process that is stopped, killed at any moment, and told wrong things."""

import asyncio
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from config.kit.exit_codes import ExitCode
from config.kit.processes import spoken
from config.kit.telling.ready_files import read_ready
from config.schema import Config, dump, load, with_dsn
from ledger.core.rows.row import Row
from ledger.journal.snapshots import snapshot
from tests.follower.journal_maker import OTHER_SEAT, SEAT, JournalMaker, freezes
from tests.follower.naive import expect
from tests.follower.world import World, world

pytestmark = pytest.mark.postgres

ROOT = Path(__file__).parents[3]


class FollowerProcess:
    """`python -m ledger.follower`, and what it says on stderr."""

    def __init__(self, config: Config, file: Path) -> None:
        self.config = config
        self._file = file
        self._process: asyncio.subprocess.Process | None = None

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The running process."""
        assert self._process is not None
        return self._process

    async def start(self) -> None:
        """Starts it."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ledger.follower",
            "--config",
            str(self._file),
            cwd=ROOT,
            stderr=asyncio.subprocess.PIPE,
        )

    async def wait_for(self, words: str) -> str:
        """Returns the next line on stderr with these words; fails when the process ends before."""
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            if words in line.decode():
                return spoken(line.decode().strip())
        raise AssertionError(f"the follower ended without saying {words!r}")

    async def end(self, number: signal.Signals) -> int:
        """Sends a signal. Returns: the exit status."""
        self.process.send_signal(number)
        await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode

    async def last_words(self) -> tuple[int, str]:
        """Waits for the end. Returns: the exit status and the last line."""
        _, said = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, spoken(said.decode().strip().splitlines()[-1])


def follower_process(here: World) -> FollowerProcess:
    """A configured process, not yet started; snapshots are taken when asked for."""
    file = here.state / "yzt.toml"
    file.write_text('[state]\ndirectory = "state"\n[follower]\nmetrics_port = 0\nnice = 0\n')
    config = with_dsn(load(file), here.dsn)
    file.write_text(dump(config))
    config.state_directory.mkdir(exist_ok=True)
    return FollowerProcess(config, file)


async def cursor_at_least(here: World, sequence: int) -> None:
    """Looks at the cursor until it is at a row or beyond."""
    while int(await here.sql.fetchval("SELECT coalesce(max(sequence), 0) FROM read_cursor")) < sequence:
        pass


async def cursor_and_records(here: World) -> tuple[int, int]:
    """The cursor and the rows of both tables, seen at one moment: the server may still be ending a transaction."""
    seen = await here.sql.fetchrow(
        "SELECT (SELECT sequence FROM read_cursor), (SELECT count(*) FROM orders) + (SELECT count(*) FROM movements)"
    )
    assert seen is not None
    return int(seen[0]), int(seen[1])


def records_until(rows: list[Row], sequence: int) -> int:
    """Records in the rows up to one."""
    return sum(len(row.records) // 64 for row in rows if row.sequence <= sequence)


def a_busy_row(made: JournalMaker, rng: np.random.Generator) -> None:
    """One commit of two frames of 512 freezes."""
    made.block(*((seat, freezes(rng.integers(0, 1_000, 512), 10)) for seat in (SEAT, OTHER_SEAT)))


def test_killed_at_any_moment_it_repeats_nothing_and_loses_nothing(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        rng = np.random.default_rng(20_260_105)
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000_000] * 1_000)
            follower = follower_process(here)
            for _ in range(3):
                await follower.start()
                await follower.wait_for("serves from row")
                for _ in range(12):
                    a_busy_row(made, rng)
                seen = here.kept
                await here.keep(made)
                await cursor_at_least(here, seen + int(rng.integers(1, 6)))
                assert await follower.end(signal.SIGKILL) == -signal.SIGKILL
                at, records = await cursor_and_records(here)
                assert records == records_until(made.rows, at)

            await follower.start()
            await follower.wait_for("serves from row")
            await cursor_at_least(here, made.rows[-1].sequence)
            assert await follower.end(signal.SIGTERM) == ExitCode.OK
            await here.assert_equals(expect(made.rows))

    asyncio.run(scenario())


def test_it_says_that_it_serves_takes_a_snapshot_when_asked_and_stops_in_order(
    fresh_database: str, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000_000])
            await here.keep(made)
            follower = follower_process(here)
            state = follower.config.state_directory
            await follower.start()
            await follower.wait_for("serves from row 0")
            await cursor_at_least(here, here.kept)
            ready = read_ready(state / "follower.ready")
            assert ready is not None
            assert ready.pid == follower.process.pid
            while "yzt_follower_lag_seconds 0.0" not in await scrape(ready.ports["metrics"]):
                pass  # it looks again before it says that nothing is left

            follower.process.send_signal(signal.SIGUSR1)
            assert (await follower.wait_for("snapshot of row")).startswith(f"follower: snapshot of row {here.kept} in ")

            assert snapshot.newest_first(state / "snapshots") == [state / "snapshots" / str(here.kept)]
            assert await follower.end(signal.SIGTERM) == ExitCode.OK
            assert not (state / "follower.ready").exists()

    asyncio.run(scenario())


async def scrape(port: int) -> str:
    """What Prometheus would read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /metrics HTTP/1.0\r\n\r\n")
    text = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    return text


def test_a_state_that_differs_ends_it_with_76_and_one_line(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000_000])
            made.book.restrained_fen[0] += 1  # the writer's book goes astray by one fen
            row = made.block((SEAT, freezes([0], 10)), check_slice=2)
            await here.keep(made)
            follower = follower_process(here)

            await follower.start()

            assert await follower.last_words() == (
                ExitCode.TAMPERED,
                f"follower: row {row.sequence}: state slice 2 comes out different",
            )

    asyncio.run(scenario())


def test_a_tampered_row_ends_it_with_76_and_one_line(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000_000])
            await here.keep(made)
            await here.sql.execute("UPDATE journal SET epoch = 2 WHERE sequence = 3")
            follower = follower_process(here)

            await follower.start()

            code, line = await follower.last_words()
            assert code == ExitCode.TAMPERED
            assert line.startswith("follower: row 3: its digest does not follow")

    asyncio.run(scenario())


def test_a_connection_that_ends_ends_it_with_69(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            follower = follower_process(here)
            await follower.start()
            await follower.wait_for("serves from row 0")

            await here.sql.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'yzt follower reads'"
            )

            assert (await follower.last_words())[0] == ExitCode.UNAVAILABLE

    asyncio.run(scenario())


def test_a_connection_that_is_lost_while_a_copy_waits_for_room_ends_it(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        rng = np.random.default_rng(1)
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000_000_000] * 1_000)
            for _ in range(40):
                a_busy_row(made, rng)
            await here.keep(made)
            async with here.sql.transaction():
                await here.sql.execute("LOCK request_blocks IN ACCESS EXCLUSIVE MODE")
                follower = follower_process(here)
                await follower.start()
                await follower.wait_for("serves from row")
                await here.a_statement_waits_for_a_lock()
                await here.sql.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'yzt follower projection'"
                )
                code, line = await follower.last_words()
            assert code == ExitCode.UNAVAILABLE
            # The second when the loss came before the buffer was full.
            assert line == "follower: the connection to PostgreSQL ended" or "the read model cannot be written" in line

    asyncio.run(scenario())
