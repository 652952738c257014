"""The plan by the clock: which step of which trade date is due, and taking it when it is.

Belongs here: what is due when, what is late, what is said of it. Never here: what a step sends (desk), which day it is
(plan), how figures are told (figures), processes and files.

A round asks the bank where it stands and takes every step that is due, each of which may be taken again. It remembers
only what spares work and words. So a desk that is killed anywhere is started again, and ends the same.

| step | of | due |
|---|---|---|
| sign-off | the open date | from `calendar.sign_off` on |
| agree | every date that is signed off and not agreed on | at once |
| take-back | every lane whose set two people have withdrawn, while something booked by it is left | at once |
| reconcile, proceeds, publish | every lane whose set is complete | at once; published when the bank agrees as well |
| correct | contracts that have ended, of such a lane | once nothing else differs, and as far as no act is needed |
| close | every lane that is published, while an order of it is open that its set ends | at once |
| settle | every lane whose orders are ended, once the broker's older ones are settled | at once |
| due | every broker of which a due time is over | at once |
| pay | the oldest settled date of each broker by which the bank owes something | from its pay-from second on |
| credit | every broker of whose customers' gated money anything is due | at once |
| end-settlement | the oldest unsettled date | once its lanes are settled and the last due time of its day is over |
| open | the next trade date | from `calendar.open_from` on, once the open one is agreed on, and backed up |
| interest | all savings accounts | whenever some is due: once an interest day is over, and when one is to be closed |
| confirm-roll | the open date | once the read model has the state behind the roll to it |
"""

from collections.abc import Awaitable, Callable

from config.kit.exit_codes import ProcessFault
from gateway.day.correcting import of_ended
from gateway.day.desk import DayDesk
from gateway.day.figures import Figures, LaneName, Step
from gateway.day.interest import is_interest_due, post_interest
from gateway.day.lane_seen import LaneSeen, StepRefused
from gateway.day.payments import is_late, is_overdue, take_due
from gateway.day.planning.plan import Plan
from protocol.limits import DECLARED_LATE_AFTER_S
from protocol.messages.control import ConfirmRoll
from protocol.messages.day.dates import DateFacts, DatesAnswer
from protocol.vocabulary import DatePhase, LaneState

COMPARED_AGAIN_S = 60.0  # a lane that differed is compared again after so many real seconds: people may have decided
INTEREST_ASKED_AGAIN_S = 20.0  # likewise what is due to savings accounts: somebody waits at a counter
ROLL_ASKED_AGAIN_S = 5.0  # likewise a roll that the read model does not have yet
SAID_MAX = 4_096  # lines that are remembered, so that each is said once


class DayByClock:
    """The rounds of one day desk, over one session."""

    def __init__(
        self,
        desk: DayDesk,
        plan_of: Callable[[int], Plan],
        now_s: Callable[[], int],
        elapsed_s: Callable[[], float],
        alarm: Callable[[str], None],
        figures: Figures,
        roll_to: Callable[[int], Awaitable[ConfirmRoll | None]],
        is_backed_up: Callable[[int], Awaitable[bool]] | None = None,
    ) -> None:
        """`now_s`: the bank's clock; `elapsed_s`: one that is never put. `alarm` hears what people must look at.
        `roll_to`: the roll to a trade date as the read model has it, None while it has none; raises ProcessFault.
        `is_backed_up`: whether it knows of a checked backup of a date's end, likewise; None: nothing waits for one.
        """
        self._desk = desk
        self._plan_of = plan_of
        self._now_s = now_s
        self._elapsed_s = elapsed_s
        self._alarm = alarm
        self._figures = figures
        self._why: list[str] = []
        self._said: set[str] = set()
        self._compared_at_s: dict[tuple[LaneName, int], float] = {}
        self._settled: set[LaneName] = set()
        self._roll_to = roll_to
        self._is_backed_up = is_backed_up
        self._confirmed = 0  # the date the roll to which was confirmed
        self._roll_asked_at_s = -ROLL_ASKED_AGAIN_S
        self._interest_asked_at_s = -INTEREST_ASKED_AGAIN_S

    async def round(self) -> None:
        """Take every step that is due now. Raises what the seat raises; what the bank refuses is told and counted."""
        self._why = []
        bank, now_s = await self._desk.seat.trade_dates(), self._now_s()
        plan = self._plan(bank.dates[-1].trade_date)
        if await self._end_trading(bank, plan, now_s):
            bank = await self._desk.seat.trade_dates()
        await self._credits(bank)
        await self._lanes(bank, now_s)
        if await self._open_next(bank, plan, now_s):
            bank = await self._desk.seat.trade_dates()
            plan = self._plan(bank.dates[-1].trade_date)
        await self._end_settlement(bank, now_s)
        await self._payments(now_s)
        await self._confirm_roll(bank.dates[-1].trade_date)
        await self._post_interest()
        self._tell(bank, plan, now_s)

    def _plan(self, trade_date: int) -> Plan | None:
        """The plan of a date; None where no calendar has one, which is said."""
        try:
            return self._plan_of(trade_date)
        except ProcessFault as fault:
            self._stuck(str(fault))
            return None

    async def _end_trading(self, bank: DatesAnswer, plan: Plan | None, now_s: int) -> bool:
        """Sign-off of the open date, and the bank's own reconciliation of what has ended. Returns whether any was."""
        did, still_open = False, 0
        if bank.dates[-1].phase == DatePhase.TRADING:
            if plan is not None and now_s >= plan.sign_off_s:
                did = await self._take("sign-off", self._desk.sign_off())
            still_open = 0 if did else bank.dates[-1].trade_date
        for date in bank.dates:
            if not date.is_agreed and date.trade_date != still_open:
                did |= await self._take("agree", self._desk.agree(date.trade_date))
        return did

    async def _open_next(self, bank: DatesAnswer, plan: Plan | None, now_s: int) -> bool:
        """The roll, once the next trade date's morning has come. Returns whether it was."""
        date = bank.dates[-1]
        if plan is None or now_s < plan.open_next_s or date.phase == DatePhase.TRADING or not date.is_agreed:
            return False
        following = self._plan(plan.next_trade_date)
        if following is None or not await self._may_leave(date.trade_date):
            return False
        opening = self._desk.open_date(following.trade_date, following.due_times(), following.phases)
        return await self._take("open", opening)

    async def _may_leave(self, trade_date: int) -> bool:
        """Whether the bank was told of a backup of the open date, where the next one waits for that."""
        try:
            if self._is_backed_up is None or await self._is_backed_up(trade_date):
                return True
        except ProcessFault as fault:
            self._stuck(str(fault))
            return False
        self._stuck(f"the next trade date waits for a backup of {trade_date}: yzt day run backup --to FOLDER")
        return False

    async def _end_settlement(self, bank: DatesAnswer, now_s: int) -> None:
        """Closed dates, oldest first, as far as every lane is settled and nothing more is due on the due day: a date
        that is not ended keeps its slot, and when all slots are taken the next trade date cannot be opened.
        """
        for date in bank.dates[:-1]:
            if date.windows and now_s <= date.windows[0].last_due_s:
                return
            brokers = [each.party for each in bank.brokers if each.first_date <= date.trade_date]
            if not all(LaneName(date.trade_date, party) in self._settled for party in brokers):
                return
            if not await self._take("end-settlement", self._desk.end_settlement(date.trade_date)):
                return
            self._settled -= {LaneName(date.trade_date, party) for party in brokers}

    async def _payments(self, now_s: int) -> None:
        """What falls due between the bank and brokers; who is late is said once for each day."""
        accounts = await take_due(self._desk, now_s, self._take)
        if any((each.next_due_s and now_s >= each.next_due_s) or each.pay_date for each in accounts):
            accounts = (await self._desk.seat.clearing_accounts()).accounts
        late = tuple(each.party for each in accounts if is_late(each, now_s))
        overdue = tuple(each.party for each in accounts if is_overdue(each))
        for party in set(late) - set(self._figures.bank_late):
            self._alarm(f"the bank has not paid broker {party}, which is due before its first due time")
        for party in set(overdue) - set(self._figures.overdue):
            self._alarm(f"broker {party} is overdue")
        self._figures.bank_late, self._figures.overdue = late, overdue

    async def _confirm_roll(self, trade_date: int) -> None:
        """Once for each date, and once more when another desk has begun. Nothing waits for it: a read model that is not
        there is said, and keeps nothing from going on.
        """
        at_s = self._elapsed_s()
        if trade_date == self._confirmed or at_s - self._roll_asked_at_s < ROLL_ASKED_AGAIN_S:
            return
        self._roll_asked_at_s = at_s
        try:
            roll = await self._roll_to(trade_date)
        except ProcessFault as fault:
            self._say(str(fault))
            return
        if roll is not None and await self._take("confirm-roll", self._desk.confirm_roll(roll)):
            self._confirmed = trade_date

    async def _post_interest(self) -> None:
        """What savings accounts wait for."""
        at_s, seat = self._elapsed_s(), self._desk.seat
        if at_s - self._interest_asked_at_s < INTEREST_ASKED_AGAIN_S:
            return
        self._interest_asked_at_s = at_s
        if await is_interest_due(seat):
            await self._take("interest", post_interest(seat, self._desk.told))

    async def _lanes(self, bank: DatesAnswer, now_s: int) -> None:
        """Every lane of the dates that are signed off, oldest date first, as far as its set lets it go."""
        lanes: dict[LaneName, LaneSeen] = {}
        late: dict[LaneName, int] = {}
        held_back: frozenset[int] = frozenset()  # brokers an older date of which is not published: later ones wait
        unsettled: set[int] = set()  # likewise, of which one is not settled
        for date in bank.dates:
            if date.phase == DatePhase.TRADING:
                continue
            brokers = [each.party for each in bank.brokers if each.first_date <= date.trade_date]
            names = {party: LaneName(date.trade_date, party) for party in brokers}
            left = [party for party in brokers if names[party] not in self._settled]

            async def step(party: int, date: DateFacts = date, waiting: frozenset[int] = held_back) -> LaneSeen:
                return await self._lane(date, party, may_publish=date.is_agreed and party not in waiting)

            for lane in await self._desk.each(left, step):
                name = names[lane.party]
                lanes[name] = lane
                if lane.state >= LaneState.PUBLISHED:
                    if await self._settle(lane, date.trade_date, waits=lane.party in unsettled):
                        self._settled.add(name)
                    continue
                held_back |= {lane.party}
                if late_s := self._late_s(date, lane, now_s):
                    late[name] = late_s
                    self._say(f"the clearing set of broker {lane.party} for {date.trade_date} is late")
            unsettled |= {party for party in brokers if names[party] not in self._settled}
        self._figures.lanes, self._figures.late = lanes, late

    async def _settle(self, lane: LaneSeen, trade_date: int, waits: bool) -> bool:
        """End the orders of a published lane and settle its customers, unless it waits for an older one of the broker;
        behind that the bank's own books are compared once more. Returns whether it is settled.
        """
        if lane.state < LaneState.SETTLING and not await self._take("close", self._desk.close(trade_date, lane.party)):
            return False
        if waits or not await self._take("settle", self._desk.settle(trade_date, lane.party)):
            return False
        if lane.state < LaneState.SETTLED:
            await self._take("agree", self._desk.agree(trade_date))
        return True

    async def _credits(self, bank: DatesAnswer) -> None:
        """Whatever became due to customers, of each broker; what is credited again by another desk is credited once."""
        for each in bank.brokers:
            try:
                credited = await self._desk.credit(each.party)
            except StepRefused as refused:
                self._figures.refused["credit"] += 1
                self._stuck(str(refused))
                continue
            self._figures.taken["credit"] += bool(credited)

    async def _lane(self, date: DateFacts, party: int, may_publish: bool) -> LaneSeen:
        """One lane's steps, as far as they are due. Returns where it stands then."""
        desk, trade_date = self._desk, date.trade_date
        lane = await desk.lane(trade_date, party)
        if lane.state == LaneState.REVERTING:
            await self._take("take-back", desk.take_back(trade_date, party))
            return await desk.lane(trade_date, party)
        if lane.state == LaneState.COMPLETE:
            key = (LaneName(trade_date, party), lane.answer.number)
            at_s = self._elapsed_s()
            if at_s - self._compared_at_s.get(key, -COMPARED_AGAIN_S) < COMPARED_AGAIN_S:
                return lane
            self._compared_at_s[key] = at_s
            await self._take("reconcile", desk.reconcile(trade_date, party))
            lane = await desk.lane(trade_date, party)
            if lane.state == LaneState.COMPLETE and await self._correct_ended(lane, trade_date):
                await self._take("reconcile", desk.reconcile(trade_date, party))
                lane = await desk.lane(trade_date, party)
            if lane.found:
                self._say(f"broker {party} differs for {trade_date}: {lane.found}")
        if lane.state != LaneState.RECONCILED:
            return lane
        if lane.answer.proceeds_due:
            await self._take("proceeds", desk.book_proceeds(trade_date, party))
        if may_publish:
            await self._take("publish", desk.publish(trade_date, party))
        return await desk.lane(trade_date, party)

    async def _correct_ended(self, lane: LaneSeen, trade_date: int) -> bool:
        """Correct contracts that have ended, once nothing but what that mends differs: until then the broker may
        withdraw its set and send another without anybody's act. Returns whether it was done; says what two people must
        sign.
        """
        ended = await of_ended(self._desk.seat, trade_date, lane.party)
        for each in ended.to_sign:
            self._say(
                f"contract {each.contract_no} has ended and differs: two people must sign what `yzt day correct --date "
                f"{trade_date} --party {lane.party} --contract {each.contract_no}` prints"
            )
        # Without an act nothing is made good, so what is bought agrees: each differs in what was sold, and in no more.
        if not ended.is_all or ended.to_sign or not len(ended.to_send) == sum(lane.answer.differences) > 0:
            return False
        return await self._take("correct", self._desk.correct_ended(trade_date, lane.party, ended))

    def _late_s(self, date: DateFacts, lane: LaneSeen, now_s: int) -> int:
        """By how many seconds its set is late: half an hour after the declared time, or where none was declared after
        the plan's. 0: it is not, or is complete, or people have deferred it.
        """
        if lane.state >= LaneState.COMPLETE or lane.answer.is_deferred:
            return 0
        if lane.answer.declared_s:
            return max(0, now_s - lane.answer.declared_s - DECLARED_LATE_AFTER_S)
        plan = self._plan(date.trade_date)
        return 0 if plan is None else max(0, now_s - plan.sets_due_s)

    async def _take(self, name: str, step: Awaitable[object]) -> bool:
        """Take a step. Returns whether it was taken; a refusal of the bank is counted and told."""
        try:
            await step
        except StepRefused as refused:
            self._figures.refused[name] += 1
            self._stuck(str(refused))
            return False
        self._figures.taken[name] += 1
        return True

    def _tell(self, bank: DatesAnswer, plan: Plan | None, now_s: int) -> None:
        figures, date = self._figures, bank.dates[-1]
        figures.trade_date, figures.phase = date.trade_date, DatePhase(date.phase).name.lower()
        figures.signed_on, figures.absent = presence(bank)
        figures.next_step = None if plan is None else next_step(date, plan)
        figures.overdue_s = 0 if figures.next_step is None else max(0, now_s - figures.next_step.at_s)
        figures.why = "; ".join(self._why)

    def _stuck(self, why: str) -> None:
        if why not in self._why:
            self._why.append(why)
        self._say(why)

    def _say(self, line: str) -> None:
        if line in self._said:
            return
        if len(self._said) == SAID_MAX:
            self._said.clear()
        self._said.add(line)
        self._alarm(line)


def presence(bank: DatesAnswer) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Brokers that have signed on for the open date, and that have not; none once it is signed off."""
    date = bank.dates[-1]
    if date.phase != DatePhase.TRADING:
        return (), ()
    here = [each for each in bank.brokers if each.first_date <= date.trade_date]
    signed_on = tuple(each.party for each in here if each.signed_on_s)
    return signed_on, tuple(each.party for each in here if not each.signed_on_s)


def next_step(date: DateFacts, plan: Plan) -> Step:
    """The step of the open date that comes next, whether it is due or not."""
    if date.phase == DatePhase.TRADING:
        return Step(plan.sign_off_s, "sign-off", date.trade_date)
    if not date.is_agreed:
        return Step(plan.sign_off_s, "agree", date.trade_date)
    return Step(plan.open_next_s, "open", plan.next_trade_date)
