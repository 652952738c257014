"""The processes of a system, watched from outside: processor time so far, and memory at its peak.

Belongs here: reading both. Never here: what a record costs (stations), loads, verdicts.

Whoever watches does it in the process of a load, on the processor that the system runs on: so memory is read seldom and
as one sum by the kernel, and what reading it has cost is told, to be taken from the load's own time.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import psutil

from config.supervise.supervisor import Supervisor

PROCESSES = ("gateway", "ledger", "follower")
POSTGRES = "postgres"
SAMPLE_SECONDS = 2.0


def seconds_so_far(supervisor: Supervisor) -> dict[str, float]:
    """Processor seconds, user and system, that each process of the system has used, by its name.

    A server process of PostgreSQL that has ended counts no more: those of ledger and follower live as long as a load.
    """
    spent = {name: _seconds(psutil.Process(supervisor.pid(name))) for name in PROCESSES}
    return {**spent, POSTGRES: sum(map(_seconds, _family(supervisor.pid(POSTGRES))))}


def memory_bytes(supervisor: Supervisor) -> int:
    """What all processes of the system have in memory; what several share is counted once."""
    return sum(_proportional_bytes(each) for name in (*PROCESSES, POSTGRES) for each in _family(supervisor.pid(name)))


class Sampling(ABC):
    """Looks at a running system every so often, in a thread, while the block runs."""

    def __init__(self, every_seconds: float) -> None:
        self._every_seconds = every_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self._every_seconds):
            self._sample()
        self._sample()

    @abstractmethod
    def _sample(self) -> None:
        """Look once; once more at the end."""


class PeakMemory(Sampling):
    """Samples the memory of a system."""

    def __init__(self, supervisor: Supervisor) -> None:
        super().__init__(SAMPLE_SECONDS)
        self._supervisor = supervisor
        self.peak_bytes = 0
        self.own_seconds = 0.0
        """Processor time that sampling took of this process so far."""

    def _sample(self) -> None:
        self.peak_bytes = max(self.peak_bytes, memory_bytes(self._supervisor))
        self.own_seconds = time.thread_time()


def _family(pid: int) -> Iterator[psutil.Process]:
    """The process and what it started."""
    process = psutil.Process(pid)
    yield process
    yield from process.children(recursive=True)


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # a helper of the server that ended while we looked
        return 0.0
    return float(times.user + times.system)


def _proportional_bytes(process: psutil.Process) -> int:
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):  # likewise
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
