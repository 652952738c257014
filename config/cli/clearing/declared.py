"""The option `--declared`: when the exchange's data reached the sender.

Belongs here: text to a second. Never here: what follows from it.
"""

from datetime import UTC, datetime

from config.kit.exit_codes import ExitCode, ProcessFault


def declared_second(command: str, text: str, now_s: int) -> int:
    """Whole seconds since 1970. Raises ProcessFault USAGE for what is no time with a zone, or later than `now_s`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        line = f"{command}: --declared is no time such as 2026-01-05T15:30:00+08:00"
        raise ProcessFault(line, ExitCode.USAGE) from None
    if moment.tzinfo is None:
        raise ProcessFault(f"{command}: --declared names no time zone", ExitCode.USAGE)
    if moment.timestamp() > now_s:
        now = datetime.fromtimestamp(now_s, UTC).isoformat()
        line = f"{command}: --declared is {moment.isoformat()}, later than now, {now}: the data cannot be there"
        raise ProcessFault(line, ExitCode.USAGE)
    return max(0, int(moment.timestamp()))
