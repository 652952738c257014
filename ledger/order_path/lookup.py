"""Which stored row holds a request number: read again and verified before anything is answered from it.

Belongs here: reading and searching for one number, and what must be true of the row that is found. Never here: SQL
(journal), what is answered (deciding).

"Not used" is an answer that lets a partner send the request again. So it rests on what a row of the journal says, the
one that closed the date, and not on a row that was not found; whatever else says where a row is, is a hint.
"""

import asyncio
from collections import OrderedDict

import numpy as np

from ledger.core.control.rows import accepted_messages
from ledger.core.rows.closing_heads import heads_of
from ledger.core.rows.layouts import DIGESTS, row_digest
from ledger.core.rows.row import Row
from ledger.core.rows.row_form import form_fault
from ledger.core.state.frame_index import FrameIndex, sequence_in_page
from ledger.journal.head import JournalTampered
from ledger.journal.reader import JournalReader
from ledger.order_path.decided import Lookup
from ledger.order_path.repeats import StoredRow
from protocol.header import PREFIX
from protocol.limits import PREFIX_BYTES, SEATS_MAX
from protocol.messages.control import OpenTradeDate
from protocol.vocabulary import NUMBERED_KINDS

SEARCH_BYTES = 4 * 1024 * 1024
"""Headers in memory while the frames of a date are gathered; one date at a time, so this is all that it takes."""
HEADS_KEPT = 1_024
"""Closed dates whose heads are remembered: some years, 12 KiB each when every seat was used."""
SEAT_BITS = 11
assert SEATS_MAX < 1 << SEAT_BITS


class Finder:
    """Finds stored rows for seats that wait. Calls may overlap; the frames of whole dates are gathered in turns.

    A number of a closed date costs three rows by their keys, however many rows the date has: the one that closed it
    (kept once read), a page of the frame index, and the row itself. The index is made when the date is closed. Only
    where it is missing or wrong are the headers of that date read, once, and it is made again.
    """

    def __init__(self, journal: JournalReader) -> None:
        self._journal = journal
        self._gathering = asyncio.Lock()
        self._gathered: set[int] = set()
        self._heads: OrderedDict[int, dict[int, int]] = OrderedDict()

    async def find(self, lookup: Lookup) -> StoredRow | None:
        """The row that holds the number, None when it was never used. Everything decided before the date that
        followed must be durable.

        Raises: JournalTampered when a row that must be there is missing, changed, or does not hold the number.
        """
        if lookup.sequence is not None:
            return await self._stored(lookup, lookup.sequence)
        heads = await self._heads_of(lookup.trade_date)
        if not 1 <= lookup.number < heads.get(lookup.seat, 1):
            return None
        sequence = await self._indexed(lookup)
        row = await self._journal.row_holding(sequence) if sequence else None
        if row is None or not StoredRow(row).holds(lookup.seat, lookup.trade_date, lookup.number):
            sequence = await self._gather(lookup)
        return await self._stored(lookup, sequence)

    async def keep(self, trade_date: int, frames: FrameIndex) -> None:
        """Writes the frame index of a date that was just closed."""
        await self._journal.places.keep_index(trade_date, frames.pages())

    async def _heads_of(self, trade_date: int) -> dict[int, int]:
        """Seat → next number when a date was closed: told by the row that opened the next one."""
        heads = self._heads.get(trade_date)
        if heads is not None:
            return heads
        span = await self._journal.places.span_of(trade_date)
        await self._check_spans()
        if span is None:
            return {}
        row = await verified_row(self._journal, span.last)
        closing = list(accepted_messages(row)) if form_fault(row) is None else []
        if row.trade_date != trade_date or not closing or not isinstance(closing[0], OpenTradeDate):
            raise JournalTampered(f"row {span.last} is the last of {trade_date} and did not close that date")
        heads = self._heads[trade_date] = heads_of(row)
        if len(self._heads) > HEADS_KEPT:
            self._heads.popitem(last=False)
        return heads

    async def _check_spans(self) -> None:
        """Where a date ends the next begins: else "no such date" could be one whose rows were taken away."""
        before = 0
        for span in await self._journal.places.spans():
            if span.first != before + 1:
                raise JournalTampered(f"row {before + 1} is missing from the journal")
            before = span.last

    async def _indexed(self, lookup: Lookup) -> int:
        entries = await self._journal.places.entries_of(lookup.trade_date, lookup.seat, lookup.number)
        return sequence_in_page(entries, lookup.number) if entries is not None else 0

    async def _stored(self, lookup: Lookup, sequence: int) -> StoredRow:
        row = await verified_row(self._journal, sequence)
        stored = StoredRow(row)
        if not stored.holds(lookup.seat, lookup.trade_date, lookup.number):
            wanted = f"number {lookup.number} of seat {lookup.seat} on {lookup.trade_date}"
            raise JournalTampered(f"row {sequence} does not hold {wanted}, which was decided in it")
        return stored

    async def _gather(self, lookup: Lookup) -> int:
        """The row of a number that was used, by the headers of all rows of its date; the index is made from them.

        A row carries the date that its frames are numbered in, a control frame that opens the next one too.
        """
        async with self._gathering:
            if lookup.trade_date not in self._gathered:
                frames = await self._frames_of(lookup.trade_date)
                await self.keep(lookup.trade_date, frames)
                self._gathered.add(lookup.trade_date)
            sequence = await self._indexed(lookup)
        if not sequence:
            wanted = f"number {lookup.number} of seat {lookup.seat} on {lookup.trade_date}"
            raise JournalTampered(f"no row holds {wanted}, which was used")
        return sequence

    async def _frames_of(self, trade_date: int) -> FrameIndex:
        span = await self._journal.places.span_of(trade_date)
        frames = FrameIndex()
        if span is None:
            return frames
        sequence = span.first - 1
        while sequence < span.last:
            found = await self._journal.headers_after(trade_date, sequence, SEARCH_BYTES)
            wanted = range(sequence + 1, sequence + 1 + max(1, len(found)))
            missing = set(wanted) - {there for there, _headers in found}
            if missing:
                raise JournalTampered(f"row {min(missing)} of {trade_date} is missing from the journal")
            _add_headers(frames, found)
            sequence = found[-1][0]
        return frames


async def verified_row(journal: JournalReader, sequence: int) -> Row:
    """The row at `sequence`, its digest computed again from it and the row before.

    Raises: JournalTampered when it is missing or not what was committed.
    """
    row, before = await journal.row_holding(sequence), await journal.digest_at(sequence - 1)
    if row is None or before is None:
        raise JournalTampered(f"row {sequence if row is None else sequence - 1} is missing from the journal")
    if row.layout not in DIGESTS or row_digest(before, row) != row.digest:
        raise JournalTampered(f"row {sequence} is not what was committed: its digest differs")
    return row


def _add_headers(frames: FrameIndex, found: list[tuple[int, bytes]]) -> None:
    """The first number of each seat in each row."""
    counts = np.array([len(headers) for _sequence, headers in found]) // PREFIX_BYTES
    joined = b"".join([headers for _sequence, headers in found])
    if len(joined) % PREFIX_BYTES:
        raise JournalTampered(f"headers of rows {found[0][0]} to {found[-1][0]} are cut")
    prefixes = np.frombuffer(joined, PREFIX)
    sequences = np.repeat(np.array([sequence for sequence, _headers in found], np.int64), counts)
    numbered = np.isin(prefixes["kind"], [int(kind) for kind in NUMBERED_KINDS])
    prefixes, sequences = prefixes[numbered], sequences[numbered]
    pairs = sequences << SEAT_BITS | prefixes["seat"]
    firsts = np.sort(np.unique(pairs, return_index=True)[1])
    columns = (prefixes["seat"][firsts], prefixes["first_number"][firsts], sequences[firsts])
    for seat, number, sequence in zip(*(column.tolist() for column in columns), strict=True):
        frames.add(seat, number, sequence)
