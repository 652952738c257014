"""What the brokers of a story hear without asking 推送, over real links, each entry once and in its order.

Belongs here: reading the feeds, waiting for what must have been heard, entries with names. Never here: answers to
requests (heard), whether an entry was expected (comparing).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import trio

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import Progress
from frontend_sim.scenario.asking import PATIENCE_SECONDS, WAITING_SAID_SECONDS, FeedEnd
from frontend_sim.scenario.cast import Cast
from frontend_sim.scenario.heard import HeardSeat
from frontend_sim.scenario.written.strict import Strict
from protocol.client import FeedEvent
from protocol.messages.feeds import NO_ENTRY, PaymentTold, Receipt
from protocol.messages.fields import fen_from_sum
from protocol.vocabulary import ContractStatus, FeedKind, ObligationState

POLL_SECONDS = 0.01
STATUSES = ("status_before", "status")
"""What is told of a contract as a number."""

Said = dict[str, object]


class FeedTold(Strict, frozen=True, kw_only=True):
    """An entry of a broker's feed, as the broker heard it."""

    broker: str
    position: int
    kind: str
    trade_date: int
    customer: str
    said: Said
    """By the names of docs/protocol.md; sums end in `_fen`, states of contracts are words."""


@dataclass(slots=True)
class Feeds:
    """What was heard, by party."""

    say: Progress
    heard: dict[int, list[FeedEvent]] = field(default_factory=dict)
    """All of it, each list in the order of its positions, which begin with 1."""
    told: dict[int, int] = field(default_factory=dict)
    """How many of each were told of."""

    async def listen(self, party: int, seat: HeardSeat) -> None:
        """Hear everything, until cancelled. Raises what reading a feed raises."""
        async for event in seat.feed():
            self.heard.setdefault(party, []).append(event)

    async def take(self, ends: Sequence[FeedEnd]) -> list[tuple[int, FeedEvent]]:
        """What was not told yet of each party, up to where the read model's feed ends, once it was heard.

        Raises: ProcessFault when it does not come.
        """
        began, said = trio.current_time(), 0.0
        while any(len(self.heard.get(end.party, ())) < end.position for end in ends):
            now = trio.current_time()
            if now - began > PATIENCE_SECONDS:
                has = {end.party: (len(self.heard.get(end.party, ())), end.position) for end in ends}
                raise ProcessFault(f"feeds by party, heard and expected: {has}", ExitCode.UNAVAILABLE)
            if now - max(began, said) >= WAITING_SAID_SECONDS:
                said = now
                self.say("waiting for what the brokers are told")
            await trio.sleep(POLL_SECONDS)
        found = []
        for end in ends:
            found += [(end.party, event) for event in self.heard[end.party][self.told.get(end.party, 0) : end.position]]
            self.told[end.party] = end.position
        return found

    def receipt(self, party: int, trade_date: int, kind: FeedKind) -> Receipt:
        """For the newest entry of this kind and date that was heard; for one that there is not where none was."""
        heard = [each for each in self.heard.get(party, ()) if (each.kind, each.trade_date) == (kind, trade_date)]
        return Receipt(trade_date, heard[-1].position, heard[-1].digest) if heard else Receipt(trade_date, 1, NO_ENTRY)


def feed_told(heard: Sequence[tuple[int, FeedEvent]], cast: Cast) -> list[FeedTold]:
    """With names in place of numbers."""
    return [
        FeedTold(
            broker=cast.party_name(party),
            position=event.position,
            kind=event.kind.name.lower() if isinstance(event.kind, FeedKind) else f"number_{event.kind}",
            trade_date=event.trade_date,
            customer=cast.customer_name(event.contract_no),
            said=_said(event),
        )
        for party, event in heard
    ]


def _said(event: FeedEvent) -> Said:
    if isinstance(event.content, bytes):
        return {}
    found = Said()
    for name in event.content.__struct_fields__:
        value = getattr(event.content, name)
        if isinstance(value, bytes):
            found[f"{name}_fen"] = fen_from_sum(value)
        elif isinstance(value, list) and value and isinstance(value[0], bytes):
            found[f"{name}_fen"] = [fen_from_sum(each) for each in value]
        else:
            found[name] = ContractStatus(value).name.lower() if name in STATUSES and value else value
    if isinstance(event.content, PaymentTold):
        found["state"] = ObligationState(event.content.state).name.lower()
    return found
