"""What savings accounts earn: the tables interest_days and savings_interest, whether a batch changed them, their SQL.

Belongs here: when they are written, and sums over the outlets' accounts. Never here: what an account earns
(ledger.core.savings), what brokers earn and owe (ledger.follower.projection.day), the transaction (read_model).

The first row of a day counts for every account, an interest day makes interest due to every account, and the day desk
then posts it account by account. So outlets are written, and not accounts.
"""

from collections.abc import Iterable
from decimal import Decimal

import asyncpg

from ledger.core.kind_tables import POSTS_INTEREST, kinds_where
from ledger.core.savings.answers import OutletEarned, earned_by_outlet
from ledger.core.state.book import Book
from ledger.follower.projection.pace import Pace
from protocol.acts.table import Made
from protocol.messages.customers.accounts import ChangeAccount
from protocol.vocabulary import AccountEvent
from rules.savings import NO_DAY

Days = tuple[int, int, int]
"""The day that runs, the rate that is listed, the interest day that is ordered."""
_POSTED_BY = kinds_where(POSTS_INTEREST)
_CHANGES = (AccountEvent.SETTLE_INTEREST, AccountEvent.CLOSE)
_ACCOUNTS_AT_ONCE = 1 << 17
_DAYS = "UPDATE interest_days SET day = $1, rate_millionths = $2, interest_day = $3, as_of_sequence = $4"
_FORGET = "DELETE FROM savings_interest"
_PUT = """
INSERT INTO savings_interest (outlet, accounts_count, due_fen, points, as_of_sequence)
SELECT n.*, $5 FROM unnest($1::integer[], $2::bigint[], $3::numeric[], $4::numeric[]) AS n
"""


class InterestOfBatch:
    """Whether rows of a batch changed what single accounts have earned. Tell it of each row when the book has applied
    it; what is changed for all of them the days tell.
    """

    def __init__(self) -> None:
        self.changed = False

    def take_block(self, kinds: frozenset[int]) -> None:
        """A block row with records of these kinds."""
        self.changed |= not kinds.isdisjoint(_POSTED_BY)

    def take(self, message: Made) -> None:
        """What an accepted control message does: before an account is closed what it has earned is due, then gone."""
        self.changed |= isinstance(message, ChangeAccount) and message.event in _CHANGES


def days_of(book: Book) -> Days:
    """As they stand after the last row."""
    return book.savings.day, book.savings.rate, book.savings.interest_day


async def write_interest(connection: asyncpg.Connection, book: Book, sequence: int, pace: Pace) -> None:
    """Writes all of it as it is after the row `sequence`."""
    day, rate, interest_day = days_of(book)
    await connection.execute(_DAYS, _day_or_none(day), rate, _day_or_none(interest_day), sequence)
    found = []
    for first in range(0, book.accounts_count, _ACCOUNTS_AT_ONCE):
        found.append(earned_by_outlet(book, slice(first, min(first + _ACCOUNTS_AT_ONCE, book.accounts_count))))
        await pace.rest()
    outlets = _together(found)
    await connection.execute(_FORGET)
    if outlets:
        counts, dues_fen, points = zip(*outlets.values(), strict=True)
        sums = [[Decimal(each) for each in column] for column in (dues_fen, points)]
        await connection.execute(_PUT, list(outlets), list(counts), *sums, sequence)


def _day_or_none(day: int) -> int | None:
    return day if day != NO_DAY else None


def _together(found: Iterable[dict[int, OutletEarned]]) -> dict[int, OutletEarned]:
    sums: dict[int, OutletEarned] = {}
    for part in found:
        for outlet, each in part.items():
            before = sums.get(outlet, OutletEarned(0, 0, 0))
            sums[outlet] = OutletEarned(*map(sum, zip(before, each, strict=True)))
    return sums
