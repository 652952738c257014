"""Rolls that the read model of this installation has hashed the state behind: the newest, and that to a date.

Belongs here: asking once. Never here: signing it.
"""

import asyncio

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.own_files import of_ours
from config.schema import Config, load
from ledger.database.connections import connect
from protocol.messages.control import ConfirmRoll

_NEWEST = "SELECT trade_date, sequence, state_layout, digest FROM rolls ORDER BY sequence DESC LIMIT 1"
_OF_DATE = "SELECT trade_date, sequence, state_layout, digest FROM rolls WHERE trade_date = $1"


def newest_roll(config: Config) -> ConfirmRoll:
    """Raises ProcessFault UNAVAILABLE when it cannot be asked from here, or there was none yet."""
    found = _found(config, _NEWEST)
    if found is None:
        raise ProcessFault("day run confirm-roll: the read model has no roll yet", ExitCode.UNAVAILABLE)
    return found


def roll_to(config: Config, trade_date: int) -> ConfirmRoll | None:
    """The roll to a trade date; None while the read model has none. Raises ProcessFault UNAVAILABLE."""
    return _found(config, _OF_DATE, trade_date)


def _found(config: Config, statement: str, *values: int) -> ConfirmRoll | None:
    try:
        dsn = config.ledger.dsn or load(of_ours(config.state_directory / "effective.toml")).ledger.dsn
        return asyncio.run(_asked(dsn, statement, *values))
    except (ProcessFault, OSError) as error:
        raise ProcessFault(f"day run confirm-roll: {error}", ExitCode.UNAVAILABLE) from None


async def _asked(dsn: str, statement: str, *values: int) -> ConfirmRoll | None:
    connection = await connect(dsn, "day run asks")
    try:
        row = await connection.fetchrow(statement, *values)
        return None if row is None else ConfirmRoll(*row)
    finally:
        await connection.close()
