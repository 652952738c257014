"""`python -m benchmarks.micro.packing`: a journal row as its items are, packed by us, and packed by PostgreSQL (pglz).

Belongs here: the measurement behind docs/decisions/0016. Never here: anything that the product runs.

Rows of one large block of orders with every field filled are committed by the journal's own statement to the embedded
server; the ways take turns, and the median of the rounds is printed.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.load.blocks import freeze_block
from config.postgres.server import EmbeddedPostgres
from ledger.core.rows.row import Row
from ledger.database.migrate import migrate
from ledger.journal import stored_row
from ledger.journal.packing import pack, unpack
from ledger.journal.writer import Journal
from protocol.limits import RECORD_BYTES
from protocol.records import FREEZE_STATE_OPEN, OUTCOME

RECORDS = 16_384
ROWS = 60
ROUNDS = 5
DATE = 20_260_105
NEVER_PACKED = RECORDS + 1

WAYS = {"as they are": (NEVER_PACKED, "EXTERNAL"), "packed": (512, "EXTERNAL"), "pglz": (NEVER_PACKED, "EXTENDED")}
"""From how many items on they are packed, and the storage of the columns."""


def items(rng: np.random.Generator) -> tuple[bytes, bytes]:
    """Records and outcomes of one row."""
    block = freeze_block(rng, RECORDS, 1_000_000, 0.05)
    outcomes = np.zeros(RECORDS, OUTCOME)
    accepted = block.codes == 0
    outcomes["code"] = block.codes
    outcomes["state"] = np.where(accepted, FREEZE_STATE_OPEN, 0)
    outcomes["remaining_fen"] = np.where(accepted, block.records["amount_fen"], 0)
    return block.records.tobytes(), outcomes.tobytes()


def ns_an_item(act: Callable[[], object], count: int) -> float:
    """The least time of one call of 50, over `count`."""
    best = float("inf")
    for _ in range(50):
        began = time.perf_counter()
        act()
        best = min(best, time.perf_counter() - began)
    return best / count * 1e9


async def committed_per_second(
    journal: Journal, way: str, first_sequence: int, blocks: list[tuple[bytes, bytes]]
) -> float:
    """Records a second of ROWS commits, one after the other."""
    packed_from, storage = WAYS[way]
    stored_row.PACKED_ITEMS_MIN = packed_from  # the one place that turns packing off
    for column in ("records", "outcomes"):
        await journal.reading_connection.execute(f"ALTER TABLE journal_{DATE} ALTER {column} SET STORAGE {storage}")
    began = time.perf_counter()
    for place in range(ROWS):
        records, outcomes = blocks[place % len(blocks)]
        sequence = first_sequence + place
        fixed = (1, sequence, 1, DATE, 1, sequence, sequence, (1, 2))
        await journal.append(Row(1, *fixed, bytes(640), records, b"", b"", outcomes, b"", bytes(32)))
    return ROWS * RECORDS / (time.perf_counter() - began)


async def measure(dsn: str) -> None:
    """Prints the table."""
    rng = np.random.default_rng(1)
    blocks = [items(rng) for _ in range(4)]
    journal = await Journal.open(dsn)
    await migrate(journal.connection)
    await journal.take_over()
    await journal.open_date(DATE)
    speeds: dict[str, list[float]] = {way: [] for way in WAYS}
    sizes: dict[str, float] = {}
    sequence = 1
    for round_no in range(ROUNDS):
        print(f"round {round_no + 1} of {ROUNDS}", file=sys.stderr)
        for way, seen in speeds.items():
            seen.append(await committed_per_second(journal, way, sequence, blocks))
            size = (
                "SELECT (pg_column_size(records) + pg_column_size(outcomes))::float8 FROM journal WHERE sequence = $1"
            )
            sizes[way] = await journal.reading_connection.fetchval(size, sequence) / RECORDS
            sequence += ROWS
    await journal.close()
    for way, seen in speeds.items():
        print(f"{way:<12} {sizes[way]:5.1f} bytes a record, {statistics.median(seen):>10,.0f} records/s committed")
    records, _ = blocks[0]
    packed = pack(records, RECORD_BYTES)
    print(f"pack   {ns_an_item(lambda: pack(records, RECORD_BYTES), RECORDS):5.1f} ns a record")
    print(f"unpack {ns_an_item(lambda: unpack(packed, RECORD_BYTES, RECORDS), RECORDS):5.1f} ns a record")


def main() -> None:
    """Starts a server for itself and measures."""
    with tempfile.TemporaryDirectory() as folder:
        postgres = EmbeddedPostgres.prepare(Path(folder), log_files_ahead=60)
        postgres.start()
        try:
            asyncio.run(measure(postgres.dsn))
        finally:
            postgres.stop()
            postgres.remove()


if __name__ == "__main__":
    main()
