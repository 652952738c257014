"""The manifest of a backup: what was copied, and what the journal in it comes to.

Belongs here: the file's form, its writing, its reading and what may be wrong with it and with the files that it names.
Never here: what stands in those (programs), whether it is true (restoring).

It is written last, and every file and the folder are on disk before it has its name: a folder without one is no backup.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.own_files import open_folder
from ledger.backup.facts import Facts
from ledger.backup.stopping import refuse_if_asked
from ledger.core.state.forms.layouts import STATE_LAYOUT
from ledger.database.migrate import migrations

MANIFEST = "manifest.json"
DUMP = "journal.dump"
BACKUP_LAYOUT = 1
MANIFEST_BYTES_MAX = 16 << 20
CHUNK_BYTES = 4 << 20


class CopiedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a backup: its name, its length, its SHA-256 (hexadecimal)."""

    name: str
    file_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `manifest.json` says. `sha256` is of the same text with an empty one in its place."""

    backup_layout: int
    made_at: str
    made_by: str
    tables: int
    """Number of the last migration that the database had."""
    schema: str
    """Of the database: where its tables were."""
    facts: Facts
    files: tuple[CopiedFile, ...]
    sha256: str = ""


class _Layouts(msgspec.Struct):
    """What is read first, of whatever version: the rest may be otherwise in a later one."""

    backup_layout: int


class BackupUnfit(ProcessFault):
    """This folder holds no backup that may be used; the message names the file and the reason."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.DATA)


def copied_file(file: Path, heard: Callable[[int], None] = lambda _read: None) -> CopiedFile:
    """The entry of a file as it is on disk; `heard` is told how many bytes were read. Raises: OSError, StopAsked."""
    digest, read = hashlib.sha256(), 0
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK_BYTES):
            refuse_if_asked()
            digest.update(chunk)
            read += len(chunk)
            heard(read)
    return CopiedFile(file.name, read, digest.hexdigest())


def write(folder: Path, manifest: Manifest) -> str:
    """Makes a backup of what is in the folder. Returns: the SHA-256 of the manifest. Raises: OSError."""
    sealed = msgspec.structs.replace(manifest, sha256=_digest_of(manifest))
    for entry in manifest.files:
        _sync(folder / entry.name)
    draft = folder / f".{MANIFEST}"
    with draft.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(_text_of(sealed))
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / MANIFEST)
    _sync(folder)
    _sync(folder.parent)
    return sealed.sha256


def read(folder: Path) -> Manifest:
    """What a folder's manifest says, once it is sure that it is whole and of a version that this program knows.

    Raises: BackupUnfit; ConfigFault when a later program made it.
    """
    file = folder / MANIFEST
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        half = f", only {DUMP}: half a backup" if (folder / DUMP).exists() else ": not a backup"
        raise BackupUnfit(f"{folder}: no {MANIFEST} there{half}") from None
    except OSError as error:
        raise BackupUnfit(f"{file}: {error.strerror}") from None
    try:
        layout = msgspec.json.decode(text[:MANIFEST_BYTES_MAX], type=_Layouts).backup_layout
        if layout > BACKUP_LAYOUT:
            raise _newer(file, "backup layout", layout, BACKUP_LAYOUT)
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError as error:
        raise BackupUnfit(f"{file}: damaged: {error}") from None
    own = _digest_of(manifest)
    if own != manifest.sha256:
        raise BackupUnfit(f"{file}: damaged: its SHA-256 is {own}, it says {manifest.sha256}")
    if _text_of(manifest) != text:
        raise BackupUnfit(f"{file}: damaged: not the text that was written")
    if manifest.facts.state_layout > STATE_LAYOUT:
        raise _newer(file, "state layout", manifest.facts.state_layout, STATE_LAYOUT)
    if manifest.tables > len(migrations()):
        raise _newer(file, "migration", manifest.tables, len(migrations()))
    return manifest


def check_files(folder: Path, manifest: Manifest, heard: Callable[[int], None]) -> None:
    """Compares every file with what the manifest says of it. Raises: BackupUnfit with both values."""
    if [entry.name for entry in manifest.files] != [DUMP]:
        raise BackupUnfit(f"{folder / MANIFEST}: names other files than {DUMP}")
    for entry in manifest.files:
        file = folder / entry.name
        try:
            found = copied_file(file, heard)
        except OSError as error:
            raise BackupUnfit(f"{file}: {error.strerror}") from None
        if found.file_bytes != entry.file_bytes:
            raise BackupUnfit(f"{file}: {found.file_bytes:,} bytes, {entry.file_bytes:,} in the manifest")
        if found.sha256 != entry.sha256:
            raise BackupUnfit(f"{file}: damaged: its SHA-256 is {found.sha256}, {entry.sha256} in the manifest")


def remove_half(folder: Path, was_made: bool) -> None:
    """Removes what was written of a backup that does not come about, and the folder if it was made for it."""
    for name in (DUMP, f".{MANIFEST}", MANIFEST):
        (folder / name).unlink(missing_ok=True)
    if was_made:
        with suppress(OSError):  # somebody has put another thing there
            folder.rmdir()


def _newer(file: Path, what: str, said: int, known: int) -> ConfigFault:
    return ConfigFault(f"{file}: {what} {said}, this program knows up to {known}: a later version made this backup")


def _text_of(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def _digest_of(manifest: Manifest) -> str:
    return hashlib.sha256(_text_of(msgspec.structs.replace(manifest, sha256=""))).hexdigest()


def _sync(path: Path) -> None:
    descriptor = open_folder(path) if path.is_dir() else os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
