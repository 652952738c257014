"""One COPY into a table: chunks of rows are built while the server stores those before them.

Belongs here: handing chunks to the connection. Never here: how a row is laid out (rows, blocks, arrays), the
transaction (read_model).
"""

from collections.abc import AsyncIterator, Iterator

import asyncpg

from ledger.follower.projection.copying.rows import COPY_HEAD, COPY_TAIL
from ledger.follower.projection.pace import Pace


async def copy_in(
    connection: asyncpg.Connection, table: str, columns: list[str], chunks: Iterator[bytes], pace: Pace
) -> None:
    """Puts rows into a table."""
    await connection.copy_to_table(table, source=_stream(chunks, pace), columns=columns, format="binary")


async def _stream(chunks: Iterator[bytes], pace: Pace) -> AsyncIterator[bytes]:
    """The bytes of one COPY; each chunk is built when the one before it has been handed to the socket."""
    yield COPY_HEAD
    for chunk in chunks:
        yield chunk
        await pace.rest()
    yield COPY_TAIL
