"""The follower works in small pieces and rests between them, as long as the read model is fresh enough.

Belongs here: how long a piece and a rest are. Never here: what is done in a piece.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

PIECE_NS = 2_000_000
"""Work without a rest: about a commit, so that nobody on the order path waits longer for a processor or for the log."""
REST_FACTOR = 3
"""A rest is so many times as long as the piece before it: a quarter of one processor is used."""
FRESH_NS = 1_500_000_000
"""A read model that is further behind than this is brought up without rests."""
REST_NS_MAX = 50_000_000
"""After a piece that could not be cut."""


class Pace:
    """Counts a piece from the end of the rest before it."""

    def __init__(
        self,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock_ns = clock_ns
        self._sleep = sleep
        self._began_ns = clock_ns()
        self._behind_ns = 0

    def begin(self, behind_ns: int) -> None:
        """A batch begins whose oldest row was decided so long ago; what was done before it does not count."""
        self._behind_ns = behind_ns
        self._began_ns = self._clock_ns()

    async def rest(self) -> None:
        """Rests when it is time to; to be called wherever the work can be interrupted."""
        worked_ns = self._clock_ns() - self._began_ns
        if worked_ns < PIECE_NS or self._behind_ns > FRESH_NS:
            return
        await self._sleep(min(REST_FACTOR * worked_ns, REST_NS_MAX) / 1e9)
        self._began_ns = self._clock_ns()
