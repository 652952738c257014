"""A seat in memory: answers as an auditor of its own expects, so that tests of brokers need no process.

Belongs here: the stand-in and what it records. Never here: assertions.
"""

from dataclasses import dataclass, field

import numpy as np

from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.observations import Placed, Seen, seen_block
from frontend_sim.trading_session.session_log import outcome_array
from protocol.codes import ReplyCode
from protocol.records import OUTCOME, OutcomeArray, RecordArray

TODAY = 20_260_105


@dataclass(frozen=True)
class MemoryBlock:
    """The answer to a block."""

    first_number: int
    trade_date: int
    sequence: int
    decided_at_ns: int
    outcomes: OutcomeArray


@dataclass(frozen=True)
class MemoryOutcome:
    """The answer to one request."""

    code: int
    number: int
    trade_date: int
    sequence: int
    decided_at_ns: int
    remaining_fen: int
    state: int


@dataclass
class MemorySeat:
    """One seat of one party; every block is a journal row of its own."""

    party: int
    seat: int
    auditor: Auditor
    next_number: int = 1
    sequence: int = 0
    blocks: list[RecordArray] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.auditor.open_date(TODAY)

    @property
    def trade_date(self) -> int:
        return TODAY

    async def submit(self, record: RecordArray) -> MemoryOutcome:
        block = await self.submit_block(record)
        code, state, _, remaining_fen = block.outcomes[0].tolist()
        return MemoryOutcome(code, block.first_number, TODAY, block.sequence, block.decided_at_ns, remaining_fen, state)

    async def submit_block(self, records: RecordArray, valid_until_ns: int = 0) -> MemoryBlock:
        self.sequence += 1
        first_number, self.next_number = self.next_number, self.next_number + len(records)
        decided_at_ns = 1_000 * self.sequence
        placed = Placed(self.party, self.seat, TODAY, first_number, self.sequence, decided_at_ns, valid_until_ns)
        asked = seen_block(placed, records, np.zeros(len(records), OUTCOME))
        outcomes = outcome_array([self._answer(one) for one in asked])
        self.blocks.append(records)
        return MemoryBlock(first_number, TODAY, self.sequence, decided_at_ns, outcomes)

    def _answer(self, asked: Seen) -> tuple[int, int, int]:
        code, state, remaining_fen = self.auditor.verdict(asked)
        if code == ReplyCode.ACCEPTED:
            self.auditor.apply(asked)
        return code, state, remaining_fen
