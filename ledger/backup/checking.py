"""Checking a backup: restored into a second server of its own, of which nothing is left afterwards.

Belongs here: making that server and removing it. Never here: what is restored and compared (restoring).
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import Progress
from config.kit.stop_request import THIS_PROCESS
from config.postgres.server import EmbeddedPostgres
from config.schema import Config
from ledger.backup.restoring import Restored, read_backup, restored

FOLDER_PREFIX = "yzt-backup-"


def check(config: Config, folder: Path, beside: Path | None, progress: Progress) -> Restored:
    """Restores a backup into a second server of its own, in a temporary folder below `beside`, and removes it again.

    Raises: BackupUnfit, ConfigFault, JournalNewer; ProcessFault where the server cannot be made; StopAsked.
    """
    said = read_backup(folder, progress)
    with _second_server(config, beside, progress) as server:
        return restored(server.dsn, said, folder, progress)


@contextmanager
def _second_server(config: Config, beside: Path | None, progress: Progress) -> Iterator[EmbeddedPostgres]:
    """A started server with an empty database, of which nothing is left afterwards."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=beside))
    except OSError as error:
        message = f"{error.filename or beside}: {error.strerror}: no second server can be made there"
        raise ProcessFault(message, ExitCode.UNAVAILABLE) from None
    folder.chmod(0o711)  # the server's user passes through it to the folders below, which are for him alone
    server = None
    try:
        server = EmbeddedPostgres.prepare(
            folder, progress, user=config.supervise.run_as, stopping=lambda: THIS_PROCESS.asked
        )
        server.start(progress)
        yield server
    finally:
        if server is not None:
            server.stop(progress)
            server.remove()
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            progress(f"backup: {folder} cannot be removed")
