"""The state directory: for its user alone, with everything in it.

What belongs here: making folders, whose they are and who may enter, and the one line when that cannot be put right.
What never may: what they hold.

Started by root, the directory is root's, sticky, and the group of the user as whom the processes run may write to it:
that user makes, renames and removes files of his own there, and can put nothing in the place of what is root's (the
keys, PostgreSQL's folder, the outboxes, the supervisor's lock).
"""

import grp
import os
import pwd
import re
import stat
from contextlib import suppress
from pathlib import Path

from config.kit.exit_codes import ConfigFault
from config.kit.own_files import open_folder, refuse_replaceable
from config.kit.processes import Identity
from config.postgres.install import server_identity
from config.schema import Config

ROOT = "root"
KEYS = "keys"
OUTBOXES = "outbox"
OURS = re.compile(
    r"postgres|keys|passwords|snapshots|outbox|book-\d+\.npz|gateway\.(port|mark)|effective\.toml(\.new)?"
    r"|simulated\.clock|(day|password)_desk\.outbox|.*\.(ready|ask|log|log\.\d+|lock|sock|toml|new|pem)"
)
"""Names that an installation's directory may have in it. A directory with other things in it was named by mistake: its
permissions are not ours to change.
"""
HANDED_OVER = re.compile(
    r"snapshots|book-\d+\.npz|gateway\.(port|mark)|simulated\.clock|(day|password)_desk\.outbox"
    r"|(?!supervisor\.).*\.(ready|log|log\.\d+|lock)"
)
KEPT = re.compile(r"outbox|effective\.toml|supervisor\.lock")
"""What stays root's: what root reads again, and writes without asking whose it is."""
OF_A_USER = 0o1770
OF_US = 0o700
OTHERS = 0o077
OTHERS_WRITE = 0o022


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
    if identity is not None:
        _refuse_shared_group(identity)
    if os.geteuid() == 0 and config.base and Path(config.base, config.state.directory).is_symlink():
        raise ConfigFault(f"{spoken}: named by a link: name the directory itself")
    refuse_replaceable(directory, spoken)
    _make(directory, spoken)
    try:
        descriptor = open_folder(directory)
    except OSError as error:
        raise ConfigFault(f"{directory}: {error.strerror}") from None
    try:
        _close_to_others(descriptor, directory, identity, spoken)
    finally:
        os.close(descriptor)


def _close_to_others(descriptor: int, directory: Path, identity: Identity | None, spoken: str) -> None:
    status = os.fstat(descriptor)
    if status.st_uid != os.geteuid():
        name = _name_of(status.st_uid)
        raise ConfigFault(f"{spoken}: belongs to {name}: start as {name}, or name another")
    mode, group = (OF_US, status.st_gid) if identity is None else (OF_A_USER, identity.group_id)
    if stat.S_IMODE(status.st_mode) == mode and status.st_gid == group:
        return
    if strange := [name for name in sorted(os.listdir(descriptor)) if not OURS.fullmatch(name)]:
        raise ConfigFault(f"{spoken}: holds other things ({strange[0]}): name a directory of its own")
    if status.st_mode & OTHERS_WRITE:
        remedy = f"see that all in it is this installation's own, then chmod 700 {directory}"
        raise ConfigFault(f"{spoken}: others could write to it: {remedy}")
    os.fchown(descriptor, -1, group)
    os.fchmod(descriptor, mode)


def _refuse_shared_group(identity: Identity) -> None:
    """Whoever is in the group of a state directory may make files in it."""
    with suppress(KeyError):
        members = {*grp.getgrgid(identity.group_id).gr_mem}
        members |= {entry.pw_name for entry in pwd.getpwall() if entry.pw_gid == identity.group_id}
        if others := sorted(members - {identity.name}):
            remedy = "name a user with a group of its own"
            raise ConfigFault(f"supervise.run_as: {others[0]} is in the group of {identity.name} too: {remedy}")


def make_state_folder(config: Config, name: str) -> Path:
    """Makes a folder of the state directory, and the directory, where they are missing. Returns the folder.

    Raises: ConfigFault with the folder and the reason.
    """
    make_state_directory(config)
    folder = config.state_directory / name
    _make(folder, str(folder))
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise ConfigFault(f"{folder}: not a folder of {_name_of(os.geteuid())}: move it away")
    return folder


def hand_over(config: Config) -> None:
    """Sees that all files in the state directory are for their user alone, also those that an earlier version, or an
    earlier start by root, made otherwise. Links are not followed, and a file with a second name is left as it is.
    """
    identity = runs_as(config)
    state = open_folder(config.state_directory)
    try:
        for name in os.listdir(state):
            if HANDED_OVER.fullmatch(name):
                _hand_over(name, state, identity)
            elif KEPT.fullmatch(name):
                _hand_over(name, state, None)
        if identity is not None:
            with suppress(OSError):
                _open_keys(open_folder(KEYS, state))
    finally:
        os.close(state)


def _open_keys(keys: int) -> None:
    """The ledger reads the public key of the bank's seat there."""
    try:
        if os.fstat(keys).st_uid == os.geteuid():
            os.fchmod(keys, 0o711)
    finally:
        os.close(keys)


def _hand_over(name: str, within: int, identity: Identity | None) -> None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with suppress(OSError):  # a socket, a link, or gone since
        descriptor = os.open(name, flags, dir_fd=within)
        try:
            status = os.fstat(descriptor)
            is_folder = stat.S_ISDIR(status.st_mode)
            if not is_folder and (not stat.S_ISREG(status.st_mode) or status.st_nlink != 1):
                return
            for below in os.listdir(descriptor) if is_folder else ():
                _hand_over(below, descriptor, identity)
            if status.st_mode & OTHERS:
                os.fchmod(descriptor, 0o700 if is_folder else 0o600)
            if identity is not None and status.st_uid == 0:
                os.fchown(descriptor, identity.user_id, identity.group_id)
        finally:
            os.close(descriptor)


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
