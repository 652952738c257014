"""A locked, mapped file of cells: a cell counts only when its last word fits its fields.

Belongs here: the lock, the map, the order of the stores that make a cell, flushing. Never here: what cells mean.
Every change of the file is one `write_bytes` (may be cut short by a kill) or one `write_word` (one aligned store:
never cut).
"""

import fcntl
import mmap
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Self

from .. import forks
from ..errors import OutboxDamaged, OutboxError, OutboxInUse
from .outbox_layout import PAGE_BYTES, WORD_BYTES, commit_word, has_begun

OURS = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
"""No link that another put there is followed, no pipe waited for."""
CHUNK_BYTES = 1024 * 1024


class OutboxFile:
    """The file under an outbox. One owner; not thread-safe. Closed at once in every forked child."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """Use `open`."""
        self.path = path
        self._descriptor = descriptor
        self._map = mmap.mmap(descriptor, 0)
        self._words = memoryview(self._map).cast("q")  # the only view: others could be in the way of closing the map
        forks.at_child(self, self.close)

    @classmethod
    def open(cls, path: Path, size_bytes: int) -> Self:
        """Lock and map the file. One that is new, or never became an outbox, is made with `size_bytes`, on the disk and
        full of zeros. Every block of it is allocated: a full disk is told here, never as a fault in the map.

        Raises OutboxInUse, OutboxDamaged (too short to be an outbox), OutboxError (what the system says).
        """
        with forks.opening:
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | OURS, 0o600)
            except OSError as error:
                raise OutboxError(f"outbox {path}: {error.strerror}") from error
            try:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_uid != os.geteuid():
                    raise OutboxError(f"outbox {path}: not a file of our own: move it away")
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                found_bytes = os.fstat(descriptor).st_size
                if found_bytes != size_bytes and _never_begun(descriptor, found_bytes):
                    _make(path, descriptor, size_bytes)
                elif found_bytes < mmap.PAGESIZE or found_bytes % WORD_BYTES:
                    raise OutboxDamaged(f"outbox {path}: {found_bytes} bytes are no outbox")
                else:
                    _allocate(path, descriptor, found_bytes)  # a copy or a backup may have left holes in it
                return cls(path, descriptor)
            except BlockingIOError as error:
                os.close(descriptor)
                raise OutboxInUse(f"outbox {path}: in use by another process or seat") from error
            except OSError as error:
                os.close(descriptor)
                raise OutboxError(f"outbox {path}: {error.strerror}") from error
            except BaseException:
                os.close(descriptor)
                raise

    @property
    def size_bytes(self) -> int:
        """Size of the file."""
        return len(self._map)

    def write_bytes(self, place: int, data: bytes) -> None:
        """Copy `data` to byte `place`."""
        self._map[place : place + len(data)] = data

    def read_bytes(self, place: int, size_bytes: int) -> bytes:
        """A copy of `size_bytes` from byte `place`."""
        return self._map[place : place + size_bytes]

    def write_word(self, place: int, word: int) -> None:
        """Store 8 bytes at `place`, a multiple of 8, at once."""
        self._words[place // WORD_BYTES] = word

    def word(self, place: int) -> int:
        """The word at `place`, a multiple of 8."""
        return self._words[place // WORD_BYTES]

    def commit_cell(self, place: int, fields: bytes) -> None:
        """Write a cell so that a kill leaves the whole of it or nothing."""
        word_place = place + len(fields)
        self.write_word(word_place, 0)
        self.write_bytes(place, fields)
        self.write_word(word_place, commit_word(place, fields))

    def read_cell(self, place: int, fields_bytes: int, what: str) -> bytes | None:
        """The fields of the cell at `place`, or None when there is none. Raises OutboxDamaged, naming `what`."""
        word = self.word(place + fields_bytes)
        if word == 0:
            return None
        fields = self.read_bytes(place, fields_bytes)
        if word != commit_word(place, fields):
            raise OutboxDamaged(f"outbox {self.path}: {what} at byte {place} does not fit its check")
        return fields

    def flush(self, place: int, size_bytes: int) -> None:
        """Return when these bytes are on the disk. Raises OutboxError when the disk fails."""
        first = place - place % mmap.PAGESIZE
        try:
            self._map.flush(first, min(place + size_bytes, self.size_bytes) - first)
        except OSError as error:
            raise OutboxError(f"outbox {self.path}: not brought to the disk: {error.strerror}") from error

    def close(self) -> None:
        """Unmap and unlock; in a forked child the parent keeps its lock and its map."""
        if self._descriptor < 0:
            return
        forks.forget(self)
        self._words.release()
        self._map.close()
        os.close(self._descriptor)
        self._descriptor = -1


def _never_begun(descriptor: int, found_bytes: int) -> bool:
    """True for a file into which no frame was ever put: making it was cut short, by a full disk or a kill."""
    page = os.pread(descriptor, PAGE_BYTES, 0)
    if has_begun(page):
        return False
    return all(
        not any(os.pread(descriptor, CHUNK_BYTES, place)) for place in range(PAGE_BYTES, found_bytes, CHUNK_BYTES)
    )


def _make(path: Path, descriptor: int, size_bytes: int) -> None:
    """Leaves an empty file when it cannot be made."""
    os.ftruncate(descriptor, 0)
    try:
        _allocate(path, descriptor, size_bytes)
        os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
        raise
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _allocate(path: Path, descriptor: int, size_bytes: int) -> None:
    try:
        os.posix_fallocate(descriptor, 0, size_bytes)
    except OSError as error:
        raise OutboxError(f"outbox {path}: {error.strerror}: {size_bytes} bytes are needed") from error
