"""One supervised process: how it is started, whether it serves, and when it may be started again.

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

from config.kit import environment
from config.kit.own_files import open_own
from config.kit.processes import Identity, spawn
from config.kit.stop_request import SIGNALLED
from config.kit.telling.ready_files import Ready, read_ready, withdraw_ready
from config.schema import Supervise

PROJECT_DIRECTORY = Path(__file__).resolve().parents[2]
"""Where `python -m` finds our packages, installed or not."""
DOUBLINGS_MAX = 20


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
