"""The follower steps back for the writer: its own process and the PostgreSQL processes that work for it.

Belongs here: scheduling priority. Never here: what is projected. The projection's COPY costs more processor time than
the writer's commit of the same records; without this the read model takes a core from the money path.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from config.processes import Progress


def give_way(backend_pids: Iterable[int], nice: int, progress: Progress) -> None:
    """Lowers our priority by `nice` and sets that of our PostgreSQL processes, where they run on this machine.

    A PostgreSQL elsewhere, or one that we may not touch, keeps its priority; that is said in one line.
    """
    os.nice(nice)
    for pid in backend_pids:
        try:
            if _is_postgres(pid):
                os.setpriority(os.PRIO_PROCESS, pid, nice)
        except OSError as error:
            progress(f"follower's PostgreSQL process {pid} keeps its priority: {error.strerror}")


def _is_postgres(pid: int) -> bool:
    """Whether the process with the number that the server told us is a PostgreSQL of this machine."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().startswith("postgres")
    except FileNotFoundError:
        return False
