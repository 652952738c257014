"""The day desk's steps in a story, over its own seat, one after the other.

Belongs here: which brokers and contracts a step is taken for, what is said of a correction. Never here: a step itself
(gateway.day), acts (acting).
"""

from dataclasses import dataclass

from frontend_sim.auditor.control_table import yuan
from frontend_sim.scenario.cast import ActNow, Cast
from frontend_sim.scenario.written.events import DayDesk as Event
from gateway.day.all_steps import all_of_lane
from gateway.day.correcting import ListRefused, correct, tell_list, waiting
from gateway.day.desk import DayDesk
from gateway.day.interest import post_interest
from gateway.day.lane_seen import StepRefused
from protocol.messages.day.corrections import CorrectionAnswer
from protocol.messages.day.paying import Due, Pay

WITHOUT_ACT = ActNow(0, 0, 0, {})


@dataclass(frozen=True, slots=True)
class DeskSteps:
    """The desk, and whom it may be told of."""

    desk: DayDesk
    cast: Cast

    async def take(self, event: Event, date: int) -> None:
        """Take the step of this trade date. One that is refused is said; its answers are heard anyway."""
        try:
            await self._take(event, date)
        except (StepRefused, ListRefused) as refused:
            self.desk.told(str(refused))

    async def _take(self, event: Event, date: int) -> None:
        if event.step in ("agree", "all"):
            await self.desk.agree(date)
        if event.step == "agree":
            return
        if event.step == "interest":
            posted = await post_interest(self.desk.seat, self.desk.told)
            self.desk.told(f"interest of {posted.accounts} accounts is posted, {yuan(posted.sum_fen)} in all")
            return
        if event.step == "correct" and (event.customer is not None or event.act is not None):
            await self._named(event, date)
            return
        brokers = self.cast.brokers.values() if event.broker is None else [self.cast.brokers[event.broker]]
        for broker in brokers:
            await self._step(event.step, date, broker.party)

    async def _step(self, step: str, date: int, party: int) -> None:
        match step:
            case "reconcile":
                await self.desk.reconcile(date, party)
            case "correct":
                await self._all_that_wait(date, party)
            case "revert":
                await self.desk.take_back(date, party)
            case "proceeds":
                await self.desk.book_proceeds(date, party)
            case "publish":
                await self.desk.publish(date, party)
            case "close":
                await self.desk.close(date, party)
            case "settle":
                await self.desk.settle(date, party)
            case "credit":
                await self.desk.credit(party)
            case "pay":
                await self.desk.seat.control(Pay(date, party))
            case "due":
                await self.desk.seat.control(Due(party))
            case _:
                await all_of_lane(self.desk, date, party)

    async def _named(self, event: Event, date: int) -> None:
        """All contracts that an act permits, or one; without an act the bank is asked all the same."""
        act = self.cast.acts[event.act] if event.act is not None else WITHOUT_ACT
        date, contracts, party = act.trade_date or date, list(act.rejected_fen), act.party
        if event.customer is not None:
            customer = self.cast.customers[event.customer]
            party = party or customer.party
            contracts = [customer.contract_with(party)]
        if act.lines:
            await tell_list(self.desk.seat, act.number, act.lines)
        for contract_no in contracts:
            rejected_fen = act.rejected_fen.get(contract_no, 0)
            answer = await self.desk.seat.correction(date, party, contract_no, 0, rejected_fen)
            if answer.contract_no:
                await self._correct(answer, act.number)
            else:
                self.desk.told(f"{self.cast.customer_name(contract_no)}: nothing to correct")

    async def _all_that_wait(self, date: int, party: int) -> None:
        """What needs no act is corrected; what needs one is said."""
        async for answer in waiting(self.desk.seat, date, party):
            if answer.needs_act:
                self._say(answer)
            else:
                await self._correct(answer, 0)

    async def _correct(self, answer: CorrectionAnswer, act_number: int) -> None:
        self._say(answer)
        (done,) = await correct(self.desk.seat, [answer], act_number)
        case = f", case {done.case}" if done.case else ""
        self.desk.told(f"{done.closed} orders closed; {done.code.name}{case}")

    def _say(self, answer: CorrectionAnswer) -> None:
        """Both values of both sums, as the bank reckons them."""
        bought_fen = answer.cleared_buys_fen - answer.made_good_buys_fen
        sold_fen = answer.cleared_proceeds_fen + answer.made_good_proceeds_fen
        good_fen = answer.made_good_buys_fen + answer.made_good_proceeds_fen
        self.desk.told(
            f"{self.cast.customer_name(answer.contract_no)}: bought {yuan(answer.has_bought_fen)} → {yuan(bought_fen)} "
            f"(set: {yuan(answer.cleared_buys_fen)}), sold {yuan(answer.has_sold_fen)} → {yuan(sold_fen)} "
            f"(set: {yuan(answer.cleared_proceeds_fen)}), {len(answer.closings)} orders to close, {yuan(good_fen)} "
            f"made good; {'two people must sign' if answer.needs_act else 'no act needed'}"
        )
