"""The state directory: for its user alone, with everything in it.

What belongs here: making folders, whose they are and who may enter, and the one line when that cannot be put right.
What never may: what they hold.

Started by root, everything in it belongs to the user as whom the processes run, but the keys, which are read before a
process becomes that user, and PostgreSQL's folder, which sees to itself.
"""

import os
import pwd
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from config.exit_codes import ConfigFault
from config.postgres_install import server_identity
from config.processes import Identity
from config.schema import Config

ROOT: Final = "root"
KEYS: Final = "keys"
OURS: Final = re.compile(
    r"postgres|keys|snapshots|outbox|book-\d+\.npz|gateway\.(port|mark)|effective\.toml(\.new)?"
    r"|.*\.(ready|ask|log|log\.\d+|lock|sock|toml|new|pem)"
)
"""Names that an installation's directory may have in it. A directory with other things in it was named by mistake: its
permissions are not ours to change.
"""
HANDED_OVER: Final = re.compile(
    r"snapshots|outbox|book-\d+\.npz|gateway\.(port|mark)|effective\.toml|.*\.(ready|log|log\.\d+|lock)"
)
OTHERS: Final = 0o077
OTHERS_WRITE: Final = 0o022


def runs_as(config: Config) -> Identity | None:
    """As whom the processes of this installation run, when that is not who asks.

    Raises: ConfigFault when there is no such user, or it is not for us to become it.
    """
    run_as = config.supervise.run_as
    nobody_else = run_as == ROOT if os.geteuid() == 0 else not run_as
    return None if nobody_else else server_identity(run_as)


def make_state_directory(config: Config) -> None:
    """Makes the state directory where it is missing, for the user as whom the processes run; closes one that others can
    enter.

    Raises: ConfigFault with the directory and the reason, when it cannot be made, is somebody else's, was open for
    others to write, or is no directory of this installation's own.
    """
    directory, identity = config.state_directory, runs_as(config)
    spoken = f"state.directory {directory}"
    _make(directory, spoken)
    status = directory.stat()
    owner = identity.user_id if identity is not None else os.geteuid()
    if status.st_uid not in {os.geteuid(), owner}:
        name = _name_of(status.st_uid)
        raise ConfigFault(f"{spoken}: belongs to {name}: start as {name}, or set supervise.run_as, or name another")
    if status.st_uid == owner and not status.st_mode & OTHERS:
        return
    if strange := [name for name in sorted(os.listdir(directory)) if not OURS.fullmatch(name)]:
        raise ConfigFault(f"{spoken}: holds other things ({strange[0]}): name a directory of its own")
    if status.st_mode & OTHERS_WRITE:
        remedy = f"see that all in it is this installation's own, then chmod 700 {directory}"
        raise ConfigFault(f"{spoken}: others could write to it: {remedy}")
    directory.chmod(0o700)
    if identity is not None and status.st_uid != owner:
        os.chown(directory, identity.user_id, identity.group_id)


def make_state_folder(config: Config, name: str) -> Path:
    """Makes a folder of the state directory, and the directory, where they are missing. Returns the folder.

    Raises: ConfigFault with the folder and the reason.
    """
    folder = config.state_directory / name
    if not folder.is_dir():
        make_state_directory(config)
    _make(folder, str(folder))
    return folder


def hand_over(config: Config) -> None:
    """Sees that all files in the state directory are for its user alone, also those that an earlier version, or an
    earlier start by root, made otherwise. Links are not followed, and a file with a second name is left as it is.
    """
    identity = runs_as(config)
    for entry in os.scandir(config.state_directory):
        if HANDED_OVER.fullmatch(entry.name):
            _hand_over(Path(entry.path), identity)
    keys = config.state_directory / KEYS
    if identity is not None and keys.is_dir() and not keys.is_symlink():
        keys.chmod(0o711)  # the ledger reads the public key of the bank's seat there


def _hand_over(path: Path, identity: Identity | None) -> None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with suppress(OSError):  # a socket, a link, or gone since
        descriptor = os.open(path, flags)
        try:
            status = os.fstat(descriptor)
            is_folder = stat.S_ISDIR(status.st_mode)
            if not is_folder and (not stat.S_ISREG(status.st_mode) or status.st_nlink != 1):
                return
            if status.st_mode & OTHERS:
                os.fchmod(descriptor, 0o700 if is_folder else 0o600)
            if identity is not None and status.st_uid == 0:
                os.fchown(descriptor, identity.user_id, identity.group_id)
        finally:
            os.close(descriptor)
        for name in os.listdir(path) if is_folder else ():
            _hand_over(path / name, identity)


def _name_of(user_id: int) -> str:
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"user {user_id}"


def _make(folder: Path, spoken: str) -> None:
    """Folders above are made as everybody makes them; only the folder itself is closed."""
    if folder.is_dir():
        return
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        if not missing:
            folder.mkdir()  # something else is there: says so
        for parent in reversed(missing):
            parent.mkdir(exist_ok=True)
            parent.chmod(0o700 if parent == folder else 0o755)
    except OSError as error:
        raise ConfigFault(f"{spoken}: cannot be made: {error.strerror}") from None
