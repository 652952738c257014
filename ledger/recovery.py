"""From a journal to a book: the newest snapshot that fits, every row verified, stored outcomes applied.

Belongs here: which rows are read, what is verified, what is said when something is missing or changed. Never
here: how a row is applied (ledger.core), SQL (journal), which snapshot is believed (base), what makes a chain (chain).

The chain is verified from the last day-close checkpoint, the row that opened the trade date, or from the
snapshot if that is older; `yzt audit verify` does the rest. Reading, hashing and applying overlap: rows are read
ahead by a portion, and bodies are hashed in a thread.

A snapshot of a row that the journal lacks, or has otherwise, is no snapshot to pass over but evidence: this journal has
lost its tail or is another one, and nothing is served from it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from ledger.core.control.rows import accepted_messages
from ledger.core.rows.row import Row
from ledger.core.rows.row_form import check_bodies
from ledger.core.rows.runs import runs
from ledger.core.state.book import Book
from ledger.journal.chain import Chain, chain_behind
from ledger.journal.head import Head, JournalTampered
from ledger.journal.reader import JournalReader
from ledger.journal.replaying import apply_stored
from ledger.journal.snapshots import snapshot
from ledger.journal.snapshots.base import Base, newest_base
from ledger.order_path.lookup import verified_row
from protocol.errors import InvariantBroken, MisuseError
from protocol.messages.control import OpenTradeDate

PORTION_BYTES = 4 * 1024 * 1024  # three portions are in memory: being read, being hashed, being applied
PROGRESS_EVERY_NS = 1_000_000_000
MARK_FILE = "gateway.mark"  # in the state directory: the highest row that a gateway told its partners
Progress = Callable[[str], None]


async def recover(journal: JournalReader, head: Head, snapshots: Path, progress: Progress) -> Book:
    """The book after row `head.sequence`, which a takeover has read.

    Raises: JournalTampered naming the row that is missing, changed or out of place, or after which the state is not
    the one that decided; JournalNewer naming the row that a later program wrote. Nothing may be served then.
    """
    last = await journal.last_place()
    found = last.sequence if last is not None else 0
    if found != head.sequence:
        what = "the tail is lost" if found < head.sequence else "rows stand behind the head"
        raise JournalTampered(f"the journal ends at row {found} and its head is at {head.sequence}: {what}")
    await _check_evidence(journal, head, snapshots)
    base = await newest_base(snapshots, journal, progress)
    if last is None:
        return base.book
    checkpoint = await _checkpoint(journal, base.book.sequence, last.trade_date)
    await replay(journal, base, checkpoint, head, progress)
    return base.book


def check_first_start(state: Path) -> None:
    """What must be true before a first row is written. Raises: JournalTampered."""
    mark = state / MARK_FILE
    if mark.exists():
        raise JournalTampered(
            f"the journal is empty and {mark} knows rows of one: it is lost, or the database is another; "
            "move that file away to begin a new journal"
        )


async def _check_evidence(journal: JournalReader, head: Head, snapshots: Path) -> None:
    """Every snapshot, fit or not, must be of a row that this journal has. Raises: JournalTampered."""
    for folder in snapshot.newest_first(snapshots):
        advice = "this journal has lost rows or is another one; move the snapshot away to serve from it all the same"
        if int(folder.name) > head.sequence:
            raise JournalTampered(f"{folder} is ahead of the journal, which ends at row {head.sequence}: {advice}")
        try:
            manifest = snapshot.read_manifest(folder)
        except snapshot.SnapshotUnfit:
            continue  # said when it is not loaded
        digest = await journal.digest_at(manifest.sequence)
        if digest is not None and digest.hex() != manifest.digest:
            raise JournalTampered(f"{folder} is of another row {manifest.sequence} than the journal's: {advice}")


async def _checkpoint(journal: JournalReader, base: int, trade_date: int) -> int:
    """The row above which everything is verified: the one that opened `trade_date`, or the base's if that is older.

    Where a date begins is read from a column that anybody may have changed, so the row found there must say itself
    that it opened exactly this date, and must follow from the row before it.
    """
    first = await journal.first_sequence_of(trade_date)
    opened = (first or 1) - 1
    checkpoint = min(base, opened)
    if checkpoint == 0:
        return 0
    row = await verified_row(journal, checkpoint)
    if checkpoint == opened and not _opens(row, trade_date):
        raise JournalTampered(f"row {checkpoint} is followed by rows of {trade_date} and did not open that date")
    return checkpoint


def _opens(row: Row, trade_date: int) -> bool:
    """Whether a row is an accepted OpenTradeDate to exactly this date."""
    try:
        check_bodies(row)
        messages = list(accepted_messages(row))
    except (InvariantBroken, MisuseError):
        return False
    opened = [message.trade_date for message in messages if isinstance(message, OpenTradeDate)]
    return bool(row.headers) and len(messages) == 1 and opened == [trade_date]


async def replay(journal: JournalReader, base: Base, checkpoint: int, head: Head, progress: Progress) -> None:
    """Verifies every row above `checkpoint` up to the head and applies those above the base, whose book is then behind
    the head. Raises: JournalTampered, JournalNewer.
    """
    chain = await chain_behind(journal, checkpoint, head.epoch)
    book, loop = base.book, asyncio.get_running_loop()
    report_ns = time.monotonic_ns() + PROGRESS_EVERY_NS
    async for portion in _read_ahead(journal.portions_after(checkpoint, PORTION_BYTES, head.sequence)):
        await loop.run_in_executor(None, check_portion, chain, portion)
        for run in runs([row for row in portion if row.sequence > book.sequence]):
            apply_stored(book, run)
        if time.monotonic_ns() >= report_ns:
            progress(f"row {chain.sequence} of {head.sequence} verified")
            report_ns += PROGRESS_EVERY_NS
    if chain.sequence != head.sequence:
        raise JournalTampered(f"the journal ends at row {chain.sequence} and its head is at {head.sequence}")
    if chain.digest != head.digest:
        raise JournalTampered(f"row {chain.sequence} is not the one that the journal's head names")


def check_portion(chain: Chain, portion: list[Row]) -> None:
    """Verify the rows that come next, wherever their work on the book stands. Raises JournalTampered, JournalNewer."""
    for row in portion:
        chain.take(row)


async def _read_ahead(portions: AsyncIterator[list[Row]]) -> AsyncIterator[list[Row]]:
    """The same portions, one being read while the caller works on the one before."""
    ahead = asyncio.ensure_future(anext(portions, None))
    try:
        while (portion := await ahead) is not None:
            ahead = asyncio.ensure_future(anext(portions, None))
            yield portion
    finally:
        ahead.cancel()
