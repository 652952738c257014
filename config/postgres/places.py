"""Where a PostgreSQL server's folders are: chosen once, recorded in the state directory, removed when asked.

What belongs here: making, recording, locking and removing folders of our own. What never may: a change of a folder
that we did not make, or anything about what the folders hold.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.own_files import make_way, open_folder, open_own, put_in_place, refuse_replaceable, take_lock
from config.kit.processes import Identity
from config.postgres.install import reaches

LASTING_DIRECTORY = Path("/var/lib")
"""Where root's data directory goes when the server's user cannot reach the state directory."""
PASSING_DIRECTORY = Path("/var/tmp")  # noqa: S108 - folders are made there with mkdtemp
"""The same for a state directory that itself lies where files are cleaned away by age."""
MEMORY_DIRECTORY = Path("/dev/shm")  # noqa: S108 - folders are made there with mkdtemp
"""The same for a state directory that itself lies in memory."""
OUTSIDE_DIRECTORIES = (LASTING_DIRECTORY, PASSING_DIRECTORY, MEMORY_DIRECTORY)
OUTSIDE_PATTERNS = ("yzt-postgres-", "yzt-sockets-")
"""How the folders that we make outside begin: nothing else is ever deleted there, whatever a record says."""
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


def make_home(state_directory: Path) -> Path:
    """Makes `<state>/postgres`: ours alone to write, open to the server's user for passing through. Returns it.

    Raises: ProcessFault when it cannot be made, or what is there is not ours.
    """
    home = state_directory.resolve() / "postgres"
    refuse_replaceable(home, str(home))
    ours = ConfigFault(f"{home} is not a folder of ours: move it away")
    try:
        home.mkdir(parents=True, exist_ok=True)
        descriptor = open_folder(home)
        try:
            if os.fstat(descriptor).st_uid != os.geteuid():
                raise ours
            os.fchmod(descriptor, 0o711)
        finally:
            os.close(descriptor)
    except (NotADirectoryError, FileExistsError):
        raise ours from None
    except OSError as error:
        raise ProcessFault(f"{home}: {error.strerror}", ExitCode.UNAVAILABLE) from None
    return home


def lock_home(home: Path) -> IO[bytes]:
    """Takes the lock of a server's home; it is released when the file is closed or this process ends.

    Raises: ProcessFault when another process has it.
    """
    return take_lock(home / "lock", f"{home}: another process runs this PostgreSQL", ExitCode.UNAVAILABLE)


def choose_places(home: Path, identity: Identity | None) -> Places:
    """Makes the folders for data and sockets: in the home if the server's user reaches it, outside if not."""
    outside: list[str] = []
    near = home if reaches(home, identity) else None
    if near is None:
        near = Path(tempfile.mkdtemp(prefix="yzt-postgres-", dir=_lasting_as(home)))
        near.chmod(0o711)  # ours, just made: the server's user passes through it to the folders below
        (near / "made-for").write_text(f"{home}\n", encoding="utf-8")
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

    Raises: ConfigFault when what is there belongs to somebody else or is open to others.
    """
    owner = identity.user_id if identity else os.geteuid()
    strange = ConfigFault(f"{folder} is not a folder of PostgreSQL's user alone: move it away")
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    try:
        descriptor = open_folder(folder)
    except OSError:
        raise strange from None
    try:
        if identity is not None and os.fstat(descriptor).st_uid == os.geteuid():
            os.fchown(descriptor, identity.user_id, identity.group_id)
        status = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if status.st_uid != owner or status.st_mode & 0o077:
        raise strange


def _lasting_as(home: Path) -> Path:
    """Where a data directory lives as long as the state directory: files in /var/tmp are cleaned away by age, those in
    memory are gone after a reboot.
    """
    if home.is_relative_to(MEMORY_DIRECTORY):
        return MEMORY_DIRECTORY
    passing = any(home.is_relative_to(folder) for folder in ("/tmp", "/var/tmp"))  # noqa: S108 - compared only
    return PASSING_DIRECTORY if passing else LASTING_DIRECTORY


def recorded_places(home: Path) -> Places | None:
    """What was recorded, or None when nothing was.

    Raises: ProcessFault when the record cannot be read as one, or somebody else has written it.
    """
    path = home / "places.json"
    try:
        with open_own(path, os.O_RDONLY) as file:
            return msgspec.json.decode(file.read(), type=Places)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise ProcessFault(f"{path}: {error}", ExitCode.DATA) from None


def record_places(home: Path, places: Places) -> None:
    draft = home / "places.json.new"
    make_way(draft)
    with open_own(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:
        file.write(msgspec.json.format(msgspec.json.encode(places), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    put_in_place(draft, home / "places.json")


def folders_of(home: Path, places: Places) -> list[Path]:
    """The folders of a cluster that we made and may delete: below home, or outside under a name of ours."""
    outside = [folder for folder in map(Path, places.outside) if folder.name.startswith(OUTSIDE_PATTERNS)]
    data = Path(places.data)
    inside = [data, data.with_name("settings"), data.with_name("programs"), Path(places.sockets)]
    return [folder for folder in inside if folder.is_relative_to(home)] + outside


def remove_folders(home: Path, places: Places) -> None:
    """Deletes the folders of a cluster.

    Raises: ProcessFault naming what is left.
    """
    left = []
    for folder in folders_of(home, places):
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            left.append(str(folder))
    if left:
        raise ProcessFault(f"cannot be removed: {', '.join(left)}", ExitCode.UNAVAILABLE)
