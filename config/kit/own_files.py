"""Files and locks that are ours: opened without following a link, and of nobody else's making.

What belongs here: opening. What never may: what a file holds.
"""

import errno
import fcntl
import os
import pwd
import stat
from pathlib import Path
from typing import IO

from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault

_IN_THE_WAY = (errno.ELOOP, errno.EISDIR, errno.ENXIO)
"""What a link, a folder and a socket answer."""


def open_own(file: Path, flags: int, *, by_us_alone: bool = False) -> IO[bytes]:
    """Opens a regular file of ours, made with 0600 where `flags` say that it may be made; 0600 afterwards in any case.

    It must belong to us, or to the owner of the folder that it stands in, or to the one user as whom the processes of a
    state directory of root's run; `by_us_alone`: to us. It has one name only: a link that somebody put there is not
    followed, and a pipe is not waited for.

    Raises: FileNotFoundError when it is not there and may not be made; ConfigFault with the file and the reason.
    """
    descriptor = _opened(file, flags & ~os.O_TRUNC)
    try:
        status = os.fstat(descriptor)
        owners = {os.geteuid()} if by_us_alone else _owners(file.parent, status.st_uid)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_uid not in owners:
            raise ConfigFault(f"{file}: not a file of this installation's own: move it away")
        if status.st_mode & 0o177 and status.st_uid == os.geteuid():
            os.fchmod(descriptor, 0o600)
        if flags & os.O_TRUNC:
            os.ftruncate(descriptor, 0)  # only now: what is not ours keeps what it holds
        writing, appending = flags & (os.O_WRONLY | os.O_RDWR), flags & os.O_APPEND
        return os.fdopen(descriptor, "ab" if appending else "wb" if writing else "rb", closefd=True)
    except BaseException:
        os.close(descriptor)
        raise


def make_way(file: Path) -> None:
    """Removes what an earlier life left under a name that is wanted: a file, a socket, a link, never a folder.

    Raises: ConfigFault with the file, the reason and the remedy.
    """
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigFault(f"{file}: {error.strerror}: move it away") from None


def put_in_place(draft: Path, file: Path) -> None:
    """Gives a finished draft its name: a reader sees all of the new content or all of the old.

    Raises: ConfigFault with the file, the reason and the remedy when a folder has that name.
    """
    try:
        draft.rename(file)
    except OSError as error:
        draft.unlink()
        raise ConfigFault(f"{file}: {error.strerror}: move it away") from None


def take_lock(file: Path, taken: str, code: ExitCode, *, by_us_alone: bool = False) -> IO[bytes]:
    """Takes a lock: it is released when the file is closed or this process ends, however it ends.

    Raises: ProcessFault with the words `taken` and `code` when another process has it; ConfigFault when the file is not
    to be used.
    """
    lock = open_own(file, os.O_RDWR | os.O_CREAT, by_us_alone=by_us_alone)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise ProcessFault(taken, code) from None
    return lock


def refuse_if_others_may_read(file: Path) -> None:
    """A private key is for its owner alone: whoever may read it can sign as its owner, and whoever could put another in
    its place can choose what a process of root's reads.

    Raises: ConfigFault with what helps; OSError when the file is not there.
    """
    refuse_replaceable(file, str(file))
    status = file.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_uid not in {0, os.geteuid()}:
        raise ConfigFault(f"{file}: not a file of our own: put the private key itself there")
    if status.st_mode & 0o077:
        remedy = f"chmod 600 {file}, and replace the key if somebody did"
        raise ConfigFault(f"{file}: others may read this private key: {remedy}")


def refuse_what_is_no_file(file: Path) -> None:
    """What others may read and somebody else may own, reached by links too, but no pipe, which would be waited for.

    Raises: ConfigFault with the file; OSError when it is not there.
    """
    if not stat.S_ISREG(file.stat().st_mode):
        raise ConfigFault(f"{file}: not a file")


def refuse_replaceable(path: Path, spoken: str) -> None:
    """For root: every folder above must be root's own, and what others may write to must be sticky, so that nobody else
    can put another thing in the place of what stands under this name. Folders that are missing are passed over.

    Raises: ConfigFault with `spoken`, the folder and the reason.
    """
    if os.geteuid() != 0:
        return
    for folder in path.absolute().parents:
        try:
            status = folder.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        if status.st_uid != 0 or stat.S_ISLNK(status.st_mode):
            raise ConfigFault(f"{spoken}: {folder} is not root's: others could put something else in its place")
        writable = status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and status.st_gid != 0)
        if writable and not status.st_mode & stat.S_ISVTX:
            raise ConfigFault(f"{spoken}: others may write to {folder}, and put something else in its place")


def of_ours(file: Path) -> Path:
    """The same name, once it is sure that it is a file that we made and nobody else can replace.

    Raises: FileNotFoundError, ConfigFault.
    """
    refuse_replaceable(file, str(file))
    open_own(file, os.O_RDONLY, by_us_alone=True).close()
    return file


def open_folder(folder: Path | str, within: int | None = None) -> int:
    """A descriptor of a folder, itself and no link, below another one if given. Raises: OSError."""
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=within)


def open_folder_named(folder: Path) -> int:
    """`open_folder`, for one that is where a person may have put something else.

    Raises: FileNotFoundError; ConfigFault with the folder, the reason and the remedy.
    """
    try:
        return open_folder(folder)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ConfigFault(f"{folder}: {error.strerror}: move it away") from None


def _owners(folder: Path, found: int) -> set[int]:
    """Whose a file in `folder` may be. One that is root's, and that a group may write to, is the state directory of a
    user who has this group for himself (config.supervise.state_folders).
    """
    status = folder.stat()
    owners = {os.geteuid(), status.st_uid}
    shared = stat.S_ISVTX | stat.S_IWGRP
    if status.st_uid == 0 and status.st_mode & (shared | stat.S_IWOTH) == shared:
        try:
            if pwd.getpwuid(found).pw_gid == status.st_gid:
                owners.add(found)
        except KeyError:
            pass
    return owners


def _opened(file: Path, flags: int) -> int:
    try:
        return _looked_up(file, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = "a link, which is not followed" if error.errno == errno.ELOOP else error.strerror
        remedy = ": move it away" if error.errno in _IN_THE_WAY else ""
        raise ConfigFault(f"{file}: {reason}{remedy}") from None


def _looked_up(file: Path, flags: int) -> int:
    """Makes a file only where there is none: kernels refuse O_CREAT on another's file in a sticky folder."""
    if not flags & os.O_CREAT or flags & os.O_EXCL:
        return os.open(file, flags, 0o600)
    try:
        return os.open(file, flags & ~os.O_CREAT)
    except FileNotFoundError:
        try:
            return os.open(file, flags | os.O_EXCL, 0o600)
        except FileExistsError:  # made by another in between
            return os.open(file, flags & ~os.O_CREAT)
