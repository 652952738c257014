"""One row of the read model of this installation, asked for by itself.

Belongs here: asking once. Never here: what is asked, and what becomes of it (rolls, ending).
"""

import asyncpg

from config.cli.books.read_model import asked
from config.kit.exit_codes import ExitCode, ProcessFault
from config.schema import Config


def first_row(config: Config, step: str, statement: str, *values: int) -> asyncpg.Record | None:
    """What a statement finds first. Raises ProcessFault UNAVAILABLE, which names the step, when it cannot be asked."""

    async def read(connection: asyncpg.Connection, _as_of: int) -> asyncpg.Record | None:
        return await connection.fetchrow(statement, *values)

    command = f"day run {step}"
    try:
        return asked(config, command, read)
    except ProcessFault as fault:
        said = str(fault).removeprefix(f"{command}: ")
        raise ProcessFault(f"{command}: {said}", ExitCode.UNAVAILABLE) from None
