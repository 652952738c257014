"""A seeded stream of orders: customers, securities, prices, a few hot customers, a few wishes that must be refused.

Belongs here: which order comes next. Never here: what becomes of it (exchange, bank), sending it (broker).
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from protocol.vocabulary import Market


class Side(Enum):
    """Which way an order goes."""

    BUY = 1
    SELL = 2


@dataclass(frozen=True, slots=True)
class Security:
    """A listed security; `price` in 1/10,000 yuan is around what it trades at."""

    code: bytes
    market: Market
    price: int


SECURITIES = (
    Security(b"600000", Market.XSHG, 102_700),
    Security(b"600036", Market.XSHG, 394_100),
    Security(b"601398", Market.XSHG, 61_500),
    Security(b"601857", Market.XSHG, 85_300),
    Security(b"600519", Market.XSHG, 14_350_000),
    Security(b"000001", Market.XSHE, 112_300),
    Security(b"000333", Market.XSHE, 731_800),
    Security(b"000651", Market.XSHE, 402_600),
    Security(b"002594", Market.XSHE, 1_021_500),
    Security(b"300750", Market.XSHE, 2_667_000),
)


@dataclass(frozen=True, slots=True)
class Order:
    """One wish of a customer. Price in 1/10,000 yuan, quantity in shares."""

    contract_no: int
    side: Side
    security: Security
    limit_price: int
    quantity: int
    partner_ref: int


@dataclass(frozen=True, slots=True)
class Habits:
    """In a thousand orders."""

    sells: int = 250
    hot: int = 150  # by the hot customers: the first in the list
    unknown_contract: int = 8  # check digits that do not fit
    foreign_contract: int = 8  # another broker's
    oversized: int = 15  # more than a savings account holds


class Workload:
    """Seeded: the same arguments give the same orders."""

    def __init__(
        self,
        seed: int,
        contract_nos: Sequence[int],
        foreign_contract_nos: Sequence[int] = (),
        habits: Habits | None = None,
        hot_customers: int = 8,
    ) -> None:
        """`contract_nos`: own customers, at least one; hot are the first `hot_customers` of them."""
        self._random = random.Random(seed)
        self._own = contract_nos
        self._foreign = foreign_contract_nos
        self._habits = habits or Habits()
        self._hot_customers = min(hot_customers, len(contract_nos))
        self._reference = 0

    def next_orders(self, count: int) -> list[Order]:
        """The next `count` orders."""
        return [self.next_order() for _ in range(count)]

    def next_order(self) -> Order:
        """The next order."""
        draw = self._random.randrange
        self._reference += 1
        security = SECURITIES[draw(len(SECURITIES))]
        side = Side.SELL if draw(1000) < self._habits.sells else Side.BUY
        tick = 100
        limit_price = max(tick, security.price + tick * (draw(41) - 20))
        lots = 1 + min(draw(10), draw(10))
        if side is Side.BUY and draw(1000) < self._habits.oversized:
            lots *= 10_000
        return Order(self._customer(), side, security, limit_price, lots * 100, self._reference)

    def _customer(self) -> int:
        draw = self._random.randrange
        habits, drawn = self._habits, draw(1000)
        if drawn < habits.unknown_contract:
            return self._own[draw(len(self._own))] + 1
        drawn -= habits.unknown_contract
        if drawn < habits.foreign_contract and self._foreign:
            return self._foreign[draw(len(self._foreign))]
        if draw(1000) < habits.hot:
            return self._own[draw(self._hot_customers)]
        return self._own[draw(len(self._own))]
