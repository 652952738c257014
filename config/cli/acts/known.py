"""What the read model of this installation knows for who writes an act: the bank's 16 digits, the author's last serial.

Belongs here: asking once. Never here: writing the act.
"""

from typing import NamedTuple

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.own_files import of_ours
from config.schema import Config, load
from ledger.database.connections import connect
from ledger.database.until_asked import run_until_asked

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
    try:
        dsn = config.ledger.dsn or load(of_ours(config.state_directory / "effective.toml")).ledger.dsn
        found = run_until_asked(_asked(dsn, author))
    except (ProcessFault, OSError) as error:
        raise ProcessFault(f"act write: give --bank and --serial: {error}", ExitCode.UNAVAILABLE) from None
    if found is None or found.bank is None:
        raise ProcessFault("act write: give --bank and --serial: the read model has no row yet", ExitCode.UNAVAILABLE)
    return found


async def _asked(dsn: str, author: int) -> Known | None:
    connection = await connect(dsn, "act write asks")
    try:
        row = await connection.fetchrow(_ASKED, author)
        return None if row is None else Known(*row)
    finally:
        await connection.close()
