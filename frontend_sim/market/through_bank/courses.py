"""What becomes of an order through the bank at its broker and the exchange, and in which words the broker tells it.

Belongs here: courses of orders, as values that follow from the entry alone, by one price or by seeded chance. Never
here: sending (bank_orders), money (the bank reckons it), which orders come (channel).

A course is a function of the order's name and a seed: a broker that died finds the same one again, and tells nothing
else than before. Reports are cumulative, so those that come twice, or behind one that says more, move nothing.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from frontend_sim.market.exchange import Exchange, Filled
from frontend_sim.market.workload import Order, Security
from frontend_sim.market.workload import Side as Way
from protocol.client import BankOrder, OrderEntry, Outcome
from protocol.vocabulary import Market, RecordKind, Side

CANCELLED_AS_ASKED, TOO_LATE, NOT_TRADED, SHORT_SALE, OVER_OWN_LIMIT, BY_EXCHANGE = 1, 2, 3, 4, 5, 6
"""A broker's reasons."""
LOT = 100
Name = tuple[int, int, int]
"""Of an order: trade date, seat of the channel, request number."""


class Report(NamedTuple):
    """What a broker says of an order, in all."""

    kind: RecordKind
    quantity: int = 0  # executed or cancelled
    number: int = 0  # turnover in 1/10,000 yuan, the broker's number, or the place of the cancel that is answered
    reason: int = 0


class Course(NamedTuple):
    """What the broker says at once, and what it has heard of the exchange and says later."""

    reports: tuple[Report, ...]
    held_back: tuple[Report, ...] = ()

    @property
    def executed(self) -> Report:
        """The last execution of all."""
        nothing = Report(RecordKind.EXECUTED)
        return max((each for each in self.reports + self.held_back if each.kind is nothing.kind), default=nothing)

    @property
    def cancelled(self) -> int:
        """By the exchange itself, or all of it by a refusal."""
        return max((each.quantity for each in self.reports if each.kind is RecordKind.CANCELLED), default=0)

    @property
    def is_refused(self) -> bool:
        """Whether the broker does not have it."""
        return any(each.kind is RecordKind.REFUSED for each in self.reports)


CourseOf = Callable[[OrderEntry, int], Course]
"""Of an order's entry, at the price of its security."""


def name_of(order: BankOrder) -> Name:
    """By which everything that is told of an order names it."""
    key = order.key.key if isinstance(order.key, Outcome) else order.key
    return (key.trade_date, key.seat, key.number)


def refused(reason: int) -> Course:
    """Nothing comes of it."""
    return Course((Report(RecordKind.REFUSED, reason=reason),))


def by_one_price(entry: OrderEntry, price: int) -> Course:
    """An exchange with no other customers: a limit that the price meets is executed, half first; others rest."""
    taken = Report(RecordKind.TAKEN, number=entry.position.number)
    if (entry.value < price) if entry.order.side == Side.BUY else (entry.value > price):
        return Course((taken,))
    first = entry.quantity // 2 // LOT * LOT
    parts = (first, entry.quantity) if first else (entry.quantity,)
    return Course((taken, *(Report(RecordKind.EXECUTED, part, part * price) for part in parts)))


@dataclass(frozen=True, slots=True)
class ByChance:
    """Seeded: executed in parts and cheaper, cancelled by the exchange, refused for the broker's own reasons; and the
    reports of some come twice, overtake each other or come late. All but the seed in a thousand orders.
    """

    seed: int
    over_own_limit: int = 25
    doubled: int = 100
    overtaken: int = 100
    late: int = 150

    def __call__(self, entry: OrderEntry, price: int) -> Course:
        """Its course."""
        chance = random.Random(f"{self.seed} {name_of(entry.order)}")
        if chance.randrange(1000) < self.over_own_limit:
            return refused(OVER_OWN_LIMIT)
        taken = Report(RecordKind.TAKEN, number=entry.position.number)
        met = self._met(entry, price, chance)
        drawn, executed = chance.randrange(1000), [each for each in met if each.kind is RecordKind.EXECUTED]
        if drawn < self.doubled:
            return Course((taken, *(each for each in met for _ in range(2))))
        drawn -= self.doubled
        if drawn < self.overtaken and len(executed) > 1:
            return Course((taken, *met[:-2], met[-1], met[-2]))
        drawn -= self.overtaken
        if drawn < self.late and executed and tuple(executed) == met:
            return Course((taken, *met[:-1]), met[-1:])
        return Course((taken, *met))

    @staticmethod
    def _met(entry: OrderEntry, price: int, chance: random.Random) -> tuple[Report, ...]:
        """What the exchange makes of it."""
        named = entry.order
        side = Way.BUY if named.side == Side.BUY else Way.SELL
        security = Security(named.security, Market(named.market), price)
        order = Order(named.contract_no, side, security, entry.value, entry.quantity, 0)
        quantity, turnover, found = 0, 0, list[Report]()
        for event in Exchange(chance.getrandbits(62)).events_of(order):
            if isinstance(event, Filled):
                quantity += event.quantity
                turnover += event.quantity * event.price
                found.append(Report(RecordKind.EXECUTED, quantity, turnover))
            else:
                found.append(Report(RecordKind.CANCELLED, event.quantity, reason=BY_EXCHANGE))
        return tuple(found)
