"""PostgreSQL's own programs that copy a database and put the copy back: those of the wheel, whatever server it is of.

Belongs here: how they are called, what they say. Never here: which folder (making, restoring), what is in the tables.
"""

import time
from collections.abc import Callable
from pathlib import Path
from signal import SIGKILL
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from config.kit.exit_codes import ExitCode, ProcessFault, StopAsked
from config.kit.processes import PROGRESS_EVERY_NS, Progress, guarded, run_alone
from config.kit.stop_request import THIS_PROCESS
from config.postgres.install import installed_tree
from config.postgres.server import ENVIRONMENT

LOCK_WAIT = "10s"
"""How long copying waits for a table that somebody is altering."""
AT_ONCE = 1_000
"""Tables and other things that one transaction makes: each has a lock, and of locks a server has only so many."""


class Heard:
    """Says every two seconds how far something has come."""

    def __init__(self, what: str, progress: Progress) -> None:
        """`what` is such as `copied`, and is followed by how much."""
        self._what = what
        self._progress = progress
        self._next_ns = time.monotonic_ns() + PROGRESS_EVERY_NS

    def __call__(self, count_bytes: int) -> None:
        now_ns = time.monotonic_ns()
        if now_ns >= self._next_ns:
            self._next_ns = now_ns + PROGRESS_EVERY_NS
            self._progress(f"backup: {count_bytes / 1e6:,.1f} MB {self._what}")


def copy_database(dsn: str, schema: str, snapshot: str, file: Path, progress: Progress) -> None:
    """Writes the schema's tables as they are in a snapshot that a transaction holds, into a file for us alone.

    Raises: ProcessFault with the program's own words; StopAsked.
    """
    file.touch(mode=0o600, exist_ok=False)
    heard = Heard("copied", progress)

    def stopping() -> bool:
        heard(file.stat().st_size)
        return THIS_PROCESS.asked

    options = ["--format=custom", "--compress=gzip:1", "--no-owner", "--no-privileges", "--no-password"]
    which = [f"--schema={_exactly(schema)}", f"--snapshot={snapshot}", f"--lock-wait-timeout={LOCK_WAIT}"]
    _run("pg_dump", [*options, *which, f"--file={file}"], dsn, stopping)


def restore_database(dsn: str, schema: str, file: Path, progress: Progress) -> None:
    """Puts a copy into a database whose schema of that name is empty.

    Raises: ProcessFault with the program's own words; StopAsked. What was put there until then stays.
    """
    since_ns = next_ns = time.monotonic_ns()

    def stopping() -> bool:
        nonlocal next_ns
        now_ns = time.monotonic_ns()
        if now_ns - next_ns >= PROGRESS_EVERY_NS:
            next_ns = now_ns
            progress(f"backup: restoring ({(now_ns - since_ns) // 1_000_000_000} s)")
        return THIS_PROCESS.asked

    options = ["--no-owner", "--no-privileges", "--no-password", f"--transaction-size={AT_ONCE}"]
    _run("pg_restore", [*options, f"--schema={schema}", str(file)], dsn, stopping)


def _run(program: str, options: list[str], dsn: str, stopping: Callable[[], bool]) -> None:
    where, password = without_password(dsn)
    environment = dict(ENVIRONMENT) | ({} if password is None else {"PGPASSWORD": password})
    path = installed_tree() / "bin" / program
    command = [str(path), f"--dbname={where}", *options]
    code, said = run_alone(guarded(command, SIGKILL, None), "", environment, stopping)
    if code is None:
        raise StopAsked(f"{program} was stopped")
    if code != 0:
        raise ProcessFault(f"{program} failed: {_reason(said, code)}", ExitCode.UNAVAILABLE)


def _reason(said: str, code: int) -> str:
    """In one line: the first fault and what explains it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    faults = [line for line in lines if "error:" in line or "FATAL" in line or "ERROR" in line][:1]
    details = [line for line in lines if "detail:" in line][:1]
    return "; ".join(faults + details or lines[-1:]) or f"status {code}"


def without_password(dsn: str) -> tuple[str, str | None]:
    """A DSN as anybody may see it on a command line, and the password that stood in it."""
    parts = urlsplit(dsn)
    login, at, place = parts.netloc.rpartition("@")
    user, colon, written = login.partition(":")
    options = parse_qsl(parts.query, keep_blank_values=True)
    named = [value for name, value in options if name == "password"]
    rest = urlencode([pair for pair in options if pair[0] != "password"], safe="/", quote_via=quote)
    password = named[-1] if named else unquote(written) if colon else None
    return f"{parts.scheme}://{user}{at}{place}{parts.path}{'?' if rest else ''}{rest}", password


def _exactly(name: str) -> str:
    """A name that is no pattern."""
    return '"' + name.replace('"', '""') + '"'
