"""`python -m benchmarks.micro.projection`: what the read model costs a record, in the follower and in PostgreSQL.

Belongs here: the measurement behind docs/decisions/0015. Never here: anything that the product runs.

Rows are made with the core and committed; only taking them in is measured, some PORTION_RECORDS a transaction, as
half a second of a busy morning is. CPU of the server is that of the projection's own process; log writing and
vacuuming by others come on top.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.load.blocks import freeze_block
from config.postgres.server import EmbeddedPostgres
from ledger.core.state.book import Book, BookSize
from ledger.follower.replay import Follower
from protocol.records import RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import RecordKind
from tests.follower.journal_maker import DATE, SEAT, JournalMaker
from tests.follower.world import World, catch_up, world

PORTION_RECORDS = 131_072
BALANCE_FEN = 2**39
OPENED_AT_ONCE = 8_192
TICKS = os.sysconf("SC_CLK_TCK")

Block = Callable[[np.random.Generator, int, int, int], RecordArray]


@dataclass(frozen=True, slots=True)
class Case:
    """One shape of load: `frame_records` a frame, `row_frames` frames a journal row."""

    name: str
    contracts: int
    frame_records: int
    row_frames: int
    portions: int
    portion_records: int
    block: Block


def freeze_frame(rng: np.random.Generator, contracts: int, count: int, _: int) -> RecordArray:
    """(count,) FREEZE on random contracts, with every field that an order carries."""
    return freeze_block(rng, count, contracts, 0.0).records


def mixed_frame(rng: np.random.Generator, contracts: int, count: int, first_number: int) -> RecordArray:
    """Half freezes; then a fill of each first quarter, a release of each second, in the same frame."""
    records = freeze_frame(rng, contracts, count, first_number)
    half, place = count // 2, np.arange(count // 2)
    late = records[half:]
    for name in ("price", "quantity", "market"):
        late[name] = 0
    late["security"] = b""
    late["kind"] = np.where(place % 2, RecordKind.FILL_BUY, RecordKind.RELEASE)
    late["trade_day"] = np.where(place % 2, trade_day(DATE), 0)
    late["contract_no"] = records["contract_no"][:half]
    late["amount_fen"] = records["amount_fen"][:half] // 2
    late["release_fen"] = np.where(place % 2, late["amount_fen"] // 2, 0)
    late["turnover_fen"] = np.where(place % 2, late["amount_fen"] - 1, 0)
    late["target_date"], late["target_seat"], late["target_number"] = DATE, SEAT, first_number + place
    return records


CASES = [
    Case("frames of 512, 100,000 contracts", 100_000, 512, 1, 4, PORTION_RECORDS, freeze_frame),
    Case("frames of 4,096, 100,000 contracts", 100_000, 4_096, 1, 4, PORTION_RECORDS, freeze_frame),
    Case("mixed kinds, frames of 512", 100_000, 512, 1, 4, PORTION_RECORDS, mixed_frame),
    Case("frames of 1, 64 a row", 100_000, 1, 64, 2, 16_384, freeze_frame),
    Case("frames of 512, 1,000,000 contracts", 1_000_000, 512, 1, 12, PORTION_RECORDS, freeze_frame),
]


def backend_cpu_ns(pid: int) -> int:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1_000_000_000 // TICKS


def portion(made: JournalMaker, case: Case, rng: np.random.Generator) -> Iterator[None]:
    """Decides one portion, a row at a time."""
    number = int(made.book.next_number[SEAT])
    for _ in range(case.portion_records // case.frame_records // case.row_frames):
        frames = []
        for _ in range(case.row_frames):
            frames.append((SEAT, case.block(rng, case.contracts, case.frame_records, number)))
            number += case.frame_records
        made.block(*frames)
        yield


class Meter:
    """Sums of what taking portions in costs."""

    def __init__(self) -> None:
        self.wall_ns = self.follower_ns = self.write_ns = self.server_ns = self.wal_bytes = 0

    async def take(self, here: World, follower: Follower) -> None:
        """Takes in what is committed."""
        model = follower._read_model
        write = type(model).write

        async def timed(*arguments: object) -> object:
            begun_ns = time.process_time_ns()
            try:
                return await write(model, *arguments)  # type: ignore[arg-type]
            finally:
                self.write_ns += time.process_time_ns() - begun_ns

        model.write = timed  # type: ignore[method-assign, assignment]
        before = await here.sql.fetchval("SELECT pg_current_wal_insert_lsn()")
        begun_ns = (time.monotonic_ns(), time.process_time_ns(), backend_cpu_ns(model.connection.get_server_pid()))
        await catch_up(follower)
        self.wall_ns += time.monotonic_ns() - begun_ns[0]
        self.follower_ns += time.process_time_ns() - begun_ns[1]
        self.server_ns += backend_cpu_ns(model.connection.get_server_pid()) - begun_ns[2]
        self.wal_bytes += int(
            await here.sql.fetchval("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1)::bigint", before)
        )


async def measure(server: EmbeddedPostgres, state: Path, case: Case) -> None:
    """Prints one line for a case, and how long people's questions take after it."""
    rng = np.random.default_rng(1)
    async with world(server.dsn, state) as here:
        size = BookSize(contracts_max=2**20, requests_max=2**22)
        made = JournalMaker(Book.empty(size))
        made.open_bank([BALANCE_FEN] * min(case.contracts, OPENED_AT_ONCE))
        while made.book.contracts_count < case.contracts:
            made.open_contracts([BALANCE_FEN] * min(case.contracts - made.book.contracts_count, OPENED_AT_ONCE))
        await here.keep(made)
        async with here.follower() as follower:
            opening = Meter()
            await opening.take(here, follower)
            meter = Meter()
            for _ in range(case.portions):
                for _ in portion(made, case, rng):
                    pass
                await here.keep(made)
                await meter.take(here, follower)
        records = case.portions * case.portion_records
        print(
            f"{case.name}: {records * 1_000_000_000 // meter.wall_ns} records/s; a record: follower "
            f"{meter.follower_ns // records} ns (of it projection {meter.write_ns // records} ns), PostgreSQL "
            f"{meter.server_ns // records} ns, WAL {meter.wal_bytes // records} B; "
            f"contracts opened in {opening.wall_ns // 1_000_000} ms",
            flush=True,
        )
        for question in ("SELECT * FROM party_totals", "SELECT sum(frozen_fen) FROM accounts"):
            begun_ns = time.monotonic_ns()
            await here.sql.fetch(question)
            print(f"    {question}: {(time.monotonic_ns() - begun_ns) // 1_000_000} ms", flush=True)


def main(argv: list[str]) -> None:
    """Measures the cases whose names hold one of the words given; all without one."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres.prepare(Path(folder))
        server.start()
        try:
            for case in CASES:
                if not argv or any(word in case.name for word in argv):
                    asyncio.run(measure(server, Path(folder), case))
        finally:
            server.stop()
            server.remove()


if __name__ == "__main__":
    main(sys.argv[1:])
