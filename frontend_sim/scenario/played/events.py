"""What an event sends: requests of the seat that may send them, over real links.

Belongs here: from an event to requests, numbers that the bank gave kept under their names. Never here: who takes part
(cast), what is seen behind an event (asking), whether it was expected (comparing).
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

import trio

from config.cli.links import seat_clock
from config.kit.processes import Progress
from config.kit.wall_clock import SimulatedClock
from frontend_sim.installation import Installation, desk_settings
from frontend_sim.market.desks import DAY_SEAT
from frontend_sim.scenario.cast import Cast, OrderNow
from frontend_sim.scenario.feeds import Feeds
from frontend_sim.scenario.heard import Heard, HeardSeat, heard_seat
from frontend_sim.scenario.played.acting import Acting
from frontend_sim.scenario.played.desk_steps import DeskSteps
from frontend_sim.scenario.played.ordering import Ordering
from frontend_sim.scenario.played.people import People
from frontend_sim.scenario.played.pushes import Pushes
from frontend_sim.scenario.played.sets import records_of
from frontend_sim.scenario.written.events import (
    Act,
    ChangeAccount,
    ChangeBroker,
    ChangeContract,
    DayDesk,
    Deposit,
    Event,
    ExtendRestraint,
    FillBuy,
    FillSell,
    FinishSending,
    Freeze,
    Fund,
    Kill,
    LiftRestraint,
    LookIntoPushes,
    Notice,
    Objection,
    OpenDate,
    PushContract,
    ReceiptOf,
    Release,
    ReplaceCard,
    Restrain,
    SendSet,
    SignContract,
    SignOff,
    SignOn,
    Withdraw,
    WithdrawSet,
)
from frontend_sim.scenario.written.known import number_of
from frontend_sim.scenario.written.orders.ordering import OfOrders
from frontend_sim.scenario.written.story import Story
from frontend_sim.trading_session.days.day_program import DayProgram
from gateway.day import desk as day
from gateway.day.planning.configured import times_of
from gateway.day.planning.plan import window_of
from protocol.client import Outcome
from protocol.messages import control
from protocol.messages.customers import accounts, restraints
from protocol.messages.day import paying
from protocol.messages.day import steps as messages
from protocol.vocabulary import AccountEvent, ContractEvent, ContractStatus, FeedKind, RestraintKind, Way

KILLED_AFTER = {"agree": "the bank's books agree"}
"""What the program of the day desk says when it has taken a step."""


NS_PER_SECOND = 1_000_000_000


def moment_ns(at: datetime, zone: tzinfo) -> int:
    """A time of a story in nanoseconds since 1970."""
    return (at.replace(tzinfo=zone) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1_000


@dataclass(slots=True)
class Stage:
    """A running story: its seats, and whoever takes part."""

    story: Story
    installation: Installation
    cast: Cast
    people: People
    heard: Heard
    clock: SimulatedClock
    zone: tzinfo
    savings: HeardSeat
    teller: HeardSeat
    brokers: dict[int, HeardSeat]  # by party
    feeds: Feeds
    pushes: Pushes
    ordering: Ordering
    trade_date: int  # the open one
    say: Progress
    """Hears what the day desk says, and which process serves again."""
    funded: dict[int, int] = field(default_factory=dict)
    """By party the highest serial under which money was brought."""

    async def play(self, event: Event) -> list[str]:
        """Put the clock, and let it happen until all is answered. Returns: what went otherwise than the event says.

        Raises: ProcessFault when a process does not do what it must.
        """
        self.clock.put(moment_ns(event.at, self.zone), is_stopped=True)
        if isinstance(event, OfOrders):
            await self.ordering.play(event, self.trade_date)
            return []
        match event:
            case Freeze() | Release() | FillBuy() | FillSell():
                await self._trade(event)
            case Deposit() | Withdraw():
                await self._movement(event)
            case Restrain() | LiftRestraint() | ExtendRestraint():
                await self._restraint(event)
            case SignContract() | ChangeContract() | ChangeAccount() | ChangeBroker() | ReplaceCard():
                await self._contract(event)
            case PushContract():
                await self.pushes.push(event)
            case LookIntoPushes():
                await self.pushes.look_into()
            case SignOn():
                await self._seat_of(event.broker).control(messages.SignOn(self.trade_date))
            case Fund():
                await self._fund(event)
            case Notice() | Objection():
                await self._of_obligation(event)
            case ReceiptOf():
                party, kind = self.cast.brokers[event.broker].party, FeedKind[event.of.upper()]
                await self._seat_of(event.broker).control(self.feeds.receipt(party, self._date(event), kind))
            case FinishSending():
                seat, date = self._seat_of(event.broker), self._date(event)
                await seat.control(messages.FinishSending(date))
            case SendSet():
                await self._send_set(event)
            case WithdrawSet():
                seat, date = self._seat_of(event.broker), self._date(event)
                has = await seat.clearing_set(date)
                await seat.control(messages.WithdrawSet(date, max(1, has.number)))
            case Act():
                acting = Acting(self.story, self.cast, self.people, self.teller, self._day_seat)
                await acting.act(event, self.clock.utc_ns() // NS_PER_SECOND)
            case Kill():
                await self._kill(event.process)
            case DayDesk() if event.killed_after is not None:
                return await self._killed_desk(KILLED_AFTER[event.killed_after])
            case SignOff() | OpenDate() | DayDesk():
                await self._day_desk(event)
        return []

    def _seat_of(self, broker: str) -> HeardSeat:
        return self.brokers[self.cast.brokers[broker].party]

    def _date(self, event: FinishSending | WithdrawSet | DayDesk | ReceiptOf | Notice | Objection) -> int:
        return number_of(event.date) if event.date is not None else self.trade_date

    def _traded_on(self, event: FillBuy | FillSell) -> int:
        return number_of(event.traded_on) if event.traded_on is not None else self.trade_date

    async def _of_obligation(self, event: Notice | Objection) -> None:
        seat, date = self._seat_of(event.broker), self._date(event)
        if isinstance(event, Notice):
            await seat.notice(date)
            return
        contract_no = self.cast.customers[event.customer].contract_no if event.customer is not None else 0
        await seat.objection(date, int(event.amount), event.reason, contract_no)

    async def _fund(self, event: Fund) -> None:
        """The savings desk books what a broker brings to its clearing account."""
        party = self.cast.brokers[event.broker].party
        serial = event.serial or self.funded.get(party, 0) + 1
        self.funded[party] = max(serial, self.funded.get(party, 0))
        await self.savings.control(paying.Fund(party, int(event.amount), serial))

    async def _trade(self, event: Freeze | Release | FillBuy | FillSell) -> None:
        if isinstance(event, Freeze):
            customer = self.cast.customers[event.customer]
            outcome = await self.brokers[customer.party].freeze(customer.contract_no, event.amount)
            self.cast.orders[event.order] = OrderNow(outcome, customer.contract_no, customer.party)
            return
        if isinstance(event, FillSell):
            customer = self.cast.customers[event.customer]
            seat = self.brokers[customer.party]
            await seat.fill_sell(customer.contract_no, event.proceeds, traded_on=self._traded_on(event))
            return
        order = self.cast.orders[event.order]
        seat = self.brokers[order.party]
        if isinstance(event, Release):
            await seat.release(order.key, order.contract_no, event.amount)
        else:
            await seat.fill_buy(
                order.key, order.contract_no, event.charge, release_fen=event.release, traded_on=self._traded_on(event)
            )

    async def _movement(self, event: Deposit | Withdraw) -> None:
        account_no, way = self.cast.customers[event.customer].account_no, Way[event.way.upper()]
        serial = event.serial or 0
        if isinstance(event, Deposit):
            await self.savings.deposit(account_no, event.amount, way=way, serial=serial)
            return
        number = self.cast.restraint_no(event.restraint) if event.restraint is not None else 0
        await self.savings.withdraw(account_no, event.amount, way=way, restraint_no=number, serial=serial)

    async def _restraint(self, event: Restrain | LiftRestraint | ExtendRestraint) -> None:
        """By act of whom it names, or by the savings desk. The number of a new one is told and kept."""
        until = event.holds_until if not isinstance(event, LiftRestraint) else None
        until_s = moment_ns(until, self.zone) // NS_PER_SECOND if until is not None else 0
        message: restraints.Restrain | restraints.LiftRestraint | restraints.ExtendRestraint
        match event:
            case Restrain():
                account_no, kind = self.cast.customers[event.customer].account_no, RestraintKind[event.kind.upper()]
                message = restraints.Restrain(
                    account_no, int(event.amount), kind, event.authority, event.document, until_s
                )
            case LiftRestraint():
                message = restraints.LiftRestraint(self.cast.restraint_no(event.restraint), int(event.amount))
            case ExtendRestraint():
                message = restraints.ExtendRestraint(self.cast.restraint_no(event.restraint), until_s)
        if event.by is None:
            outcome = await self.savings.control(message)
        else:
            act = self.people.act_for(message, event.by, self.clock.utc_ns() // NS_PER_SECOND)
            outcome = await self.teller.control(act)
        if isinstance(event, Restrain) and outcome.accepted:
            self.cast.restraints[event.restraint] = outcome.remaining_fen

    async def _contract(
        self, event: SignContract | ChangeContract | ChangeAccount | ChangeBroker | ReplaceCard
    ) -> None:
        """At the bank's counter. A contract that is given is its customer's from then on."""
        customer = self.cast.customers[event.customer]
        match event:
            case ChangeAccount():
                change = AccountEvent[event.change.upper()]
                await self.savings.control(accounts.ChangeAccount(customer.account_no, change))
            case ChangeContract():
                change_of_contract = ContractEvent[event.change.upper()]
                await self.teller.control(accounts.ChangeContract(self._contract_no(event), change_of_contract))
            case SignContract():
                party, status = self.cast.brokers[event.broker].party, ContractStatus[event.contract.upper()]
                terms = accounts.ContractTerms(customer.account_no, party, [], status)
                customer.asked_party = party
                self._signed(event.customer, party, await self.teller.control(accounts.SignContracts([terms])))
            case ChangeBroker():
                party = self.cast.brokers[event.broker].party
                terms = accounts.ContractTerms(customer.account_no, party, [], ContractStatus.ACTIVE)
                customer.asked_party = party
                changed = await self.teller.control(accounts.ChangeBroker(self._contract_no(event), terms))
                self._signed(event.customer, party, changed)
            case ReplaceCard():
                to = self.cast.customers[event.to]
                to.asked_party, account_no = customer.party, to.account_no
                replaced = await self.teller.control(accounts.ReplaceCard(self._contract_no(event), account_no))
                self._signed(event.to, customer.party, replaced)

    def _contract_no(self, event: ChangeContract | ChangeBroker | ReplaceCard) -> int:
        return self.cast.customers[event.customer].contract_no

    def _signed(self, customer: str, party: int, outcome: Outcome) -> None:
        if outcome.accepted:
            self.cast.customers[customer].contracts.append((party, outcome.remaining_fen))

    async def _send_set(self, event: SendSet) -> None:
        told = next(each for each in self.story.sets if each.name == event.set)
        declared_s = moment_ns(event.declared or event.at, self.zone) // NS_PER_SECOND
        records = records_of(told, event.instead, self.cast)
        await self._seat_of(told.broker).send_clearing_set(number_of(told.date), declared_s, records)

    async def _kill(self, process: str) -> None:
        supervisor = self.installation.supervisor
        self.say(f"{process} killed with SIGKILL")
        await trio.to_thread.run_sync(supervisor.kill, process)
        await trio.to_thread.run_sync(supervisor.wait_ready, process)
        self.say(f"{process} serves again")

    def _day_seat(self) -> AbstractAsyncContextManager[HeardSeat]:
        settings = desk_settings(self.installation.config, self.cast.desks, DAY_SEAT)
        return heard_seat(settings, seat_clock(self.installation.config), self.heard)

    async def _day_desk(self, event: SignOff | OpenDate | DayDesk) -> None:
        """A step of the day desk on its own seat."""
        async with self._day_seat() as seat:
            if isinstance(event, SignOff):
                await seat.control(messages.SignOff(seat.trade_date))
            elif isinstance(event, OpenDate):
                times = times_of(self.installation.config)
                windows = [window_of(number_of(day), times).due_times() for day in event.bank_days or ()]
                opened = await seat.control(control.OpenTradeDate(number_of(event.date), windows))
                self.trade_date = number_of(event.date) if opened.accepted else self.trade_date
            else:
                await DeskSteps(day.DayDesk(seat, self.say), self.cast).take(event, self._date(event))

    async def _killed_desk(self, said: str) -> list[str]:
        installation = self.installation
        program = DayProgram(installation.config, installation.supervisor.config_file, self.say)
        if await program.run(killed_after=said) < 0:
            return []
        return ["the day desk was to be killed between two steps, and ended before"]
