"""All desks of both brokers and the bank's own business at once, for as long as something is done to the processes.

Belongs here: load that lasts until a deed is done and healed. Never here: the deeds, checks.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import trio

from config.cli.links import bank_seat_settings
from frontend_sim.auditor.observations import Seen
from frontend_sim.trading_session.session import Trading, run_session
from frontend_sim.trading_session.session_log import SessionLog
from protocol.client import Seat
from tests.e2e.house import House, until

Deed = Callable[[House, "LastingTrading", Seat], Awaitable[None]]
"""What is done meanwhile; the seat is the bank's own."""


@dataclass(slots=True)
class LastingTrading(Trading):
    """A session that lasts until it is told to end."""

    is_over: bool = False

    def goes_on(self) -> bool:
        """Whether new orders may still be sent."""
        return not self.is_over

    async def more_answers(self, count: int, when: str) -> None:
        """Returns when `count` more requests are answered. Raises NotInTime."""
        goal = self.log.answered + count
        await until(f"{count} more answers {when}", lambda: self.log.answered >= goal)


async def trade_during(house: House, deed: Deed, seed: int) -> list[Seen]:
    """Trade until the deed returns. Returns: everything that the parties saw; no caller is left waiting."""
    trading = LastingTrading(seconds=1.0, requests_max=1, log=SessionLog())
    async with Seat.open(bank_seat_settings(house.config)) as bank, trio.open_nursery() as nursery:
        nursery.start_soon(_do, deed, house, trading, bank)
        await run_session(house.config, house.desks, house.brokers, house.customers, trading, seed)
    return trading.log.seen


async def _do(deed: Deed, house: House, trading: LastingTrading, bank: Seat) -> None:
    try:
        await deed(house, trading, bank)
    finally:
        trading.is_over = True
