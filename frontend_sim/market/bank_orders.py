"""A broker of scheme A at work: it reads what its customers order through the bank, and reports what became of it.

Belongs here: what it takes, refuses, executes in two parts, leaves open and cancels. Never here: orders of scheme B
(broker), which orders come (a channel's program), money (the bank reckons it).

Its exchange has one price of each security, and no other customers: a limit that the price meets is executed at once,
half first, then all; any other order rests until it is cancelled. All of it follows from the entry alone, and reports
are cumulative: so a broker that died answers what it was handed once more, and nothing is told twice.
"""

from dataclasses import dataclass, field

from protocol.client import OrderEntry, Outcome, Seat
from protocol.codes import ReplyCode
from protocol.vocabulary import Side

CANCELLED_AS_ASKED, TOO_LATE, NOT_TRADED, SHORT_SALE = 1, 2, 3, 4
"""Its reasons."""
LOT = 100


@dataclass
class OrderBroker:
    """`prices`: by security, in 1/10,000 yuan a unit. `shares`: what a contract may sell of one."""

    seat: Seat
    prices: dict[bytes, int]
    shares: dict[tuple[int, bytes], int] = field(default_factory=dict)
    resting: dict[tuple[int, int, int], int] = field(default_factory=dict)
    """Quantity of each order that is open, by its name."""
    not_fitting: list[Outcome] = field(default_factory=list)
    """Answers to reports that the bank has only listed, or refused."""

    async def work(self) -> None:
        """Answer every entry, without end. Raises FeedEnded, SessionEnded, OutcomeUnknown."""
        reader = self.seat.orders()
        for entry in await reader.unanswered():
            await self.answer(entry)
            reader.done(entry)
        async for entry in reader:
            await self.answer(entry)
            reader.done(entry)

    async def answer(self, entry: OrderEntry) -> None:
        """Report what becomes of one order, or of the wish to cancel one."""
        if entry.is_cancel:
            await self._cancel(entry)
            return
        order = entry.order
        price, name = self.prices.get(order.security), (order.contract_no, order.security)
        if price is None:
            self._heard(await self.seat.refused_order(order, NOT_TRADED))
        elif order.side == Side.SELL and self.shares.get(name, 0) < entry.quantity:
            self._heard(await self.seat.refused_order(order, SHORT_SALE))
        else:
            if order.side == Side.SELL:
                self.shares[name] -= entry.quantity
            self._heard(await self.seat.taken(order, entry.position.number))
            await self._trade(entry, price)

    async def _trade(self, entry: OrderEntry, price: int) -> None:
        order, limit = entry.order, entry.value
        if (limit < price) if order.side == Side.BUY else (limit > price):
            self.resting[self._name_of(entry)] = entry.quantity
            return
        first = entry.quantity // 2 // LOT * LOT
        for quantity in (first, entry.quantity) if first else (entry.quantity,):
            self._heard(await self.seat.executed(order, quantity, quantity * price))

    async def _cancel(self, entry: OrderEntry) -> None:
        quantity, number = self.resting.pop(self._name_of(entry), 0), entry.position.number
        if quantity:
            told = await self.seat.cancelled(entry.order, quantity, CANCELLED_AS_ASKED, cancel_position=number)
        else:
            told = await self.seat.cancel_refused(entry.order, number, TOO_LATE)
        self._heard(told)

    def _heard(self, outcome: Outcome) -> None:
        if outcome.code != ReplyCode.ACCEPTED:
            self.not_fitting.append(outcome)

    @staticmethod
    def _name_of(entry: OrderEntry) -> tuple[int, int, int]:
        key = entry.order.key
        key = key.key if isinstance(key, Outcome) else key
        return (key.trade_date, key.seat, key.number)
