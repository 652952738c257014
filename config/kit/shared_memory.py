"""Shared memory that killed processes leave behind: System V segments and files in /dev/shm.

What belongs here: finding what a process has mapped, removing what nobody has any more. What never may: a segment that
was not found in a process of ours.
"""

import ctypes
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

IPC_RMID = 0
SEGMENTS = Path("/proc/sysvipc/shm")
FOLDER = Path("/dev/shm")  # noqa: S108 - where PostgreSQL puts them; nothing is made there
PREFIX = "PostgreSQL."
_CONTROL = struct.Struct("=III4x")  # magic, slots used, slots there: how PostgreSQL lists its own files
_SLOT = struct.Struct("=II32x")  # handle, references; 0: free
_CONTROL_MAGIC = 0x9A503D32
_ID, _ATTACHED = 1, 6  # columns of that file


class Mapped(NamedTuple):
    """What some processes have mapped."""

    segments: frozenset[int]
    """Ids of System V segments."""
    files: frozenset[Path]
    """Files in /dev/shm."""

    def __or__(self, other: tuple[object, ...]) -> "Mapped":
        """What either has."""
        assert isinstance(other, Mapped)
        return Mapped(self.segments | other.segments, self.files | other.files)


NOTHING = Mapped(frozenset(), frozenset())


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
                elif name.startswith(f"{FOLDER / PREFIX}"):
                    files.add(Path(name))
    return Mapped(frozenset(segments), frozenset(files))


def remove(mapped: Mapped) -> None:
    """Removes the segments that nobody has attached, and the files, those too that no process had mapped and that only
    a control file among them lists; what PostgreSQL removed itself is gone already.
    """
    library = ctypes.CDLL(None, use_errno=True)
    with suppress(OSError):
        for line in SEGMENTS.read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if int(fields[_ID]) in mapped.segments and fields[_ATTACHED] == "0":
                library.shmctl(int(fields[_ID]), IPC_RMID, None)
    listed = {file for control in mapped.files for file in _listed_in(control)}
    for file in mapped.files | listed:
        with suppress(OSError):
            file.unlink()


def _listed_in(control: Path) -> list[Path]:
    """The files that PostgreSQL's list of its own names; none when the file is no such list, or gone."""
    try:
        content = control.read_bytes()
        magic, used, _there = _CONTROL.unpack_from(content)
        if magic != _CONTROL_MAGIC:
            return []
        slots = [_SLOT.unpack_from(content, _CONTROL.size + slot * _SLOT.size) for slot in range(used)]
    except (OSError, struct.error):
        return []
    return [FOLDER / f"{PREFIX}{handle}" for handle, references in slots if references]
