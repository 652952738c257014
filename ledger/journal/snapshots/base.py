"""What a replayer starts from: the book of the newest snapshot that is believed, for recovery and follower alike.

Belongs here: which snapshot is taken and why another is not, its arrays brought forward to today's state layout. Never
here: files and checksums (snapshot), what the arrays mean (ledger.core.state.forms.arrays), what is replayed on it.

A snapshot is believed when the journal has its row with its digest, the database names its manifest, and its book keeps
every invariant. Each that is passed over is said in one line: an older one is used, or the whole journal.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledger.core.invariants import check_book
from ledger.core.state.book import Book
from ledger.core.state.forms.arrays import from_arrays
from ledger.core.state.forms.layouts import brought_forward
from ledger.journal.head import ZERO_DIGEST
from ledger.journal.reader import UNTIL_THE_END, JournalReader
from ledger.journal.snapshots import snapshot
from protocol.errors import InvariantBroken


@dataclass(frozen=True, slots=True)
class Base:
    """A book after row `book.sequence`, and the digest of that row."""

    book: Book
    digest: bytes


async def newest_base(
    root: Path, journal: JournalReader, progress: Callable[[str], None], until: int = UNTIL_THE_END
) -> Base:
    """The newest snapshot below `root` at or below row `until` that is believed, else an empty book."""
    for folder in snapshot.newest_first(root):
        if int(folder.name) > until:
            continue
        try:
            base = await _base_of(folder, journal)
        except (snapshot.SnapshotUnfit, InvariantBroken, ValueError) as error:
            progress(f"snapshot {folder.name} passed over: {error}")
            continue
        progress(f"snapshot of row {base.book.sequence} loaded")
        return base
    return Base(Book.empty(), ZERO_DIGEST)


async def _base_of(folder: Path, journal: JournalReader) -> Base:
    manifest = snapshot.read_manifest(folder)
    if await journal.digest_at(manifest.sequence) != bytes.fromhex(manifest.digest):
        raise snapshot.SnapshotUnfit(f"its digest is not that of row {manifest.sequence}")
    named_sha256 = await journal.snapshot_sha256(manifest.sequence)
    loaded = await asyncio.to_thread(snapshot.load, folder, named_sha256)
    return Base(await asyncio.to_thread(book_of, loaded), loaded.digest)


def book_of(loaded: snapshot.Snapshot) -> Book:
    """The book that a loaded snapshot of this or an earlier state layout holds.

    Raises InvariantBroken when the arrays are no book, or one that no ledger can have.
    """
    book = from_arrays(brought_forward(loaded.arrays, loaded.state_layout))
    if book.sequence != loaded.sequence:
        raise InvariantBroken(f"the snapshot of row {loaded.sequence} holds the book after row {book.sequence}")
    check_book(book)
    return book
