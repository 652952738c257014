"""Snapshots on disk: a folder of array files and a manifest that says what they are.

Belongs here: files, checksums, the order of writing that makes a snapshot whole or absent. Never here: what
the arrays mean (ledger.core.state.forms.arrays), when one is taken (the follower), whether it fits the journal
(base).

Layout: `<root>/<sequence>/` with one `.npy` file per array and `manifest.json`. It is written aside, every
file and folder is synced, and a rename makes it visible, so that a crash leaves either all of it or nothing.

Whoever can write these files can write any balance into them, with checksums that fit. So the SHA-256 of the manifest,
which names that of every array, is kept elsewhere (the journal's database), and compared by whoever loads one.
"""

import contextlib
import hashlib
import io
import os
import shutil
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from config.kit.exit_codes import ConfigFault
from config.kit.own_files import open_own
from ledger.core.state.forms.layouts import STATE_LAYOUT

Array = npt.NDArray[np.signedinteger]

MANIFEST = "manifest.json"
MANIFEST_BYTES_MAX = 1 << 20
FORMAT_VERSION = 1
PIECE_BYTES = 1024 * 1024
"""Written and synced at a time: a commit of the journal that comes meanwhile waits for one of these, and not for
whatever else of a file the disk has not taken yet.
"""
NPY_HEADER_BYTES_MAX = 65_536
HASHING_THREADS = 2  # hashlib releases the interpreter lock; more threads than cores gain nothing
_PARSING = threading.Lock()
"""numpy parses the header as Python, and the parser of Python 3.11 fails now and then in two threads at a time
("AST constructor recursion depth mismatch")."""


class SnapshotUnfit(Exception):
    """This folder is no snapshot that may be used; the message names the file and the reason."""


class ArrayFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One array of a snapshot: its name, its file's length and SHA-256 (hex)."""

    name: str
    file_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `manifest.json` says: the journal row that the state includes last, and the files."""

    format_version: int
    state_layout: int
    """Which arrays there are, see ledger.core.state.forms.layouts."""
    sequence: int
    digest: str
    """Hex digest of the journal row `sequence`; must equal the journal's."""
    arrays: tuple[ArrayFile, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A loaded snapshot. The arrays are writable and own their memory."""

    state_layout: int
    sequence: int
    digest: bytes
    arrays: dict[str, Array]
    manifest_sha256: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A snapshot that is on disk in full and not yet visible."""

    folder: Path
    final: Path
    manifest_sha256: bytes


def write(root: Path, sequence: int, digest: bytes, arrays: Mapping[str, Array]) -> Path:
    """`draft` and `publish` in one, without a rest; returns the snapshot's folder."""
    return publish(draft(root, sequence, digest, arrays, lambda: None))


def draft(root: Path, sequence: int, digest: bytes, arrays: Mapping[str, Array], rest: Callable[[], None]) -> Draft:
    """Writes a snapshot aside; `rest` is called after each piece, when the disk has it. Raises: OSError when the disk
    does not take it.
    """
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f".draft-{sequence}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    files = tuple(_write_array(folder, name, array, rest) for name, array in arrays.items())
    manifest = msgspec.json.format(
        msgspec.json.encode(Manifest(FORMAT_VERSION, STATE_LAYOUT, sequence, digest.hex(), files)), indent=1
    )
    with (folder / MANIFEST).open("wb") as file:
        file.write(manifest)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(folder)
    return Draft(folder, root / str(sequence), hashlib.sha256(manifest).digest())


def publish(drafted: Draft) -> Path:
    """Makes a draft visible and returns its folder; one of the same sequence that exists already is replaced.

    Raises: OSError; the snapshot is visible in full then, or not at all.
    """
    if drafted.final.exists():
        shutil.rmtree(drafted.final)
    drafted.folder.rename(drafted.final)
    _sync_folder(drafted.final.parent)
    return drafted.final


def newest_first(root: Path) -> list[Path]:
    """The folders of all snapshots below `root`, the highest sequence first; nothing of them is checked.

    Raises: ConfigFault when `root` is there and cannot be looked into.
    """
    try:
        entries = [entry for entry in root.iterdir() if entry.name.isdecimal() and entry.is_dir()]
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        raise ConfigFault(f"{root}: not a folder: move it away") from None
    except OSError as error:
        raise ConfigFault(f"{root}: {error.strerror}") from None
    return sorted(entries, key=lambda entry: int(entry.name), reverse=True)


def read_manifest(folder: Path) -> Manifest:
    """Reads a snapshot's manifest without touching its arrays.

    Raises: SnapshotUnfit.
    """
    return _manifest(folder)[0]


def _manifest(folder: Path) -> tuple[Manifest, bytes]:
    """The manifest and the SHA-256 of its file, of the same bytes."""
    file = folder / MANIFEST
    try:
        with open_own(file, os.O_RDONLY) as stream:
            content = stream.read(MANIFEST_BYTES_MAX)
        manifest = msgspec.json.decode(content, type=Manifest)
        bytes.fromhex(manifest.digest)
    except (ConfigFault, OSError, msgspec.DecodeError, ValueError, RecursionError) as error:
        raise SnapshotUnfit(f"{file}: {error}") from None
    if manifest.format_version != FORMAT_VERSION or str(manifest.sequence) != folder.name:
        raise SnapshotUnfit(f"{file}: another format, or another sequence than the folder's")
    if manifest.state_layout > STATE_LAYOUT:
        raise SnapshotUnfit(
            f"{file}: state layout {manifest.state_layout}, this program knows up to {STATE_LAYOUT}: "
            "a later version wrote it"
        )
    if any(not array.name.isidentifier() for array in manifest.arrays):
        raise SnapshotUnfit(f"{file}: an array's name is no name")
    return manifest, hashlib.sha256(content).digest()


def load(folder: Path, named_sha256: bytes | None) -> Snapshot:
    """Loads a snapshot and verifies every file against the manifest, and first the manifest itself.

    `named_sha256`: that of the manifest, from the journal's database. Not a byte of an array is read unless it fits:
    a forged one may be of any length, and its head is parsed as Python is.
    Raises: SnapshotUnfit when anything is missing, longer, shorter or other than the manifest says.
    """
    manifest, manifest_sha256 = _manifest(folder)
    if manifest_sha256 != named_sha256:
        raise SnapshotUnfit(f"{folder}: its manifest is not the one that the database names")
    with ThreadPoolExecutor(HASHING_THREADS, thread_name_prefix="snapshot") as pool:
        arrays = list(pool.map(lambda entry: _load_array(folder, entry), manifest.arrays))
    named = {entry.name: array for entry, array in zip(manifest.arrays, arrays, strict=True)}
    return Snapshot(manifest.state_layout, manifest.sequence, bytes.fromhex(manifest.digest), named, manifest_sha256)


def prune(root: Path, keep: int, newest: int) -> None:
    """Deletes all but the newest `keep` of the snapshots up to row `newest`, and drafts that a crash left behind.

    Higher ones are of rows that their owner does not have: they count for nothing, and are left for a person to see.
    """
    known = [folder for folder in newest_first(root) if int(folder.name) <= newest]
    for folder in known[keep:]:
        shutil.rmtree(folder, ignore_errors=True)
    for drafted in root.glob(".draft-*"):
        shutil.rmtree(drafted, ignore_errors=True)


def _write_array(folder: Path, name: str, array: Array, rest: Callable[[], None]) -> ArrayFile:
    contiguous = np.ascontiguousarray(array)
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, np.lib.format.header_data_from_array_1_0(contiguous))
    digest = hashlib.sha256(head.getvalue())
    body = contiguous.reshape(-1).view(np.uint8).data if contiguous.size else memoryview(b"")
    with (folder / f"{name}.npy").open("wb") as file:
        file.write(head.getvalue())
        for start in range(0, len(body), PIECE_BYTES):
            piece = body[start : start + PIECE_BYTES]
            digest.update(piece)
            file.write(piece)
            file.flush()
            os.fdatasync(file.fileno())
            rest()
        file.flush()
        os.fsync(file.fileno())
        return ArrayFile(name, file.tell(), digest.hexdigest())


def _load_array(folder: Path, entry: ArrayFile) -> Array:
    file = folder / f"{entry.name}.npy"
    try:
        if file.stat().st_size != entry.file_bytes:
            raise SnapshotUnfit(f"{file}: {entry.file_bytes} bytes expected")
        raw = np.fromfile(file, np.uint8, entry.file_bytes)
    except OSError as error:
        raise SnapshotUnfit(f"{file}: {error.strerror}") from None
    if hashlib.sha256(raw.data).hexdigest() != entry.sha256:
        raise SnapshotUnfit(f"{file}: its content is not what was written")
    head = io.BytesIO(raw[:NPY_HEADER_BYTES_MAX].tobytes())
    try:
        np.lib.format.read_magic(head)
        with _PARSING:
            shape, _fortran, dtype = np.lib.format.read_array_header_1_0(head)
        if dtype.kind != "i":
            raise SnapshotUnfit(f"{file}: an array of {dtype}, where only signed integers are kept")
        return raw[head.tell() :].view(dtype).reshape(shape)
    except SnapshotUnfit:
        raise
    except Exception as error:  # numpy parses the head as Python, which fails in as many ways
        raise SnapshotUnfit(f"{file}: its head cannot be read: {error!r}") from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        with contextlib.suppress(OSError):
            os.close(descriptor)
