"""Committed rows, read again.

Belongs here: every SQL statement that reads `journal` and `journal_head`. Never here: what a row means
(ledger.core.rows.row) and how it is stored (stored_row), writing.
"""

import asyncio
from collections.abc import AsyncIterator

import asyncpg

from ledger.core.rows.row import Row
from ledger.core.state.orders.order_feeds import Kept, Stretch
from ledger.journal.feed_reader import read_page
from ledger.journal.head import SHARD, ZERO_DIGEST, Head, JournalTampered, Place
from ledger.journal.order_feed_reader import read_stretch
from ledger.journal.places import Places
from ledger.journal.stored_row import COLUMNS, row_from
from protocol.limits import COMMIT_RECORDS_MAX, OUTCOME_BYTES, RECORD_BYTES
from protocol.messages.feeds import FeedPage

PAGE_ROWS_MAX = 512  # rows whose lengths are asked for at once
UNTIL_THE_END = 2**62
_LENGTHS = f"""
SELECT sequence, trade_date,
       octet_length(headers) + octet_length(control)
       + least(greatest(outcome_count, 0), {COMMIT_RECORDS_MAX}) * {RECORD_BYTES + OUTCOME_BYTES} AS row_bytes
FROM journal
WHERE shard = $1 AND sequence > $2 AND sequence <= $3 AND trade_date >= $4
ORDER BY sequence LIMIT $5
"""  # noqa: S608 - only a constant number is put in
_PAGE = f"""
SELECT {COLUMNS} FROM journal
WHERE shard = $1 AND sequence > $2 AND sequence <= $3 AND trade_date >= $4 AND trade_date <= $5
ORDER BY sequence
"""  # noqa: S608 - only the constant column list is put in
_ROW = f"SELECT {COLUMNS} FROM journal WHERE shard = $1 AND sequence = $2"  # noqa: S608 - likewise
_NEWEST = f"SELECT {COLUMNS} FROM journal WHERE shard = $1 ORDER BY sequence DESC LIMIT 1"  # noqa: S608 - likewise
_NEWEST_CHECK = _NEWEST.replace("$1", "$1 AND octet_length(state_check) > 0")
_HEADERS = """
SELECT sequence, headers FROM (
    SELECT sequence, headers, octet_length(headers) AS own_bytes,
           sum(octet_length(headers)) OVER (ORDER BY sequence) AS total_bytes
    FROM journal WHERE shard = $1 AND trade_date = $2 AND sequence > $3
    ORDER BY sequence LIMIT $4
) portion WHERE total_bytes - own_bytes < $5
ORDER BY sequence
"""


class JournalReader:
    """Reads committed rows over one connection; its methods may be called concurrently and then take
    turns.
    """

    def __init__(self, reading: asyncpg.Connection, shard: int = SHARD) -> None:
        self.shard = shard
        self._reading = reading
        self._turn = asyncio.Lock()
        self.places = Places(reading, self._turn, shard)

    async def head(self) -> Head | None:
        """The head as it is now, None when no ledger ever served."""
        row = await self._one("SELECT epoch, sequence, digest FROM journal_head WHERE shard = $1", self.shard)
        return Head(row["epoch"], row["sequence"], row["digest"]) if row is not None else None

    async def portions_after(
        self, sequence: int, limit_bytes: int, until: int = UNTIL_THE_END
    ) -> AsyncIterator[list[Row]]:
        """Rows above `sequence` up to `until` in order, in lists of about `limit_bytes` (at least one row
        each).

        It ends at the end of the journal. Gaps in the numbering are not looked for here.
        """
        trade_date = known = await self.places.date_of(sequence + 1)
        while sequence < until:
            async with self._turn:
                lengths = await self._reading.fetch(_LENGTHS, self.shard, sequence, until, trade_date, PAGE_ROWS_MAX)
            if not lengths:
                return
            start = 0
            while start < len(lengths):
                end, page_bytes = start + 1, int(lengths[start]["row_bytes"])
                while end < len(lengths) and page_bytes + lengths[end]["row_bytes"] <= limit_bytes:
                    page_bytes += lengths[end]["row_bytes"]
                    end += 1
                dates = [entry["trade_date"] for entry in lengths[start:end]]
                last = int(lengths[end - 1]["sequence"])
                async with self._turn:
                    found = await self._reading.fetch(_PAGE, self.shard, sequence, last, min(dates), max(dates))
                yield [_row(record) for record in found]
                sequence, start, trade_date = last, end, max(dates)
                if trade_date != known:  # another date than the newest that was known
                    self.places.forget()

    async def rows_after(self, sequence: int, limit_bytes: int, until: int = UNTIL_THE_END) -> AsyncIterator[Row]:
        """The rows of `portions_after` one by one; about `limit_bytes` are in memory."""
        async for portion in self.portions_after(sequence, limit_bytes, until):
            for row in portion:
                yield row

    async def row_holding(self, sequence: int) -> Row | None:
        """The committed row at `sequence`, or None."""
        record = await self._one_at(_ROW, sequence)
        return _row(record) if record is not None else None

    async def digest_at(self, sequence: int) -> bytes | None:
        """The chain digest of the row at `sequence`, zero for sequence 0, None when there is no such row."""
        if sequence == 0:
            return ZERO_DIGEST
        record = await self._one_at("SELECT digest FROM journal WHERE shard = $1 AND sequence = $2", sequence)
        return bytes(record["digest"]) if record is not None else None

    async def last_place(self) -> Place | None:
        """Sequence and trade date of the last row that is there, whatever the head says."""
        statement = "SELECT sequence, trade_date FROM journal WHERE shard = $1 ORDER BY sequence DESC LIMIT 1"
        record = await self._one(statement, self.shard)
        return Place(record["sequence"], record["trade_date"]) if record is not None else None

    async def newest_rows(self) -> list[Row]:
        """The newest row and the newest with a state check, as far as there are any."""
        records = [await self._one(statement, self.shard) for statement in (_NEWEST, _NEWEST_CHECK)]
        return [_row(record) for record in records if record is not None]

    async def first_sequence_of(self, trade_date: int) -> int | None:
        """The lowest sequence among the rows of a trade date, None when it has none."""
        statement = "SELECT min(sequence) AS first FROM journal WHERE shard = $1 AND trade_date = $2"
        record = await self._one(statement, self.shard, trade_date)
        return record["first"] if record is not None else None

    async def headers_after(self, trade_date: int, sequence: int, limit_bytes: int) -> list[tuple[int, bytes]]:
        """Sequence and headers of a trade date's rows above `sequence`, in order: at least one if there is one, at
        most PAGE_ROWS_MAX, and none that begins behind `limit_bytes`.
        """
        async with self._turn:
            records = await self._reading.fetch(_HEADERS, self.shard, trade_date, sequence, PAGE_ROWS_MAX, limit_bytes)
        return [(record["sequence"], record["headers"]) for record in records]

    async def snapshot_sha256(self, sequence: int) -> bytes | None:
        """The SHA-256 of the manifest of the snapshot of row `sequence`, as its writer put it beside the journal;
        None when no snapshot of that row was finished.
        """
        statement = "SELECT sha256 FROM snapshot_manifests WHERE shard = $1 AND sequence = $2"
        record = await self._one(statement, self.shard, sequence)
        return bytes(record["sha256"]) if record is not None else None

    async def feed_page(self, party: int, first: int) -> FeedPage | None:
        """Entries of a party's feed as the follower wrote them, see `read_page`."""
        async with self._turn:
            return await read_page(self._reading, party, first)

    async def order_stretch(self, stretch: Stretch) -> Kept | None:
        """Entries of a feed of orders as the follower wrote them, see `read_stretch`."""
        async with self._turn:
            return await read_stretch(self._reading, stretch)

    async def close(self) -> None:
        """Closes the connection."""
        await self._reading.close()

    async def _one_at(self, statement: str, sequence: int) -> asyncpg.Record | None:
        """The row of `statement`, asked in the one partition that should have it and, when it is not there, in all."""
        within = f"{statement} AND trade_date = $3"
        for _look in range(2):
            trade_date = await self.places.date_of(sequence)
            record = await self._one(within, self.shard, sequence, trade_date)
            if record is not None:
                return record
            self.places.forget()
        return await self._one(statement, self.shard, sequence)

    async def _one(self, statement: str, *arguments: int | str) -> asyncpg.Record | None:
        async with self._turn:
            return await self._reading.fetchrow(statement, *arguments)


def _row(record: asyncpg.Record) -> Row:
    try:
        return row_from(record)
    except ValueError as error:
        raise JournalTampered(f"row {record['sequence']} is not what was committed: {error}") from None
