"""Which stored row holds a request number: read again and verified before anything is answered from it.

Belongs here: reading and searching for one number, and what must be true of the row that is found. Never here: SQL
(journal), what is answered (deciding).

"Not used" is an answer that lets a partner send the request again. Nothing but the journal's own rows may lead to it:
the read model lags, and whoever can write it could make it forget.
"""

import asyncio
from typing import Final

import numpy as np

from ledger.core.row import Row, row_digest
from ledger.deciding import Lookup
from ledger.journal import JournalReader, JournalTampered
from ledger.repeats import StoredRow, place_of
from protocol.header import PREFIX
from protocol.limits import PREFIX_BYTES

SEARCH_BYTES: Final = 4 * 1024 * 1024
"""Headers in memory while a date is searched; one search at a time, so this is all that searching takes."""


class Finder:
    """Finds stored rows for seats that wait. Calls may overlap; searches of whole dates take turns."""

    def __init__(self, journal: JournalReader) -> None:
        self._journal = journal
        self._searching = asyncio.Lock()

    async def find(self, lookup: Lookup) -> StoredRow | None:
        """The row that holds the number, None when no row of that date does. Everything decided before the date that
        followed must be durable.

        Raises: JournalTampered when a row that must be there is missing, changed, or does not hold the number.
        """
        if lookup.sequence is not None:
            return await self._stored(lookup, lookup.sequence)
        sequence = await self._journal.sequence_in_read_model(lookup.trade_date, lookup.seat, lookup.number)
        row = await self._journal.row_holding(sequence) if sequence is not None else None
        if row is None or not StoredRow(row).holds(lookup.seat, lookup.trade_date, lookup.number):
            async with self._searching:
                sequence = await self._search(lookup)
        return await self._stored(lookup, sequence) if sequence is not None else None

    async def _stored(self, lookup: Lookup, sequence: int) -> StoredRow:
        row = await verified_row(self._journal, sequence)
        stored = StoredRow(row)
        if not stored.holds(lookup.seat, lookup.trade_date, lookup.number):
            wanted = f"number {lookup.number} of seat {lookup.seat} on {lookup.trade_date}"
            raise JournalTampered(f"row {sequence} does not hold {wanted}, which was decided in it")
        return stored

    async def _search(self, lookup: Lookup) -> int | None:
        """The row of the date whose headers hold the number, by looking at all of them.

        A row carries the date that its frames are numbered in, a control frame that opens the next one too.
        """
        if lookup.number < 1:
            return None
        sequence, last = await self._journal.rows_between_dates(lookup.trade_date)
        while sequence < last:
            page = await self._journal.headers_after(lookup.trade_date, sequence, SEARCH_BYTES)
            wanted = range(sequence + 1, sequence + 1 + max(1, len(page)))
            missing = set(wanted) - {found for found, _headers in page}
            if missing:
                raise JournalTampered(f"row {min(missing)} of {lookup.trade_date} is missing from the journal")
            found = _row_in(page, lookup)
            if found is not None:
                return found
            sequence = page[-1][0]
        return None


async def verified_row(journal: JournalReader, sequence: int) -> Row:
    """The row at `sequence`, its digest computed again from it and the row before.

    Raises: JournalTampered when it is missing or not what was committed.
    """
    row, before = await journal.row_holding(sequence), await journal.digest_at(sequence - 1)
    if row is None or before is None:
        raise JournalTampered(f"row {sequence if row is None else sequence - 1} is missing from the journal")
    if row_digest(before, row) != row.digest:
        raise JournalTampered(f"row {sequence} is not what was committed: its digest differs")
    return row


def _row_in(page: list[tuple[int, bytes]], lookup: Lookup) -> int | None:
    frames = np.array([len(headers) for _sequence, headers in page]) // PREFIX_BYTES
    joined = b"".join([headers for _sequence, headers in page])
    if len(joined) % PREFIX_BYTES:
        raise JournalTampered(f"headers of rows {page[0][0]} to {page[-1][0]} are cut")
    place = place_of(np.frombuffer(joined, PREFIX), lookup.seat, lookup.trade_date, lookup.number)
    if place < 0:
        return None
    return page[int(np.searchsorted(np.cumsum(frames), place, side="right"))][0]
