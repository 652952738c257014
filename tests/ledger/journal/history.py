"""A journal with a snapshot in its middle, for tests that meddle with either.

Belongs here: making it, taking and writing snapshots, somebody at the database. Never here: assertions about recovery
(test_recovery).
"""

from pathlib import Path

import asyncpg

from config.schema import Config
from ledger.core.state.columns import NamedArrays
from ledger.core.state.forms.arrays import to_arrays
from ledger.journal.snapshots import snapshot
from ledger.service import Service
from tests.ledger.world import SEAT, RawGateway, block, freezes, load_master_data, serving

ROWS = 9  # genesis, five control rows, three blocks


async def history(config: Config) -> tuple[NamedArrays, bytes]:
    """Makes ROWS rows, and one snapshot after row 7. Returns the book at the end, and the last digest."""
    async with serving(config) as service:
        gateway = await RawGateway.register(config)
        await load_master_data(gateway)
        for place in range(3):
            if place == 1:
                await take_snapshot(service, config)
            await gateway.ask(block(SEAT, 1 + 40 * place, freezes(40, 50_000)))
        await gateway.close()
        assert service.pipeline.decider.book.sequence == ROWS
        return copied(service), service.pipeline.decider.maker.digest


async def execute(config: Config, *statements: str) -> None:
    """Somebody with access to the database meddles."""
    connection = await asyncpg.connect(config.ledger.dsn)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


def snapshots_of(config: Config) -> Path:
    return config.state_directory / "snapshots"


async def take_snapshot(service: Service, config: Config) -> None:
    decider = service.pipeline.decider
    await write_named(config, decider.book.sequence, decider.maker.digest, to_arrays(decider.book))


async def write_named(config: Config, sequence: int, digest: bytes, arrays: NamedArrays) -> None:
    """A snapshot as the follower leaves it: on disk, and its manifest named in the database."""
    drafted = snapshot.draft(snapshots_of(config), sequence, digest, arrays, lambda: None)
    sha256 = drafted.manifest_sha256.hex()
    await execute(
        config,
        f"DELETE FROM snapshot_manifests WHERE sequence = {sequence}",  # noqa: S608 - a number
        f"INSERT INTO snapshot_manifests VALUES (1, {sequence}, '\\x{sha256}')",  # noqa: S608 - numbers
    )
    snapshot.publish(drafted)


def copied(service: Service) -> NamedArrays:
    return {name: array.copy() for name, array in to_arrays(service.pipeline.decider.book).items()}
