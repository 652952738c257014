"""Orders through the bank in a story: by which channels they come, what they go by, what is said of them.

Belongs here: these tables and events with their keys and ranges. Never here: events of other subjects (events), whether
names mean something (checking), what an event sends (played).
"""

import datetime
from typing import Annotated, Literal

from msgspec import Meta

from frontend_sim.scenario.written.amounts import Fen
from frontend_sim.scenario.written.happening import Happens
from frontend_sim.scenario.written.orders.parts import Price, Rate, Turnover, UnitFee
from frontend_sim.scenario.written.strict import Name, Strict
from protocol.limits import PHASES_MAX, SECURITY_NUMBER_MAX

MarketName = Literal["XSHG", "XSHE"]
ProductName = Literal["share", "fund", "bond"]
SideName = Literal["buy", "sell"]
Quantity = Annotated[int, Meta(ge=0, le=SECURITY_NUMBER_MAX)]
"""More than none: what the bank makes of no quantity is its own affair."""
Whole = Annotated[int, Meta(ge=1, le=SECURITY_NUMBER_MAX)]


class Channel(Strict, frozen=True, kw_only=True):
    """[[channel]]: phones, web pages or kiosks by which customers of all brokers of scheme A order."""

    name: Name


class Security(Strict, frozen=True, kw_only=True):
    """[[security]]: what is traded from the first trade date on; `low` and `high` are its limits of that date."""

    name: Name
    code: Annotated[str, Meta(pattern="^[0-9A-Z]{1,8}$")]
    market: MarketName = "XSHG"
    product: ProductName = "share"
    low: Price
    high: Price
    accrued: Price = Price(0)
    tick: Price = Price(100)
    par: Price = Price(10_000)
    lot: Whole = 100
    most: Whole = 1_000_000
    multiplier: Whole = 1


class Fee(Strict, frozen=True, kw_only=True):
    """One fee of a table; what is left out is nothing."""

    rate: Rate = Rate(0)
    on_par: Rate = Rate(0)
    unit: UnitFee = UnitFee(0)
    flat: Fen = Fen(0)
    least: Fen = Fen(0)
    most: Fen | None = None


NO_FEE = Fee()


class Fees(Strict, frozen=True, kw_only=True):
    """[[fees]]: what orders of a broker's customers cost, of the first trade date on."""

    broker: Name
    market: MarketName = "XSHG"
    product: ProductName = "share"
    side: SideName = "buy"
    commission: Fee = NO_FEE
    stamp: Fee = NO_FEE
    transfer: Fee = NO_FEE
    handling: Fee = NO_FEE
    regulatory: Fee = NO_FEE


class Phase(Strict, frozen=True, kw_only=True):
    """Times of a day, the second one behind the last, in which a market takes something."""

    begins: datetime.time
    ends: datetime.time
    orders: bool = True
    cancels: bool = True


class Phases(Strict, frozen=True, kw_only=True):
    """[[phases]]: when a market takes orders on the first trade date."""

    market: MarketName = "XSHG"
    phases: Annotated[tuple[Phase, ...], Meta(max_length=PHASES_MAX)]


class SetFees(Happens, frozen=True, kw_only=True, tag="set_fees"):
    """The bank sets what orders cost that come behind this, with the keys of [[fees]]."""

    broker: Name
    market: MarketName = "XSHG"
    product: ProductName = "share"
    side: SideName = "buy"
    commission: Fee = NO_FEE
    stamp: Fee = NO_FEE
    transfer: Fee = NO_FEE
    handling: Fee = NO_FEE
    regulatory: Fee = NO_FEE


class SetPhases(Happens, frozen=True, kw_only=True, tag="set_phases"):
    """The bank says when a market takes orders, on the open date unless one is named."""

    market: MarketName = "XSHG"
    phases: Annotated[tuple[Phase, ...], Meta(max_length=PHASES_MAX)]
    date: datetime.date | None = None


class SetPrices(Happens, frozen=True, kw_only=True, tag="set_prices"):
    """Limits of a security on a date, the open one unless it is named."""

    security: Name
    low: Price
    high: Price
    accrued: Price = Price(0)
    date: datetime.date | None = None


class SuspendSecurity(Happens, frozen=True, kw_only=True, tag="suspend_security"):
    """Nothing of a security is traded."""

    security: Name


class ResumeSecurity(Happens, frozen=True, kw_only=True, tag="resume_security"):
    """It is traded again."""

    security: Name


class SetPassword(Happens, frozen=True, kw_only=True, tag="set_password"):
    """The password desk has a new trading password of a customer."""

    customer: Name


class LosePassword(Happens, frozen=True, kw_only=True, tag="lose_password"):
    """A customer says at the counter that it is lost."""

    customer: Name


class SignsOn(Happens, frozen=True, kw_only=True, tag="customer_signs_on"):
    """A customer has given the password by a channel: it is right, until a time, or wrong."""

    customer: Name
    channel: Name
    until: datetime.datetime | None = None
    wrong: bool = False


class SignsOff(Happens, frozen=True, kw_only=True, tag="customer_signs_off"):
    """A customer leaves a channel."""

    customer: Name
    channel: Name


class Order(Happens, frozen=True, kw_only=True, tag="order"):
    """A customer orders by a channel, at a limit."""

    order: Name
    customer: Name
    channel: Name
    security: Name
    quantity: Quantity
    limit: Price
    side: SideName = "buy"


class Cancel(Happens, frozen=True, kw_only=True, tag="cancel"):
    """He wishes that what is open of it is cancelled, by a channel; at the counter where none is named."""

    order: Name
    channel: Name | None = None


class Taken(Happens, frozen=True, kw_only=True, tag="taken"):
    """The broker has the order, under a number of its own."""

    order: Name
    number: Whole = 1


class Refused(Happens, frozen=True, kw_only=True, tag="refused"):
    """Nothing comes of it."""

    order: Name


class Executed(Happens, frozen=True, kw_only=True, tag="executed"):
    """So much of it was executed up to now, in all."""

    order: Name
    quantity: Quantity
    turnover: Turnover


class Cancelled(Happens, frozen=True, kw_only=True, tag="cancelled"):
    """So much of it was cancelled up to now, in all: in answer to the last cancel, or by the exchange itself."""

    order: Name
    quantity: Quantity
    by_exchange: bool = False


class CancelRefused(Happens, frozen=True, kw_only=True, tag="cancel_refused"):
    """Nothing came of the last cancel."""

    order: Name


Report = Taken | Refused | Executed | Cancelled | CancelRefused
OfOrders = (
    SetFees
    | SetPhases
    | SetPrices
    | SuspendSecurity
    | ResumeSecurity
    | SetPassword
    | LosePassword
    | SignsOn
    | SignsOff
    | Order
    | Cancel
    | Report
)
