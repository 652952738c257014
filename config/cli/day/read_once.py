"""One row of the read model of this installation, asked for by itself.

Belongs here: asking once. Never here: what is asked, and what becomes of it (rolls, ending).
"""

import asyncpg

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.own_files import of_ours
from config.schema import Config, load
from ledger.database.connections import DATABASE_FAULTS, connect
from ledger.database.until_asked import run_until_asked


def first_row(config: Config, step: str, statement: str, *values: int) -> asyncpg.Record | None:
    """What a statement finds first. Raises ProcessFault UNAVAILABLE, which names the step, when it cannot be asked."""
    try:
        dsn = config.ledger.dsn or load(of_ours(config.state_directory / "effective.toml")).ledger.dsn
        return run_until_asked(_asked(dsn, statement, *values))
    except (ProcessFault, OSError, *DATABASE_FAULTS) as error:
        raise ProcessFault(f"day run {step}: {error}", ExitCode.UNAVAILABLE) from None


async def _asked(dsn: str, statement: str, *values: int) -> asyncpg.Record | None:
    connection = await connect(dsn, "day run asks")
    try:
        return await connection.fetchrow(statement, *values)
    finally:
        await connection.close()
