"""Making a backup: a copy of the tables as of one moment, beside whatever serves, and what the journal in it comes to.

Belongs here: the order of doing it, what becomes of a backup that does not come about. Never here: how files are
written (manifest, programs), the figures (facts), what is printed (command).

The copy is of one snapshot of the database, so its head, its rows and its read model belong together. Nothing waits for
it and it stops nobody: it locks tables against being altered only, and a date is opened without that. The figures are
reckoned as the follower does, from its newest snapshot and the outcomes in the rows behind it; whoever checks the
backup decides every row again, which is the second opinion.
"""

import asyncio
import errno
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.processes import Progress
from config.schema import Config
from ledger.at_hand import journal_dsn
from ledger.backup import manifest
from ledger.backup.facts import Facts, facts_of
from ledger.backup.manifest import BACKUP_LAYOUT, DUMP, MANIFEST, Manifest
from ledger.backup.programs import Heard, copy_database
from ledger.backup.stopping import refuse_if_asked
from ledger.database.connections import DATABASE_FAULTS, connect
from ledger.database.migrate import schema_version
from ledger.database.until_asked import run_until_asked
from ledger.journal.chain import refuse_newer
from ledger.journal.head import Head
from ledger.journal.reader import JournalReader
from ledger.journal.snapshots.base import newest_base
from ledger.recovery import replay

OF_US = 0o700


class _Copied(NamedTuple):
    """The moment that was copied: the head, and which tables there were."""

    head: Head
    tables: int
    schema: str


def make(config: Config, folder: Path, version: str, progress: Progress) -> tuple[Manifest, str]:
    """Makes a backup in a folder that is not there, or is empty. Returns: its manifest and the SHA-256 of that.

    Raises: ConfigFault when the folder is not for it; ProcessFault, JournalTampered, JournalNewer; Interrupted. Then
    nothing of it is left.
    """
    was_made = _make_folder(folder)
    try:
        with journal_dsn(config) as dsn:
            made = run_until_asked(_made(dsn, config.state_directory / "snapshots", folder, version, progress))
        refuse_if_asked()
        return made, manifest.write(folder, made)
    except OSError as error:
        manifest.remove_half(folder, was_made)
        raise _told(error, folder) from None
    except BaseException:
        manifest.remove_half(folder, was_made)
        raise


async def _made(dsn: str, snapshots: Path, folder: Path, version: str, progress: Progress) -> Manifest:
    try:
        copied = await _copy(dsn, folder / DUMP, progress)
        facts = await _facts(dsn, copied.head, snapshots, progress)
    except DATABASE_FAULTS as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG):
            raise
        raise ProcessFault(f"the journal cannot be read: {error}", ExitCode.UNAVAILABLE) from None
    entry = await asyncio.to_thread(manifest.copied_file, folder / DUMP, Heard("read again", progress))
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(BACKUP_LAYOUT, made_at, version, copied.tables, copied.schema, facts, (entry,))


async def _copy(dsn: str, file: Path, progress: Progress) -> _Copied:
    """Copies what one transaction sees, and says where its head stands."""
    connection = await connect(dsn, "backup")
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            tables = await schema_version(connection)
            reader = JournalReader(connection)
            head = await reader.head() if tables else None
            if head is None or not head.sequence:
                raise ProcessFault("there is no row in this journal: nothing to copy", ExitCode.UNAVAILABLE)
            await refuse_newer(reader)
            schema = await connection.fetchval("SELECT current_schema()")
            snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            await asyncio.to_thread(copy_database, dsn, schema, snapshot, file, progress)
            return _Copied(head, tables, schema)
    finally:
        await connection.close()


async def _facts(dsn: str, head: Head, snapshots: Path, progress: Progress) -> Facts:
    """Of the rows up to the head that was copied: they do not change, so no transaction holds them meanwhile."""
    connection = await connect(dsn, "backup")

    def said(line: str) -> None:
        progress(f"backup: {line}")

    try:
        reader = JournalReader(connection)
        base = await newest_base(snapshots, reader, said, head.sequence)
        await replay(reader, base, base.book.sequence, head, said)
        return await asyncio.to_thread(facts_of, base.book, head.digest)
    finally:
        await connection.close()


def _make_folder(folder: Path) -> bool:
    """Returns: whether it was made. Raises: ConfigFault when something else is there, or it cannot be made."""
    try:
        folder.mkdir(mode=OF_US)
        return True
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigFault(f"{folder}: {error.strerror}") from None
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError as error:
        raise ConfigFault(f"{folder}: {error.strerror}") from None
    if MANIFEST in names:
        raise ConfigFault(f"{folder}: a backup is there already: name another folder")
    if DUMP in names:
        raise ConfigFault(f"{folder}: half a backup is there: remove it, or name another folder")
    if names:
        raise ConfigFault(f"{folder}: holds other things ({names[0]}): name a folder of its own")
    return False


def _told(error: OSError, folder: Path) -> ProcessFault:
    return ProcessFault(f"{error.filename or folder}: {error.strerror}: no backup was made", ExitCode.UNAVAILABLE)
