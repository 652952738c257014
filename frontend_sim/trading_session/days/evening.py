"""What follows the trading of a session: the date is signed off, orders of the evening are tried, what was moved for
an order is given back 冲正, clearing sets come, are compared with what the bank has, what is owed is published, and
customers are settled. One set says a fen more in two places, which two people of the bank decide and permit to be
corrected: that broker is settled behind it.

Belongs here: the order of these steps, what they gave. Never here: trading itself (session), lines of a set
(broker_day), the day desk's requests (gateway.day), keys of people (staff), judging (auditor).
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import trio

from config.cli.acts.known import known_of
from config.kit.processes import Progress
from config.kit.wall_clock import WallClock
from frontend_sim.market.bank import BrokerEntry
from frontend_sim.market.desks import must_accept
from frontend_sim.market.market_day import Customer
from frontend_sim.market.order_seat import BankSeat
from frontend_sim.market.people.staff import DECIDERS, Staff
from frontend_sim.market.through_bank.set_lines import set_of
from frontend_sim.trading_session.days.day_program import DayProgram
from frontend_sim.trading_session.days.reversal import Reversing, to_reverse
from frontend_sim.trading_session.session import Floor
from gateway.day.correcting import correct, decisions_to_sign, fields_to_sign, waiting
from gateway.day.desk import DayDesk
from gateway.day.lane_seen import LaneSeen
from protocol.client import BlockOutcome, Seat, SentSet
from protocol.codes import ReplyCode
from protocol.messages.day.steps import FinishSending
from protocol.messages.queries import Difference
from protocol.records import OutcomeArray, RecordArray
from protocol.vocabulary import ContractStatus, Fate, Mode, RecordKind

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


@dataclass(frozen=True, slots=True)
class Signed:
    """An act that took effect, with its number."""

    number: int
    fields: Mapping[str, int | str]


@dataclass(slots=True)
class NotedSeat:
    """The day desk's seat, with what it sends noted for the auditor."""

    seat: Seat
    noted: list[tuple[RecordArray, OutcomeArray]]

    async def submit_block(self, records: RecordArray) -> BlockOutcome:
        """As the seat does."""
        answer = await self.seat.submit_block(records)
        self.noted.append((records, answer.outcomes))
        return answer


@dataclass(slots=True)
class Evening:
    """What the evening gave."""

    config_file: Path  # of the installation, for the day desk's program
    master: BankSeat  # master data's, which makes people known
    signed_off: tuple[int, int] = (0, 0)  # trade date, and the journal row behind which nothing was frozen
    orders: int = 0
    orders_taken: int = 0  # none, or something is wrong
    planted: BrokerSet | None = None  # the set that says otherwise, as it was found
    acts: list[Signed] = field(default_factory=list)  # of two people, on what was planted
    corrected: list[tuple[RecordArray, OutcomeArray]] = field(default_factory=list)  # by the day desk
    staff: Staff | None = None  # once they were needed
    desk_killed: bool = False
    settling_killed: bool = False
    reversed_fen: dict[int, int] = field(default_factory=dict)  # by broker, what was moved for an order and given back
    sets: list[BrokerSet] = field(default_factory=list)  # the last one of each broker
    last_sequence: int = 0


async def live_evening(
    evening: Evening, floor: Floor, brokers: Sequence[BrokerEntry], customers: Sequence[Customer], say: Progress
) -> None:
    """The date is signed off, every desk tries some orders of the evening, then it is closed. Raises: as both."""
    async with floor.open_day_desk() as seat:
        evening.signed_off = await DayDesk(seat, say).sign_off()
    for trading_desk, _ in floor.trading_desks:
        codes = await trading_desk.order_after_close(EVENING_ORDERS)
        evening.orders += len(codes)
        evening.orders_taken += codes.count(ReplyCode.ACCEPTED)
    program = DayProgram(floor.config, evening.config_file, say)
    closing = Closing(evening, program, floor, customers, floor.config.wall_clock(), say)
    await closing.reverse([broker for broker in brokers if broker.mode == Mode.TRANSFER])
    await closing.close(brokers)


@dataclass(slots=True)
class Closing:
    """The close of every broker's date: the brokers on their seats, the day desk as a program of its own."""

    evening: Evening
    program: DayProgram
    floor: Floor
    customers: Sequence[Customer]
    clock: WallClock
    say: Progress

    async def reverse(self, brokers: Sequence[BrokerEntry]) -> None:
        """Of each of these brokers, in transfer mode, one order's moved money goes back, where one has any that nothing
        was drawn or released of. Raises: LoadRefused when it is answered otherwise.
        """
        log, staff = self.floor.bank_desk.log, await self._staff()
        for broker in brokers:
            own = [one for one in log.seen if one.trade_date == self._trade_date]
            order = to_reverse(own, {broker.party: self.floor.days[broker.party]})
            if order is None:
                self.say(f"nothing is reversed: of {broker.name} no order's moved money is whole")
                continue
            self.evening.last_sequence = await Reversing(staff, self.floor.teller, log, self.say).reverse(
                order, broker.name
            )
            self.evening.reversed_fen[broker.party] = order.seen.remaining_fen

    async def _staff(self) -> Staff:
        """The bank's people, made known where they are not."""
        if self.evening.staff is None:
            known = await trio.to_thread.run_sync(known_of, self.program.config, DECIDERS[0])
            self.evening.staff = Staff(known.bank, self.clock.utc_ns() // 10**9)
            await self.evening.staff.register(self.evening.master)
        return self.evening.staff

    async def close(self, brokers: Sequence[BrokerEntry]) -> None:
        """Every broker sends its set, all at once, the first one's with a fen more in two places; the day desk is
        killed between two steps, and in the middle of a settlement, and started again; what it finds two people decide
        and permit, and the desk goes on.

        Raises: LoadRefused when somebody may not do as it must, ProcessFault when the desk fails.
        """
        first, *_ = brokers
        lines = {broker.party: self._lines(broker) for broker in brokers}
        lines[first.party] = _with_a_fen_more(lines[first.party])
        sent: dict[int, SentSet] = {}
        async with trio.open_nursery() as nursery:
            for broker in brokers:
                nursery.start_soon(self._finish_and_send, broker, lines[broker.party], sent)
        self.evening.desk_killed = await self.program.run(killed_after="the bank's books agree") < 0
        self.evening.settling_killed = await self.program.run(killed_after="contracts are settled") < 0
        await self.program.run()
        self.evening.planted = await self._seen(first, lines[first.party], sent[first.party])
        await self._decide(self.evening.planted)
        await self.program.run()
        self.evening.sets = [await self._seen(broker, lines[broker.party], sent[broker.party]) for broker in brokers]

    async def _decide(self, planted: BrokerSet) -> None:
        """Two people look at what was found: they know the one difference, and permit the correction of the other."""
        staff = await self._staff()
        party, lane = planted.broker.party, planted.lane.answer
        for fields in decisions_to_sign(planted.found, lane, party):
            await self._sign(staff, fields, "核对无误，差异已知")
        async with self.floor.open_day_desk() as seat:
            noted = cast("Seat", NotedSeat(seat, self.evening.corrected))
            async for answer in waiting(seat, self._trade_date, party):
                number = 0
                if answer.needs_act:
                    fields = fields_to_sign(answer, lane, party, 0, self._trade_date)
                    number = await self._sign(staff, fields, "以清算数据为准调账")
                await correct(noted, [answer], number)

    async def _sign(self, staff: Staff, fields: Mapping[str, int | str], reason: str) -> int:
        """Returns the number of the act."""
        number = (await staff.sign(self.floor.teller, fields, reason)).remaining_fen
        self.evening.acts.append(Signed(number, fields))
        return number

    @property
    def _trade_date(self) -> int:
        return self.evening.signed_off[0]

    def _lines(self, broker: BrokerEntry) -> RecordArray:
        own = [customer for customer in self.customers if customer.terms.party == broker.party]
        opened = [customer.contract_no for customer in own if customer.terms.status in TOLD_AS_OPENED]
        ordering = self.floor.ordering
        if ordering is not None and ordering.party == broker.party:
            return set_of(ordering.broker.orders, self._trade_date, opened)
        contract_nos = {customer.contract_no for customer in own}
        return self.floor.days[broker.party].clearing_set(self._trade_date, contract_nos, opened)

    async def _finish_and_send(self, broker: BrokerEntry, lines: RecordArray, sent: dict[int, SentSet]) -> None:
        finish = FinishSending(self._trade_date)
        await must_accept(self.floor.seats[broker.party], finish, f"end of sending of party {broker.party}")
        sent[broker.party] = await self._send(broker, lines)

    async def _send(self, broker: BrokerEntry, lines: RecordArray) -> SentSet:
        began_ns = time.monotonic_ns()
        sent = await self.floor.seats[broker.party].send_clearing_set(
            self._trade_date, self.clock.utc_ns() // 10**9, lines
        )
        seconds = (time.monotonic_ns() - began_ns) / 1e9
        code = "is complete" if sent.is_complete else f"is not complete: {ReplyCode(sent.last.code).name}"
        self.say(
            f"set {sent.number} of {broker.name}: {len(lines):,} lines in {seconds:.1f} s, {sent.listed:,} listed, "
            f"{sent.refused:,} refused; it {code}"
        )
        return sent

    async def _seen(self, broker: BrokerEntry, lines: RecordArray, sent: SentSet) -> BrokerSet:
        """Where the broker's date stands, by the bank's own seat."""
        desk = DayDesk(self.floor.teller, self.say)
        lane = await desk.lane(self._trade_date, broker.party)
        found = await desk.differences(self._trade_date, broker.party)
        self.evening.last_sequence = max(self.evening.last_sequence, lane.answer.as_of_sequence)
        return BrokerSet(broker, self._trade_date, lines, sent, lane, found)


def _with_a_fen_more(lines: RecordArray) -> RecordArray:
    """The same set, in which the first order was given back a fen more, and the last order that was filled cost one
    more, than it did: what is frozen for another one would be drawn for that.
    """
    other = lines.copy()
    orders, buys = ((other["kind"] == kind).nonzero()[0] for kind in (RecordKind.CLEAR_ORDER, RecordKind.CLEAR_BUY))
    filled = {_order_of(other, place) for place in orders.tolist() if other["fate"][place] == Fate.FILLED}
    costs = [place for place in buys.tolist() if _order_of(other, place) in filled]
    other["release_fen"][orders[:1]] += 1
    other["commission_fen"][costs[-1:]] += 1
    return other


def _order_of(lines: RecordArray, place: int) -> tuple[int, int]:
    return int(lines["order_seat"][place]), int(lines["order_number"][place])
