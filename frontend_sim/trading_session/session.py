"""The floor of a session: every seat open, all brokers' desks and the bank's own business at once, date after date.

Belongs here: who trades at once, and when all stop. Never here: processes (installation), what follows the trading of a
date (evening), printing (live_view).
"""

import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import trio

from config.cli.links import seat_clock, seat_settings
from config.schema import Config
from frontend_sim.installation import desk_settings
from frontend_sim.market.bank import BankDesk, BrokerEntry
from frontend_sim.market.broker import Desk
from frontend_sim.market.broker_day import BrokerDay
from frontend_sim.market.desks import DAY_SEAT, SAVINGS_SEAT, TELLER_SEAT, BankDesks
from frontend_sim.market.exchange import Exchange
from frontend_sim.market.market_day import Customer, saver_nos
from frontend_sim.market.workload import Habits, Workload
from frontend_sim.trading_session.ordering import Ordering
from frontend_sim.trading_session.session_log import SessionLog
from protocol.client import Seat

BLOCK_DESKS_PER_SEAT = 2
SINGLE_DESKS_PER_SEAT = 8
BLOCK_ORDERS = 64
DESK_PAUSE_SECONDS = 0.06
BANK_BLOCK_RECORDS = 64
BANK_PAUSE_SECONDS = 0.05
RESTRAINED_CUSTOMERS = 5
RESTRAINED_FEN = 1_000_000
HABITS = (Habits(sells=450), Habits(sells=20))
"""Of the brokers' customers: the first ones sell more than they buy, so that their broker owes, the others buy more."""


@dataclass(slots=True)
class Trading:
    """How long the desks trade, and how far they are. Times are monotonic ns."""

    seconds: float
    requests_max: int
    log: SessionLog
    began_ns: int = 0
    ended_ns: int = 0

    def goes_on(self) -> bool:
        """Whether new orders may still be sent."""
        return self.elapsed_seconds < self.seconds and self.log.answered < self.requests_max

    @property
    def elapsed_seconds(self) -> float:
        """Since the trading began; stands still when it has ended."""
        if not self.began_ns:
            return 0.0
        return ((self.ended_ns or time.monotonic_ns()) - self.began_ns) / 1e9

    @property
    def fraction(self) -> float:
        """How much of it is done, 0 to 1."""
        by_requests = self.log.answered / self.requests_max
        return min(1.0, max(self.elapsed_seconds / self.seconds, by_requests))


@dataclass(slots=True)
class Floor:
    """Every seat of a session, and the desks that trade on them."""

    config: Config
    desks: BankDesks
    savings: Seat
    teller: Seat
    bank_desk: BankDesk
    seats: dict[int, Seat] = field(default_factory=dict)
    """Of each broker the last one, by party."""
    days: dict[int, BrokerDay] = field(default_factory=dict)
    """What each broker knows of the open date, by party."""
    trading_desks: list[tuple[Desk, int]] = field(default_factory=list)
    """Each with the orders that it sends at once."""
    ordering: Ordering | None = None
    """Orders through the bank, on the first date."""

    def open_day_desk(self) -> AbstractAsyncContextManager[Seat]:
        """The bank's day desk, for as long as it is needed."""
        return Seat.open(desk_settings(self.config, self.desks, DAY_SEAT), seat_clock(self.config))

    async def trade(self, trading: Trading) -> None:
        """Trade until `trading` says stop and every event of the exchange is sent and answered."""
        trading.began_ns = time.monotonic_ns()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.bank_desk.serve, BANK_BLOCK_RECORDS, BANK_PAUSE_SECONDS, trading.goes_on)
            if self.ordering is not None:
                nursery.start_soon(self.ordering.trade, trading.goes_on)
            for desk, block_orders in self.trading_desks:
                nursery.start_soon(desk.trade, block_orders, DESK_PAUSE_SECONDS, trading.goes_on)
        trading.ended_ns = time.monotonic_ns()

    def turn_page(self) -> None:
        """Another date is open: brokers know nothing of it yet."""
        self.days = {party: BrokerDay() for party in self.days}
        for desk, _ in self.trading_desks:
            desk.day = self.days[desk.party]
        self.ordering = None


@asynccontextmanager
async def open_floor(
    config: Config,
    desks: BankDesks,
    brokers: Sequence[BrokerEntry],
    customers: Sequence[Customer],
    log: SessionLog,
    seed: int,
) -> AsyncIterator[Floor]:
    """Every seat opened, some customers' money restrained."""
    clock = seat_clock(config)
    async with AsyncExitStack() as stack:
        savings = await stack.enter_async_context(Seat.open(desk_settings(config, desks, SAVINGS_SEAT), clock))
        teller = await stack.enter_async_context(Seat.open(desk_settings(config, desks, TELLER_SEAT), clock))
        account_nos = [customer.account_no for customer in customers]
        bank_desk = BankDesk(
            savings,
            teller,
            [*saver_nos(), *account_nos],
            [customer.contract_no for customer in customers],
            random.Random(seed),
            log,
            time.monotonic_ns,
        )
        await bank_desk.restrain(account_nos[:RESTRAINED_CUSTOMERS], RESTRAINED_FEN)
        floor = Floor(config, desks, savings, teller, bank_desk)
        for place, broker in enumerate(brokers):
            day = floor.days[broker.party] = BrokerDay()
            for seat_no in broker.seats:
                settings = seat_settings(config, broker.party, seat_no, broker.signer)
                seat = floor.seats[broker.party] = await stack.enter_async_context(Seat.open(settings, clock))
                habits = HABITS[min(place, len(HABITS) - 1)]
                floor.trading_desks += _desks(broker.party, seat_no, seat, customers, log, seed, day, habits)
        yield floor


async def run_session(
    config: Config,
    desks: BankDesks,
    brokers: Sequence[BrokerEntry],
    customers: Sequence[Customer],
    trading: Trading,
    seed: int,
) -> None:
    """Trade one date, with nothing behind it."""
    async with open_floor(config, desks, brokers, customers, trading.log, seed) as floor:
        await floor.trade(trading)


def _desks(
    party: int,
    seat_no: int,
    seat: Seat,
    customers: Sequence[Customer],
    log: SessionLog,
    seed: int,
    day: BrokerDay,
    habits: Habits,
) -> list[tuple[Desk, int]]:
    """The desks of one seat, each with the orders that it sends at once. Customers are dealt to the desks."""
    own = [customer.contract_no for customer in customers if customer.seat == seat_no]
    foreign = [customer.contract_no for customer in customers if customer.terms.party != party]
    sizes = [BLOCK_ORDERS] * BLOCK_DESKS_PER_SEAT + [1] * SINGLE_DESKS_PER_SEAT
    desks = []
    for place, block_orders in enumerate(sizes):
        desk_seed = seed * 1_000_003 + seat_no * 1_009 + place
        workload = Workload(desk_seed, own[place :: len(sizes)], foreign, habits)
        desk = Desk(
            party,
            seat_no,
            seat,
            workload,
            Exchange(desk_seed),
            log,
            time.monotonic_ns,
            random.Random(desk_seed),
            day,
        )
        desks.append((desk, block_orders))
    return desks
