"""All steps of a broker's date that are due, one behind the other: what `yzt day run all` takes, and a story's `all`.

Belongs here: how far it goes. Never here: a step itself (desk), whoever takes them by the clock (by_clock).
"""

from gateway.day.desk import DayDesk
from gateway.day.lane_seen import LaneSeen
from protocol.vocabulary import LaneState


async def all_of_lane(desk: DayDesk, trade_date: int, party: int) -> LaneSeen:
    """As far as the lane agrees, up to the settlement of its customers, which waits for the broker's older dates; then
    the bank's own books are compared once more.

    Raises StepRefused as the steps do.
    """
    lane = await desk.close_lane(trade_date, party)
    if lane.state < LaneState.PUBLISHED:
        return lane
    older = await _not_settled_before(desk, trade_date, party)
    if older:
        desk.told(f"broker {party}: its customers of {trade_date} are settled once those of {older} are")
        return lane
    settled = await desk.settle(trade_date, party)
    if lane.state < LaneState.SETTLED:
        await desk.agree(trade_date)
    return settled


async def _not_settled_before(desk: DayDesk, trade_date: int, party: int) -> int:
    """The oldest date of a broker before this one whose customers are not settled; 0: none."""
    bank = await desk.seat.trade_dates()
    since = min((each.first_date for each in bank.brokers if each.party == party), default=0)
    for date in sorted(each.trade_date for each in bank.dates if since <= each.trade_date < trade_date):
        if (await desk.lane(date, party)).state < LaneState.SETTLED:
            return date
    return 0
