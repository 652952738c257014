"""What happens on three trade dates, drawn from a seed before anything is sent: orders, sales, what is paid, movements
of the accounts, and what a broker's set says otherwise than the bank has it.

Belongs here: drawing. Never here: a bank, bytes, an answer, an order of steps (walk).

A customer has plenty, and what comes of the facts hangs on no order of the steps; or it is short of money, and orders
of it are refused, what it cannot bear is made good.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from protocol.vocabulary import Fate
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, TUESDAY, WEDNESDAY

DATES = (MONDAY, TUESDAY, WEDNESDAY)
PARTIES = (BROKER, OTHER_BROKER)
PLENTY_FEN, SHORT_FEN, ORDER_FEN = 100_000_000, 25_000, 40_000
LANES = [(party, date) for date in DATES for party in PARTIES]
BOUGHT = (Fate.FILLED, Fate.PARTLY)

Lane = tuple[int, int]
"""Party and trade date."""


class Customer(NamedTuple):
    """`since`, `ends`: dates; a contract that ends has traded nothing, and 0 is never. `follows`: the place of the one
    whose account this has since its broker was changed; it trades nothing either, but its sets may say so.
    """

    party: int
    has_fen: int
    since: int = MONDAY
    ends: int = 0
    follows: int = -1


class Order(NamedTuple):
    """A freeze, and what becomes of it. In fen, all fees included."""

    customer: int
    date: int
    frozen_fen: int
    cleared_fen: int
    fees_fen: int
    fate: int
    charged_fen: tuple[int, ...]  # by each fill that is told
    released_fen: int  # by the fills together
    last_fen: int  # released once its set is complete


class Sale(NamedTuple):
    """A sale of a customer."""

    customer: int
    date: int
    turnover_fen: int
    fees_fen: int

    @property
    def proceeds_fen(self) -> int:
        """What comes of it."""
        return max(0, self.turnover_fen - self.fees_fen)


class Paid(NamedTuple):
    """A dividend with its tax, or a refund, which has none."""

    customer: int
    date: int
    gross_fen: int
    tax_fen: int
    is_refund: bool


class Op(NamedTuple):
    """One thing that is sent while a date is traded, or soon after: `place` is that of an order, sale or customer."""

    what: str
    place: int
    fen: int = 0
    more_fen: int = 0


class Plant(NamedTuple):
    """What a set says otherwise: `place` is that of an order or sale, where it is about one."""

    what: str
    customer: int
    place: int = -1
    fen: int = 0
    told: int = 0

    @property
    def is_of_order(self) -> bool:
        """Whether it is about an order that is there."""
        return self.place >= 0 and not self.what.startswith("sale")


@dataclass
class Facts:
    """All of it. `trading` in its order by date, `late` what is told after the sign-off by lane."""

    customers: list[Customer]
    orders: list[Order] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    paid: list[Paid] = field(default_factory=list)
    trading: dict[int, list[Op]] = field(default_factory=dict)
    late: dict[Lane, list[Op]] = field(default_factory=dict)
    plants: dict[Lane, list[Plant]] = field(default_factory=dict)  # of the set that stands
    rejected: dict[tuple[int, int], int] = field(default_factory=dict)  # by customer and date: hundredths of its buys
    silent: set[Lane] = field(default_factory=set)  # nothing is traded, and no contract begins or ends

    def of_lane(self, lane: Lane) -> Iterator[tuple[int, Customer]]:
        """The customers of a broker, signed up to a date, with their places."""
        for place, each in enumerate(self.customers):
            if each.party == lane[0] and each.since <= lane[1]:
                yield place, each

    def has_plenty(self, customer: int) -> bool:
        """Whether what comes of it hangs on no order of the steps."""
        return self.customers[customer].has_fen == PLENTY_FEN


def drawn(chance: random.Random, *, with_short: bool) -> Facts:
    """Facts of three dates."""
    customers = []
    for party in PARTIES:
        has_fen = [PLENTY_FEN] * 2 + [chance.randrange(1_000, SHORT_FEN) if with_short else PLENTY_FEN] * 2
        customers += [Customer(party, fen, chance.choice((MONDAY, MONDAY, TUESDAY))) for fen in has_fen]
        customers.append(Customer(party, PLENTY_FEN, MONDAY, chance.choice((0, TUESDAY, WEDNESDAY))))
    # Who ends on the last date goes to the other broker: nobody is signed any more whose number would be another one.
    moved = [(place, each) for place, each in enumerate(customers) if each.ends == DATES[-1]]
    customers += [Customer(sum(PARTIES) - each.party, each.has_fen, each.ends, 0, place) for place, each in moved]
    facts = Facts(customers)
    facts.silent = {lane for lane in LANES if chance.random() < 0.15 and _may_be_silent(facts, lane)}
    for date in DATES:
        _draw_date(chance, facts, date)
    for lane in LANES:
        if chance.random() < 0.75 and lane not in facts.silent:
            facts.plants[lane] = draw_plants(chance, facts, lane, 4)
    for lane in LANES:
        for place, _ in facts.of_lane(lane):
            if chance.random() < 0.06:
                facts.rejected[place, lane[1]] = chance.choice((30, 100))
    return facts


def _may_be_silent(facts: Facts, lane: Lane) -> bool:
    return not any(each.party == lane[0] and lane[1] in (each.since, each.ends) for each in facts.customers)


def _draw_date(chance: random.Random, facts: Facts, date: int) -> None:
    runs: list[list[Op]] = []
    late: dict[Lane, list[Op]] = {(party, date): [] for party in PARTIES}
    for place, customer in enumerate(facts.customers):
        if customer.since > date:
            continue
        if customer.ends or customer.follows >= 0 or place % 5 == 4:
            what = "move" if date == DATES[-1] else "end"
            runs += [[Op(what, place)]] if customer.ends == date else []
            continue
        lane = (customer.party, date)
        runs.append(list(_movements(chance, place)))
        if lane in facts.silent:
            continue
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            facts.orders.append(_order(chance, place, lane))
            asked, afterwards = _life(chance, len(facts.orders) - 1, facts.orders[-1])
            runs.append(asked)
            late[lane] += afterwards
        for _ in range(chance.choice((0, 0, 1, 1, 2))):
            facts.sales.append(_sale(chance, place, date))
            told = [Op("sell", len(facts.sales) - 1)]
            if chance.random() < 0.2:
                late[lane] += told
            else:
                runs.append(told)
        if chance.random() < 0.3:
            gross_fen, is_refund = chance.randrange(1, 900), chance.random() < 0.5
            facts.paid.append(
                Paid(place, date, gross_fen, 0 if is_refund else chance.randrange(gross_fen + 1), is_refund)
            )
    facts.trading[date] = list(_mixed(chance, runs))
    facts.late.update(late)


def _order(chance: random.Random, customer: int, lane: Lane) -> Order:
    frozen_fen = chance.randrange(500, ORDER_FEN)
    fate = chance.choice((*BOUGHT, *BOUGHT, Fate.CANCELLED, Fate.REFUSED, Fate.HELD))
    if fate not in BOUGHT:
        return Order(customer, lane[1], frozen_fen, 0, 0, fate, (), 0, _last(chance, frozen_fen, fate))
    cleared_fen = chance.randrange(200, frozen_fen + 1)
    charged_fen: tuple[int, ...] = ()
    if lane[0] == BROKER or chance.random() < 0.3:  # the other broker mostly tells no fills
        untold_fen = chance.randrange(100) if chance.random() < 0.2 else 0
        cuts = sorted(chance.sample(range(1, cleared_fen - untold_fen), chance.randrange(3)))
        ends = [0, *cuts, cleared_fen - untold_fen]
        charged_fen = tuple(end - begin for begin, end in pairwise(ends))
    left_fen = frozen_fen - cleared_fen
    released_fen = chance.choice((0, left_fen, left_fen // 2)) if charged_fen else 0
    last_fen = _last(chance, left_fen - released_fen, fate)
    return Order(
        customer,
        lane[1],
        frozen_fen,
        cleared_fen,
        chance.randrange(cleared_fen // 2),
        fate,
        charged_fen,
        released_fen,
        last_fen,
    )


def _last(chance: random.Random, left_fen: int, fate: int) -> int:
    return 0 if fate == Fate.HELD else chance.choice((0, 0, left_fen // 3))


def _life(chance: random.Random, place: int, order: Order) -> tuple[list[Op], list[Op]]:
    """What is sent of an order on its date, and what behind its sign-off."""
    ops = [Op("freeze", place, order.frozen_fen)]
    for number, fen in enumerate(order.charged_fen, 1):
        ops.append(Op("fill", place, fen, order.released_fen if number == len(order.charged_fen) else 0))
    left_fen = order.frozen_fen - order.cleared_fen - order.released_fen - order.last_fen
    if left_fen > 0 and order.fate != Fate.HELD and chance.random() < 0.7:
        ops.append(Op("release", place, chance.choice((left_fen, left_fen // 2 or left_fen))))
    end = chance.choice((len(ops), len(ops), chance.randrange(1, len(ops) + 1)))
    return ops[:end], ops[end:]


def _sale(chance: random.Random, customer: int, date: int) -> Sale:
    turnover_fen = chance.randrange(1, ORDER_FEN)
    is_dear = chance.random() < 0.25
    return Sale(
        customer, date, turnover_fen, turnover_fen + chance.randrange(1, 700) if is_dear else turnover_fen // 50
    )


def _movements(chance: random.Random, customer: int) -> Iterator[Op]:
    """On the account, in this order."""
    for what in ("deposit", "withdraw", "forced", "restrain", "deduct", "lift", "withdraw"):
        if chance.random() < 0.2:
            yield Op(what, customer, chance.randrange(1, 3_000))


def _mixed(chance: random.Random, runs: list[list[Op]]) -> Iterator[Op]:
    left = [run for run in runs if run]
    while left:
        run = chance.choice(left)
        yield run.pop(0)
        left = [run for run in left if run]


def draw_plants(chance: random.Random, facts: Facts, lane: Lane, most: int) -> list[Plant]:
    """Something else than the bank has, of up to `most` customers."""
    found = []
    places = [place for place, _ in facts.of_lane(lane)]
    for place in chance.sample(places, min(most, len(places))):
        possible = list(_possible(chance, facts, lane, place))
        what = chance.choice(sorted({each.what for each in possible}))
        found.append(chance.choice([each for each in possible if each.what == what]))
    return found


def _possible(chance: random.Random, facts: Facts, lane: Lane, customer: int) -> Iterator[Plant]:
    fen = chance.choice((1, 3, 250, 9_000))
    has = facts.customers[customer]
    event = Plant("opened missing" if has.since == lane[1] else "opened too many", customer)
    if has.ends or chance.random() < 0.2:
        yield event
        yield Plant("closed missing" if has.ends == lane[1] else "closed too many", customer)
        return
    sales = list(_possible_of_sales(chance, facts, lane, customer, fen)) if lane[0] == BROKER else []
    yield from sales
    if len(sales) > 1 and chance.random() < 0.4:
        return
    yield Plant("order too many", customer, -1, fen)
    yield Plant("buy too many", customer, -1, fen)
    for place, order in enumerate(facts.orders):
        if (order.customer, order.date) == (customer, lane[1]):
            yield from _possible_of_order(chance, place, order, fen)


def _possible_of_sales(chance: random.Random, facts: Facts, lane: Lane, customer: int, fen: int) -> Iterator[Plant]:
    """Where proceeds are told with the fill: else the set alone has them."""
    yield Plant("sale too many", customer, -1, fen)
    for place, sale in enumerate(facts.sales):
        if (sale.customer, sale.date) == (customer, lane[1]) and sale.proceeds_fen:
            yield Plant("sale missing", customer, place)
            yield Plant("sale by fen", customer, place, chance.choice((fen, -min(fen, sale.proceeds_fen))))


def _possible_of_order(chance: random.Random, place: int, order: Order, fen: int) -> Iterator[Plant]:
    who = order.customer
    yield Plant("order missing", who, place)
    yield Plant("frozen by fen", who, place, chance.choice((fen, -min(fen, order.frozen_fen))))
    yield Plant("released by fen", who, place, fen)
    if not order.cleared_fen:
        if order.fate != Fate.HELD:
            yield Plant("fate", who, place, told=chance.choice(BOUGHT))
        return
    yield Plant("buy missing", who, place)
    yield Plant("bought more", who, place, fen)
    yield Plant("fate", who, place, told=chance.choice((Fate.CANCELLED, Fate.REFUSED)))
    yield Plant("fate", who, place, told=Fate.HELD)
    if sum(order.charged_fen) > fen:
        yield Plant("bought less", who, place, fen)
