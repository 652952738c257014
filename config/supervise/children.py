"""One supervised process: how it is started, how it says that it serves, and when it may be started again.

What belongs here: the bookkeeping of one child. What never may: which children there are, or their order
(config.supervise.supervisor).
"""

import os
import subprocess
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM
from typing import Final

import msgspec

from config.kit import environment
from config.kit.exit_codes import ConfigFault
from config.kit.own_files import make_way, open_own, put_in_place
from config.kit.processes import Identity, is_alive, spawn
from config.kit.stop_request import SIGNALLED
from config.schema import Supervise

READY_BYTES_MAX: Final = 1 << 16

PROJECT_DIRECTORY: Final = Path(__file__).resolve().parents[2]
"""Where `python -m` finds our packages, installed or not."""
DOUBLINGS_MAX: Final = 20


class Ready(msgspec.Struct, frozen=True):
    """What a process writes into its ready file once it serves; ports by what they are for, such as
    `links`.
    """

    pid: int
    ports: dict[str, int] = {}


def write_ready(file: Path, ports: dict[str, int]) -> None:
    """Says that this process serves: written aside and renamed, so that a reader sees all of it or
    nothing.
    """
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with open_own(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as stream:
        stream.write(msgspec.json.encode(Ready(os.getpid(), ports)))
    put_in_place(draft, file)


def withdraw_ready(file: Path, process_id: int | None = None) -> None:
    """Takes back that a process (None: this one) serves; what another one that lives has said stays."""
    try:
        said = read_ready(file)
    except ConfigFault:  # no file of ours: what it says does not count
        said = None
    mine = os.getpid() if process_id is None else process_id
    if said is None or said.pid == mine or not is_alive(said.pid):
        make_way(file)


def read_ready(file: Path) -> Ready | None:
    """What the ready file says, or None while there is none, or none that says anything.

    Raises: ConfigFault when what is there is no file of this installation's own.
    """
    try:
        with open_own(file, os.O_RDONLY) as stream:
            return msgspec.json.decode(stream.read(READY_BYTES_MAX), type=Ready)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


@dataclass
class RestartBudget:
    """How often one process may be started again, and how long to wait before. Times are monotonic
    nanoseconds.
    """

    policy: Supervise
    spent_at_ns: deque[int] = field(default_factory=deque)

    def spend(self, now_ns: int) -> int | None:
        """Takes one restart: the wait before it, doubled with each in the window; None when there is none
        left.
        """
        while self.spent_at_ns and now_ns - self.spent_at_ns[0] > self.policy.restarts_window_ns:
            self.spent_at_ns.popleft()
        if len(self.spent_at_ns) >= self.policy.restarts_max:
            return None
        doublings = min(len(self.spent_at_ns), DOUBLINGS_MAX)
        self.spent_at_ns.append(now_ns)
        return min(self.policy.backoff_first_ns << doublings, self.policy.backoff_max_ns)


@dataclass
class Child:
    """A process that is kept running. All times are monotonic nanoseconds."""

    name: str
    command: tuple[str, ...]
    ready_file: Path
    log_file: Path
    budget: RestartBudget
    identity: Identity | None = None
    """Who writes the log, when that is not us."""
    handed: tuple[int, ...] = ()
    """Descriptors that it needs."""
    process: subprocess.Popen[bytes] | None = None
    ready: Ready | None = None
    starts: int = 0
    """How often it was started; tells one life of it from the next."""
    restart_at_ns: int | None = None
    has_served: bool = False
    """Whether it was ever ready; one that was not is a failed start, not a crash."""

    def start(self) -> None:
        """Starts it; whatever an earlier life said of being ready is gone before."""
        withdraw_ready(self.ready_file, self.process.pid if self.process is not None else None)
        self.ready = None
        self.restart_at_ns = None
        self.starts += 1
        with open_own(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND) as log:
            if self.identity is not None:
                os.fchown(log.fileno(), self.identity.user_id, self.identity.group_id)
            self.process = spawn(
                self.command,
                death_signal=SIGTERM,
                output=log,
                environment=environment.of_children(),
                directory=PROJECT_DIRECTORY,
                handed=self.handed,
            )

    def look(self) -> bool:
        """Reads the ready file; True when the child has become ready since the last look."""
        if self.process is None or self.ready is not None:
            return False
        said = read_ready(self.ready_file)
        if said is None or said.pid != self.process.pid:
            return False
        self.ready = said
        self.has_served = True
        return True

    def exit_code(self) -> int | None:
        """The exit status of a child that has ended, 128 + n for signal n; None while it runs or was not
        started.
        """
        status = self.process.poll() if self.process is not None else None
        if status is None:
            return None
        return status if status >= 0 else SIGNALLED - status

    def plan_restart(self) -> bool:
        """Plans the next start, later with every restart in the window; False when there were too many."""
        now_ns = time.monotonic_ns()
        backoff_ns = self.budget.spend(now_ns)
        if backoff_ns is None:
            return False
        self.restart_at_ns = now_ns + backoff_ns
        self.process = None
        self.ready = None
        return True

    def restart_is_due(self) -> bool:
        """Whether a planned start's time has come."""
        return self.restart_at_ns is not None and time.monotonic_ns() >= self.restart_at_ns
