"""The bank, the brokers and the channels: the tables parties and channel_seats, their SQL.

Belongs here: what a party is in the read model. Never here: which batch changes one (batch), the transaction
(read_model).
"""

import asyncpg

from ledger.core.state.book import TERMINATED, WORKS, Book

_PUT_PARTY = """
INSERT INTO parties (party, role, suite, proceeds_at_fill, stopped, terminated, mode, next_mode, scheme, next_scheme,
                     name, seats, seat_roles, as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (party) DO UPDATE
SET stopped = excluded.stopped, terminated = excluded.terminated, mode = excluded.mode, next_mode = excluded.next_mode,
    scheme = excluded.scheme, next_scheme = excluded.next_scheme,
    seats = excluded.seats, seat_roles = excluded.seat_roles,
    as_of_sequence = excluded.as_of_sequence
"""


_PUT_CHANNEL_SEAT = """
INSERT INTO channel_seats (seat, party, channel, broker, as_of_sequence) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (seat) DO NOTHING
"""


async def write_parties(connection: asyncpg.Connection, book: Book, sequence: int) -> None:
    """Writes all of them and the seats of channels, as the book has them after a row."""
    parties = [
        (
            entry.party,
            entry.role,
            entry.suite,
            entry.proceeds_at_fill,
            bool(book.stopped[entry.party] != WORKS),
            bool(book.stopped[entry.party] == TERMINATED),
            int(book.moved.mode[entry.party]),
            int(book.moved.next_mode[entry.party]),
            int(book.orders.schemes.now[entry.party]),
            int(book.orders.schemes.coming[entry.party]),
            readable(entry.name),
            [one.seat for one in entry.seats],
            [one.role for one in entry.seats],
            sequence,
        )
        for entry in book.parties.values()
    ]
    await connection.executemany(_PUT_PARTY, parties)
    channels = book.orders.channels
    seats = channels.channel.nonzero()[0].tolist()
    rows = [
        (seat, int(book.seat_owner[seat]), int(channels.channel[seat]), int(channels.broker[seat]), sequence)
        for seat in seats
    ]
    await connection.executemany(_PUT_CHANNEL_SEAT, rows)


def readable(name: str) -> str:
    """What PostgreSQL's text can hold of a name: all but NUL."""
    return name.replace("\x00", "\N{REPLACEMENT CHARACTER}")
