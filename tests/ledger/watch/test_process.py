"""`python -m ledger` as shipped: killed under load and started again, started twice, stopped, refused."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from config.kit.exit_codes import ExitCode
from config.kit.processes import spoken
from config.kit.telling.ready_files import read_ready
from config.schema import Config
from ledger.database.connections import connect
from ledger.journal.reader import JournalReader
from protocol.vocabulary import BANK_SEAT
from tests.ledger.world import NO_FEED, SEAT, SECOND_SEAT, RawGateway, block, configuration, freezes, load_master_data

pytestmark = pytest.mark.postgres

LOOK_SECONDS = 0.01


@contextmanager
def ledger_process(config: Config) -> Iterator[subprocess.Popen[str]]:
    """A started ledger; killed at the end if it still runs."""
    file = config.state_directory / "yzt.toml"
    command = [sys.executable, "-m", "ledger", "--config", str(file)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


async def serves(config: Config, process: subprocess.Popen[str]) -> None:
    """Returns when this very process has said that it serves."""
    while (ready := read_ready(config.ready_file("ledger"))) is None or ready.pid != process.pid:
        assert process.poll() is None, process.communicate()[1]
        await asyncio.sleep(LOOK_SECONDS)


async def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit status and the last line of stderr."""
    said = await asyncio.to_thread(process.communicate)
    return process.returncode, spoken(said[1].strip().splitlines()[-1])


def test_every_acknowledged_request_is_there_once_after_a_kill_under_load(config: Config) -> None:
    async def story() -> None:
        acknowledged: dict[tuple[int, int], bytes] = {}
        frames = {
            (seat, number): block(seat, number, freezes(7, first_contract=number))
            for number in range(1, 2_000, 7)
            for seat in (SEAT, SECOND_SEAT)
        }
        with ledger_process(config) as process:
            await serves(config, process)
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            gateway.send(*frames.values())
            for _answer in range(40):
                answer = await gateway.receive()
                acknowledged[answer.header.seat, answer.header.first_number] = answer.wire()
            process.kill()
            await gateway.close()
        highest = max(mark_of(wire) for wire in acknowledged.values())
        with ledger_process(config) as process:
            await serves(config, process)
            again = await RawGateway.register(config, highest)
            for answer in await again.ask(*frames.values()):
                known = acknowledged.get((answer.header.seat, answer.header.first_number))
                assert known in (None, answer.wire())
            await again.close()
            process.send_signal(signal.SIGTERM)
            assert (await asyncio.to_thread(process.communicate), process.returncode)[1] == 0
        assert await journaled_frames(config) == sorted(frames)

    asyncio.run(story())


def test_a_second_ledger_on_the_same_state_ends_and_the_first_serves_on(config: Config) -> None:
    async def story() -> None:
        with ledger_process(config) as first:
            await serves(config, first)
            with ledger_process(config) as second:
                assert await ended(second) == (
                    ExitCode.FENCED,
                    f"ledger: another ledger serves from {config.state_directory}",
                )
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            await gateway.close()

    asyncio.run(story())


def test_of_two_ledgers_over_one_journal_the_later_serves_and_the_earlier_ends(config: Config, tmp_path: Path) -> None:
    async def story() -> None:
        with ledger_process(config) as first:
            await serves(config, first)
            elsewhere = configuration(tmp_path / "elsewhere", config.ledger.dsn)
            with ledger_process(elsewhere) as second:
                await serves(elsewhere, second)
                assert await ended(first) == (
                    ExitCode.FENCED,
                    "ledger: another ledger took the journal over (this one's epoch was 1)",
                )
                gateway = await RawGateway.register(elsewhere)
                await load_master_data(gateway)
                await gateway.close()

    asyncio.run(story())


def test_a_killed_backend_ends_the_process_and_the_next_goes_on(config: Config) -> None:
    async def story() -> None:
        with ledger_process(config) as first:
            await serves(config, first)
            connection = await asyncpg.connect(config.ledger.dsn)
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'yzt ledger commits'"
            )
            await connection.close()
            assert await ended(first) == (
                ExitCode.UNAVAILABLE,
                "ledger: the connection to PostgreSQL ended",
            )
        with ledger_process(config) as second:
            await serves(config, second)

    asyncio.run(story())


def test_a_gateway_that_knows_more_than_the_journal_stops_the_ledger(config: Config) -> None:
    async def story() -> None:
        with ledger_process(config) as process:
            await serves(config, process)
            gateway = await RawGateway.connect(config)
            gateway.send_register((5, bytes(32)), NO_FEED)
            assert await ended(process) == (
                ExitCode.TAMPERED,
                "ledger: the gateway was told of row 5, the journal ends at 1: the tail is lost",
            )
            assert await gateway.has_ended()
            await gateway.close()

    asyncio.run(story())


def test_sigterm_answers_what_is_decided_and_leaves_nothing_behind(config: Config) -> None:
    async def story() -> None:
        with ledger_process(config) as process:
            await serves(config, process)
            mode = config.ledger_socket.stat().st_mode & 0o777
            assert mode == 0o600
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(process.communicate)
            assert process.returncode == ExitCode.OK
            assert not config.ledger_socket.exists()
            assert not config.ready_file("ledger").exists()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('dsn = ""', "ledger: ledger.dsn: no database is named"),
        ('dsn = "postgresql:///none?host=/nowhere"', "ledger: PostgreSQL at /nowhere cannot be reached: "),
        ("dsn = 5", "ledger: {file}: ledger.dsn: Expected `str`, got `int`"),
    ],
)
def test_what_cannot_start_says_so_in_one_line(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "yzt.toml"
    file.write_text(f'[state]\ndirectory = "{tmp_path}"\n[ledger]\n{line}\n', "utf-8")
    command = [sys.executable, "-m", "ledger", "--config", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert spoken(done.stderr).startswith(said.format(file=file))
    assert done.stderr.count("\n") == 1
    assert done.returncode in (ExitCode.CONFIG, ExitCode.UNAVAILABLE)


def mark_of(wire: bytes) -> tuple[int, bytes]:
    """(sequence, digest) that an acknowledged OUTCOMES frame told: what a gateway marks."""
    sequence = int.from_bytes(wire[160:168], "little")
    return sequence, wire[176:208]


async def journaled_frames(config: Config) -> list[tuple[int, int]]:
    """(seat, first number) of every frame of the broker in the journal, sorted."""
    reader = JournalReader(await connect(config.ledger.dsn, "test"))
    found: list[tuple[int, int]] = []
    async for row in reader.rows_after(1, 1 << 22):
        prefixes = row.prefixes()
        found += zip(prefixes["seat"].tolist(), prefixes["first_number"].tolist(), strict=True)
    await reader.close()
    return sorted(key for key in found if key[0] != BANK_SEAT)
