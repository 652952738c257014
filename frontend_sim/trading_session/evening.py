"""What follows the trading of a session: the date is signed off, orders of the evening are tried, clearing sets come,
are compared with what the bank has, and what is owed is published. One set says otherwise at first.

Belongs here: the order of these steps, what they gave. Never here: trading itself (session), lines of a set
(broker_day), the day desk's requests (gateway.day.desk), judging (auditor).
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import trio

from config.kit.processes import Progress
from config.kit.wall_clock import WallClock
from frontend_sim.market.bank import BrokerEntry
from frontend_sim.market.broker import Desk
from frontend_sim.market.broker_day import BrokerDay
from frontend_sim.market.desks import must_accept
from frontend_sim.market.market_day import Customer
from frontend_sim.trading_session.day_program import DayProgram
from gateway.day.desk import DayDesk, LaneSeen
from protocol.client import Seat, SentSet
from protocol.codes import ReplyCode
from protocol.messages.day import FinishSending, WithdrawSet
from protocol.messages.queries import Difference
from protocol.records import RecordArray
from protocol.vocabulary import ContractStatus, RecordKind

EVENING_ORDERS = 8  # of each desk, sells among them, which are not sent
TOLD_AS_OPENED = frozenset({ContractStatus.ACTIVE, ContractStatus.SUSPENDED})


@dataclass(frozen=True, slots=True)
class BrokerSet:
    """A broker's clearing set: what was sent, what was answered, where its date stands then."""

    broker: BrokerEntry
    trade_date: int
    lines: RecordArray
    sent: SentSet
    lane: LaneSeen
    found: list[Difference]


@dataclass(slots=True)
class Evening:
    """What the evening gave."""

    config_file: Path  # of the installation, for the day desk's program
    signed_off: tuple[int, int] = (0, 0)  # trade date, and the journal row behind which nothing was frozen
    orders: int = 0
    orders_taken: int = 0  # none, or something is wrong
    planted: BrokerSet | None = None  # the set that said otherwise in one amount
    desk_killed: bool = False
    sets: list[BrokerSet] = field(default_factory=list)  # the last one of each broker
    last_sequence: int = 0


async def sign_off(evening: Evening, desk: DayDesk, trading_desks: Sequence[Desk]) -> None:
    """The date is signed off, and every desk tries some orders of the evening. Raises: StepRefused."""
    trade_date, sequence = await desk.sign_off()
    evening.signed_off = (trade_date, sequence)
    for trading_desk in trading_desks:
        codes = await trading_desk.order_after_close(EVENING_ORDERS)
        evening.orders += len(codes)
        evening.orders_taken += codes.count(ReplyCode.ACCEPTED)


@dataclass(slots=True)
class Closing:
    """The close of every broker's date: the brokers on their seats, the day desk as a program of its own."""

    evening: Evening
    program: DayProgram
    bank: Seat  # asks where lanes stand
    seats: Mapping[int, Seat]  # by party
    days: Mapping[int, BrokerDay]
    customers: Sequence[Customer]
    clock: WallClock
    say: Progress

    async def close(self, brokers: Sequence[BrokerEntry]) -> None:
        """Every broker sends its set, all at once, the first one's with a fen too much; the day desk is killed between
        two steps and started again; what it finds is withdrawn and sent again, and the desk goes on.

        Raises: LoadRefused when a broker may not do as it must, ProcessFault when the desk fails.
        """
        first, *_ = brokers
        lines = {broker.party: self._lines(broker) for broker in brokers}
        planted = {**lines, first.party: _with_one_fen_more(lines[first.party])}
        sent: dict[int, SentSet] = {}
        async with trio.open_nursery() as nursery:
            for broker in brokers:
                nursery.start_soon(self._finish_and_send, broker, planted[broker.party], sent)
        self.evening.desk_killed = await self.program.run(killed_after="the bank's books agree") < 0
        await self.program.run()
        self.evening.planted = await self._seen(first, planted[first.party], sent[first.party])
        number = sent[first.party].number
        withdrawal = WithdrawSet(self._trade_date, number)
        await must_accept(self.seats[first.party], withdrawal, f"withdrawal of set {number}")
        sent[first.party] = await self._send(first, lines[first.party])
        await self.program.run()
        self.evening.sets = [await self._seen(broker, lines[broker.party], sent[broker.party]) for broker in brokers]

    @property
    def _trade_date(self) -> int:
        return self.evening.signed_off[0]

    def _lines(self, broker: BrokerEntry) -> RecordArray:
        own = [customer for customer in self.customers if customer.terms.party == broker.party]
        opened = [customer.contract_no for customer in own if customer.terms.status in TOLD_AS_OPENED]
        contract_nos = {customer.contract_no for customer in own}
        return self.days[broker.party].clearing_set(self._trade_date, contract_nos, opened)

    async def _finish_and_send(self, broker: BrokerEntry, lines: RecordArray, sent: dict[int, SentSet]) -> None:
        finish = FinishSending(self._trade_date)
        await must_accept(self.seats[broker.party], finish, f"end of sending of party {broker.party}")
        sent[broker.party] = await self._send(broker, lines)

    async def _send(self, broker: BrokerEntry, lines: RecordArray) -> SentSet:
        began_ns = time.monotonic_ns()
        sent = await self.seats[broker.party].send_clearing_set(self._trade_date, self.clock.utc_ns() // 10**9, lines)
        seconds = (time.monotonic_ns() - began_ns) / 1e9
        code = "is complete" if sent.is_complete else f"is not complete: {ReplyCode(sent.last.code).name}"
        self.say(
            f"set {sent.number} of {broker.name}: {len(lines):,} lines in {seconds:.1f} s, {sent.listed:,} listed, "
            f"{sent.refused:,} refused; it {code}"
        )
        return sent

    async def _seen(self, broker: BrokerEntry, lines: RecordArray, sent: SentSet) -> BrokerSet:
        """Where the broker's date stands, by the bank's own seat."""
        desk = DayDesk(self.bank, self.say)
        lane = await desk.lane(self._trade_date, broker.party)
        found = await desk.differences(self._trade_date, broker.party)
        self.evening.last_sequence = max(self.evening.last_sequence, lane.answer.as_of_sequence)
        return BrokerSet(broker, self._trade_date, lines, sent, lane, found)


def _with_one_fen_more(lines: RecordArray) -> RecordArray:
    """The same set, in which the first order was given back a fen more than it was."""
    other = lines.copy()
    orders = (other["kind"] == RecordKind.CLEAR_ORDER).nonzero()[0]
    other["release_fen"][orders[:1]] += 1
    return other
