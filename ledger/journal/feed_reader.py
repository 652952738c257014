"""Entries of feeds that are older than the ledger's memory, as the follower wrote them.

Belongs here: the SQL. Never here: when they are wanted (ledger.order_path), how they were written (ledger.follower).

Nothing else of the read model is told to a partner. Each entry carries the chained digest in front of it, and what is
read is told only as far as that chain holds; whether the chain is the journal's, the reader sees at the next entry that
it has from memory.
"""

import asyncpg

from protocol.limits import FEED_PAGE_ENTRIES_MAX
from protocol.messages.feeds import FeedEntry, FeedPage, chained

_PAGE = """
SELECT position, sequence, decided_at_ns, kind, trade_date, contract_no, content, digest_before FROM feed_entries
WHERE party = $1 AND position >= $2 ORDER BY position LIMIT $3
"""


async def read_page(reading: asyncpg.Connection, party: int, first: int) -> FeedPage | None:
    """Entries from `first` on, without gaps; None when that one is not there."""
    records = await reading.fetch(_PAGE, party, first, FEED_PAGE_ENTRIES_MAX)
    entries: list[FeedEntry] = []
    before = b""
    for record in records:
        *fields, digest_before = record
        entry = FeedEntry(*fields)
        if entry.position != first + len(entries) or (entries and digest_before != before):
            break
        entries.append(entry)
        before = chained(digest_before, entry)
    if not entries:
        return None
    return FeedPage(first, first + len(entries), bytes(records[0]["digest_before"]), entries)
