"""The password desk's secrets as they lie in a folder: the pepper, and the keys of boxes by their numbers.

Belongs here: making and finding them. Never here: files of keys as such (gateway.identity.key_files), what they are
used for (gateway.passwords).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.kit.exit_codes import ConfigFault
from gateway.identity.key_files import Unsealing, read_secret, read_unsealing, write_secret, write_unsealing_key
from gateway.passwords.checking import PEPPER_BYTES
from protocol.limits import BOX_KEYS_MAX

PEPPER_FILE = "pepper.key"
_BOXES = re.compile(r"boxes-([1-9][0-9]{0,8})\.pem")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the desk alone has."""

    pepper: bytearray
    unsealings: Mapping[int, Unsealing]  # by number

    @classmethod
    def of_folder(cls, folder: Path) -> "Secrets":
        """The pepper and every key of boxes in a folder that `make` filled. Raises ConfigFault with what is wrong."""
        try:
            names = sorted(file.name for file in folder.iterdir())
        except OSError as error:
            raise ConfigFault(f"password_desk.secrets: {folder}: {error.strerror}") from None
        numbered = {int(found[1]): folder / name for name in names if (found := _BOXES.fullmatch(name))}
        if not numbered:
            raise ConfigFault(f"password_desk.secrets: {folder}: no boxes-N.pem; `yzt passwords keygen` makes one")
        if len(numbered) > BOX_KEYS_MAX:
            raise ConfigFault(f"password_desk.secrets: {folder}: more than {BOX_KEYS_MAX} keys: destroy old ones")
        pepper = read_secret(folder / PEPPER_FILE, PEPPER_BYTES)
        return cls(pepper, {number: read_unsealing(file) for number, file in numbered.items()})


def make(folder: Path, number: int) -> list[Path]:
    """A key of boxes under a number; the pepper, where there is none yet. Returns the files.

    Raises ConfigFault for a key that is there already, or a file that cannot be written.
    """
    file = folder / f"boxes-{number}.pem"
    made = [file, write_unsealing_key(file)]
    if not (folder / PEPPER_FILE).exists():
        write_secret(folder / PEPPER_FILE, PEPPER_BYTES)
        made.append(folder / PEPPER_FILE)
    return made
