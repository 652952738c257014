"""Seats whose every answer is heard: what the bank said, in its order, whoever of the story's people asked.

Belongs here: answers as values, the seat that keeps them. Never here: what is asked (played), what is made of
an answer (comparing, telling).
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from frontend_sim.scenario.written.strict import Strict
from protocol.client import BlockOutcome, Clock, Outcome, Seat, SeatSettings
from protocol.client.line.calls import KnownDigests
from protocol.client.verbs.arguments import records_of
from protocol.codes import ReplyCode
from protocol.messages.control import ControlMessage
from protocol.records import RecordArray
from protocol.vocabulary import RecordKind


class Answer(Strict, frozen=True, kw_only=True):
    """What was answered to one request, or to `count` of one kind in a block with the same code, of which it is the
    first."""

    asked: str
    """A kind of record, or a control message."""
    code: str
    count: int
    trade_date: int
    seat: int
    number: int
    sequence: int
    remaining_fen: int
    state: int


@dataclass(slots=True)
class Heard:
    """What all seats of a story heard."""

    answers: list[Answer] = field(default_factory=list)
    """Since they were taken last."""
    refusals: Counter[str] = field(default_factory=Counter)
    """By code, since the beginning."""
    sequence: int = 0
    """The highest journal row that was told."""

    def note(self, asked: str, outcome: Outcome) -> None:
        """One answer."""
        self._keep(asked, outcome.code, 1, outcome)

    def note_block(self, records: RecordArray, block: BlockOutcome) -> None:
        """The answers to a block, by kind and code in the order in which these come first."""
        asked = list(zip(records["kind"].tolist(), block.outcomes["code"].tolist(), strict=True))
        for (kind, code), count in Counter(asked).items():
            place = asked.index((kind, code))
            key, found = block.key(place), block.outcomes[place]
            outcome = Outcome(
                ReplyCode(code),
                key.number,
                key.trade_date,
                max(part.sequence for part in block.parts),
                block.decided_at_ns,
                int(found["remaining_fen"]),
                int(found["state"]),
                block.seat,
            )
            self._keep(RecordKind(kind).name, outcome.code, count, outcome)

    def take(self) -> list[Answer]:
        """The answers since the last time."""
        taken, self.answers = self.answers, []
        return taken

    def _keep(self, asked: str, code: ReplyCode, count: int, outcome: Outcome) -> None:
        self.sequence = max(self.sequence, outcome.sequence)
        if code != ReplyCode.ACCEPTED:
            self.refusals[code.name] += count
        self.answers.append(
            Answer(
                asked=asked,
                code=code.name,
                count=count,
                trade_date=outcome.trade_date,
                seat=outcome.seat,
                number=outcome.number,
                sequence=outcome.sequence,
                remaining_fen=outcome.remaining_fen,
                state=outcome.state,
            )
        )


class HeardSeat(Seat):
    """A seat whose answers are kept in `heard` as well."""

    heard: Heard

    async def control(self, message: ControlMessage) -> Outcome:
        """As `Seat.control`."""
        outcome = await super().control(message)
        self.heard.note(type(message).__name__, outcome)
        return outcome

    async def _block(self, body: bytes, valid_until_ns: int, known: KnownDigests | None = None) -> BlockOutcome:
        block = await super()._block(body, valid_until_ns, known)
        self.heard.note_block(records_of(body), block)
        return block

    async def _call(self, record: bytes, valid_until_ns: int) -> Outcome:
        outcome = await super()._call(record, valid_until_ns)
        self.heard.note(RecordKind(int(records_of(record)["kind"][0])).name, outcome)
        return outcome


@asynccontextmanager
async def heard_seat(settings: SeatSettings, clock: Clock, heard: Heard) -> AsyncIterator[HeardSeat]:
    """A seat of a story, opened."""
    async with HeardSeat.open(settings, clock) as seat:
        seat.heard = heard
        yield seat
