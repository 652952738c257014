"""The example of the README and docs/sdk.md, as a program. Belongs here: exactly that; the test runs it."""

from protocol.client import Seat, SeatSettings
from protocol.records import RecordArray


async def trade(settings: SeatSettings, orders: RecordArray) -> list[str]:
    """Freeze one order's money, release part of it, then freeze many at once. `orders`: (n,) RECORD."""
    said: list[str] = []
    async with Seat.open(settings) as seat:
        for left in seat.recovered:  # what a process before us had sent and was not told
            said += [f"left behind: {len(left.records)} from number {left.outcome.first_number}"]
        frozen = await seat.freeze(contract_no=195, amount_fen=1_001_820, partner_ref=b"order-1")
        if frozen.accepted:
            said += [f"order {frozen.number} of {frozen.trade_date}: {frozen.remaining_fen} fen frozen"]
            await seat.release(frozen, contract_no=195, amount_fen=400_000)
        outcomes = await seat.freeze_block(orders)
        said += [f"{(outcomes['code'] == 0).sum()} of {len(outcomes)} orders frozen"]
    return said
