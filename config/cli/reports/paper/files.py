"""The files of a report: written beside their names, and named once all of them are whole.

Belongs here: drafts, names, CSV files. Never here: what stands in them, pages (pdf_pages).
"""

import csv
import hashlib
import os
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import IO

from config.cli.reports.paper.forms import CSV_COLUMNS, Cell, Column
from config.kit.exit_codes import ExitCode, ProcessFault

AS_OF = "截至流水号"
"""The last column of every CSV: the journal row that it is as of."""


class Drafts:
    """Files that get their names together, or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._drafts: dict[Path, Path] = {}
        self._streams: list[IO[bytes] | IO[str]] = []

    def __enter__(self) -> "Drafts":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What was not put in place is removed."""
        for stream in self._streams:
            try:
                stream.close()
            except OSError:
                continue  # the disk is full: what is buffered is of a draft that goes
        for draft in self._drafts:
            draft.unlink(missing_ok=True)

    def text(self, name: str) -> IO[str]:
        """A draft in UTF-8 with a byte order mark, by which spreadsheets know it. Raises ProcessFault DATA."""
        return self._opened(name, "w", encoding="utf-8-sig", newline="")

    def draft(self, name: str) -> Path:
        """The place of a draft that somebody else writes."""
        draft = self._folder / f".{name}.{os.getpid()}.part"
        self._drafts[draft] = self._folder / name
        return draft

    def put_in_place(self) -> list[Path]:
        """Gives all of them their names. Raises ProcessFault DATA."""
        files = list(self._drafts.values())
        try:
            for stream in self._streams:
                stream.close()
            for draft, file in list(self._drafts.items()):
                draft.replace(file)
                del self._drafts[draft]
        except OSError as error:
            raise fault_of(self._folder, error) from None
        return files

    def _opened(self, name: str, mode: str, **options: str) -> IO[str]:
        try:
            stream: IO[str] = self.draft(name).open(mode, **options)  # type: ignore[call-overload]
        except OSError as error:
            raise fault_of(self._folder, error) from None
        self._streams.append(stream)
        return stream


class CsvTable:
    """A table on its way into a CSV file."""

    def __init__(self, stream: IO[str], columns: Sequence[Column], as_of: int) -> None:
        self._cells = [CSV_COLUMNS[column.kind] for column in columns]
        self._as_of = str(as_of)
        self._writer = csv.writer(stream, lineterminator="\r\n")
        self._writer.writerow([*(column.title for column in columns), AS_OF])

    def add(self, columns: Sequence[Sequence[Cell]]) -> None:
        """Some rows, column by column. Raises OSError."""
        written = [cells(values) for cells, values in zip(self._cells, columns, strict=True)]
        self._writer.writerows(zip(*written, repeat(self._as_of), strict=False))


def write_list(folder: Path, name: str, files: Sequence[Path]) -> tuple[Path, bytes]:
    """The SHA-256 of each file by its name, as `sha256sum --check` reads it. Returns: the list, its own SHA-256.

    Raises: ProcessFault DATA.
    """
    try:
        lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
        content = "".join(lines).encode()
        with Drafts(folder) as drafts:
            drafts.draft(name).write_bytes(content)
            (listed,) = drafts.put_in_place()
    except OSError as error:
        raise fault_of(folder, error) from None
    return listed, hashlib.sha256(content).digest()


def folder_for(folder: Path) -> Path:
    """The folder, made if it is not there, once it is sure that something can be written into it.

    Raises: ProcessFault DATA with what is wrong.
    """
    try:
        folder.mkdir(exist_ok=True)
        trial = folder / f".yzt.{os.getpid()}.part"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise fault_of(folder, error) from None
    return folder


def fault_of(folder: Path, error: OSError) -> ProcessFault:
    """One line with the folder and what is wrong."""
    return ProcessFault(f"{folder}: {error.strerror}", ExitCode.DATA)
