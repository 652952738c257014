"""What follows the trading of a session: the date is signed off, orders of the evening are tried, clearing sets come.

Belongs here: the order of these steps, what they gave. Never here: trading itself (session), lines of a set
(broker_day), judging (auditor).
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import trio

from config.kit.processes import Progress
from frontend_sim.market.bank import BrokerEntry
from frontend_sim.market.broker import Desk
from frontend_sim.market.broker_day import BrokerDay
from frontend_sim.market.desks import must_accept
from frontend_sim.market.market_day import Customer
from protocol.client import Seat, SentSet
from protocol.codes import ReplyCode
from protocol.messages.day import FinishSending, SignOff
from protocol.messages.queries import SetAnswer
from protocol.records import RecordArray
from protocol.vocabulary import ContractStatus

EVENING_ORDERS = 8  # of each desk, sells among them, which are not sent
TOLD_AS_OPENED = frozenset({ContractStatus.ACTIVE, ContractStatus.SUSPENDED})


@dataclass(frozen=True, slots=True)
class BrokerSet:
    """A broker's clearing set: what was sent, what was answered, what the bank has."""

    broker: BrokerEntry
    trade_date: int
    lines: RecordArray
    sent: SentSet
    has: SetAnswer


@dataclass(slots=True)
class Evening:
    """What the evening gave."""

    signed_off: tuple[int, int] = (0, 0)  # trade date, and the journal row that ended its trading
    orders: int = 0
    orders_taken: int = 0  # none, or something is wrong
    sets: list[BrokerSet] = field(default_factory=list)


async def sign_off(evening: Evening, day: Seat, trading_desks: Sequence[Desk]) -> None:
    """The date is signed off, and every desk tries some orders of the evening. Raises: LoadRefused."""
    trade_date = day.trade_date
    done = await must_accept(day, SignOff(trade_date), f"sign-off of {trade_date}")
    evening.signed_off = (trade_date, done.sequence)
    for desk in trading_desks:
        codes = await desk.order_after_close(EVENING_ORDERS)
        evening.orders += len(codes)
        evening.orders_taken += codes.count(ReplyCode.ACCEPTED)


async def send_sets(
    evening: Evening,
    brokers: Sequence[BrokerEntry],
    seats: Mapping[int, Seat],
    days: Mapping[int, BrokerDay],
    customers: Sequence[Customer],
    say: Progress,
) -> None:
    """Every broker says that it has sent all, and sends its clearing set; all of them at once.

    `seats` and `days` by party. Raises: LoadRefused when a broker may not finish.
    """

    async def one(broker: BrokerEntry) -> None:
        seat, trade_date = seats[broker.party], evening.signed_off[0]
        await must_accept(seat, FinishSending(trade_date), f"end of sending of party {broker.party}")
        own = [customer for customer in customers if customer.terms.party == broker.party]
        opened = [customer.contract_no for customer in own if customer.terms.status in TOLD_AS_OPENED]
        lines = days[broker.party].clearing_set(trade_date, {customer.contract_no for customer in own}, opened)
        began_ns = time.monotonic_ns()
        sent = await seat.send_clearing_set(trade_date, time.time_ns() // 10**9, lines)
        seconds = (time.monotonic_ns() - began_ns) / 1e9
        code = "is complete" if sent.is_complete else f"is not complete: {ReplyCode(sent.last.code).name}"
        say(
            f"clearing set of {broker.name}: {len(lines):,} lines in {seconds:.1f} s, {sent.listed:,} listed, "
            f"{sent.refused:,} refused; it {code}"
        )
        evening.sets.append(BrokerSet(broker, trade_date, lines, sent, await seat.clearing_set(trade_date)))

    async with trio.open_nursery() as nursery:
        for broker in brokers:
            nursery.start_soon(one, broker)
