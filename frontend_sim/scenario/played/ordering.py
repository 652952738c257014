"""Orders through the bank in a running story: what they go by, what channels send, what their brokers report.

Belongs here: from a table or an event to records and messages, and where cancels stand in brokers' feeds. Never here:
who takes part (cast), what the bank answers (heard).
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import numpy as np

from config.kit.wall_clock import SimulatedClock
from frontend_sim.market.desks import DAY_SEAT, PASSWORD_SEAT, accepted, must_accept
from frontend_sim.scenario.cast import Cast, OrderNow
from frontend_sim.scenario.heard import HeardSeat
from frontend_sim.scenario.written.known import number_of
from frontend_sim.scenario.written.orders.ordering import (
    Cancel,
    Cancelled,
    CancelRefused,
    Executed,
    Fee,
    Fees,
    LosePassword,
    OfOrders,
    Order,
    Phases,
    Refused,
    Report,
    ResumeSecurity,
    Security,
    SetFees,
    SetPassword,
    SetPhases,
    SetPrices,
    SignsOff,
    SignsOn,
    SuspendSecurity,
    Taken,
)
from frontend_sim.scenario.written.story import Story
from protocol.client import Outcome
from protocol.limits import DIGEST_BYTES, PASSWORD_SALT_BYTES, PASSWORD_VERIFIER_BYTES
from protocol.messages.orders import fees, phases, securities, signing_on
from protocol.records import RECORD, RecordArray
from protocol.vocabulary import LineSide, Market, OrderType, Product, RecordKind, Side, Verdict, market_and_side

NO_REST = bytes(DIGEST_BYTES)
SIDES = {"buy": (LineSide.BUY, Side.BUY), "sell": (LineSide.SALE, Side.SELL)}
WHY = "as the story has it"
REASON = 1
"""Of a refusal or cancel: what it is only brokers know."""
SIGNED_ON_S = 43_200
"""For so long, where a story names no time."""


@dataclass(slots=True)
class Ordering:
    """Seats, and what is known of passwords and orders."""

    story: Story
    cast: Cast
    zone: tzinfo
    clock: SimulatedClock
    bank: HeardSeat  # of master data
    teller: HeardSeat
    brokers: dict[int, HeardSeat]  # by party
    channels: dict[tuple[str, int], HeardSeat]  # by channel and broker's party
    desk: Callable[[int], AbstractAsyncContextManager[HeardSeat]]  # opens a seat of the bank's
    generations: dict[str, int] = field(default_factory=dict)  # of passwords, by customer
    places: dict[tuple[int, int], int] = field(default_factory=dict)  # entries of a broker's feed of a date
    cancels: dict[str, int] = field(default_factory=dict)  # the place of an order's last cancel

    async def begin(self) -> None:
        """What orders go by from the first trade date on. Raises LoadRefused."""
        on = number_of(self.story.trade_date)
        if self.story.securities:
            versions = [_version(each, on) for each in self.story.securities]
            await must_accept(self.bank, securities.RegisterSecurities(0, 0, versions, NO_REST), "securities")
            prices = [_limits(each, each.low, each.high, each.accrued) for each in self.story.securities]
            await must_accept(self.bank, securities.SetPrices(0, 0, on, prices, NO_REST), "limits of securities")
        for table in self.story.fees:
            await must_accept(self.bank, self._fees(table, on), f"fees of {table.broker}")
        for each in self.story.phases:
            accepted(await self._say_phases(each, self.story.trade_date), f"phases of {each.market}")

    async def play(self, event: OfOrders, trade_date: int) -> None:
        """Send what it is, while a trade date is open."""
        match event:
            case SetFees():
                await self.bank.control(self._fees(event, trade_date))
            case SetPhases():
                await self._say_phases(event, event.date or _date_of(trade_date))
            case SetPrices():
                prices = [_limits(self._security(event.security), event.low, event.high, event.accrued)]
                on = number_of(event.date) if event.date is not None else trade_date
                await self.bank.control(securities.SetPrices(0, 0, on, prices, NO_REST))
            case SuspendSecurity():
                await self.bank.control(securities.SuspendSecurity(*self._named(event.security), WHY))
            case ResumeSecurity():
                await self.bank.control(securities.ResumeSecurity(*self._named(event.security), WHY))
            case SetPassword() | LosePassword() | SignsOn() | SignsOff():
                await self._password(event)
            case Order():
                await self._order(event, trade_date)
            case Cancel():
                await self._cancel(event, trade_date)
            case _:
                await self._report(event)

    async def _password(self, event: SetPassword | LosePassword | SignsOn | SignsOff) -> None:
        customer, generation = self.cast.customers[event.customer], self.generations.get(event.customer, 0)
        match event:
            case SetPassword():
                salt, verifier = bytes(PASSWORD_SALT_BYTES), bytes(PASSWORD_VERIFIER_BYTES)
                told = signing_on.SetVerifier(customer.contract_no, generation, salt, verifier)
                async with self.desk(PASSWORD_SEAT) as passwords:
                    outcome = await passwords.control(told)
                self.generations[event.customer] = generation + outcome.accepted
            case LosePassword():
                outcome = await self.teller.control(signing_on.ReportPasswordLoss(customer.contract_no))
                self.generations[event.customer] = generation + outcome.accepted
            case SignsOn():
                until_s = (
                    self._seconds(event.until)
                    if event.until is not None
                    else self.clock.utc_ns() // 10**9 + SIGNED_ON_S
                )
                record = _record(RecordKind.SIGNED_ON, customer.contract_no)
                record["verdict"] = Verdict.FAILED if event.wrong else Verdict.SIGNED_ON
                record["generation"], record["until_s"] = generation, 0 if event.wrong else until_s
                record["channel"], record["nonce"] = self._channel_no(event.channel), 1
                async with self.desk(PASSWORD_SEAT) as passwords:
                    await passwords.submit(record)
            case SignsOff():
                seat = self.channels[event.channel, customer.party]
                await seat.control(signing_on.EndSignOn(customer.contract_no))

    async def _order(self, event: Order, trade_date: int) -> None:
        customer = self.cast.customers[event.customer]
        record = self._sided(RecordKind.ORDER, customer.contract_no, event)
        record["order_type"], record["quantity"], record["limit"] = OrderType.LIMIT, event.quantity, event.limit
        outcome = await self.channels[event.channel, customer.party].submit(record)
        self.cast.orders[event.order] = OrderNow(outcome, customer.contract_no, customer.party)
        if outcome.accepted:
            self._take_place(customer.party, trade_date)

    async def _cancel(self, event: Cancel, trade_date: int) -> None:
        order = self.cast.orders[event.order]
        seat = self.teller if event.channel is None else self.channels[event.channel, order.party]
        outcome = await seat.submit(self._about(RecordKind.CANCEL, event.order))
        if outcome.accepted:
            self.cancels[event.order] = self._take_place(order.party, trade_date)

    async def _report(self, event: Report) -> None:
        record = self._about(RecordKind[_word(event)], event.order)
        last = self.cancels.get(event.order, 0)
        match event:
            case Taken():
                record["broker_number"] = event.number
            case Executed():
                record["quantity"], record["turnover"] = event.quantity, event.turnover
            case Cancelled():
                record["quantity"], record["reason"] = event.quantity, REASON
                record["cancel_position"] = 0 if event.by_exchange else last
            case Refused():
                record["reason"] = REASON
            case CancelRefused():
                record["reason"], record["cancel_position"] = REASON, last
        await self.brokers[self.cast.orders[event.order].party].submit(record)

    def _about(self, kind: RecordKind, order: str) -> RecordArray:
        """A record that names an order, whose words it repeats."""
        ordered = next(each for each in self.story.events if isinstance(each, Order) and each.order == order)
        known = self.cast.orders[order]
        record = self._sided(kind, known.contract_no, ordered)
        record["target_date"], record["target_seat"], record["target_number"] = known.key
        return record

    def _sided(self, kind: RecordKind, contract_no: int, order: Order) -> RecordArray:
        record, named = _record(kind, contract_no), self._security(order.security)
        record["market_and_side"] = market_and_side(Market[named.market], SIDES[order.side][1])
        record["security"] = named.code.encode("ascii")
        return record

    def _take_place(self, party: int, trade_date: int) -> int:
        """Of what was accepted, in the broker's feed of the date."""
        self.places[party, trade_date] = self.places.get((party, trade_date), 0) + 1
        return self.places[party, trade_date]

    def _security(self, name: str) -> Security:
        return next(each for each in self.story.securities if each.name == name)

    def _named(self, name: str) -> tuple[int, str]:
        named = self._security(name)
        return int(Market[named.market]), named.code

    def _channel_no(self, name: str) -> int:
        return 1 + [each.name for each in self.story.channels].index(name)

    def _fees(self, told: Fees | SetFees, on: int) -> fees.SetFees:
        return fees.SetFees(
            party=self.cast.brokers[told.broker].party,
            market=Market[told.market],
            product=Product[told.product.upper()],
            side=SIDES[told.side][0],
            first_date=on,
            commission=_component(told.commission),
            stamp=_component(told.stamp),
            transfer=_component(told.transfer),
            handling=_component(told.handling),
            regulatory=_component(told.regulatory),
            notice=0,
        )

    async def _say_phases(self, told: Phases | SetPhases, on: date) -> Outcome:
        def second(at: time) -> int:
            return self._seconds(datetime.combine(on, at))

        parts = [
            phases.MarketPhase(second(each.begins), second(each.ends), each.orders, each.cancels)
            for each in told.phases
        ]
        async with self.desk(DAY_SEAT) as day_desk:
            return await day_desk.control(phases.SetPhases(number_of(on), Market[told.market], parts))

    def _seconds(self, at: datetime) -> int:
        return (at.replace(tzinfo=self.zone) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)


def _record(kind: RecordKind, contract_no: int) -> RecordArray:
    record = np.zeros(1, RECORD)
    record["kind"], record["contract_no"] = kind, contract_no
    return record


def _component(fee: Fee) -> fees.FeeComponent:
    most_fen = int(fee.most) if fee.most is not None else 0
    return fees.FeeComponent(int(fee.rate), int(fee.on_par), int(fee.unit), int(fee.flat), int(fee.least), most_fen)


def _version(told: Security, on: int) -> securities.SecurityVersion:
    lots = (told.lot, told.lot, told.most)
    return securities.SecurityVersion(
        Market[told.market],
        told.code,
        Product[told.product.upper()],
        told.multiplier,
        *lots,
        *lots,
        odd_lots=False,
        tick=int(told.tick),
        par=int(told.par),
        sold_at_once=False,
        first_date=on,
        last_date=0,
    )


def _limits(told: Security, low: int, high: int, accrued: int) -> securities.PriceLimits:
    return securities.PriceLimits(Market[told.market], told.code, int(low), int(high), int(accrued))


def _date_of(trade_date: int) -> date:
    return date(trade_date // 10_000, trade_date // 100 % 100, trade_date % 100)


def _word(event: Report) -> str:
    """The kind of record that it is."""
    return str(event.__struct_config__.tag).upper()
