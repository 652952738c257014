"""Shared memory that killed processes leave behind: System V segments and files in /dev/shm.

What belongs here: finding what a process has mapped, removing what nobody has any more. What never may: a segment that
was not found in a process of ours.
"""

import ctypes
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

IPC_RMID: Final = 0
SEGMENTS: Final = Path("/proc/sysvipc/shm")
_ID, _ATTACHED = 1, 6  # columns of that file


class Mapped(NamedTuple):
    """What some processes have mapped."""

    segments: frozenset[int]
    """Ids of System V segments."""
    files: frozenset[Path]
    """Files in /dev/shm."""


def mapped_by(process_ids: Iterable[int]) -> Mapped:
    """Looks at living processes; one that is gone, or not ours to see, has none."""
    segments: set[int] = set()
    files: set[Path] = set()
    for process_id in process_ids:
        with suppress(OSError):
            for line in Path(f"/proc/{process_id}/maps").read_text(encoding="utf-8", errors="replace").splitlines():
                fields = line.split(maxsplit=5)
                name = fields[5] if len(fields) == 6 else ""
                if name.startswith("/SYSV"):
                    segments.add(int(fields[4]))
                elif name.startswith("/dev/shm/PostgreSQL."):  # noqa: S108 - compared with what the kernel says
                    files.add(Path(name))
    return Mapped(frozenset(segments), frozenset(files))


def remove(mapped: Mapped) -> None:
    """Removes the segments that nobody has attached, and the files; what PostgreSQL removed itself is gone already."""
    library = ctypes.CDLL(None, use_errno=True)
    with suppress(OSError):
        for line in SEGMENTS.read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if int(fields[_ID]) in mapped.segments and fields[_ATTACHED] == "0":
                library.shmctl(int(fields[_ID]), IPC_RMID, None)
    for file in mapped.files:
        with suppress(OSError):
            file.unlink()
