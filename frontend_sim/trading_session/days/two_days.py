"""The course of a session: T is traded, closed and settled; on T+1 what is owed by it is paid, while T+1 is traded, and
the reports of T are made.

Belongs here: what follows what, at which time of the bank's clocks. Never here: trading (session), the steps of an
evening (evening), judging (judged), printing.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import trio

from config.cli.links import seat_clock
from config.kit.exit_codes import ExitCode
from config.kit.processes import Progress
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.books_table import Books, books_by_sql
from frontend_sim.auditor.money_watch import MoneyWatch
from frontend_sim.auditor.sql_totals import totals_by_sql
from frontend_sim.installation import Installation, desk_settings
from frontend_sim.market.bank import BrokerEntry, register_broker
from frontend_sim.market.desks import DAY_SEAT, BankDesks
from frontend_sim.market.market_day import Customer, open_customers
from frontend_sim.market.outlets import register_outlets
from frontend_sim.market.people.staff import DAY_PEOPLE
from frontend_sim.market.through_bank.masters import ThroughBank
from frontend_sim.trading_session.days.dates import SessionClock, SessionDates
from frontend_sim.trading_session.days.day_program import DayProgram
from frontend_sim.trading_session.days.evening import Evening, live_evening
from frontend_sim.trading_session.days.morning import Morning, Mornings
from frontend_sim.trading_session.live_view import LiveView
from frontend_sim.trading_session.ordering import Ordering, open_ordering
from frontend_sim.trading_session.session import Floor, Trading, open_floor
from gateway.day.desk import DayDesk
from protocol.acts.savings import SavingsInterestAct
from protocol.acts.table import word_of
from protocol.client import Seat
from protocol.messages.orders.phases import SetPhases

SECOND_DATE_SECONDS = 4.0
SECOND_DATE_REQUESTS_MAX = 50_000
SAVINGS_RATE = 500
"""0.05 % a year, in millionths."""
PATIENCE_SECONDS = 30.0


class Traded(NamedTuple):
    """What was answered up to a moment, in so many seconds."""

    orders: int
    answered: int
    refused: int
    seconds: float


NOT_TRADED = Traded(0, 0, 0, 1.0)


@dataclass(slots=True)
class TwoDays:
    """Who lives them, and what they gave."""

    installation: Installation
    dates: SessionDates
    clock: SessionClock
    bank: Seat  # of master data
    desks: BankDesks
    brokers: Sequence[BrokerEntry]
    customers: Sequence[Customer]
    trading: Trading
    view: LiveView
    say: Progress
    seed: int
    reports: Path
    """The folder for the reports of T."""
    through: ThroughBank
    """The broker whose customers order through the bank, and their channel."""
    phones: Sequence[Customer]
    """Its customers."""
    evening: Evening = field(init=False)
    morning: Morning = field(default_factory=Morning)
    rolled_ns: int = 0
    """When T+1 was opened, by the bank's clocks."""
    traded: Traded = NOT_TRADED
    """On T."""
    interest_ns: int = 0
    """When an interest day was ordered."""
    phases: Sequence[SetPhases] = ()
    """Of T, in which orders through the bank are taken."""
    ordering: Ordering | None = None
    """Those orders."""
    settled: Books | None = None
    """What the read model has behind the settlement of T."""
    add_up: bool = False
    """Whether the reports of T do."""

    def __post_init__(self) -> None:
        self.evening = Evening(self.installation.supervisor.config_file, self.bank)

    async def live(self) -> None:
        """Both. Raises: as a story's steps, when somebody may not do as it must."""
        await self.desks.register(self.bank)
        await self._open(self.dates.first)
        await register_outlets(self.bank)
        for broker in self.brokers:
            if broker is not self.through.broker:
                await register_broker(self.bank, broker)
        await self.through.register(self.bank, self.dates.first)
        await open_customers(self.bank, self.customers)
        self.phases = await self._set_phases()
        self.say(f"{len(self.brokers)} brokers and {len(self.customers):,} customers are loaded; trading begins")
        self.clock.put(self.dates.first, "09:30:00")
        config = self.installation.config
        traders = [broker for broker in self.brokers if broker is not self.through.broker]
        log = self.trading.log
        async with (
            open_floor(config, self.desks, traders, self.customers, log, self.seed) as floor,
            open_ordering(config, self.through, self.phones, log, self.seed) as ordering,
        ):
            self.ordering = floor.ordering = ordering
            floor.seats[ordering.party] = ordering.broker.seat
            await self._sign_on(floor, ordering)
            await self._trade(floor)
            self.say(ordering.said())
            self.traded = Traded(log.orders, log.answered, log.refused, self.trading.elapsed_seconds)
            self.clock.put(self.dates.first, "15:05:00")
            await live_evening(self.evening, floor, self.brokers, self.customers, self.say)
            await self._order_interest(floor)
            self.settled = await self._books()
            await self._live_second(floor)

    async def _set_phases(self) -> list[SetPhases]:
        """Orders through the bank are taken while the markets trade."""
        config, first = self.installation.config, self.dates.first
        from_s, until_s = (self.dates.ns(first, at) // 10**9 for at in ("09:15:00", "15:00:00"))
        async with Seat.open(desk_settings(config, self.desks, DAY_SEAT), seat_clock(config)) as seat:
            return await self.through.set_phases(seat, first, from_s, until_s)

    async def _sign_on(self, floor: Floor, ordering: Ordering) -> None:
        """Customers of the channel set a first password at the counter, and sign on."""
        began_ns = time.monotonic_ns()
        sequence = await ordering.open_date()
        await totals_by_sql(self.installation.postgres, sequence, PATIENCE_SECONDS)
        await ordering.set_first_passwords(floor.teller)
        await ordering.channel.sign_on_all()
        seconds = (time.monotonic_ns() - began_ns) / 1e9
        self.say(f"{len(ordering.channel.until_s)} customers set a trading password and sign on in {seconds:.1f} s")

    def tell_of_ordering(self, auditor: Auditor) -> None:
        """What stood before there were customers."""
        self.through.inform(auditor, self.dates.first, self.phases)

    async def _order_interest(self, floor: Floor) -> None:
        """Two people list a rate, and order T as interest day of all savings accounts."""
        assert self.evening.staff is not None
        trade_date = self.dates.first
        fields = {"act": word_of(SavingsInterestAct), "last_day": trade_date, "rate_millionths": SAVINGS_RATE}
        told = await self.evening.staff.sign(floor.teller, fields, "活期结息", DAY_PEOPLE)
        self.interest_ns, self.evening.last_sequence = told.decided_at_ns, told.sequence
        self.say(f"two people order {trade_date} as interest day, at 0.05 %")

    async def _books(self) -> Books:
        """As the read model has them, once it is as far as the evening was."""
        server = self.installation.postgres
        await totals_by_sql(server, self.evening.last_sequence, PATIENCE_SECONDS)
        return await books_by_sql(server)

    async def _open(self, trade_date: int) -> None:
        """A date is opened, with the days on which something of it is due."""
        config = self.installation.config
        async with Seat.open(desk_settings(config, self.desks, DAY_SEAT), seat_clock(config)) as seat:
            await DayDesk(seat, self.say).open_date(trade_date, self.dates.windows(trade_date))
        self.rolled_ns = self.clock.clock.utc_ns()

    async def _trade(self, floor: Floor) -> None:
        """T is traded, the ledger killed in the middle of it, both books compared all the while."""

        def is_over() -> bool:
            return self.trading.ended_ns != 0

        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.view.run, is_over)
            nursery.start_soon(self._kill_ledger_midway)
            nursery.start_soon(MoneyWatch(self.bank).run, self.view.show_control, is_over)
            await floor.trade(self.trading)

    async def _kill_ledger_midway(self) -> None:
        """SIGKILL in the middle of it; the supervisor starts it again, it recovers from its journal."""
        trading, supervisor = self.trading, self.installation.supervisor
        while trading.fraction < 0.5:  # noqa: ASYNC110 - time passes without anybody who could set an event
            await trio.sleep(0.05)
        began_ns, answered = time.monotonic_ns(), trading.log.answered
        self.view.note("ledger killed with SIGKILL")
        await trio.to_thread.run_sync(supervisor.kill, "ledger")
        await trio.to_thread.run_sync(supervisor.wait_ready, "ledger")
        self.view.note(f"ledger serves again after {(time.monotonic_ns() - began_ns) / 1e9:.1f} s")
        while trading.log.answered == answered and not trading.ended_ns:  # noqa: ASYNC110 - the log is a plain count
            await trio.sleep(0.01)
        self.view.note(f"first answer after {(time.monotonic_ns() - began_ns) / 1e9:.1f} s")

    async def _live_second(self, floor: Floor) -> None:
        """T+1: it is opened, what is owed by T is paid, and it is traded meanwhile."""
        self.clock.put(self.dates.second, "08:30:00")
        await self._open(self.dates.second)
        floor.turn_page()
        requests_max = self.trading.log.answered + SECOND_DATE_REQUESTS_MAX
        second = Trading(SECOND_DATE_SECONDS, requests_max, self.trading.log)
        program = DayProgram(floor.config, self.evening.config_file, self.say)
        mornings = Mornings(self.morning, floor, self.clock, program, self.evening.sets, self.customers, self.say)
        await mornings.live(second)
        self.say(f"{self.dates.second} was traded for {second.elapsed_seconds:.1f} s")
        self.add_up = await program.run("reports", trade_date=self.dates.first, to=self.reports) == ExitCode.OK
