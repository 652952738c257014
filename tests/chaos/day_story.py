"""A trade date of two brokers, the same on every date: orders, clearing sets, the close up to what is published.

Belongs here: what is sent and in which order, what it gave. Never here: who is killed meanwhile.

Broker 2 has so many orders that its set goes in several frames and is compared in several steps, and sends a set first
that it withdraws. In the one that stands a filled order bought a little less, which is tolerated, another was frozen a
fen higher, which people know, and a buy has no freeze: people reject it, and the broker makes it good. The proceeds of
broker 3 come with its set. When all of it is corrected and booked, two people withdraw both sets: it is taken back,
both brokers send theirs again, and everything is done once more. Both sign for what they owe; broker 2 objects, broker
3 says that it will fund it later.
"""

import time
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import trio

from frontend_sim.market.desks import DAY_SEAT
from gateway.day.correcting import correct, decisions_to_sign, fields_to_sign, waiting, withdrawal_to_sign
from gateway.day.desk import LEDGER_SOURCE, DayDesk
from protocol.acts.corrections import CorrectAct, DecideAct, ToleranceAct, WithdrawSetAct
from protocol.client import RequestKey, Seat, SeatSettings, buy_line, contract_line, order_line, sell_line
from protocol.codes import ReplyCode
from protocol.limits import FRAME_RECORDS_MAX, RECONCILE_PLACES_MAX
from protocol.messages.control import EndSettlement, OpenTradeDate
from protocol.messages.day.steps import FinishSending, WithdrawSet
from protocol.messages.feeds import ObligationTold
from protocol.records import RECORD, RecordArray
from protocol.vocabulary import ClearedEvent, ContractStatus, Fate, FeedKind, LaneState, RecordKind
from tests.chaos.cut_line import CutLine
from tests.chaos.papers import Papers
from tests.e2e.house import House

BROKER, SEAT = 2, 21
LATE_BROKER, LATE_SEAT = 3, 31  # its proceeds come with its clearing set
ORDERS, LATE_ORDERS = RECONCILE_PLACES_MAX + 1_000, 40
ORDER_FEN, SALE_FEN = 100, 700
FROZEN_FEN, FILLED_FEN, LESS_FEN, UNORDERED_FEN = 500, 300, 2, 900
TOLERATED_FEN = 5
UNKNOWN_NUMBER = 9_000_000  # of an order that nobody made
ATTEMPTS_MAX = 10_000  # connecting while what was killed comes up again
assert ORDERS > 2 * FRAME_RECORDS_MAX


Lines = dict[int, RecordArray]
"""Of each party's set."""


class LaneGave(NamedTuple):
    """What the close of a broker's date gave."""

    state: int
    sets: int
    counts: list[int]
    turnover: bytes
    net: bytes
    listed: int
    differences: list[int]
    proceeds_due: int
    moved_fen: tuple[int, ...]
    """Over the whole date: what its party's customers have more of balances, frozen, bought, sold."""


@dataclass
class Story:
    """The dates of one installation, its seats reached over a line that may be cut."""

    house: House
    line: CutLine
    papers: Papers
    date: int = 0  # that is open, 0 before the first
    _before: dict[int, tuple[int, int, int, int]] = field(default_factory=dict)  # by party, when the date was opened
    _told: dict[int, int] = field(default_factory=dict)  # by seat: the position of the feed up to which it has read

    def contracts(self, seat: int) -> list[int]:
        """Those of a seat that may order."""
        found = [each for each in self.house.customers if each.seat == seat]
        return [each.contract_no for each in found if each.terms.status == ContractStatus.ACTIVE]

    async def begin(self) -> tuple[int, Lines]:
        """Open the next date, unless it is the first one, and trade. Returns the date and the lines of its sets."""
        if self.date:
            async with Seat.open(await trio.to_thread.run_sync(self.house.desk, DAY_SEAT)) as desk:
                assert (await desk.control(OpenTradeDate(_day_behind(self.date)))).accepted
                assert (await desk.control(EndSettlement(self.date))).accepted
        self._before = await self._totals()
        lines = await self._trade()
        return self.date, lines

    async def _totals(self) -> dict[int, tuple[int, int, int, int]]:
        async with Seat.open(await trio.to_thread.run_sync(self.house.desk, DAY_SEAT)) as desk:
            return {entry.party: entry.amounts_fen for entry in (await desk.totals(LEDGER_SOURCE)).parties}

    async def _trade(self) -> Lines:
        """Orders of the open date, over lines that nothing cuts. Returns the lines of each broker's set."""
        async with Seat.open(await trio.to_thread.run_sync(self.house.seat, SEAT)) as seat:
            orders = await self._orders(seat, self.contracts(SEAT), ORDERS)
            lines = {BROKER: np.frombuffer(orders.tobytes() + await self._differing(seat), RECORD)}
        async with Seat.open(await trio.to_thread.run_sync(self.house.seat, LATE_SEAT)) as seat:
            contracts = self.contracts(LATE_SEAT)
            orders = await self._orders(seat, contracts, LATE_ORDERS)
            date, is_first = seat.trade_date, not self.date
        sales = [
            sell_line(place, contract_no, on=date, turnover_fen=SALE_FEN, commission_fen=2)
            for place, contract_no in enumerate(contracts, 1)
        ]
        lines[LATE_BROKER] = np.frombuffer(orders.tobytes() + b"".join(sales), RECORD)
        if is_first:
            for party in lines:
                lines[party] = np.frombuffer(self._opened(party, date) + lines[party].tobytes(), RECORD)
        self.date = date
        return lines

    def _opened(self, party: int, date: int) -> bytes:
        told = (ContractStatus.ACTIVE, ContractStatus.SUSPENDED)
        own = [each for each in self.house.customers if each.terms.party == party and each.terms.status in told]
        return b"".join(contract_line(each.contract_no, ClearedEvent.OPENED, on=date) for each in own)

    async def _orders(self, seat: Seat, contracts: list[int], count: int) -> RecordArray:
        """Freezes that are all given back before the close. Returns a line for each."""
        block = np.zeros(count, RECORD)
        block["kind"], block["amount_fen"] = RecordKind.FREEZE, ORDER_FEN
        block["contract_no"] = np.resize(np.array(contracts), count)
        frozen = await seat.submit_block(block)
        assert not frozen.outcomes["code"].any()
        date, first = frozen.trade_date, frozen.first_number
        block["kind"] = RecordKind.RELEASE
        block["target_date"], block["target_seat"] = date, seat.settings.seat
        block["target_number"] = first + np.arange(count)
        released = await seat.submit_block(block)
        assert not released.outcomes["code"].any()
        fields = {"on": date, "frozen_fen": ORDER_FEN, "released_fen": ORDER_FEN, "cancelled": 0}
        keys = (RequestKey(date, seat.settings.seat, first + place) for place in range(count))
        lines = [
            order_line(key, contract_no, Fate.CANCELLED, **fields)
            for key, contract_no in zip(keys, block["contract_no"].tolist(), strict=True)
        ]
        return np.frombuffer(b"".join(lines), RECORD)

    async def _differing(self, seat: Seat) -> bytes:
        """Orders of the first two contracts, and lines that say something else of them."""
        date, (first, second) = seat.trade_date, self.contracts(SEAT)[:2]
        filled, kept = await seat.freeze(first, FROZEN_FEN), await seat.freeze(second, FROZEN_FEN)
        assert (await seat.fill_buy(filled, first, FILLED_FEN)).accepted
        unordered = RequestKey(date, SEAT, UNKNOWN_NUMBER)
        lines = [
            order_line(filled, first, Fate.PARTLY, on=date, frozen_fen=FROZEN_FEN),
            buy_line(filled, first, on=date, turnover_fen=FILLED_FEN - LESS_FEN),
            order_line(kept, second, Fate.CANCELLED, on=date, frozen_fen=FROZEN_FEN + 1),
            buy_line(unordered, second, on=date, turnover_fen=UNORDERED_FEN),
        ]
        return b"".join(lines)

    async def send_sets(self, date: int, lines: Lines) -> None:
        """Both brokers, one after the other; the first sends one with a fen too much before, and withdraws it."""
        other = lines[BROKER].copy()
        other["release_fen"][(other["kind"] == RecordKind.CLEAR_ORDER).nonzero()[0][:1]] += 1
        async with self._seat(SEAT) as seat:
            assert (await seat.control(FinishSending(date))).accepted
            planted = await seat.send_clearing_set(date, int(time.time()), other)
            assert planted.is_complete
            assert (await seat.control(WithdrawSet(date, planted.number))).accepted
            assert (await seat.send_clearing_set(date, int(time.time()), lines[BROKER])).is_complete
        async with self._seat(LATE_SEAT) as seat:
            assert (await seat.control(FinishSending(date))).accepted
            assert (await seat.send_clearing_set(date, int(time.time()), lines[LATE_BROKER])).is_complete

    async def send_again(self, date: int, lines: Lines) -> None:
        """Both brokers, the sets that two people have withdrawn."""
        for seat_no, party in ((SEAT, BROKER), (LATE_SEAT, LATE_BROKER)):
            async with self._seat(seat_no) as seat:
                assert (await seat.send_clearing_set(date, int(time.time()), lines[party])).is_complete

    async def sign_off(self) -> None:
        """The day desk signs the open date off."""
        async with self._desk() as seat:
            await DayDesk(seat, lambda _: None).sign_off()

    async def take_back(self, date: int) -> None:
        """The day desk takes every step behind the sets but publishing, and takes back what it did."""
        async with self._desk() as seat:
            await take_all_back(DayDesk(seat, lambda _: None), date, self.papers)

    async def close(self, date: int) -> None:
        """The day desk takes every step behind the sets."""
        async with self._desk() as seat:
            await take_all(DayDesk(seat, lambda _: None), date, self.papers)

    async def answer(self, date: int) -> None:
        """Each broker reads its feed, signs for what is owed by the date, and says something of it, once."""
        async with self._seat(SEAT) as seat:
            await self._sign_for(seat, SEAT, date)
            assert (await seat.objection(date, LESS_FEN, "两分钱")).accepted
            assert (await seat.objection(date, LESS_FEN, "两分钱")).code is ReplyCode.STEP_NOT_DUE
        async with self._seat(LATE_SEAT) as seat:
            await self._sign_for(seat, LATE_SEAT, date)
            assert (await seat.notice(date)).accepted

    async def _sign_for(self, seat: Seat, seat_no: int, date: int) -> None:
        async for event in seat.feed(self._told.get(seat_no, 0)):
            self._told[seat_no] = event.position
            is_of_date = (event.kind, event.trade_date) == (FeedKind.OBLIGATION, date)
            if is_of_date and isinstance(event.content, ObligationTold) and not event.content.case:
                assert (await seat.receipt(event)).accepted
                return

    async def gave(self, date: int) -> list[LaneGave]:
        """Where both lanes stand, by a line that nothing cuts."""
        async with Seat.open(await trio.to_thread.run_sync(self.house.desk, DAY_SEAT)) as seat:
            answers = {party: await seat.clearing_set(date, party) for party in (BROKER, LATE_BROKER)}
        after = await self._totals()
        moved_fen = {
            party: [fen - had for fen, had in zip(after[party], self._before[party], strict=True)] for party in answers
        }
        return [
            LaneGave(
                *(one.state, one.number, one.arrived.counts, one.arrived.turnover, one.arrived.net),
                *(one.listed, one.differences, one.proceeds_due, tuple(moved_fen[party])),
            )
            for party, one in answers.items()
        ]

    def _seat(self, seat_no: int) -> AbstractAsyncContextManager[Seat]:
        return self._over_the_line(self.house.seat(seat_no))

    def _desk(self) -> AbstractAsyncContextManager[Seat]:
        return self._over_the_line(self.house.desk(DAY_SEAT))

    def _over_the_line(self, settings: SeatSettings) -> AbstractAsyncContextManager[Seat]:
        return Seat.open(replace(settings, port=self.line.port, connect_attempts_max=ATTEMPTS_MAX))


def _day_behind(date: int) -> int:
    """The next calendar day: there are more dates than a month has."""
    following = datetime.strptime(str(date), "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=1)
    return int(following.strftime("%Y%m%d"))


async def take_all_back(desk: DayDesk, date: int, papers: Papers) -> None:
    """Every step behind the sets up to publishing, and back to where no set counts. A lane that is on its way back, or
    there, is not closed again by a desk that was killed.
    """
    await desk.agree(date)
    for party in (BROKER, LATE_BROKER):
        lane = await desk.lane(date, party)
        if lane.state >= LaneState.COMPLETE:
            lane = await desk.reconcile(date, party)
            if lane.state < LaneState.RECONCILED:
                await _settle_differences(desk, date, party, papers)
            await desk.book_proceeds(date, party)
            fields = withdrawal_to_sign(lane.answer, party)
            fields.pop("act")
            await papers.send(desk.seat, f"withdraw {date} {party}", WithdrawSetAct, fields)
        lane = await desk.take_back(date, party)
        assert lane.state == LaneState.FINISHED, lane


async def take_all(desk: DayDesk, date: int, papers: Papers) -> None:
    """Every step behind the sets, one lane after the other, so that frames come in one order."""
    await desk.agree(date)
    for party in (BROKER, LATE_BROKER):
        lane = await desk.reconcile(date, party)
        if lane.state < LaneState.RECONCILED:
            await _settle_differences(desk, date, party, papers)
        await desk.close_lane(date, party)


async def _settle_differences(desk: DayDesk, date: int, party: int, papers: Papers) -> None:
    """People tolerate, reject and know; the day desk corrects. What was done before it was killed is not done again."""
    seat = desk.seat
    tolerated: dict[str, int | str] = {"party": party, "contract_fen": TOLERATED_FEN, "date_fen": TOLERATED_FEN}
    await papers.send(seat, f"tolerance {date}", ToleranceAct, tolerated)
    async for found in waiting(seat, date, party):
        answer, act_number = found, 0
        if found.needs_act:
            rejected_fen = found.cleared_buys_fen
            answer = await seat.correction(date, party, found.contract_no, 0, rejected_fen)
            lane = await desk.lane(date, party)
            fields = fields_to_sign(answer, lane.answer, party, rejected_fen, date)
            fields.pop("act")
            about = f"correct {date} {lane.answer.number} {found.contract_no}"
            act_number = await papers.send(seat, about, CorrectAct, fields)
        (done,) = await correct(seat, [answer], act_number)
        assert done.code is ReplyCode.ACCEPTED, done
    lane = await desk.reconcile(date, party)
    for fields in decisions_to_sign(await desk.differences(date, party), lane.answer, party):
        fields.pop("act")
        about = f"decide {date} {lane.answer.number} {fields['difference_class']}"
        await papers.send(seat, about, DecideAct, fields)
