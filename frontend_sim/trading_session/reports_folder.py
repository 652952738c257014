"""The folder that a session leaves: the reports of its first date.

Belongs here: which folder, what is left of it when the session breaks off. Never here: what is in it
(config.cli.reports), the session's own folder, which goes (installation).
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.cli.reports.paper.files import folder_for
from config.kit.exit_codes import ExitCode, ProcessFault

FOLDER_PREFIX = "yzt-reports-"


@contextmanager
def reports_folder(named: Path | None) -> Iterator[Path]:
    """The folder that is named, made with those above it if new; else a new one for temporary files, which goes, with
    what is in it, when the session breaks off. Raises: ProcessFault when there can be none.
    """
    try:
        if named is not None:
            named.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX)) if named is None else folder_for(named).absolute()
    except OSError as error:
        message = f"--reports: {error.filename or 'a folder for temporary files'}: {error.strerror}"
        raise ProcessFault(message, ExitCode.DATA) from None
    if named is not None:
        yield folder
        return
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def files_in(folder: Path) -> dict[str, int]:
    """The files in a folder, each with when it was written last: those of an earlier session stay there."""
    return {each.name: each.stat().st_mtime_ns for each in folder.iterdir() if each.is_file()}
