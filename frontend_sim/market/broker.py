"""A broker's order system on the SDK: orders freeze money, go to the exchange, and its events draw and release it.

Belongs here: the life of orders between seat and exchange, a few deliberate mistakes that the bank must refuse.
Never here: which orders come (workload), what the exchange does (exchange), money arithmetic (fees), judging (auditor).

Several desks may trade on one seat at once; a desk sends its next block when the last one is answered, and an
order's events follow each other in the order of the exchange, since one desk sends them on one seat.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import trio

from frontend_sim.market.broker_day import BrokerDay, OrderOfDay, SaleOfDay
from frontend_sim.market.exchange import Exchange, ExchangeEvent, Filled
from frontend_sim.market.fees import BuyOrder, SellOrder
from frontend_sim.market.order_seat import OrderSeat
from frontend_sim.market.request_blocks import Request, TargetKey, freeze_request, record_block
from frontend_sim.market.workload import Order, Side, Workload
from frontend_sim.trading_session.session_log import SessionLog
from protocol.codes import ReplyCode
from protocol.limits import FRAME_RECORDS_MAX
from protocol.vocabulary import RecordKind

EVENTS_DUE_MAX = 100_000  # a desk that is so far behind its exchange takes no new orders
MISTAKES_PER_THOUSAND = 5


@dataclass(frozen=True, slots=True)
class FrozenOrder:
    """A buy order that the bank accepted: on the exchange, its money frozen under `target`."""

    order: Order
    money: BuyOrder
    target: TargetKey


@dataclass(slots=True)
class Desk:
    """One trader's desk: its own stream of orders, its own view of the exchange."""

    party: int
    seat_no: int
    seat: OrderSeat
    workload: Workload
    exchange: Exchange
    log: SessionLog
    clock_ns: Callable[[], int]
    chance: random.Random
    day: BrokerDay = field(default_factory=BrokerDay)
    _due: deque[Request] = field(default_factory=deque)

    async def trade(self, block_orders: int, pause_seconds: float, may_go_on: Callable[[], bool]) -> None:
        """Trade blocks of `block_orders` new orders with what the exchange has answered until told to stop.

        Between an answer and the next block it pauses as long as drawn, `pause_seconds` on average.

        On cancellation: requests under way are decided or not; their outcome stays in the seat's outbox.
        """
        while may_go_on():
            await self.trade_once(block_orders)
            await trio.sleep(self.chance.uniform(0.0, 2 * pause_seconds))
        while self._due:
            await self._send_events_only()

    async def trade_once(self, block_orders: int) -> None:
        """Send one block: due events first, then new orders; learn what the exchange does with the accepted ones."""
        room = FRAME_RECORDS_MAX - block_orders
        requests = [self._due.popleft() for _ in range(min(len(self._due), room))]
        orders = self.workload.next_orders(block_orders) if len(self._due) < EVENTS_DUE_MAX else []
        buys = [(order, BuyOrder(order.limit_price, order.quantity)) for order in orders if order.side is Side.BUY]
        first_buy = len(requests)
        requests += [freeze_request(order, money.remaining_fen) for order, money in buys]
        for order in orders:
            if order.side is Side.SELL:
                self._due.extend(self._sale_events(order))
        if not requests:
            await trio.lowlevel.checkpoint()
            return
        codes, first_number, trade_date = await self._send(requests)
        for place, (order, money) in enumerate(buys, start=first_buy):
            if codes[place] == ReplyCode.ACCEPTED:
                target = (trade_date, self.seat_no, first_number + place)
                self.day.orders[target] = OrderOfDay(order, target, int(requests[place].amount_fen))
                self._due.extend(self._buy_events(FrozenOrder(order, money, target)))

    async def order_after_close(self, count: int) -> list[int]:
        """Send the buys among `count` new orders once trading has ended. Returns: their codes, in order."""
        buys = [order for order in self.workload.next_orders(count) if order.side is Side.BUY]
        if not buys:
            return []
        frozen_fen = [BuyOrder(order.limit_price, order.quantity).remaining_fen for order in buys]
        codes, _, _ = await self._send([freeze_request(*each) for each in zip(buys, frozen_fen, strict=True)])
        return codes

    async def _send_events_only(self) -> None:
        await self._send([self._due.popleft() for _ in range(min(len(self._due), FRAME_RECORDS_MAX))])

    async def _send(self, requests: list[Request]) -> tuple[list[int], int, int]:
        """Returns: codes in order, the number of the first request, its trade date."""
        records = record_block(requests)
        began_ns = self.clock_ns()
        if len(requests) == 1:
            one = await self.seat.submit(records)
            self.log.note_one(self.party, self.seat_no, records, one, self.clock_ns() - began_ns)
            codes, first_number, trade_date = [int(one.code)], one.number, one.trade_date
        else:
            block = await self.seat.submit_block(records)
            self.log.note_block(self.party, self.seat_no, records, block, self.clock_ns() - began_ns)
            codes, first_number, trade_date = block.outcomes["code"].tolist(), block.first_number, block.trade_date
        for request, code in zip(requests, codes, strict=True):
            if code == ReplyCode.ACCEPTED and request.kind in (RecordKind.RELEASE, RecordKind.FILL_BUY):
                is_fill = request.kind == RecordKind.FILL_BUY
                self.day.released(request.target, request.release_fen if is_fill else request.amount_fen)
        return codes, first_number, trade_date

    def _buy_events(self, frozen: FrozenOrder) -> list[Request]:
        requests = [self._buy_event(frozen, event) for event in self.exchange.events_of(frozen.order)]
        found = [request for request in requests if request.amount_fen]
        if found and self.chance.randrange(1000) < MISTAKES_PER_THOUSAND:
            found.append(self._mistake(frozen, found))
        return found

    def _buy_event(self, frozen: FrozenOrder, event: ExchangeEvent) -> Request:
        contract_no, target = frozen.order.contract_no, frozen.target
        if not isinstance(event, Filled):
            return Request(RecordKind.RELEASE, contract_no, frozen.money.cancel(event.quantity), target)
        fill = frozen.money.fill(event.quantity, event.price)
        known = self.day.orders[target]
        known.filled += event.quantity
        known.filled_units += event.quantity * event.price
        return Request(
            RecordKind.FILL_BUY,
            contract_no,
            fill.charge_fen,
            target,
            market=frozen.order.security.market,
            quantity=event.quantity,
            release_fen=fill.release_fen,
            turnover_fen=fill.turnover_fen,
            partner_ref=frozen.order.partner_ref,
            traded_on=target[0],
        )

    def _sale_events(self, order: Order) -> list[Request]:
        """The broker freezes nothing for a sale; the bank hears of its fills."""
        sale, requests, filled, filled_units = SellOrder(), [], 0, 0
        for event in self.exchange.events_of(order):
            if isinstance(event, Filled):
                proceeds_fen, turnover = sale.fill(event.quantity, event.price)
                filled += event.quantity
                filled_units += event.quantity * event.price
                requests.append(
                    Request(
                        RecordKind.FILL_SELL,
                        order.contract_no,
                        proceeds_fen,
                        market=order.security.market,
                        quantity=event.quantity,
                        turnover_fen=turnover,
                        partner_ref=order.partner_ref,
                        traded_on=self.seat.trade_date,
                    )
                )
        if filled:
            self.day.sales.append(SaleOfDay(order, filled, filled_units))
        return requests

    def _mistake(self, frozen: FrozenOrder, done: list[Request]) -> Request:
        """What a broker's bug might send: the last event again, too large a release, a release of nothing known."""
        contract_no, (trade_date, seat, number) = frozen.order.contract_no, frozen.target
        match self.chance.randrange(3):
            case 0 if not frozen.money.remaining_fen:  # else the bank could not know it from another fill
                return done[-1]
            case 1:
                return Request(RecordKind.RELEASE, contract_no, 10**12, frozen.target)
            case _:
                return Request(RecordKind.RELEASE, contract_no, 100, (trade_date, seat, number + 10**9))
