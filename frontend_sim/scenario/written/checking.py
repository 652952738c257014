"""What form alone cannot say of a story: names that mean something, times that rise, dates that there are.

Belongs here: everything that is found wrong before a process is started. Never here: what the bank would refuse,
which is what stories are for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from frontend_sim.scenario.written.acts import ADMINISTRATORS, NAMES, OFFERED, ORDER, PERMITS, TABLES, own_fields
from frontend_sim.scenario.written.events import (
    Act,
    ChangeBroker,
    DayDesk,
    Event,
    ExtendRestraint,
    FillBuy,
    FillSell,
    Freeze,
    LiftRestraint,
    OpenDate,
    PushContract,
    Release,
    ReplaceCard,
    Restrain,
    SendSet,
    SignContract,
    Withdraw,
)
from frontend_sim.scenario.written.expecting import check_expects
from frontend_sim.scenario.written.known import Known, Wrong
from frontend_sim.scenario.written.lines import FEES, BuyLine, Line, OrderLine, SellLine, key_of
from frontend_sim.scenario.written.orders.ordered import check_event, check_table
from frontend_sim.scenario.written.orders.ordering import Channel, Fees, OfOrders, Order, Phases, Security
from frontend_sim.scenario.written.reading import Places, StoryFault
from frontend_sim.scenario.written.story import Broker, ClearingSet, Customer, Outlet, Person, Story
from protocol.limits import LINE_FEE_FEN_MAX


def check(story: Story, places: Places) -> None:
    """Raises: StoryFault with the first that is wrong: file, line, which table, both values."""
    look = _Look(story=story)
    for table, index, each in _tables(story):
        try:
            look.at(each)
        except Wrong as wrong:
            where = places.of(table, index) if table else str(places.file)
            raise StoryFault(f"{where}: {wrong}") from None


Table = Story | Outlet | Person | Broker | Channel | Security | Fees | Phases | Customer | ClearingSet | Event


def _tables(story: Story) -> Iterator[tuple[str, int, Table]]:
    """Every table with its name and index: who takes part, then what happens."""
    yield "", 0, story
    parts: dict[str, tuple[Table, ...]] = {
        "outlet": story.outlets,
        "person": story.persons,
        "broker": story.brokers,
        "channel": story.channels,
        "security": story.securities,
        "fees": story.fees,
        "phases": story.phases,
        "customer": story.customers,
        "set": story.sets,
    }
    for name, tables in parts.items():
        yield from ((name, index, table) for index, table in enumerate(tables))
    yield from (("event", index, event) for index, event in enumerate(story.events))


@dataclass(slots=True)
class _Look(Known):
    """A story as far as it was looked at."""

    story: Story = field(kw_only=True)
    brokers_of: dict[str, str | None] = field(default_factory=dict)  # the last one of a customer
    acts: dict[str, str] = field(default_factory=dict)  # which, by their names
    time: datetime | None = None

    def at(self, table: Table) -> None:
        """Raises Wrong."""
        match table:
            case Story():
                self.date("trade_date", table.trade_date)
            case Outlet():
                self._outlet(table)
            case Person():
                self._person(table)
            case Broker():
                self.new("broker", table.name)
            case Channel() | Security() | Fees():
                check_table(table, self)
            case Phases():
                pass
            case Customer():
                self._customer(table)
            case ClearingSet():
                self._set(table)
            case _:
                self._event(table)

    def _outlet(self, outlet: Outlet) -> None:
        if (outlet.under is None) != (outlet.level == "branch"):
            raise Wrong(f"under: {outlet.under!r}, and the level is {outlet.level!r}: all but a branch stand under one")
        self.known("under", "outlet", outlet.under)
        self.new("outlet", outlet.name)

    def _person(self, person: Person) -> None:
        if person.name in ADMINISTRATORS:
            raise Wrong(f"name: {person.name!r} is there of itself")
        self.shown("name", person.name)
        self.new("person", person.name)
        self.known("outlet", "outlet", person.outlet)

    def _customer(self, customer: Customer) -> None:
        self.new("customer", customer.name)
        self.known("outlet", "outlet", customer.outlet)
        self.known("broker", "broker", customer.broker)
        if customer.broker is None and customer.contract != "active":
            raise Wrong(f"contract: {customer.contract!r}, and no broker is named")
        self.brokers_of[customer.name] = customer.broker

    def _set(self, told: ClearingSet) -> None:
        self.new("set", told.name)
        self.known("broker", "broker", told.broker)
        self.date("date", told.date)
        for place, line in enumerate(told.lines, start=1):
            self._line(f"lines[{place}]", line)

    def _line(self, where: str, line: Line) -> None:
        if isinstance(line, OrderLine | BuyLine):
            frozen = {event.order for event in self.story.events if isinstance(event, Freeze | Order)}
            self.order(f"{where}.order", line.order, frozen)
        else:
            self.known(f"{where}.customer", "customer", line.customer)
        if isinstance(line, BuyLine | SellLine):
            for name in FEES:
                fee = getattr(line, name)
                if fee > LINE_FEE_FEN_MAX:
                    raise Wrong(f"{where}.{name}: {fee}, and a line has room for {fee.__class__(LINE_FEE_FEN_MAX)}")

    def _event(self, event: Event) -> None:
        self._time(event.at)
        self._people(event)
        self._what(event)
        holds_until = getattr(event, "holds_until", None)
        if holds_until is not None and holds_until.tzinfo is not None:
            raise Wrong(f"holds_until: {holds_until.isoformat()} has a zone: times are those of calendar.zone")
        if event.expects is not None:
            check_expects(event.expects, self)

    def _time(self, at: datetime) -> None:
        if at.tzinfo is not None:
            raise Wrong(f"at: {at.isoformat()} has a zone: times are those of calendar.zone")
        if self.time is not None and at < self.time:
            raise Wrong(f"at: {at.isoformat(' ')}, and the event before is at {self.time.isoformat(' ')}")
        self.time = at

    def _people(self, event: Event) -> None:
        """Who and what an event names."""
        self.known("broker", "broker", getattr(event, "broker", None))
        self.known("customer", "customer", getattr(event, "customer", None))
        self.date("date", getattr(event, "date", None))
        self.date("traded_on", getattr(event, "traded_on", None))
        if isinstance(event, Release | FillBuy):
            self.order("order", event.order, self.orders)

    def _what(self, event: Event) -> None:
        if isinstance(event, OfOrders):
            check_event(event, self)
            if isinstance(event, Order):
                self._has_broker(event.customer)
            return
        match event:
            case Freeze():
                if event.order in self.orders:
                    raise Wrong(f"order: there is an order {event.order!r} before")
                self._has_broker(event.customer)
                self.orders.add(event.order)
            case FillSell():
                self._has_broker(event.customer)
            case ChangeBroker() | SignContract():
                self.brokers_of[event.customer] = event.broker
            case ReplaceCard():
                self.known("to", "customer", event.to)
                self.brokers_of[event.to] = self.brokers_of[event.customer]
            case PushContract():
                self.new("push", event.push)
                self.known("replaces", "customer", event.replaces)
                if event.replaces is not None:
                    self._has_broker(event.replaces, "replaces")
                self.brokers_of[event.customer] = event.broker
            case SendSet():
                self.known("set", "set", event.set)
                self._sent(event)
            case DayDesk():
                self._day_desk(event)
            case Restrain():
                self.new("restraint", event.restraint)
                self._signed(event.by)
                for key in ("authority", "document"):
                    self.shown(key, getattr(event, key))
            case LiftRestraint() | ExtendRestraint():
                self.known("restraint", "restraint", event.restraint)
                self._signed(event.by)
            case Withdraw():
                if (event.way == "judicial") != (event.restraint is not None):
                    raise Wrong(
                        f"restraint: {event.restraint!r}, and the way is {event.way!r}: a judicial one names it"
                    )
                self.known("restraint", "restraint", event.restraint)
            case Act():
                self._act(event)
            case OpenDate():
                if event.date <= self.story.trade_date:
                    raise Wrong(f"date: {event.date} is not later than trade_date, {self.story.trade_date}")
                days = [event.date, *(event.bank_days or ())]
                if days != sorted(set(days)):
                    raise Wrong("bank_days: each is later than the one before, the first later than date")
            case _:
                pass

    def _signed(self, by: tuple[str, ...] | None) -> None:
        for name in by or ():
            self.known("by", "person", name)

    def _day_desk(self, event: DayDesk) -> None:
        if event.killed_after is not None and event.step != "all":
            raise Wrong(f"killed_after: {event.killed_after!r}, and the step is {event.step!r}, not 'all'")
        for key in ("customer", "act"):
            named = getattr(event, key)
            if named is not None and event.step != "correct":
                raise Wrong(f"{key}: {named!r}, and the step is {event.step!r}, not 'correct'")
        if event.customer is not None:
            self._has_broker(event.customer)
        self.known("act", "act", event.act)
        if event.act is not None and self.acts[event.act] not in PERMITS:
            raise Wrong(f"act: {event.act!r} is {self.acts[event.act]}, which permits no correction")

    def _act(self, event: Act) -> None:
        """Every name is known, and every key the act's own."""
        if event.act not in OFFERED:
            raise Wrong(f"act: {event.act!r} is no act of a story (there are: {', '.join(OFFERED)})")
        self.shown("reason", event.reason)
        self._signed(event.by)

        def number_of(field_name: str, name: str) -> int:
            key = NAMES.get(field_name)
            if key == ORDER:
                self.order(f"says.{key}", name, self.orders)
            elif key is not None:
                self.known(f"says.{key}", TABLES.get(key, key), name)
            if field_name == "contract_no":
                self._has_broker(name, f"says.{key}")
            return 1

        try:
            own_fields(OFFERED[event.act], event.says, number_of)
        except ValueError as error:
            raise Wrong(str(error)) from None
        if event.name is not None:
            self.new("act", event.name)
            self.acts[event.name] = event.act

    def _has_broker(self, customer: str, key: str = "customer") -> None:
        if self.brokers_of[customer] is None:
            raise Wrong(f"{key}: {customer!r} has signed with no broker, so nobody can send this")

    def _sent(self, event: SendSet) -> None:
        told = next(each for each in self.story.sets if each.name == event.set)
        if event.declared is not None and event.declared.tzinfo is not None:
            raise Wrong(f"declared: {event.declared.isoformat()} has a zone: times are those of calendar.zone")
        keys = [key_of(line) for line in told.lines]
        for place, line in enumerate(told.lines, start=1):
            if isinstance(line, OrderLine | BuyLine):
                self.order(f"set: lines[{place}] of {event.set!r}", line.order, self.orders)
            elif self.brokers_of[line.customer] is None:
                raise Wrong(f"set: lines[{place}] of {event.set!r}: {line.customer!r} has signed with no broker")
        for place, line in enumerate(event.instead, start=1):
            self._line(f"instead[{place}]", line)
            if keys.count(key_of(line)) != 1:
                kind, name = key_of(line)
                raise Wrong(
                    f"instead[{place}]: {event.set!r} has {keys.count(key_of(line))} lines {kind!r} of {name!r}, "
                    "one must be there to take the place of"
                )
