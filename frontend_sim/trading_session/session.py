"""One trading session: all brokers' desks and the bank's own business at once, until time or requests run out.

Belongs here: who trades at once, and when all stop. Never here: processes (installation), printing (live_view).
"""

import random
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass

import trio

from config.cli.links import seat_clock, seat_settings
from config.kit.processes import Progress, print_progress
from config.schema import Config
from frontend_sim.installation import desk_settings
from frontend_sim.market.bank import BankDesk, BrokerEntry
from frontend_sim.market.broker import Desk
from frontend_sim.market.broker_day import BrokerDay
from frontend_sim.market.desks import DAY_SEAT, SAVINGS_SEAT, TELLER_SEAT, BankDesks
from frontend_sim.market.exchange import Exchange
from frontend_sim.market.market_day import Customer, saver_nos
from frontend_sim.market.workload import Workload
from frontend_sim.trading_session.day_program import DayProgram
from frontend_sim.trading_session.evening import Closing, Evening, sign_off
from frontend_sim.trading_session.session_log import SessionLog
from gateway.day.desk import DayDesk
from protocol.client import Seat

BLOCK_DESKS_PER_SEAT = 2
SINGLE_DESKS_PER_SEAT = 8
BLOCK_ORDERS = 64
DESK_PAUSE_SECONDS = 0.06
BANK_BLOCK_RECORDS = 64
BANK_PAUSE_SECONDS = 0.05
RESTRAINED_CUSTOMERS = 5
RESTRAINED_FEN = 1_000_000


@dataclass(slots=True)
class Trading:
    """How long a session lasts, and how far it is. Times are monotonic ns."""

    seconds: float
    requests_max: int
    log: SessionLog
    evening: Evening | None = None  # the day ends with the session, and this is what follows
    say: Progress = print_progress
    began_ns: int = 0
    ended_ns: int = 0

    def goes_on(self) -> bool:
        """Whether new orders may still be sent."""
        return self.elapsed_seconds < self.seconds and self.log.answered < self.requests_max

    @property
    def elapsed_seconds(self) -> float:
        """Since the session began; stands still when it has ended."""
        if not self.began_ns:
            return 0.0
        return ((self.ended_ns or time.monotonic_ns()) - self.began_ns) / 1e9

    @property
    def fraction(self) -> float:
        """How much of the session is done, 0 to 1."""
        by_requests = self.log.answered / self.requests_max
        return min(1.0, max(self.elapsed_seconds / self.seconds, by_requests))


async def run_session(
    config: Config,
    desks: BankDesks,
    brokers: Sequence[BrokerEntry],
    customers: Sequence[Customer],
    trading: Trading,
    seed: int,
) -> None:
    """Trade until `trading` says stop and every event of the exchange is sent and answered; then comes the evening,
    where it has one.

    Raises: LoadRefused when the date is not signed off.
    """
    clock = seat_clock(config)
    async with AsyncExitStack() as stack:
        teller = await stack.enter_async_context(Seat.open(desk_settings(config, desks, TELLER_SEAT), clock))
        bank_desk = BankDesk(
            await stack.enter_async_context(Seat.open(desk_settings(config, desks, SAVINGS_SEAT), clock)),
            teller,
            [*saver_nos(), *(customer.account_no for customer in customers)],
            [customer.contract_no for customer in customers],
            random.Random(seed),
            trading.log,
            time.monotonic_ns,
        )
        restrained = [customer.account_no for customer in customers[:RESTRAINED_CUSTOMERS]]
        await bank_desk.restrain(restrained, RESTRAINED_FEN)
        trading_desks: list[tuple[Desk, int]] = []
        days = {broker.party: BrokerDay() for broker in brokers}
        seats: dict[int, Seat] = {}  # of each broker the last one
        for broker in brokers:
            for seat_no in broker.seats:
                settings = seat_settings(config, broker.party, seat_no, broker.signer)
                seat = seats[broker.party] = await stack.enter_async_context(Seat.open(settings, clock))
                day = days[broker.party]
                trading_desks += _desks(broker.party, seat_no, seat, customers, trading.log, seed, day)
        trading.began_ns = time.monotonic_ns()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bank_desk.serve, BANK_BLOCK_RECORDS, BANK_PAUSE_SECONDS, trading.goes_on)
            for desk, block_orders in trading_desks:
                nursery.start_soon(desk.trade, block_orders, DESK_PAUSE_SECONDS, trading.goes_on)
        trading.ended_ns = time.monotonic_ns()
        if trading.evening is not None:
            evening = trading.evening

            def open_day_desk() -> AbstractAsyncContextManager[Seat]:
                return Seat.open(desk_settings(config, desks, DAY_SEAT), clock)

            async with open_day_desk() as day_desk:
                await sign_off(evening, DayDesk(day_desk, trading.say), [desk for desk, _ in trading_desks])
            program = DayProgram(config, evening.config_file, trading.say)
            told = (seats, days, customers, config.wall_clock(), trading.say)
            await Closing(evening, program, teller, open_day_desk, *told).close(brokers)


def _desks(
    party: int,
    seat_no: int,
    seat: Seat,
    customers: Sequence[Customer],
    log: SessionLog,
    seed: int,
    day: BrokerDay,
) -> list[tuple[Desk, int]]:
    """The desks of one seat, each with the orders that it sends at once. Customers are dealt to the desks."""
    own = [customer.contract_no for customer in customers if customer.seat == seat_no]
    foreign = [customer.contract_no for customer in customers if customer.terms.party != party]
    sizes = [BLOCK_ORDERS] * BLOCK_DESKS_PER_SEAT + [1] * SINGLE_DESKS_PER_SEAT
    desks = []
    for place, block_orders in enumerate(sizes):
        desk_seed = seed * 1_000_003 + seat_no * 1_009 + place
        workload = Workload(desk_seed, own[place :: len(sizes)], foreign)
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
