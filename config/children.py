"""One supervised process: how it is started, how it says that it serves, and when it may be started again.

What belongs here: the bookkeeping of one child. What never may: which children there are, or their order
(config.supervise).
"""

import os
import subprocess
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM
from typing import Final

import msgspec

from config.processes import spawn
from config.schema import Supervise
from config.stop_request import SIGNALLED

READY_BYTES_MAX: Final = 1 << 16

PROJECT_DIRECTORY: Final = Path(__file__).resolve().parent.parent
"""Where `python -m` finds our packages, installed or not."""
DOUBLINGS_MAX: Final = 20

# Frames and commit groups are buffers of some MiB that live for one round. By default the C library maps each
# from the kernel and gives it back, so that every round pays the page faults again; these keep such memory in
# the heap. 32 MiB is the largest threshold that the C library accepts; larger columns stay lazily mapped.
MEMORY_ENVIRONMENT: Final[Mapping[str, str]] = {
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "MALLOC_TOP_PAD_": str(64 << 20),
}


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
    draft.write_bytes(msgspec.json.encode(Ready(os.getpid(), ports)))
    draft.rename(file)


def read_ready(file: Path) -> Ready | None:
    """What the ready file says, or None while there is none that can be read."""
    try:
        with file.open("rb") as stream:
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
    process: subprocess.Popen[bytes] | None = None
    ready: Ready | None = None
    starts: int = 0
    """How often it was started; tells one life of it from the next."""
    restart_at_ns: int | None = None
    has_served: bool = False
    """Whether it was ever ready; one that was not is a failed start, not a crash."""

    def start(self) -> None:
        """Starts it; whatever an earlier life said of being ready is gone before."""
        self.ready_file.unlink(missing_ok=True)
        self.ready = None
        self.restart_at_ns = None
        self.starts += 1
        with self.log_file.open("ab") as log:
            self.process = spawn(
                self.command,
                death_signal=SIGTERM,
                output=log,
                environment={**os.environ, **MEMORY_ENVIRONMENT},
                directory=PROJECT_DIRECTORY,
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
