"""Rolls that the read model of this installation has hashed the state behind: the newest, and that to a date.

Belongs here: which one is meant. Never here: asking (read_once), signing it.
"""

from config.cli.day.read_once import first_row
from config.kit.exit_codes import ExitCode, ProcessFault
from config.schema import Config
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
    row = first_row(config, "confirm-roll", statement, *values)
    return None if row is None else ConfirmRoll(*row)
