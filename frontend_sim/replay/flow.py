"""A recorded order flow on a broker's seat: buys freeze, executions fill, cancels release; sales only fill.

Belongs here: what each recorded message becomes, in the order of the file, and the count of what became of it.
Never here: reading the file (lobster), processes and keys (replay), judging (auditor).

What is known of an order is what the file has said of it:
- An order that rested before the file begins is unknown. Its cancels are counted and not sent: nothing is frozen for
  it. Executions of such a buy are counted and not sent either: a fill must name a freeze. Executions of such a sale
  are sent: a sale's fill names no freeze.
- A hidden order is never shown as new. A hidden sale is filled like any other. A hidden buy is frozen at the moment of
  its execution and filled at once.
- An order whose freeze was refused never reached the exchange: what the file says of it later is counted, not sent.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from frontend_sim.market.fees import BuyOrder, SellOrder
from frontend_sim.market.order_seat import OrderSeat
from frontend_sim.market.request_blocks import NO_TARGET, Request, TargetKey, record_block
from frontend_sim.replay.lobster import FlowMessage, MessageType
from frontend_sim.trading_session.session_log import SessionLog
from protocol.codes import ReplyCode
from protocol.vocabulary import RecordKind

BLOCK_REQUESTS_MAX = 1_024
ORDERS_OPEN_MAX = 5_000_000


class Fate(Enum):
    """What became of a recorded message."""

    ACCEPTED = "accepted by the bank"
    REFUSED = "refused by the bank"
    SALE_ORDER = "sale order: freezes nothing, not sent"
    NOTHING_TO_RELEASE = "cancel within a minimum fee: releases nothing"
    ORDER_UNKNOWN = "order from before the file: not sent"
    ORDER_REFUSED = "order was refused: not sent"
    OVER_OPEN = "more than is open of the order: not sent"
    NOT_AN_ORDER = "cross trade or halt: not sent"


@dataclass(slots=True)
class LiveBuy:
    """A buy order of the file: its money, and its freeze once accepted."""

    contract_no: int
    money: BuyOrder
    target: TargetKey | None = None
    is_answered: bool = False


@dataclass(slots=True)
class Pending:
    """A request in the block being filled, and whose answer it will be."""

    request: Request
    type: MessageType
    order: LiveBuy | None = None
    fill_on_accept: FlowMessage | None = None


@dataclass(slots=True)
class FlowReplay:
    """Drives messages through a seat; `fates` is the report."""

    party: int
    seat_no: int
    seat: OrderSeat
    contract_nos: list[int]
    log: SessionLog
    clock_ns: Callable[[], int]
    fates: Counter[tuple[MessageType, Fate]] = field(default_factory=Counter)
    codes: Counter[ReplyCode] = field(default_factory=Counter)
    _buys: dict[int, LiveBuy] = field(default_factory=dict)
    _sales: dict[int, SellOrder] = field(default_factory=dict)
    _pending: list[Pending] = field(default_factory=list)

    async def run(self, messages: Iterable[FlowMessage]) -> None:
        """Drive all messages. A block is sent when it is full, or when the next message needs an answer in it.

        Raises OverflowError when the file keeps more than ORDERS_OPEN_MAX orders open.
        """
        for message in messages:
            await self._take(message)
            if len(self._pending) >= BLOCK_REQUESTS_MAX:
                await self._flush()
        await self._flush()

    def customer_of(self, order_id: int) -> int:
        """The contract that an order id belongs to: the same one every time, spread over all customers."""
        return self.contract_nos[order_id * 2_654_435_761 % 2**32 % len(self.contract_nos)]

    async def _take(self, message: FlowMessage) -> None:
        match message.type:
            case MessageType.CROSS | MessageType.HALT:
                self._count(message.type, Fate.NOT_AN_ORDER)
            case MessageType.HIDDEN_EXECUTION if message.is_buy:
                self._freeze(message, fill_on_accept=True)
            case MessageType.EXECUTION | MessageType.HIDDEN_EXECUTION if not message.is_buy:
                self._sale_fill(message)
            case MessageType.NEW if message.is_buy:
                self._freeze(message, fill_on_accept=False)
            case MessageType.NEW:
                self._sales[message.order_id] = SellOrder()
                self._count(message.type, Fate.SALE_ORDER)
            case _ if message.is_buy:
                await self._follow_up(message)
            case MessageType.DELETE:
                known = self._sales.pop(message.order_id, None) is not None
                self._count(message.type, Fate.SALE_ORDER if known else Fate.ORDER_UNKNOWN)
            case _:
                known = message.order_id in self._sales
                self._count(message.type, Fate.SALE_ORDER if known else Fate.ORDER_UNKNOWN)
        if len(self._buys) + len(self._sales) > ORDERS_OPEN_MAX:
            raise OverflowError(f"line {message.line_no}: more than {ORDERS_OPEN_MAX} orders are open")

    def _freeze(self, message: FlowMessage, fill_on_accept: bool) -> None:
        key = message.line_no if fill_on_accept else message.order_id
        order = LiveBuy(self.customer_of(key), BuyOrder(message.price, message.size))
        if not fill_on_accept:
            self._buys[message.order_id] = order
        request = Request(
            RecordKind.FREEZE,
            order.contract_no,
            order.money.remaining_fen,
            quantity=message.size,
            price=message.price,
            partner_ref=message.order_id,
        )
        self._pending.append(Pending(request, message.type, order, message if fill_on_accept else None))

    def _sale_fill(self, message: FlowMessage) -> None:
        """A sale not seen before is taken as one order per execution: fees of earlier parts are not known."""
        sale = self._sales.get(message.order_id) or SellOrder()
        proceeds_fen, turnover = sale.fill(message.size, message.price)
        key = message.order_id or message.line_no
        request = Request(
            RecordKind.FILL_SELL,
            self.customer_of(key),
            proceeds_fen,
            quantity=message.size,
            turnover_fen=turnover,
            partner_ref=message.order_id,
            traded_on=self.seat.trade_date,
        )
        self._pending.append(Pending(request, message.type))

    async def _follow_up(self, message: FlowMessage) -> None:
        """A cancel, delete or execution of a visible buy."""
        order = self._buys.get(message.order_id)
        if order is not None and not order.is_answered:
            await self._flush()
        if order is None:
            self._count(message.type, Fate.ORDER_UNKNOWN)
        elif order.target is None:
            self._count(message.type, Fate.ORDER_REFUSED)
        elif message.type is not MessageType.DELETE and message.size > order.money.open_quantity:
            self._count(message.type, Fate.OVER_OPEN)
        elif message.type is MessageType.EXECUTION:
            self._pending.append(Pending(_fill(order, message), message.type))
        else:
            self._release(order, message)
        if order is not None and (message.type is MessageType.DELETE or not order.money.open_quantity):
            self._buys.pop(message.order_id, None)

    def _release(self, order: LiveBuy, message: FlowMessage) -> None:
        is_delete = message.type is MessageType.DELETE
        amount_fen = order.money.cancel(order.money.open_quantity if is_delete else message.size)
        if amount_fen == 0 or order.target is None:
            self._count(message.type, Fate.NOTHING_TO_RELEASE)
            return
        request = Request(RecordKind.RELEASE, order.contract_no, amount_fen, order.target)
        self._pending.append(Pending(request, message.type))

    async def _flush(self) -> None:
        """Send what is pending; hidden buys that were accepted are filled in the block after."""
        while self._pending:
            sent, self._pending = self._pending, []
            records = record_block([pending.request for pending in sent])
            began_ns = self.clock_ns()
            answer = await self.seat.submit_block(records)
            self.log.note_block(self.party, self.seat_no, records, answer, self.clock_ns() - began_ns)
            for place, (pending, code) in enumerate(zip(sent, answer.outcomes["code"].tolist(), strict=True)):
                target = (answer.trade_date, self.seat_no, answer.first_number + place)
                self._answered(pending, ReplyCode(code), target)

    def _answered(self, pending: Pending, code: ReplyCode, target: TargetKey) -> None:
        self.codes[code] += 1
        accepted = code == ReplyCode.ACCEPTED
        order = pending.order
        if order is not None:
            order.is_answered = True
            order.target = target if accepted else None
            if accepted and pending.fill_on_accept is not None:
                self._pending.append(Pending(_fill(order, pending.fill_on_accept), pending.type))
                return
        self._count(pending.type, Fate.ACCEPTED if accepted else Fate.REFUSED)

    def _count(self, message_type: MessageType, fate: Fate) -> None:
        self.fates[(message_type, fate)] += 1


def _fill(order: LiveBuy, message: FlowMessage) -> Request:
    """The whole flow is of one day: an order is executed on the date on which it was frozen."""
    money = order.money.fill(message.size, min(message.price, order.money.limit_price))
    target = order.target or NO_TARGET
    return Request(
        RecordKind.FILL_BUY,
        order.contract_no,
        money.charge_fen,
        target,
        quantity=message.size,
        release_fen=money.release_fen,
        turnover_fen=money.turnover_fen,
        partner_ref=message.order_id,
        traded_on=target[0],
    )


def report(fates: Counter[tuple[MessageType, Fate]], codes: Counter[ReplyCode]) -> str:
    """What became of the file, one line per kind of message and fate, then the requests by answer."""
    rows = [
        (message_type.name.lower().replace("_", " "), fate.value, fates[(message_type, fate)])
        for message_type in MessageType
        for fate in Fate
        if fates[(message_type, fate)]
    ]
    rows.append(("messages", "all", sum(fates.values())))
    rows += [("requests", code.name, count) for code, count in sorted(codes.items())]
    return "\n".join(f"{kind:<16}  {fate:<46}  {count:>9,}" for kind, fate, count in rows)
