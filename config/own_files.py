"""Files and locks that are ours: opened without following a link, and of nobody else's making.

What belongs here: opening. What never may: what a file holds.
"""

import errno
import fcntl
import os
import stat
from pathlib import Path
from typing import IO, Final

from config.exit_codes import ConfigFault, ExitCode, ProcessFault

_IN_THE_WAY: Final = (errno.ELOOP, errno.EISDIR, errno.ENXIO)
"""What a link, a folder and a socket answer."""


def open_own(file: Path, flags: int) -> IO[bytes]:
    """Opens a regular file of ours, made with 0600 where `flags` say that it may be made; 0600 afterwards in any case.

    It must belong to us, or to the owner of the folder that it stands in, and have one name only: a link that somebody
    put there is not followed.

    Raises: FileNotFoundError when it is not there and may not be made; ConfigFault with the file and the reason.
    """
    descriptor = _opened(file, flags)
    try:
        status = os.fstat(descriptor)
        owners = {os.geteuid(), file.parent.stat().st_uid}
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_uid not in owners:
            raise ConfigFault(f"{file}: not a file of this installation's own: move it away")
        if status.st_mode & 0o177 and status.st_uid == os.geteuid():
            os.fchmod(descriptor, 0o600)
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


def take_lock(file: Path, taken: str, code: ExitCode) -> IO[bytes]:
    """Takes a lock: it is released when the file is closed or this process ends, however it ends.

    Raises: ProcessFault with the words `taken` and `code` when another process has it; ConfigFault when the file is not
    to be used.
    """
    lock = open_own(file, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise ProcessFault(taken, code) from None
    return lock


def refuse_if_others_may_read(file: Path) -> None:
    """A private key is for its owner alone: whoever may read it can sign as its owner.

    Raises: ConfigFault with what helps; OSError when the file is not there.
    """
    if file.stat().st_mode & 0o077:
        remedy = f"chmod 600 {file}, and replace the key if somebody did"
        raise ConfigFault(f"{file}: others may read this private key: {remedy}")


def _opened(file: Path, flags: int) -> int:
    try:
        return os.open(file, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = "a link, which is not followed" if error.errno == errno.ELOOP else error.strerror
        remedy = ": move it away" if error.errno in _IN_THE_WAY else ""
        raise ConfigFault(f"{file}: {reason}{remedy}") from None
