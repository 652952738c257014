"""The option `--declared`: when the exchange's data reached the sender.

Belongs here: text to a second. Never here: what follows from it.
"""

from datetime import datetime

from config.kit.exit_codes import ExitCode, ProcessFault


def declared_second(command: str, text: str) -> int:
    """Whole seconds since 1970. Raises ProcessFault USAGE for what is no time with a zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        line = f"{command}: --declared is no time such as 2026-01-05T15:30:00+08:00"
        raise ProcessFault(line, ExitCode.USAGE) from None
    if moment.tzinfo is None:
        raise ProcessFault(f"{command}: --declared names no time zone", ExitCode.USAGE)
    return max(0, int(moment.timestamp()))
