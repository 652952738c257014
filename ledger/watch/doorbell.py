"""A bell that one task waits at and anybody rings.

Belongs here: waking the task of the order path. Never here: what there is to do.
"""

import asyncio


class Doorbell:
    """Cheaper than an event, which every commit would pay for twice. For one waiting task."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Wakes the waiting task; when none waits it is busy and will look for itself."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def next_ring(self) -> None:
        """Returns at the next ring. Earlier ones do not count: the caller has just looked at everything."""
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None
