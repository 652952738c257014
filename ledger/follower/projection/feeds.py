"""What brokers are told without asking, and what they say to it: the table feed_entries.

Belongs here: which entries and answers a batch has, their columns, the SQL. Never here: what an entry says
(ledger.core), the transaction (read_model).
"""

import json
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.feeds import News
from protocol.errors import InvariantBroken
from protocol.messages.codec import decode_content
from protocol.messages.control import ControlMessage
from protocol.messages.feeds import FeedMessage
from protocol.messages.fields import fen_from_sum

COLUMNS: Final = (
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
_ANSWERED: Final = """
UPDATE feed_entries
SET received_s = $3, noticed_s = $4, objected_s = $5, objected_fen = $6, objected_contract_no = $7, objection = $8
WHERE party = $1 AND position = $2
"""


@dataclass(slots=True)
class FeedsOfBatch:
    """Entries that rows of a batch made, and answers to entries. Tell it of each row when the book has applied it."""

    book: Book
    entries: list[tuple[object, ...]] = field(default_factory=list)
    answers: dict[tuple[int, int], tuple[object, ...]] = field(default_factory=dict)
    """By party and position."""

    def take(self, row: Row) -> None:
        """A row that is no block."""
        if self.book.feeds.sequence == row.sequence:
            self.entries += [_columns(news) for news in self.book.feeds.news]

    def take_answer(self, party: int, message: ControlMessage) -> None:
        """An accepted control message of a party."""
        if not isinstance(message, FeedMessage):
            return
        for key, told in self.book.feeds.signed_for.items():
            if key.party == party and key.trade_date == message.trade_date:
                amount_fen, contract_no, reason = told.objection
                objection = (amount_fen, contract_no, reason.replace("\x00", "\N{REPLACEMENT CHARACTER}"))
                said = (told.received_s, told.noticed_s, told.objected_s)
                self.answers[party, told.position] = (*said, *objection)


async def write_feeds(connection: asyncpg.Connection, of_batch: FeedsOfBatch) -> None:
    """Writes what a batch has. Raises InvariantBroken when an entry is missing that was answered."""
    if of_batch.entries:
        await connection.copy_records_to_table("feed_entries", records=of_batch.entries, columns=COLUMNS)
    for key, said in of_batch.answers.items():
        if await connection.execute(_ANSWERED, *key, *said) != "UPDATE 1":
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
    """Sums as numbers."""
    if isinstance(value, bytes):
        return fen_from_sum(value)
    return [_plain(each) for each in value] if isinstance(value, list) else value
