"""Work that ends when one of its connections to PostgreSQL does.

Belongs here: noticing the loss. Never here: what the work is, making connections.
"""

import asyncio
from collections.abc import Coroutine, Iterable

import asyncpg

from ledger.follower.projection.read_model import ReadModelLost

OWN_WORDS_SECONDS = 2.0
"""From the loss until work that has not ended of itself is cancelled. Mostly it ends at once, and says more."""


async def while_connected(work: Coroutine[None, None, None], connections: Iterable[asyncpg.Connection]) -> None:
    """Does `work`. A COPY that waits for room in the socket's buffer is not told by asyncpg that there is no socket
    any more, and would wait for ever.

    Raises: what `work` raises; ReadModelLost when a connection ended and the work did not. On cancellation the work is
    cancelled.
    """
    lost = asyncio.Event()
    doing = asyncio.ensure_future(work)
    losing = asyncio.ensure_future(lost.wait())
    for connection in connections:
        connection.add_termination_listener(lambda _connection: lost.set())
    try:
        await asyncio.wait({doing, losing}, return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            await asyncio.wait({doing}, timeout=OWN_WORDS_SECONDS)
        if not doing.done():
            raise ReadModelLost("the connection to PostgreSQL ended")
        doing.result()
    finally:
        losing.cancel()
        doing.cancel()
        await asyncio.wait({doing})
        if not doing.cancelled():
            doing.exception()  # looked at, or asyncio prints it as forgotten: the reason for the end is told above
