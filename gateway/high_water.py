"""The high-water mark: the highest journal row that this gateway has been told, kept outside the journal.

Belongs here: the mark, its small file, how often it is forced to disk. Never here: what follows from it; a ledger
that is behind the mark or differs from it refuses to serve.
"""

import hashlib
import logging
import os
import stat
import struct
from pathlib import Path

import trio

from config.kit.own_files import open_own
from protocol.limits import DIGEST_BYTES

WRITE_INTERVAL_S = 0.2  # one fsync in five a second; what a crash of the whole machine may forget of the mark
_LAYOUT = struct.Struct("<8sq32s")
_MAGIC = b"YZTMARK1"
_LOG = logging.getLogger(__name__)
FILE_BYTES = _LAYOUT.size + DIGEST_BYTES


class MarkDamaged(Exception):
    """The file of the high-water mark is there and is not what was written."""


class HighWater:
    """The highest (sequence, digest) told so far. `raise_to` is for every outcome, `keep` is the writing task."""

    def __init__(self, file: Path) -> None:
        """Reads the file; none there: nothing was told yet. Raises MarkDamaged, also for a pipe, a folder, a link;
        ConfigFault for a file of somebody else's.
        """
        self._file = file
        self._mark = self._read() or (0, bytes(DIGEST_BYTES))
        self.written_sequence = self.sequence

    @property
    def sequence(self) -> int:
        """The highest journal sequence told, 0 before the first."""
        return self._mark[0]

    @property
    def digest(self) -> bytes:
        """(32,) The chain digest told with it."""
        return self._mark[1]

    def raise_to(self, sequence: int, digest: bytes) -> None:
        """Remembers a row that was told; one at or below the mark changes nothing."""
        if sequence > self._mark[0]:
            self._mark = (sequence, digest)  # one assignment: `write` may be reading it in a thread

    async def keep(self) -> None:
        """Writes the mark as it grows, until cancelled; the owner then calls `write` once more."""
        while True:
            await trio.sleep(WRITE_INTERVAL_S)
            if self.sequence != self.written_sequence:
                await trio.to_thread.run_sync(self.write_or_warn)

    def write_or_warn(self) -> None:
        """`write`, where a full disk must not stop trading: the mark on disk then only lags, and a metric shows it."""
        try:
            self.write()
        except OSError as error:
            _LOG.warning("%s: the high-water mark was not written: %s", self._file, error)

    def write(self) -> None:
        """Puts the mark on disk before returning: new file, fsync, rename, fsync of the folder. Raises OSError."""
        sequence, digest = self._mark
        fields = _LAYOUT.pack(_MAGIC, sequence, digest)
        fresh = self._file.with_name(self._file.name + ".new")
        fresh.unlink(missing_ok=True)  # a pipe that was left there would be waited for
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, fields + hashlib.sha256(fields).digest())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        fresh.replace(self._file)
        sync_folder(self._file.parent)
        self.written_sequence = sequence

    def _read(self) -> tuple[int, bytes] | None:
        try:
            if not stat.S_ISREG(self._file.lstat().st_mode):  # never waited for, and never taken for none
                raise MarkDamaged(f"{self._file}: the high-water mark is damaged: what is there is no file")
            with open_own(self._file, os.O_RDONLY) as stream:
                content = stream.read(FILE_BYTES + 1)
        except FileNotFoundError:
            return None
        fields, digest = content[: _LAYOUT.size], content[_LAYOUT.size :]
        if len(content) != FILE_BYTES or hashlib.sha256(fields).digest() != digest:
            raise MarkDamaged(f"{self._file}: the high-water mark is damaged")
        magic, sequence, chain_digest = _LAYOUT.unpack(fields)
        if magic != _MAGIC or sequence < 0:
            raise MarkDamaged(f"{self._file}: not a high-water mark")
        return sequence, chain_digest


def sync_folder(folder: Path) -> None:
    """Makes a rename in `folder` durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
