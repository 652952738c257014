"""Where a PostgreSQL server's folders are: chosen once, recorded in the state directory, removed when asked.

What belongs here: making, recording, locking and removing folders of our own. What never may: a change of a folder
that we did not make, or anything about what the folders hold.
"""

import fcntl
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import IO

import msgspec

from config.exit_codes import ExitCode, ProcessFault
from config.postgres_install import COPIES_DIRECTORY, reaches
from config.processes import Identity

LASTING_DIRECTORY = Path("/var/lib")
"""Where root's data directory goes when the server's user cannot reach the state directory."""
SOCKET_PATH_BYTES_MAX = 90
"""A Unix socket's path has 108 bytes in the kernel; `/.s.PGSQL.5432.lock` is appended to the folder."""


class Places(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `places.json` in the state directory records: where this server's folders are."""

    data: str
    sockets: str
    outside: tuple[str, ...]
    """Folders that we made outside the state directory, because the server's user or a socket path needed it.
    """
    prepared: bool


def lock_home(home: Path) -> IO[bytes]:
    """Takes the lock of a server's home; it is released when the file is closed or this process ends.

    Raises: ProcessFault when another process has it.
    """
    lock = (home / "lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise ProcessFault(f"{home}: another process runs this PostgreSQL", ExitCode.UNAVAILABLE) from None
    return lock


def choose_places(home: Path, identity: Identity | None) -> Places:
    """Makes the folders for data and sockets: in the home if the server's user reaches it, outside if not."""
    outside: list[str] = []
    near = home if reaches(home, identity) else None
    if near is None:
        near = Path(tempfile.mkdtemp(prefix="yzt-postgres-", dir=_lasting_as(home)))
        near.chmod(0o711)  # ours, just made: the server's user passes through it to the folders below
        outside.append(str(near))
    data, sockets = near / "data", near / "sockets"
    if len(bytes(sockets)) > SOCKET_PATH_BYTES_MAX:
        sockets = Path(tempfile.mkdtemp(prefix="yzt-sockets-", dir="/tmp"))
        outside.append(str(sockets))
    for folder in (data, sockets):
        make_folder(folder, identity)
    return Places(str(data), str(sockets), tuple(outside), prepared=False)


def make_folder(folder: Path, identity: Identity | None) -> None:
    """Makes a folder of the server's user alone, unless it is there.

    Raises: ProcessFault when what is there belongs to somebody else or is open to others.
    """
    owner = identity.user_id if identity else os.geteuid()
    if not folder.exists():
        folder.mkdir(mode=0o700)
    if identity is not None and folder.lstat().st_uid == os.geteuid():
        os.chown(folder, identity.user_id, identity.group_id, follow_symlinks=False)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner or status.st_mode & 0o077:
        raise ProcessFault(f"{folder} is not a folder of PostgreSQL's user alone", ExitCode.UNAVAILABLE)


def _lasting_as(home: Path) -> Path:
    """Where a data directory lives as long as the state directory: files in /var/tmp are cleaned away by age."""
    passing = any(home.is_relative_to(folder) for folder in ("/tmp", "/var/tmp"))  # noqa: S108 - compared only
    return COPIES_DIRECTORY if passing else LASTING_DIRECTORY


def recorded_places(home: Path) -> Places | None:
    """What was recorded, or None when nothing was.

    Raises: ProcessFault when the record cannot be read as one.
    """
    path = home / "places.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Places)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise ProcessFault(f"{path}: {error}", ExitCode.DATA) from None


def record_places(home: Path, places: Places) -> None:
    draft = home / "places.json.new"
    with draft.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(places), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(home / "places.json")


def remove_folders(home: Path, places: Places) -> None:
    """Deletes the folders of a cluster; only ones that we made: below home, or recorded as made outside."""
    data = Path(places.data)
    for folder in (data, data.with_name("settings"), Path(places.sockets), *map(Path, places.outside)):
        if folder.is_relative_to(home) or any(folder.is_relative_to(root) for root in places.outside):
            shutil.rmtree(folder, ignore_errors=True)
