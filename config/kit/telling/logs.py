"""The log of every process: one line for one event, in one format, into a file that is rotated while it is written.

What belongs here: the format, the level, the file, what may stand in a line. What never may: what is said.

A line is written in one piece and at once. A log that cannot be written, full disk or closed pipe, keeps nobody from
working. Whatever others can choose, names, reasons, addresses, is written so that it stays one line.
"""

import datetime
import logging
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from config.kit.printable import printable
from config.kit.processes import Progress
from config.schema import Log

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
STDOUT, STDERR = 1, 2
MESSAGE_CHARS_MAX = 2_000


class LineFormatter(logging.Formatter):
    """`2026-01-05T01:30:00.123Z INFO    gateway: …`, or the same as one JSON object a line."""

    def __init__(self, process: str, as_json: bool) -> None:
        super().__init__()
        self._process = process
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The whole line without its end; a traceback follows it, or is a field of it."""
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds")
        at = at.replace("+00:00", "Z")
        message = one_line(record.getMessage())
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        if not self._as_json:
            return f"{at} {record.levelname:<7} {self._process}: {message}" + (f"\n{trace}" if trace else "")
        fields = {"time": at, "level": record.levelname.lower(), "process": self._process, "message": message}
        if trace:
            fields["traceback"] = trace
        return msgspec.json.encode(fields).decode()


class LogFile(logging.Handler):
    """Writes to stderr, and where that is the process's log file, keeps the file: opened again when somebody has moved
    it away, and begun anew when it has grown, with the older ones as `NAME.1`, `NAME.2` and so on.
    """

    def __init__(self, file: Path | None, rotate_bytes: int, files_kept: int) -> None:
        """`file`: what stderr may be; None, or when it is something else, nothing is kept."""
        super().__init__()
        self._file = file if file is not None and _is_open_as(file, STDERR) else None
        self._rotate_bytes = rotate_bytes
        self._files_kept = files_kept

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one record; what goes wrong is passed over."""
        try:
            line = self.format(record) + "\n"
            if self._file is not None:
                self._keep(self._file)
            os.write(STDERR, line.encode("utf-8", errors="backslashreplace"))
        except OSError:
            return
        except Exception:
            self.handleError(record)

    def _keep(self, file: Path) -> None:
        if _is_open_as(file, STDERR):
            if os.fstat(STDERR).st_size < self._rotate_bytes:
                return
            for number in range(self._files_kept - 1, 0, -1):
                older = file.with_name(f"{file.name}.{number}")
                if older.exists():
                    older.replace(file.with_name(f"{file.name}.{number + 1}"))
            file.replace(file.with_name(f"{file.name}.1"))
        opened = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        for descriptor in (STDOUT, STDERR):  # what others print, and a traceback of the interpreter, go there too
            os.dup2(opened, descriptor)
        os.close(opened)


def begin(process: str, log: Log | None, state: Path | None = None) -> Progress:
    """Sets up the log of this process. Returns: what takes a line of progress into it.

    `log` None: before the configuration is known. `state`: the folder in which `PROCESS.log` may be our stderr.
    """
    as_json = log is not None and log.format == "json"
    file = state / f"{process}.log" if state is not None else None
    handler = LogFile(file, log.rotate_bytes if log else 0, log.files_kept if log else 0)
    handler.setFormatter(LineFormatter(process, as_json))
    root = logging.getLogger()
    root.handlers[:] = [*(other for other in root.handlers if not isinstance(other, LogFile)), handler]
    root.setLevel(LEVELS[log.level] if log else logging.INFO)
    logging.captureWarnings(True)
    return logging.getLogger(process).info


def formatted(process: str, log: Log, level: int = logging.INFO) -> Callable[[str], str]:
    """What makes a line of the log of a text, for those who cannot go through `logging`: a signal's handler, a last
    word.
    """
    formatter = LineFormatter(process, log.format == "json")
    fields = {"levelno": level, "levelname": logging.getLevelName(level)}
    return lambda text: formatter.format(logging.makeLogRecord({"msg": text, **fields}))


def one_line(text: str) -> str:
    """Text that others may have chosen, on one line and without signs that a terminal obeys."""
    if len(text) > MESSAGE_CHARS_MAX:
        text = f"{text[:MESSAGE_CHARS_MAX]} …"
    return printable(text)


def _is_open_as(file: Path, descriptor: int) -> bool:
    try:
        named, opened = file.stat(), os.fstat(descriptor)
    except OSError:
        return False
    return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)
