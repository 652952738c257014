"""Starting and looking at processes: children that die with us, and questions to /proc.

What belongs here: what config.postgres.server and config.supervise.supervisor share about Linux processes. What never
may: knowledge of which processes there are.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import IO

import msgspec

from config.kit import shared_memory
from config.kit.exit_codes import ConfigFault
from config.kit.own_files import open_own

Progress = Callable[[str], None]
"""Takes one line of progress for a person to read."""

PROGRESS_EVERY_NS = 2_000_000_000
POLL_SECONDS = 0.02
LOG_TAIL_BYTES = 4_096
LEVEL_NAMES = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})

_EXEC_GUARD = Path(__file__).with_name("exec_guard.py")

# A death signal follows the *thread* that forked, not the process. One thread that lives as long as this
# process does all the forking, so that a caller's short-lived worker thread takes no child with it.
_FORKING_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fork")


@dataclass(frozen=True, slots=True)
class Identity:
    """An operating-system user: its number, its group and its name as `peer` authentication sees it."""

    user_id: int
    group_id: int
    name: str


def print_progress(line: str) -> None:
    """Writes one line of progress to stderr; where nobody can take it, that keeps nothing from going on."""
    with suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)


def guarded(command: Sequence[str], death_signal: Signals, identity: Identity | None) -> list[str]:
    """Wraps a command so that it gets `death_signal` when this process dies, and runs as `identity` if
    given.
    """
    user_id, group_id = (identity.user_id, identity.group_id) if identity else (-1, -1)
    head = [sys.executable, "-I", "-S", str(_EXEC_GUARD), str(os.getpid()), str(int(death_signal))]
    return [*head, str(user_id), str(group_id), *command]


def spawn(
    command: Sequence[str],
    *,
    death_signal: Signals,
    output: IO[bytes],
    environment: Mapping[str, str],
    identity: Identity | None = None,
    directory: Path = Path("/"),
    handed: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Starts a child in a session of its own, its stdout and stderr appended to `output`, its stdin empty.
    The descriptors `handed` are open in it under the same numbers.
    """

    def fork() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            guarded(command, death_signal, identity),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment),
            cwd=directory,
            pass_fds=tuple(handed),
            start_new_session=True,  # a terminal's Ctrl-C reaches the supervisor alone, which stops in order
        )

    return _FORKING_THREAD.submit(fork).result()


def run_alone(
    command: Sequence[str], text: str, environment: Mapping[str, str], stopping: Callable[[], bool]
) -> tuple[int | None, str]:
    """Runs a program to its end in a session of its own, `text` on its stdin: a terminal's Ctrl-C is for us alone.

    Returns: its status, None when `stopping` said so first (it and all that it started are then killed and gone), and
    what it wrote to stderr.
    """
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env=dict(environment),
        start_new_session=True,
    ) as process:
        pending: str | None = text
        while True:
            try:
                _, said = process.communicate(pending, timeout=POLL_SECONDS)
            except subprocess.TimeoutExpired:
                pending = None
            else:
                return process.returncode, said
            if stopping():
                _kill_session(process)
                return None, ""


def _kill_session(process: subprocess.Popen[str]) -> None:
    mapped = None
    while members := [number for number in _all_processes() if _session_of(number) == process.pid]:
        mapped = mapped or shared_memory.mapped_by(members)
        for number in members:
            signal_quietly(number, Signals.SIGKILL)
        process.poll()
        time.sleep(POLL_SECONDS)
    if mapped is not None:
        shared_memory.remove(mapped)


def _all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _session_of(process_id: int) -> int | None:
    """The session of a living process; None of one that is gone or a zombie."""
    fields = _stat_fields(process_id)
    return int(fields[3]) if fields is not None and fields[0] not in {"Z", "X"} else None


def children_of(process_id: int) -> list[int]:
    """The ids of the living children of a process, zombies left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat_fields(int(entry.name))
            if fields is not None and int(fields[1]) == process_id and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def is_alive(process_id: int) -> bool:
    """Whether a process exists and is not a zombie."""
    fields = _stat_fields(process_id)
    return fields is not None and fields[0] not in {"Z", "X"}


def process_state(process_id: int) -> str | None:
    """The letter of /proc for what a process does (`T`: stopped, `Z`: a zombie), None when it is gone."""
    fields = _stat_fields(process_id)
    return None if fields is None else fields[0]


def working_directory(process_id: int) -> Path | None:
    """Where a process runs, or None when it is gone or not ours to see."""
    try:
        return Path(f"/proc/{process_id}/cwd").readlink()
    except OSError:
        return None


def processes_in(directory: Path) -> list[int]:
    """The ids of living processes whose working directory is `directory` (PostgreSQL's are in its data
    directory).
    """
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    wanted = directory.resolve()
    return [number for number in numbers if is_alive(number) and working_directory(number) == wanted]


def signal_quietly(process_id: int, number: Signals) -> None:
    """Sends a signal; a process that is already gone is what was wanted."""
    try:
        os.kill(process_id, number)
    except ProcessLookupError:
        return


def last_line(log_file: Path) -> str:
    """The last line of a log (of its last 4 KiB), "" when there is none: mostly the reason of an end."""
    try:
        with open_own(log_file, os.O_RDONLY) as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - LOG_TAIL_BYTES))
            lines = log.read().decode(errors="replace").strip().splitlines()
    except (FileNotFoundError, ConfigFault):
        return ""
    return spoken(lines[-1]) if lines else ""


def spoken(line: str) -> str:
    """What a line of the log says, its time and level left out: `ledger: the books are wrong`."""
    if line.startswith("{"):
        try:
            fields = msgspec.json.decode(line, type=dict[str, str])
        except msgspec.DecodeError:
            return line
        return f"{fields.get('process', '')}: {fields.get('message', '')}"
    parts = line.split(maxsplit=2)
    is_ours = len(parts) == 3 and parts[0].endswith("Z") and parts[1] in LEVEL_NAMES
    return parts[2] if is_ours else line


class Waiting:
    """Says on a progress channel, every few seconds, what is being waited for and since when."""

    def __init__(self, what: str, progress: Progress) -> None:
        """Begins to count the time; `what` is a phrase such as `PostgreSQL to start`."""
        self._what = what
        self._progress = progress
        self._since_ns = time.monotonic_ns()
        self._next_ns = self._since_ns + PROGRESS_EVERY_NS

    def pause(self, log_file: Path | None = None) -> int:
        """Sleeps one poll interval and reports when it is time, with the last line of a log if one is named.

        Returns: how long the wait has lasted, in ns.
        """
        time.sleep(POLL_SECONDS)
        now_ns = time.monotonic_ns()
        waited_ns = now_ns - self._since_ns
        if now_ns >= self._next_ns:
            self._next_ns = now_ns + PROGRESS_EVERY_NS
            tail = f": {last_line(log_file)}" if log_file else ""
            self._progress(f"waiting for {self._what} ({waited_ns // 1_000_000_000} s){tail}")
        return waited_ns


def _stat_fields(process_id: int) -> list[str] | None:
    """State, parent and what follows of /proc/PID/stat (after the name, which may hold anything), or None."""
    try:
        text = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
