"""What a server whose supervisor was killed has left: its processes, its lock files.

Belongs here: putting it right before the next start. Never here: starting. Whoever asks holds the installation's lock,
so no other supervisor has this server: what is there is left over.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGINT, SIGQUIT

from config.kit.own_files import open_folder_named
from config.kit.processes import Progress, Waiting, children_of, processes_in, signal_quietly


def wait_for_predecessor(data: Path, fast_ns: int, progress: Progress) -> None:
    """Waits until no process of a server works in `data`; asks them to go, less kindly after `fast_ns`."""
    waiting = Waiting("an earlier PostgreSQL to end", progress)
    while left_over := processes_in(data):
        number = SIGINT if waiting.pause() < fast_ns else SIGQUIT
        for process_id in left_over:
            if not set(children_of(process_id)).isdisjoint(left_over) or number is SIGQUIT:
                signal_quietly(process_id, number)


def remove_stale_locks(files: Sequence[tuple[Path, str]]) -> None:
    """Removes files, each a folder and a name. They hold a process id that anybody may have by now, and would keep the
    server from starting.
    """
    for folder, name in files:
        with suppress(FileNotFoundError):
            descriptor = open_folder_named(folder)
            try:
                os.unlink(name, dir_fd=descriptor)
            finally:
                os.close(descriptor)
