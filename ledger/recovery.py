"""From a journal to a book: the newest snapshot that fits, every row verified, stored outcomes applied.

Belongs here: which rows are read, what is verified, what is said when something is missing or changed. Never
here: how a row is applied (ledger.core.engine), SQL (journal), files (snapshot).

The chain is verified from the last day-close checkpoint, the row before the first of the open trade date, or
from the snapshot if that is older; `yzt audit verify` does the rest. Reading, hashing and applying overlap:
rows are read ahead by a page, and bodies are hashed in a thread.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger import snapshot
from ledger.core import engine
from ledger.core.arrays import from_arrays
from ledger.core.book import Book
from ledger.core.row import Row, check_bodies, row_digest
from ledger.journal import Head, JournalReader, JournalTampered
from protocol.errors import InvariantBroken, PeerViolation

PAGE_BYTES: Final = 4 * 1024 * 1024  # three pages are in memory: being read, being hashed, being applied
PROGRESS_EVERY_NS: Final = 1_000_000_000
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Base:
    """What recovery starts from: a book after row `sequence`."""

    book: Book
    digest: bytes


async def recover(journal: JournalReader, head: Head, snapshots: Path, progress: Progress) -> Book:
    """The book after row `head.sequence`, which a takeover has read.

    Raises: JournalTampered naming the row that is missing, changed or out of place. Nothing may be served
    then.
    """
    last = await journal.last_place()
    found = last.sequence if last is not None else 0
    if found != head.sequence:
        what = "the tail is lost" if found < head.sequence else "rows stand behind the head"
        raise JournalTampered(f"the journal ends at row {found} and its head is at {head.sequence}: {what}")
    base = await _base(journal, head, snapshots, progress)
    if last is None:
        return base.book
    first = await journal.first_sequence_of(last.trade_date)
    checkpoint = min(base.book.sequence, (first or 1) - 1)
    await _replay(journal, base, checkpoint, head, progress)
    return base.book


async def _base(journal: JournalReader, head: Head, snapshots: Path, progress: Progress) -> Base:
    """The newest snapshot that verifies and fits the journal, else an empty book."""
    for folder in snapshot.newest_first(snapshots):
        try:
            manifest = snapshot.read_manifest(folder)
            if manifest.sequence > head.sequence:
                raise snapshot.SnapshotUnfit(f"{folder}: ahead of the journal, which ends at {head.sequence}")
            if await journal.digest_at(manifest.sequence) != bytes.fromhex(manifest.digest):
                raise snapshot.SnapshotUnfit(f"{folder}: its digest is not that of row {manifest.sequence}")
            loaded = await asyncio.to_thread(snapshot.load, folder)
        except (snapshot.SnapshotUnfit, ValueError) as error:
            progress(f"snapshot left out: {error}")
            continue
        progress(f"snapshot of row {loaded.sequence} loaded")
        return Base(from_arrays(loaded.arrays), loaded.digest)
    return Base(Book.empty(), bytes(32))


async def _replay(journal: JournalReader, base: Base, checkpoint: int, head: Head, progress: Progress) -> None:
    """Verifies every row above `checkpoint` and applies those above the base."""
    digest = await journal.digest_at(checkpoint)
    if digest is None:
        raise JournalTampered(f"row {checkpoint} is missing from the journal")
    book, sequence = base.book, checkpoint
    report_ns = time.monotonic_ns() + PROGRESS_EVERY_NS
    async for page in _read_ahead(journal.pages_after(checkpoint, PAGE_BYTES, head.sequence)):
        checking = asyncio.get_running_loop().run_in_executor(None, _check_page, page, sequence, digest)
        try:
            digest = await checking
        except InvariantBroken as error:
            raise JournalTampered(str(error)) from None
        sequence = page[-1].sequence
        for row in page:
            if row.sequence > book.sequence:
                engine.apply_row(book, row)
        if time.monotonic_ns() >= report_ns:
            progress(f"row {sequence} of {head.sequence} verified")
            report_ns += PROGRESS_EVERY_NS
    if sequence != head.sequence:
        raise JournalTampered(f"the journal ends at row {sequence} and its head is at {head.sequence}")
    if digest != head.digest:
        raise JournalTampered(f"row {sequence} is not the one that the journal's head names")


def _check_page(page: list[Row], sequence: int, digest: bytes) -> bytes:
    """Verifies rows that follow row `sequence` with its `digest`. Returns the last digest; raises
    InvariantBroken.
    """
    for row in page:
        if row.sequence != sequence + 1:
            raise InvariantBroken(f"row {sequence + 1} is missing from the journal")
        computed = row_digest(digest, row)
        if computed != row.digest:
            raise InvariantBroken(f"row {row.sequence} is not what was committed: its digest differs")
        try:
            check_bodies(row)
        except PeerViolation as violation:
            raise InvariantBroken(f"row {row.sequence}: {violation}") from None
        sequence, digest = row.sequence, computed
    return digest


async def _read_ahead(pages: AsyncIterator[list[Row]]) -> AsyncIterator[list[Row]]:
    """The same pages, one being read while the caller works on the one before."""
    ahead = asyncio.ensure_future(anext(pages, None))
    try:
        while (page := await ahead) is not None:
            ahead = asyncio.ensure_future(anext(pages, None))
            yield page
    finally:
        ahead.cancel()
