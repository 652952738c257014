"""A story: who takes part, what the brokers' clearing sets have, what happens.

Belongs here: the tables of the file and their keys, with ranges. Never here: what an event may be and expect (events),
whether names mean something (checking), reading (reading).
"""

import datetime
from typing import Annotated, Literal

from msgspec import Meta

from frontend_sim.scenario.written.amounts import Fen
from frontend_sim.scenario.written.events import CardPassword, Event
from frontend_sim.scenario.written.lines import Line
from frontend_sim.scenario.written.orders.ordering import Channel, Fees, Phases, Security
from frontend_sim.scenario.written.strict import BankDays, Name, Strict
from protocol.limits import CHANNELS_MAX

BROKERS_MAX, OUTLETS_MAX, PERSONS_MAX, CUSTOMERS_MAX, SETS_MAX = 16, 100, 100, 200, 100
LINES_MAX, EVENTS_MAX = 1_000, 1_000
SECURITIES_MAX, MARKETS_MAX = 64, 2


class Outlet(Strict, frozen=True, kw_only=True):
    """[[outlet]]: one of the bank's outlets 储蓄所, and what it stands under."""

    name: Name
    level: Literal["branch", "sub_branch", "outlet"]
    under: Name | None = None


class Person(Strict, frozen=True, kw_only=True):
    """[[person]]: somebody of the bank who may sign acts; `outlet`: None is the whole bank."""

    name: Name
    rights: Annotated[
        tuple[Literal["brokers", "restrain", "reconcile", "day", "customers", "clearing"], ...],
        Meta(min_length=1, max_length=6),
    ]
    outlet: Name | None = None


class Broker(Strict, frozen=True, kw_only=True):
    """[[broker]]: a broker; whether proceeds of its sales count from the fill on, or come with its clearing set.

    `mode`: whether what its customers order with stays on their accounts, or is moved 划转. `scheme`: A, they order
    through the bank, or B, at the broker.
    """

    name: Name
    proceeds_at_fill: bool
    mode: Literal["freeze", "transfer"] = "freeze"
    scheme: Literal["A", "B"] = "B"


class Customer(Strict, frozen=True, kw_only=True):
    """[[customer]]: a savings account, with a contract where a broker is named.

    `outlet`: None is an outlet that is not registered. `holder`: whose it is; None is a person of its own.
    `card_password`: which the card host knows; None: it knows none.
    """

    name: Name
    balance: Fen
    holder: Name | None = None
    outlet: Name | None = None
    broker: Name | None = None
    contract: Literal["active", "pre_assigned", "suspended"] = "active"
    card_password: CardPassword | None = None


class ClearingSet(Strict, frozen=True, kw_only=True):
    """[[set]]: what a broker says of a trade date after the close; an event sends it, as often as it likes."""

    name: Name
    broker: Name
    date: datetime.date
    lines: Annotated[tuple[Line, ...], Meta(max_length=LINES_MAX)] = ()


class Story(
    Strict,
    frozen=True,
    kw_only=True,
    rename={
        **{name: name[:-1] for name in ("outlets", "persons", "brokers", "channels", "customers", "sets", "events")},
        "securities": "security",
    },
):
    """The whole file. `trade_date` is the first one, which is open when the story begins.

    `bank_days`: the days on which something of it is due, with the bank's times; None: nothing of it has due times.
    """

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    trade_date: datetime.date
    bank_days: BankDays | None = None
    outlets: Annotated[tuple[Outlet, ...], Meta(max_length=OUTLETS_MAX)] = ()
    persons: Annotated[tuple[Person, ...], Meta(max_length=PERSONS_MAX)] = ()
    brokers: Annotated[tuple[Broker, ...], Meta(min_length=1, max_length=BROKERS_MAX)]
    channels: Annotated[tuple[Channel, ...], Meta(max_length=CHANNELS_MAX)] = ()
    securities: Annotated[tuple[Security, ...], Meta(max_length=SECURITIES_MAX)] = ()
    fees: Annotated[tuple[Fees, ...], Meta(max_length=SECURITIES_MAX)] = ()
    phases: Annotated[tuple[Phases, ...], Meta(max_length=MARKETS_MAX)] = ()
    customers: Annotated[tuple[Customer, ...], Meta(min_length=1, max_length=CUSTOMERS_MAX)]
    sets: Annotated[tuple[ClearingSet, ...], Meta(max_length=SETS_MAX)] = ()
    events: Annotated[tuple[Event, ...], Meta(min_length=1, max_length=EVENTS_MAX)]
