"""The newest roll that the read model of this installation has hashed the state behind.

Belongs here: asking once. Never here: signing it.
"""

import asyncio

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.own_files import of_ours
from config.schema import Config, load
from ledger.database.connections import connect
from protocol.messages.control import ConfirmRoll

_ASKED = "SELECT trade_date, sequence, state_layout, digest FROM rolls ORDER BY sequence DESC LIMIT 1"


def newest_roll(config: Config) -> ConfirmRoll:
    """Raises ProcessFault UNAVAILABLE when it cannot be asked from here, or there was none yet."""
    try:
        dsn = config.ledger.dsn or load(of_ours(config.state_directory / "effective.toml")).ledger.dsn
        found = asyncio.run(_asked(dsn))
    except (ProcessFault, OSError) as error:
        raise ProcessFault(f"day run confirm-roll: {error}", ExitCode.UNAVAILABLE) from None
    if found is None:
        raise ProcessFault("day run confirm-roll: the read model has no roll yet", ExitCode.UNAVAILABLE)
    return found


async def _asked(dsn: str) -> ConfirmRoll | None:
    connection = await connect(dsn, "day run asks")
    try:
        row = await connection.fetchrow(_ASKED)
        return None if row is None else ConfirmRoll(*row)
    finally:
        await connection.close()
