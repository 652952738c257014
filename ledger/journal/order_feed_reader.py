"""Stretches of feeds of orders that are older than the ledger's memory, as the follower wrote them.

Belongs here: the SQL, whether what was read holds together. Never here: when it is wanted (ledger.order_path), how it
was written (ledger.follower).

What is read is told only as far as it has no gap and, where its stretch is whole and another follows it, as that one
says that its digest is. Whether the digests are the journal's the reader sees, who has those of the bank.
"""

import logging

import asyncpg

from ledger.core.state.orders.order_feeds import Kept, Stretch
from protocol.limits import ORDER_ENTRY_BYTES, STRETCH_ENTRIES
from protocol.order_pages import digest_behind, first_of

_LOG = logging.getLogger(__name__)
_ROWS = """
SELECT first, digest_before, entries FROM order_feed
WHERE party = $1 AND seat = $2 AND trade_date = $3 AND first BETWEEN $4 AND $5 ORDER BY first
"""


async def read_stretch(reading: asyncpg.Connection, stretch: Stretch) -> Kept | None:
    """All that is there of a stretch, from its beginning without a gap; None when nothing is, or it was altered."""
    begin, next_begin = first_of(stretch.number), first_of(stretch.number + 1)
    records = await reading.fetch(_ROWS, *stretch.feed, stretch.trade_date, begin, next_begin)
    entries, digest_before = bytearray(), b""
    for first, before, part in records:
        if first == next_begin:
            if len(entries) == STRETCH_ENTRIES * ORDER_ENTRY_BYTES and digest_behind(digest_before, entries) != before:
                _LOG.error("%s is not in the read model as it was made", stretch)
                return None
            break
        if first != begin + len(entries) // ORDER_ENTRY_BYTES or (entries and before != digest_before):
            break
        entries += part
        digest_before = bytes(before)
    return Kept(digest_before, bytes(entries)) if entries else None
