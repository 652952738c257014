"""The journal of an installation, for programs that read it from outside the ledger, beside one that serves or not.

Belongs here: which server has it, and starting that for the while where nothing runs. Never here: what is read.
"""

import asyncio
import contextlib
from collections.abc import Iterator

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.own_files import of_ours
from config.postgres.server import EmbeddedPostgres
from config.schema import Config, load
from config.supervise.supervisor import EFFECTIVE_FILE
from ledger.database.connections import connect


@contextlib.contextmanager
def journal_dsn(config: Config) -> Iterator[str]:
    """How to reach the journal: the named server, the embedded one that runs, or that one started for the while.

    Raises: ProcessFault when there is none, or it cannot be started.
    """
    if config.ledger.dsn:
        yield config.ledger.dsn
        return
    effective = config.state_directory / EFFECTIVE_FILE
    if effective.exists() and asyncio.run(_answers(dsn := load(of_ours(effective)).ledger.dsn)):
        yield dsn
        return
    if not (config.state_directory / "postgres").exists():
        raise ProcessFault(f"{config.state_directory}: there is no journal here", ExitCode.UNAVAILABLE)
    server = EmbeddedPostgres.prepare(config.state_directory, user=config.supervise.run_as)
    try:
        server.start()
        yield server.dsn
    finally:
        server.stop()


async def _answers(dsn: str) -> bool:
    try:
        connection = await connect(dsn, "reads")
    except ProcessFault:
        return False
    await connection.close()
    return True
