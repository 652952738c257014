"""A bell that one task waits at and anybody rings: rings that nobody has heard yet count as one.

Belongs here: waking a sender. Never here: what there is to send.
"""

import trio


class Doorbell:
    """Cheaper than an event per wake-up, and never forgets a ring that came while the task was busy."""

    __slots__ = ("_lot", "_rung")

    def __init__(self) -> None:
        self._lot = trio.lowlevel.ParkingLot()
        self._rung = False

    def ring(self) -> None:
        """Wakes the waiting task, or lets its next wait return at once."""
        if not self._rung:
            self._rung = True
            self._lot.unpark()

    async def wait(self) -> None:
        """Returns once the bell was rung since the last return. On cancellation the ring is kept."""
        if not self._rung:
            await self._lot.park()
        self._rung = False
