"""An act of people in a running story: what only the bank knows of it, the desk that sends it, what hangs on it.

Belongs here: from an event to an act that was sent, and what the day desk may do by it. Never here: writing and signing
(people), correcting (desk_steps), what an act does (the bank).
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from frontend_sim.scenario.cast import ActNow, Cast
from frontend_sim.scenario.heard import HeardSeat
from frontend_sim.scenario.played.people import People
from frontend_sim.scenario.played.sets import records_of
from frontend_sim.scenario.written.acts import LINES, ORDER
from frontend_sim.scenario.written.events import Act
from frontend_sim.scenario.written.story import Story
from gateway.day.correcting import SUMS
from gateway.day.desk import DayDesk
from protocol.acts.corrections import CorrectAct, CorrectListAct, DecideAct
from protocol.acts.day import ExchangeData
from protocol.acts.table import word_of
from protocol.client import Outcome, totals_of_set
from protocol.messages.day.steps import list_digest
from protocol.messages.queries import differences_digest
from protocol.vocabulary import DifferenceClass

NO_ACT = 2**31 - 1
"""In place of the number of an act that was refused: so many there are not, and a record has room for it."""
DaySeat = Callable[[], AbstractAsyncContextManager[HeardSeat]]
"""Opens the day desk's seat."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Who takes part in it."""

    story: Story
    cast: Cast
    people: People
    teller: HeardSeat
    day_seat: DaySeat

    async def act(self, event: Act, at_s: int) -> None:
        """Write it, have it signed, send it, and keep what it permits under its name."""
        own = self.people.own_fields(event, self.cast)
        lines = own.pop(LINES, ())
        if "data" in own:
            await self._adopt(event, own, at_s)
            return
        if event.act == word_of(CorrectListAct):
            own |= {"count": len(lines), "digest": list_digest(lines).hex()}
        if ORDER in own:
            order = self.cast.orders[own.pop(ORDER)]
            date, seat, number = order.key
            own |= {"contract_no": order.contract_no, "trade_date": date, "seat": seat, "number": number}
            own |= {"sequence": order.frozen.sequence, "position": 0}
        if event.act == word_of(DecideAct):
            own["digest"] = await self._digest(own)
        outcome = await self.teller.control(self.people.act(event, own, at_s))
        if event.name is not None:
            self.cast.acts[event.name] = _permitted(event, own, tuple(lines), outcome)

    async def _digest(self, own: dict[str, Any]) -> str:
        """Of the list of differences of the class as the bank tells it now."""
        desk, trade_date, party = DayDesk(self.teller, lambda _: None), own["trade_date"], own["party"]
        has = (await desk.lane(trade_date, party)).answer
        found = await desk.differences(trade_date, party) if any(has.differences) and not has.compared else []
        known = DifferenceClass.__members__.get(own["difference_class"])
        listed = [each for each in found if each.difference_class == known and each.compared_field not in SUMS]
        return differences_digest(listed).hex()

    async def _adopt(self, event: Act, own: dict[str, Any], at_s: int) -> None:
        """The day desk brings the act with the totals of the exchange's data, and sends their lines once it counts."""
        told = next(each for each in self.story.sets if each.name == own["data"])
        records = records_of(told, (), self.cast)
        async with self.day_seat() as seat:
            own["data"] = ExchangeData.of(totals_of_set(records), at_s)
            outcome = await seat.control(self.people.act(event, own, at_s))
            if outcome.accepted:
                await seat.send_clearing_set(own["trade_date"], at_s, records, party=own["party"])


def _permitted(event: Act, own: dict[str, Any], lines: tuple[Any, ...], outcome: Outcome) -> ActNow:
    number = outcome.remaining_fen if outcome.accepted else NO_ACT
    rejected_fen = {line.contract_no: line.rejected_fen for line in lines}
    if event.act == word_of(CorrectAct):
        rejected_fen = {own["contract_no"]: own["rejected_fen"]}
    return ActNow(number, own.get("party", 0), own.get("trade_date", 0), rejected_fen, lines)
