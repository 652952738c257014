"""An exchange behind a broker: accepts, fills in parts and cheaper, cancels, rejects, by seeded chance.

Belongs here: what an order meets with on the market. Never here: money (fees), or who is told (broker).
"""

import random
from dataclasses import dataclass

from frontend_sim.market.workload import Order, Side

PRICE_TICK = 100  # 0.01 yuan in 1/10,000 yuan
LOT_SHARES = 100
PARTS_MAX = 4


@dataclass(frozen=True, slots=True)
class Filled:
    """`quantity` shares at `price` (1/10,000 yuan): at or better than the limit."""

    quantity: int
    price: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`quantity` shares are off the order for good: by confirmed cancel, or all of them by rejection."""

    quantity: int


ExchangeEvent = Filled | Cancelled


@dataclass(frozen=True, slots=True)
class Chances:
    """In a thousand orders; what remains is filled whole, in one part or several."""

    rejected: int = 20
    cancelled_whole: int = 80
    cancelled_after_part: int = 120
    left_open_after_part: int = 60
    left_open: int = 40


class Exchange:
    """Seeded: the same orders in the same sequence meet with the same."""

    def __init__(self, seed: int, chances: Chances | None = None) -> None:
        self._random = random.Random(seed)
        self._chances = chances or Chances()

    def events_of(self, order: Order) -> list[ExchangeEvent]:
        """All that happens to an order, in order; quantities sum to the order's or less (then the rest stays open)."""
        chances, drawn = self._chances, self._random.randrange(1000)
        if drawn < (bound := chances.rejected + chances.cancelled_whole):
            return [Cancelled(order.quantity)]
        if drawn < (bound := bound + chances.cancelled_after_part):
            part = self._part_of(order.quantity)
            rest = order.quantity - part
            return [Filled(part, self._price(order)), *([Cancelled(rest)] if rest else [])]
        if drawn < (bound := bound + chances.left_open_after_part):
            return [Filled(self._part_of(order.quantity), self._price(order))]
        if drawn < bound + chances.left_open:
            return []
        return self._whole(order)

    def _whole(self, order: Order) -> list[ExchangeEvent]:
        events: list[ExchangeEvent] = []
        left = order.quantity
        while left and len(events) < PARTS_MAX - 1:
            part = self._part_of(left)
            events.append(Filled(part, self._price(order)))
            left -= part
        if left:
            events.append(Filled(left, self._price(order)))
        return events

    def _part_of(self, quantity: int) -> int:
        """At least a lot (or the whole odd lot), at most everything."""
        lots = quantity // LOT_SHARES
        return self._random.randint(1, lots) * LOT_SHARES if lots else quantity

    def _price(self, order: Order) -> int:
        better = self._random.choice((0, 0, 0, 1, 2, 5)) * PRICE_TICK
        if order.side is Side.BUY:
            return max(order.limit_price - better, PRICE_TICK)
        return order.limit_price + better
