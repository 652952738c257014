"""Restoring a backup: into an empty database, verified and decided again there, and compared with what was copied.

Belongs here: the order of doing it, and which installation may be restored into. Never here: files (manifest), calls of
PostgreSQL's programs (programs), figures (facts), a server for a check only (checking).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.own_files import take_lock
from config.kit.processes import Progress
from config.kit.stop_request import THIS_PROCESS
from config.postgres.places import recorded_places
from config.postgres.server import EmbeddedPostgres
from config.schema import Config
from config.supervise.state_folders import make_state_directory
from ledger.audit import AuditFinding, Verified, verify
from ledger.backup import manifest
from ledger.backup.facts import Facts, differences, facts_of
from ledger.backup.manifest import DUMP, BackupUnfit, Manifest
from ledger.backup.programs import Heard, restore_database
from ledger.backup.stopping import refuse_if_asked
from ledger.core.state.book import Book
from ledger.database.connections import DATABASE_FAULTS, connect
from ledger.database.migrate import migrate
from ledger.database.until_asked import run_until_asked
from ledger.journal.reader import JournalReader

OF_THE_PLACE = ("No space left", "server closed the connection", "connection to server")
"""What PostgreSQL says when the place is unfit and the copy is not."""
SUPERVISOR_LOCK = "supervisor.lock"
_TAKEN = "SELECT min(relname::text) FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident($1))"


class Restored(NamedTuple):
    """What came out: the manifest, what was verified, and a line for each figure that differs."""

    manifest: Manifest
    verified: Verified
    differing: list[str]


def read_backup(folder: Path, progress: Progress) -> Manifest:
    """The manifest of a backup whose files are what it says. Raises: BackupUnfit, ConfigFault, StopAsked."""
    said = manifest.read(folder)
    manifest.check_files(folder, said, Heard("read", progress))
    return said


def restore(config: Config, folder: Path, progress: Progress) -> Restored:
    """Restores a backup into the empty installation that is configured. What comes out is left there where nothing
    differs; otherwise nothing is left of an embedded server, and in a database of another it is for a person to drop.

    Raises: BackupUnfit, JournalNewer; ConfigFault when it is not empty; ProcessFault; StopAsked.
    """
    said = read_backup(folder, progress)
    make_state_directory(config)
    taken = f"{config.state_directory}: yzt up serves from here: stop it"
    with take_lock(config.state_directory / SUPERVISOR_LOCK, taken, ExitCode.UNAVAILABLE, by_us_alone=True):
        if config.ledger.dsn:
            run_until_asked(_refuse_unfit(config.ledger.dsn, said.schema))
            return restored(config.ledger.dsn, said, folder, progress)
        with _own_server(config, progress) as server:
            found = restored(server.dsn, said, folder, progress)
            if found.differing:
                server.stop(progress)
                server.remove()
            return found


@contextmanager
def _own_server(config: Config, progress: Progress) -> Iterator[EmbeddedPostgres]:
    """The installation's embedded server, new and started; stopped afterwards, and removed when that was by a fault."""
    home = config.state_directory / "postgres"
    if home.exists() and (recorded_places(home) is not None or (home / "data").exists()):
        raise ConfigFault(f"{home}: a PostgreSQL is there: move it away to restore into an empty one")
    ahead, user = config.postgres.log_files_ahead, config.supervise.run_as
    server = EmbeddedPostgres.prepare(
        config.state_directory, progress, ahead, user=user, stopping=lambda: THIS_PROCESS.asked
    )
    try:
        server.start(progress)
        yield server
        server.stop(progress)
    except BaseException:
        server.stop(progress)
        server.remove()
        raise


async def _refuse_unfit(dsn: str, schema: str) -> None:
    """Raises: ConfigFault when this is not an empty database for tables of that schema."""
    connection = await connect(dsn, "backup")
    try:
        own = await connection.fetchval("SELECT current_schema()")
        if own != schema:
            raise ConfigFault(f"the role's search_path leads to schema {own}, the backup is of schema {schema}")
        taken = await connection.fetchval(_TAKEN, schema)
        if taken is not None:
            raise ConfigFault(f"schema {schema} of the database is not empty: {taken} is there")
    finally:
        await connection.close()


def restored(dsn: str, said: Manifest, folder: Path, progress: Progress) -> Restored:
    """Puts the copy into the empty database, decides every row again, and compares.

    Raises: BackupUnfit with what PostgreSQL or the audit says of the copy; JournalNewer; ProcessFault; StopAsked.
    """
    run_until_asked(_make_schema(dsn, said.schema))
    refuse_if_asked()
    try:
        restore_database(dsn, said.schema, folder / DUMP, progress)
    except ProcessFault as fault:
        refuse_if_asked()
        if any(words in str(fault) for words in OF_THE_PLACE):
            raise ProcessFault(f"{folder / DUMP}: cannot be restored here: {fault}", ExitCode.UNAVAILABLE) from None
        raise BackupUnfit(f"{folder / DUMP}: {fault}") from None
    try:
        verified, found = run_until_asked(_decided_again(_within(dsn, said.schema)))
    except AuditFinding as finding:
        raise BackupUnfit(f"{folder}: {finding}") from None
    return Restored(said, verified, differences(said.facts, found))


def _within(dsn: str, schema: str) -> str:
    """The same database, its tables looked for in one schema."""
    return f"{dsn}{'&' if '?' in dsn else '?'}search_path={quote(_quoted(schema))}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


async def _make_schema(dsn: str, schema: str) -> None:
    connection = await connect(dsn, "backup")
    try:
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(schema)}")
    finally:
        await connection.close()


async def _decided_again(dsn: str) -> tuple[Verified, Facts]:
    """Brings the tables to this version, as the next start of a ledger would, and decides every row again."""
    try:
        connection = await connect(dsn, "backup")
        try:
            await migrate(connection)
            head = await JournalReader(connection).head()
        finally:
            await connection.close()
        if head is None:
            raise AuditFinding("there is no journal in it")
        book = Book.empty()
        verified = await verify(dsn, redecide=book)
    except DATABASE_FAULTS as error:
        raise ProcessFault(f"the restored journal cannot be read: {error}", ExitCode.UNAVAILABLE) from None
    return verified, facts_of(book, head.digest)
