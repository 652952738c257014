"""Making the state directory and the folders in it.

What belongs here: making folders, and the one line when that cannot be done. What never may: what they hold.
"""

from pathlib import Path

from config.exit_codes import ConfigFault
from config.schema import Config


def make_state_directory(config: Config) -> None:
    """Makes the state directory where it is missing.

    Raises: ConfigFault with the directory and the reason.
    """
    _make(config.state_directory, f"state.directory {config.state_directory}")


def make_state_folder(config: Config, name: str) -> Path:
    """Makes a folder of the state directory, and the directory, where they are missing. Returns the folder.

    Raises: ConfigFault with the folder and the reason.
    """
    make_state_directory(config)
    folder = config.state_directory / name
    _make(folder, str(folder))
    return folder


def _make(folder: Path, spoken: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigFault(f"{spoken}: cannot be made: {error.strerror}") from None
