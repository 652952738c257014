"""TOML files that people made: read whole, and one line for what is wrong with one.

What belongs here: from a file to tables of plain values, and where in them a check failed. What never may: what the
values mean (config.schema, gateway.day.planning.overrides).
"""

import io
import tomllib
from pathlib import Path

from config.kit.exit_codes import ConfigFault
from config.text_files import NotText, text_lines

FILE_BYTES_MAX = 1 << 20


def read_toml(file: Path) -> dict[str, object]:
    """The tables of a TOML file. Raises: ConfigFault with one line: file, place, reason."""
    try:
        with file.open("rb") as stream:
            content = stream.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise ConfigFault(f"{file}: {error.strerror}") from None
    if len(content) > FILE_BYTES_MAX:
        raise ConfigFault(f"{file}: larger than {FILE_BYTES_MAX} bytes")
    try:
        return tomllib.loads("".join(text_lines(io.BytesIO(content))))
    except NotText as error:
        raise ConfigFault(f"{file}:{error.line_no}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigFault(f"{file}: {error}") from None
    except RecursionError:
        raise ConfigFault(f"{file}: arrays or tables are nested too deeply") from None


def located(message: str) -> str:
    """Turns what a check says, `reason - at `$.a.b``, into `a.b: reason`."""
    reason, separator, place = message.partition(" - at `")
    key = place.rstrip("`").removeprefix("$").removeprefix(".")
    return f"{key}: {reason}" if separator and key else reason
