"""Checkpoints of the gateway's book: one file for each trade date that was opened, so that a restart adds up one day.

Belongs here: the file's layout, its names, which ones are kept. Never here: arithmetic (book), when one is due
(book_intake).
"""

import logging
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from config.kit.exit_codes import ConfigFault
from config.kit.own_files import open_own
from gateway.high_water import sync_folder
from gateway.own_book.book import OwnBook

BOOK_LAYOUT = 1  # which arrays a file holds; another book than the ledger's, so another number
FILES_KEPT = 2  # the newest, and the one before in case the newest cannot be read
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The book as it was right after the row that opened `trade_date`: every row up to `sequence`, none above."""

    trade_date: int
    sequence: int
    columns: dict[str, npt.NDArray[np.signedinteger]]


@dataclass(frozen=True, slots=True)
class BookBase:
    """A book to go on from, and the journal sequence up to which it holds every row."""

    book: OwnBook
    sequence: int


def save(folder: Path, checkpoint: Checkpoint) -> None:
    """Writes `book-<date>.npz` durably and removes older ones beyond FILES_KEPT. Blocks; raises OSError."""
    file = folder / f"book-{checkpoint.trade_date}.npz"
    fresh = file.with_name(file.name + ".new")
    head = np.array([BOOK_LAYOUT, checkpoint.sequence], np.int64)
    fresh.unlink(missing_ok=True)  # a pipe that was left there would be waited for
    with fresh.open("xb") as stream:
        columns = checkpoint.columns
        np.savez(stream, allow_pickle=False, head=head, **columns)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)
    sync_folder(folder)
    for old in _files(folder)[FILES_KEPT:]:
        old.unlink()


def load(folder: Path) -> BookBase:
    """The newest checkpoint that can be read, else an empty book: the feed then begins at the first row."""
    for file in _files(folder):
        try:
            with open_own(file, os.O_RDONLY) as stream, np.load(stream, allow_pickle=False) as content:
                columns = {name: content[name] for name in content.files}
            layout, sequence = columns.pop("head").tolist()
            if layout != BOOK_LAYOUT:
                raise ValueError(f"layout {layout}, this program knows {BOOK_LAYOUT}")
            return BookBase(OwnBook.from_arrays(columns), sequence)
        except (ConfigFault, OSError, ValueError, LookupError, EOFError, zipfile.BadZipFile) as error:
            _LOG.warning("%s: not a checkpoint of the book, an older one is used: %s", file, error)
    return BookBase(OwnBook(), 0)


def _files(folder: Path) -> list[Path]:
    """Checkpoints, newest first: the names end in a date, so that they sort."""
    return sorted(folder.glob("book-*.npz"), reverse=True)
