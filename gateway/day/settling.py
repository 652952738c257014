"""The day desk's settlements 交收 and credits 入账: page by page what is due, and the records that say so.

Belongs here: which records follow on which answer, asking until nothing is left. Never here: what a settlement moves
(the core decides), when one is due (by_clock), what is printed.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
import trio

from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.limits import FRAME_RECORDS_MAX, QUERY_CLOSINGS_MAX, QUERY_SETTLEMENTS_MAX
from protocol.messages.day.corrections import ClosingsAnswer
from protocol.messages.day.settling import CreditsAnswer, SettlementsAnswer
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import DatePhase, RecordKind

ANSWER_RECORDS, FRAME_RECORDS = 1_024, 4_096  # of an answer at most, and of a frame while no market is open
LONG_S, REST_S_MAX = 0.010, 0.012  # a frame takes less when nobody else asks; a million credits rest 12 s at most
PASSES_MAX = 8  # in a row that settle or credit nothing although something is left
DONE_MEANWHILE = ReplyCode.STEP_NOT_DUE  # of one contract: another desk, or its settlement, has done it
_FIELDS = {
    RecordKind.SETTLE: {
        "contract_no": "contract_no",
        "amount_fen": "from_savings_fen",
        "from_moved_fen": "from_moved_fen",
        "settled_proceeds_fen": "proceeds_fen",
        "settled_other_fen": "other_fen",
    },
    RecordKind.CREDIT: {"contract_no": "contract_no", "amount_fen": "proceeds_fen", "other_fen": "other_fen"},
}  # of the record, by those of the answer
Look = Callable[[set[ReplyCode]], object]
"""Raises when a code is none that a step lives with."""
A = TypeVar("A", SettlementsAnswer, CreditsAnswer, ClosingsAnswer)
assert max(QUERY_SETTLEMENTS_MAX, QUERY_CLOSINGS_MAX) <= ANSWER_RECORDS <= FRAME_RECORDS <= FRAME_RECORDS_MAX


async def settle_contracts(seat: Seat, trade_date: int, party: int, look: Look, told: Callable[[str], None]) -> bool:
    """Settle every contract that is to be settled of a date. Returns False when amounts never stood still.

    Raises what `look` raises.
    """
    settled = passes = first = 0
    market = Market(seat)
    while passes < PASSES_MAX:
        answers, first = await gathered(market, partial(seat.settlements, trade_date, party), first)
        blocks = [_block(RecordKind.SETTLE, answer) for answer in answers if answer.contracts]
        if blocks:
            codes = await _sent(seat, blocks, look)
            done = codes.count(ReplyCode.ACCEPTED)
            settled, passes = settled + done, 0 if done else passes + 1
            told(f"broker {party}: {settled:,} contracts are settled, {answers[-1].left - done:,} are left")
        if not first and not answers[-1].left:
            return True
        passes += not first and not blocks
    return False


async def credit_contracts(seat: Seat, party: int, look: Look, told: Callable[[str], None]) -> int:
    """Credit what is due to customers of a broker, date by date. Returns to how many; below 0 when amounts never stood
    still. Raises what `look` raises.
    """
    credited = passes = first = 0
    market = Market(seat)
    while passes < PASSES_MAX:
        answers, first = await gathered(market, partial(seat.due_credits, party), first)
        blocks = [_block(RecordKind.CREDIT, answer) for answer in answers if answer.contracts]
        if blocks:
            codes = await _sent(seat, blocks, look)
            done = codes.count(ReplyCode.ACCEPTED)
            credited, passes = credited + done, 0 if done else passes + 1
            told(f"broker {party}: {credited:,} credits are posted, of {answers[0].trade_date} last")
        elif not answers[-1].trade_date:
            return credited
        passes += not first and not blocks
    return -1


@dataclass(slots=True)
class Market:
    """Whether one is open, as far as a step must know: once it was, the step's frames stay small, and it is not asked
    again.
    """

    seat: Seat
    was_open: bool = False
    _begun_at_s: float | None = None  # the frame before, by trio's clock

    async def frame_records(self) -> int:
        """How many records a frame may hold now: few while a market is open, so that no order waits long for it. Where
        the frame before took long, others are waiting, and they are given some time first.
        """
        if not self.was_open:
            self.was_open = (await self.seat.trade_dates()).dates[-1].phase == DatePhase.TRADING
        if self.was_open and self._begun_at_s is not None:
            took_s = trio.current_time() - self._begun_at_s
            if took_s > LONG_S:
                await trio.sleep(min(took_s - LONG_S, REST_S_MAX))
        self._begun_at_s = trio.current_time()
        return ANSWER_RECORDS if self.was_open else FRAME_RECORDS


async def gathered(market: Market, ask: Callable[[int], Awaitable[A]], first: int) -> tuple[list[A], int]:
    """Answers from a place on, as many as one frame may hold what they name, and the place behind them, 0 at the end.

    Raises InvariantBroken.
    """
    most, found, count = await market.frame_records(), list[A](), 0
    while True:
        answer = await ask(first)
        found.append(answer)
        count += len(answer.closings if isinstance(answer, ClosingsAnswer) else answer.contracts)
        first = further(first, answer.next_place)
        if not first or count + ANSWER_RECORDS > most:
            return found, first


async def _sent(seat: Seat, blocks: Sequence[RecordArray], look: Look) -> list[ReplyCode]:
    """Send blocks as one, and look at what came of them."""
    block = np.frombuffer(b"".join(each.tobytes() for each in blocks), RECORD)
    codes = list(map(ReplyCode, (await seat.submit_block(block)).outcomes["code"].tolist()))
    look(set(codes) - {DONE_MEANWHILE})
    return codes


def _block(kind: RecordKind, answer: SettlementsAnswer | CreditsAnswer) -> RecordArray:
    """A record for each contract of an answer, with what the bank tells of it."""
    block = np.zeros(len(answer.contracts), RECORD)
    block["kind"], block["trade_day"] = kind, trade_day(answer.trade_date)
    for field, of in _FIELDS[kind].items():
        block[field] = [getattr(each, of) for each in answer.contracts]
    return block


def further(place: int, told: int) -> int:
    """The place to go on from, 0 at the end. Raises InvariantBroken when it is none: a step would never end."""
    if 0 < told <= place:
        raise InvariantBroken(f"the bank sends a step from place {place} to {told}")
    return told
