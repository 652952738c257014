"""How much of a ledger's time the looking up of stored rows may take, by party.

Belongs here: whose turn it is to have a row read, and when. Never here: reading (lookup), which row (deciding).

A row of a request that was decided long ago is read, unpacked and hashed: up to 8 MiB for one number, which asks the
partner for 160 bytes. The gateway counts frames and cannot know what one costs here. So the reads of a party go one
after the other, and beyond a burst they take an eighth of the time: its own seats wait, and nobody else's.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from ledger.database.boot_clock import boot_ns
from protocol.vocabulary import BANK_PARTY

READ_INTERVAL = 8
"""ns for each ns of reading: as much of a processor as a party's queries may have in the gateway."""
READ_BURST_NS = 250_000_000
"""Of reading at once: the repeats of a partner that comes back lie in few rows, and each is read once."""


class _Lane:
    """The reads of one party: one at a time, and paid for until `paid_ns`."""

    __slots__ = ("lock", "paid_ns")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.paid_ns = 0


class LookupPace:
    """One per ledger."""

    def __init__(
        self,
        clock_ns: Callable[[], int] = boot_ns,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock_ns = clock_ns
        self._sleep = sleep
        self._lanes: defaultdict[int, _Lane] = defaultdict(_Lane)

    @asynccontextmanager
    async def turn(self, party: int) -> AsyncIterator[None]:
        """Within it a row may be read for this party; entering waits until its earlier reads are paid for. The bank
        itself waits for nothing.
        """
        if party == BANK_PARTY:
            yield
            return
        lane = self._lanes[party]
        async with lane.lock:
            owed_ns = lane.paid_ns - READ_INTERVAL * READ_BURST_NS - self._clock_ns()
            if owed_ns > 0:
                await self._sleep(owed_ns / 1e9)
            began_ns = self._clock_ns()
            try:
                yield
            finally:
                took_ns = self._clock_ns() - began_ns
                lane.paid_ns = max(lane.paid_ns, began_ns) + READ_INTERVAL * took_ns
