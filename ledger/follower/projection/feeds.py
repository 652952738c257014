"""What brokers are told without asking, and what they sign for: the table feed_entries.

Belongs here: which entries and receipts a batch has, their columns, the SQL. Never here: what an entry says
(ledger.core), the transaction (read_model).
"""

import json
from dataclasses import dataclass, field

import asyncpg
from msgspec import structs

from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.feeds import News
from protocol.errors import InvariantBroken
from protocol.messages.codec import decode_content
from protocol.messages.control import ControlMessage
from protocol.messages.feeds import Receipt
from protocol.messages.fields import fen_from_sum
from protocol.messages.orders.fees import FeeComponent

COLUMNS = (
    *(
        "party",
        "position",
        "sequence",
        "decided_at_ns",
        "kind",
        "trade_date",
        "contract_no",
        "content",
        "digest_before",
    ),
    "said",
)
_RECEIVED = """
UPDATE feed_entries
SET received_s = $3
WHERE party = $1 AND position = $2
"""


@dataclass(slots=True)
class FeedsOfBatch:
    """Entries that rows of a batch made, and receipts of entries. Tell it of each row when the book has applied it."""

    book: Book
    entries: list[tuple[object, ...]] = field(default_factory=list)
    receipts: dict[tuple[int, int], int] = field(default_factory=dict)
    """By party and position, the second."""

    def take(self, row: Row) -> None:
        """A row that is no block."""
        if self.book.feeds.sequence == row.sequence:
            self.entries += [_columns(news) for news in self.book.feeds.news]

    def take_answer(self, party: int, message: ControlMessage) -> None:
        """An accepted control message of a party."""
        if not isinstance(message, Receipt):
            return
        for key, told in self.book.feeds.signed_for.items():
            if key.party == party and key.trade_date == message.trade_date and told.received_s:
                self.receipts[party, told.position] = told.received_s


async def write_feeds(connection: asyncpg.Connection, of_batch: FeedsOfBatch) -> None:
    """Writes what a batch has. Raises InvariantBroken when an entry is missing that was signed for."""
    if of_batch.entries:
        await connection.copy_records_to_table("feed_entries", records=of_batch.entries, columns=COLUMNS)
    for key, received_s in of_batch.receipts.items():
        if await connection.execute(_RECEIVED, *key, received_s) != "UPDATE 1":
            raise InvariantBroken(f"the read model lacks entry {key[1]} of the feed of party {key[0]}")


def _columns(news: News) -> tuple[object, ...]:
    entry = news.kept.entry
    numbers = (entry.position, entry.sequence, entry.decided_at_ns, entry.kind, entry.trade_date, entry.contract_no)
    return (news.party, *numbers, entry.content, news.kept.digest_before, _said(entry.content))


def _said(content: bytes) -> str:
    """The content by the names of its fields, as JSON for people."""
    message = decode_content(content)
    fields = {name: getattr(message, name) for name in message.__struct_fields__}
    return json.dumps({name: _plain(value) for name, value in fields.items()})  # a sum may pass 64 bits


def _plain(value: object) -> object:
    """Sums as numbers, a fee as its six."""
    if isinstance(value, FeeComponent):
        return list(structs.astuple(value))
    if isinstance(value, bytes):
        return fen_from_sum(value)
    return [_plain(each) for each in value] if isinstance(value, list) else value
