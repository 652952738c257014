"""The day desk: the steps of a business day, as requests of its own seat, each of which may be taken again.

Belongs here: which request follows on which answer, how far a step is. Never here: what a step does to money (the core
decides), which day it is (plan), who starts a step.

The desk knows nothing that the bank did not tell it just now: a step begins with asking where the lane stands, and goes
on from there. So a desk that was killed is started again, and ends the same.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import trio

from gateway.day.correcting import OfEnded, close_orders, correct, take_back
from gateway.day.drill_down import MarkMissing, what_differs
from gateway.day.lane_seen import LaneSeen, StepRefused, Told
from gateway.day.settling import Market, credit_contracts, further, gathered, settle_contracts
from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.messages.control import ConfirmRoll, ControlMessage, EndSettlement, OpenTradeDate
from protocol.messages.day.steps import (
    BeginSettle,
    DayEnd,
    Mark,
    Publish,
    Reconcile,
    SignOff,
    Tell,
    TellDayEnd,
    Window,
)
from protocol.messages.orders.phases import SetPhases
from protocol.messages.queries import Difference, totals_digest
from protocol.records import RECORD
from protocol.trade_dates import trade_day
from protocol.vocabulary import BANK_PARTY, LaneState, RecordKind

LEDGER_SOURCE, BOOK_AS_OF_MARK = 1, 4  # of control totals
MARKS_MAX, MARK_PAUSE_SECONDS = 20, 1.0
LANES_AT_ONCE = 4  # their steps wait for each other's commits together; more would only hold orders up
NEVER_STILL = "amounts change as fast as they are asked for"
PASSES_MAX = 8  # of a comparison whose places change, of proceeds whose excess meets another buying power


@dataclass(slots=True)
class DayDesk:
    """The steps, over one seat of the day desk. Raises what the seat raises."""

    seat: Seat
    told: Told
    _marking: trio.Lock = field(default_factory=trio.Lock)
    """Lanes go on side by side, and the bank keeps one mark, the last: what is told must be of that one."""

    async def parties(self) -> list[int]:
        """The brokers that have contracts, ascending."""
        totals = await self.seat.totals(LEDGER_SOURCE)
        return [entry.party for entry in totals.parties if entry.party != BANK_PARTY]

    async def lane(self, trade_date: int, party: int) -> LaneSeen:
        """Where a broker's date stands."""
        return LaneSeen(party, await self.seat.clearing_set(trade_date, party))

    async def sign_off(self) -> tuple[int, int]:
        """Sign the open date off; nothing where that is done. Returns the date, and a journal row behind which nothing
        of it is frozen. Raises StepRefused.
        """
        trade_date = self.seat.trade_date
        outcome = await self.seat.control(SignOff(trade_date))
        is_done = outcome.code is ReplyCode.STEP_NOT_DUE and self.seat.trade_date == trade_date
        if not outcome.accepted and not is_done:
            raise StepRefused(f"sign-off on {trade_date}: {outcome.code.name}")
        self.told(f"{trade_date} is signed off")
        return trade_date, outcome.sequence

    async def open_date(self, trade_date: int, windows: list[Window], phases: Sequence[SetPhases] = ()) -> None:
        """Tell the phases of the markets on the next trade date, close the open one and open that with its due times.
        Raises StepRefused."""
        for each in phases:
            await self._must(f"the phases of market {each.market}", trade_date, each)
        await self._must("the roll", trade_date, OpenTradeDate(trade_date, windows))
        self.told(f"{trade_date} is open")

    async def end_settlement(self, trade_date: int) -> None:
        """End a closed date, which is the oldest, once the customers of each of its lanes are settled: its slot in the
        ring is free then. Raises StepRefused.
        """
        await self._must("the end of the settlement", trade_date, EndSettlement(trade_date))
        self.told(f"{trade_date} is ended: its customers are settled")

    async def confirm_roll(self, roll: ConfirmRoll) -> None:
        """Sign the digest that the read model has of the state behind the last roll. Raises StepRefused."""
        await self._must("the confirmation of the roll", roll.trade_date, roll)
        self.told(f"the state behind the roll to {roll.trade_date} is confirmed: {roll.digest.hex()}")

    async def tell_day_end(self, said: TellDayEnd) -> None:
        """Tell of reports or a backup that were made at the end of a date. Raises StepRefused."""
        what = DayEnd(said.what).name.lower()
        await self._must(f"what is told of the {what}", said.trade_date, said)
        self.told(f"the {what} of {said.trade_date} as of row {said.sequence:,}: {said.digest.hex()}")

    async def agree(self, trade_date: int) -> None:
        """Compare the ledger's totals with those of the gateway's own book, both as of one row.

        Totals that differ are marked once more, deep, and it is told which contracts differ, with both values.
        Raises StepRefused when they differ, or when the book does not get there.
        """
        async with self._marking:
            await self._agree(trade_date)

    async def _agree(self, trade_date: int) -> None:
        sequence, code = await self._compare_books(trade_date, is_deep=False)
        if code is ReplyCode.ACCEPTED:
            self.told(f"the bank's books agree as of row {sequence:,}")
            return
        for _ in range(MARKS_MAX):
            sequence, code = await self._compare_books(trade_date, is_deep=True)
            try:
                found = await what_differs(self.seat, sequence)
            except MarkMissing:  # one of both was started since
                await trio.sleep(MARK_PAUSE_SECONDS)
                continue
            for line in found:
                self.told(line)
            raise StepRefused(f"as of row {sequence:,} the bank's books differ: {'; '.join(found[:2])}")
        raise StepRefused(f"the bank's books differ on {trade_date}; nobody kept {MARKS_MAX} marks of where")

    async def _compare_books(self, trade_date: int, is_deep: bool) -> tuple[int, ReplyCode]:
        """Mark, and tell what the gateway's own book has then. Returns the row, and ACCEPTED or TOTALS_DIFFER.

        A gateway that was just started has no totals as of a mark until its book is complete: it is marked again.
        Raises StepRefused for every other answer, or when the book does not get there.
        """
        for _ in range(MARKS_MAX):
            marked = await self.seat.control(Mark(trade_date, is_deep))
            if not marked.accepted:
                raise StepRefused(f"the bank's own reconciliation on {trade_date}: {marked.code.name}")
            own = await self.seat.totals(BOOK_AS_OF_MARK)
            if own.as_of_sequence == marked.sequence and own.complete:
                break
            await trio.sleep(MARK_PAUSE_SECONDS)
        else:
            raise StepRefused(f"the gateway's book has no totals as of a mark after {MARKS_MAX} of them")
        told = await self.seat.control(Tell(trade_date, marked.sequence, totals_digest(own.parties)))
        if not told.accepted and told.code is not ReplyCode.TOTALS_DIFFER:
            raise StepRefused(f"the bank's own reconciliation on {trade_date}: {told.code.name}")
        return marked.sequence, told.code

    async def reconcile(self, trade_date: int, party: int) -> LaneSeen:
        """Compare a complete set with what the bank has, to the end; nothing where that is done.

        Raises StepRefused when there is no complete set.
        """
        lane = await self.lane(trade_date, party)
        if lane.state > LaneState.COMPLETE:
            return lane
        for _ in range(PASSES_MAX):
            if await self._compare(trade_date, party):
                break
        else:
            raise StepRefused(
                f"reconciliation with {party} on {trade_date}: its places change as fast as they are compared"
            )
        lane = await self.lane(trade_date, party)
        self.told(f"broker {party}: {lane.found or 'agrees'}")
        return lane

    async def _compare(self, trade_date: int, party: int) -> bool:
        """Compare from the first place to the end. Returns False when the places changed meanwhile: it begins anew."""
        place = 0
        while True:
            outcome = await self.seat.control(Reconcile(trade_date, party, place))
            if outcome.code is ReplyCode.STEP_NOT_DUE and place:
                return False
            if not outcome.accepted:
                raise StepRefused(f"reconciliation with {party} on {trade_date}: {outcome.code.name}")
            if not outcome.remaining_fen:
                return True
            place = further(place, outcome.remaining_fen)
            self.told(f"broker {party}: {place:,} places compared")

    async def book_proceeds(self, trade_date: int, party: int) -> int:
        """Book what a reconciled set says was sold, where that comes with the clearing data.

        Returns how many contracts. Raises StepRefused when the bank refuses for something else than an amount that
        changed meanwhile.
        """
        booked = 0
        for _ in range(PASSES_MAX):
            first, is_changed = 0, False
            while True:
                due = await self.seat.proceeds_due(trade_date, party, first)
                if due.contracts:
                    block = np.zeros(len(due.contracts), RECORD)
                    block["kind"], block["trade_day"] = RecordKind.PROCEEDS, trade_day(trade_date)
                    block["contract_no"] = [each.contract_no for each in due.contracts]
                    block["amount_fen"] = [each.proceeds_fen for each in due.contracts]
                    block["excess_fen"] = [each.excess_fen for each in due.contracts]
                    codes = (await self.seat.submit_block(block)).outcomes["code"]
                    booked += int(np.count_nonzero(codes == ReplyCode.ACCEPTED))
                    is_changed |= self._look("proceeds", trade_date, party, set(map(ReplyCode, codes.tolist())))
                    self.told(f"broker {party}: proceeds of {booked:,} contracts are booked")
                if not due.next_place:
                    break
                first = further(first, due.next_place)
            if not is_changed:
                return booked
        raise StepRefused(f"proceeds of broker {party} on {trade_date}: {NEVER_STILL}")

    async def correct_ended(self, trade_date: int, party: int, ended: OfEnded) -> None:
        """Correct contracts that have ended by what a complete set says of them, as far as no act is needed.

        Raises StepRefused when the bank refuses for something else than an amount that changed meanwhile.
        """
        done = await correct(self.seat, ended.to_send)
        self._look("corrections", trade_date, party, {each.code for each in done})
        self.told(f"broker {party}: {len(done):,} contracts that have ended are corrected")

    async def take_back(self, trade_date: int, party: int) -> LaneSeen:
        """Take back what was booked by a set that two people have withdrawn; nothing where that is done.

        Raises StepRefused when the bank refuses for something else than an amount that changed meanwhile.
        """
        for _ in range(PASSES_MAX):
            first, is_changed = 0, False
            while True:
                answer = await self.seat.reverts(trade_date, party, first)
                if answer.contracts:
                    self.told(f"broker {party}: {answer.left:,} contracts to take back")
                    is_changed |= self._look("taking back", trade_date, party, await take_back(self.seat, answer))
                if not answer.next_place:
                    break
                first = further(first, answer.next_place)
            if not is_changed:
                return await self.lane(trade_date, party)
        raise StepRefused(f"taking back of broker {party} on {trade_date}: {NEVER_STILL}")

    async def publish(self, trade_date: int, party: int) -> LaneSeen:
        """Publish what is owed by a reconciled set; nothing where that is done.

        Raises StepRefused when it is not due.
        """
        lane = await self.lane(trade_date, party)
        if lane.state < LaneState.PUBLISHED:
            await self._must(f"publishing of {party}", trade_date, Publish(trade_date, party))
            lane = await self.lane(trade_date, party)
            self.told(f"broker {party}: published")
        return lane

    async def close(self, trade_date: int, party: int) -> LaneSeen:
        """End the orders that a published date has left open, as its set says; nothing where that is done.

        Raises StepRefused when the date is not published, or the bank refuses for something else than an amount that
        changed meanwhile, or an order that was ended meanwhile.
        """
        lane = await self.lane(trade_date, party)
        if lane.state < LaneState.PUBLISHED:
            raise StepRefused(f"closing of broker {party} on {trade_date}: what is owed is not published")
        closed, passes, market = 0, 0, Market(self.seat)
        while passes < PASSES_MAX:
            first = found = done = 0
            while True:
                asked, first = await gathered(market, partial(self.seat.closings, trade_date, party), first)
                answers = [answer for answer in asked if answer.closings]
                if answers:
                    codes = await close_orders(self.seat, answers)
                    self._look("closing", trade_date, party, set(codes) - {ReplyCode.FREEZE_CLOSED})
                    found, done = found + len(codes), done + codes.count(ReplyCode.ACCEPTED)
                    self.told(f"broker {party}: {closed + done:,} orders are closed")
                if not first:
                    break
            if not found:
                return await self.lane(trade_date, party)
            closed += done
            passes += not done
        raise StepRefused(f"closing of broker {party} on {trade_date}: {NEVER_STILL}")

    async def settle(self, trade_date: int, party: int) -> LaneSeen:
        """Settle the customers of a published date whose orders are ended; nothing where that is done.

        Raises StepRefused when its turn has not come, or the bank refuses for something else than an amount that
        changed meanwhile, or a contract that was settled meanwhile.
        """
        lane, what = await self.lane(trade_date, party), "settlement"
        if lane.state < LaneState.SETTLING:
            await self._must(f"{what} of {party}", trade_date, BeginSettle(trade_date, party))
            lane = await self.lane(trade_date, party)
        if lane.state == LaneState.SETTLING:
            look = partial(self._look, what, trade_date, party)
            if not await settle_contracts(self.seat, trade_date, party, look, self.told):
                raise StepRefused(f"{what} of broker {party} on {trade_date}: {NEVER_STILL}")
            lane = await self.lane(trade_date, party)
        return lane

    async def credit(self, party: int) -> int:
        """Credit what is due to customers of a broker, oldest date first. Returns how many credits were posted.

        Raises StepRefused as `settle`.
        """
        credited = await credit_contracts(self.seat, party, partial(self._look, "credits", 0, party), self.told)
        if credited < 0:
            raise StepRefused(f"credits of broker {party}: {NEVER_STILL}")
        return credited

    async def close_lane(self, trade_date: int, party: int) -> LaneSeen:
        """All steps of a lane that are due before its customers are settled, as far as it agrees."""
        lane = await self.lane(trade_date, party)
        if lane.state == LaneState.REVERTING:
            lane = await self.take_back(trade_date, party)
        if lane.state < LaneState.COMPLETE:
            self.told(f"broker {party}: no complete clearing set yet")
            return lane
        lane = await self.reconcile(trade_date, party)
        if lane.state < LaneState.RECONCILED:
            return lane
        await self.book_proceeds(trade_date, party)
        await self.publish(trade_date, party)
        return await self.close(trade_date, party)

    async def each(self, parties: Sequence[int], step: Callable[[int], Awaitable[LaneSeen]]) -> list[LaneSeen]:
        """Take a step of several lanes, LANES_AT_ONCE at a time. Returns them in the order of `parties`."""
        limit, lanes = trio.CapacityLimiter(LANES_AT_ONCE), dict[int, LaneSeen]()

        async def one(party: int) -> None:
            async with limit:
                lanes[party] = await step(party)

        try:
            async with trio.open_nursery() as nursery:
                for party in parties:
                    nursery.start_soon(one, party)
        except BaseExceptionGroup as group:
            refused = group.subgroup(StepRefused)
            if refused is None:
                raise
            raise _first(refused) from None
        return [lanes[party] for party in parties]

    async def differences(self, trade_date: int, party: int) -> list[Difference]:
        """All that was found when the lane was compared last."""
        found: list[Difference] = []
        first = 0
        while True:
            answer = await self.seat.differences(trade_date, party, first)
            found += answer.differences
            if not answer.next_place:
                return found
            first = further(first, answer.next_place)

    def _look(self, what: str, trade_date: int, party: int, codes: set[ReplyCode]) -> bool:
        """Whether some amount has changed meanwhile."""
        others = codes - {ReplyCode.ACCEPTED, ReplyCode.SETTLEMENT_DIFFERS}
        if others:
            names = ", ".join(code.name for code in sorted(others))
            of_date = f" on {trade_date}" if trade_date else ""
            raise StepRefused(f"{what} of broker {party}{of_date}: {names}")
        return ReplyCode.SETTLEMENT_DIFFERS in codes

    async def _must(self, what: str, trade_date: int, message: ControlMessage) -> int:
        """The number that an accepted message told. Raises StepRefused."""
        outcome = await self.seat.control(message)
        if not outcome.accepted:
            raise StepRefused(f"{what} on {trade_date}: {outcome.code.name}")
        return outcome.remaining_fen


def _first(group: BaseExceptionGroup[StepRefused]) -> StepRefused:
    """The first refusal in a group, however it is nested."""
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
