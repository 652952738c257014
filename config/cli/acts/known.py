"""What the read model of this installation knows for who writes an act: the bank's 16 digits, the author's last serial.

Belongs here: asking once. Never here: writing the act.
"""

from typing import NamedTuple

import asyncpg

from config.cli.books.read_model import asked
from config.kit.exit_codes import ExitCode, ProcessFault
from config.schema import Config

_ASKED = """
SELECT (SELECT bank FROM bank_as_of) AS bank,
       coalesce((SELECT last_serial FROM bank_persons WHERE person = $1), 0) AS last_serial
"""


class Known(NamedTuple):
    """As the read model has it."""

    bank: str
    last_serial: int


def known_of(config: Config, author: int) -> Known:
    """Raises ProcessFault UNAVAILABLE when it cannot be asked from here: then both are to be given."""

    async def read(connection: asyncpg.Connection, _as_of: int) -> asyncpg.Record | None:
        return await connection.fetchrow(_ASKED, author)

    give = "act write: give --bank and --serial"
    try:
        found = asked(config, give, read)
    except ProcessFault as fault:
        raise ProcessFault(f"{give}: {str(fault).removeprefix(f'{give}: ')}", ExitCode.UNAVAILABLE) from None
    if found is None or found["bank"] is None:
        raise ProcessFault(f"{give}: the read model has no row yet", ExitCode.UNAVAILABLE)
    return Known(*found)
