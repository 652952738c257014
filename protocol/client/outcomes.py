"""What a caller gets back: one outcome, a block of them, and what an earlier process left behind.

Belongs here: the value types and reading them from an outcome frame. Never here: waiting (calls), numbers (window).
"""

import struct
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np

from ..codes import ReplyCode
from ..errors import MisuseError
from ..limits import OUTCOMES_PREAMBLE_BYTES
from ..records import (
    OUTCOME,
    STATE_MOVED,
    OutcomeArray,
    OutcomesPreamble,
    RecordArray,
    outcomes_from_body,
    pack_preamble,
)

_OUTCOMES = struct.Struct("<hhiq")
_CODES: dict[int, ReplyCode] = {int(code): code for code in ReplyCode}


class RequestKey(NamedTuple):
    """Names one request for ever: the order number 委托号 of a freeze."""

    trade_date: int  # yyyymmdd
    seat: int
    number: int


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one request. Times in UTC nanoseconds, money in fen."""

    code: ReplyCode
    number: int  # the request number; 0 when nothing was consumed: the code is of 200 to 299
    trade_date: int
    sequence: int  # journal sequence of the row that holds it
    decided_at_ns: int
    remaining_fen: int  # of the freeze concerned, after this request, unless `state` says otherwise
    state: int  # of that freeze: FREEZE_STATE_NONE, _OPEN or _CLOSED; STATE_MOVED: open, and see `moved_fen`;
    # STATE_FROZEN of an order through the bank: `remaining_fen` is what was frozen for it
    seat: int

    @property
    def moved_fen(self) -> int:
        """What of a freeze was moved 划转, of a broker in transfer mode; all of its amount remains."""
        return self.remaining_fen if self.state == STATE_MOVED else 0

    @property
    def accepted(self) -> bool:
        """True when it was done as asked."""
        return self.code is ReplyCode.ACCEPTED

    @property
    def key(self) -> RequestKey:
        """The request's name, for `release`, `fill_buy`, a `BankOrder` and `outcome_of`."""
        return RequestKey(self.trade_date, self.seat, self.number)


class Reply(NamedTuple):
    """One outcome frame, verified."""

    seat: int
    trade_date: int
    first_number: int
    sequence: int
    decided_at_ns: int
    body: bytes  # preamble and n × 16 bytes


class BlockPart(NamedTuple):
    """The stretch of a block that went as one frame."""

    first_number: int
    trade_date: int
    sequence: int
    decided_at_ns: int
    record_count: int


@dataclass(frozen=True, slots=True)
class BlockOutcome:
    """What became of a block: one outcome per record, in order.

    The first four fields are those of the first part. A block of more than FRAME_RECORDS_MAX records goes in parts,
    whose numbers follow one another unless the trade date was rolled between them: `key` knows.
    """

    first_number: int
    trade_date: int
    sequence: int
    decided_at_ns: int
    outcomes: OutcomeArray  # (n,) OUTCOME, read-only
    seat: int
    parts: tuple[BlockPart, ...]

    def key(self, index: int) -> RequestKey:
        """The name of record `index`, 0 ≤ index < n. Raises MisuseError outside."""
        if index >= 0:
            for part in self.parts:
                if index < part.record_count:
                    return RequestKey(part.trade_date, self.seat, part.first_number + index)
                index -= part.record_count
        raise MisuseError(f"the block has {len(self.outcomes)} records")


@dataclass(frozen=True, slots=True)
class Recovered:
    """An outcome that no caller waited for: of an earlier process, or of a call that was cancelled.

    Either `records` holds the (n,) RECORD requests, or it is empty and `control` holds the body of a control frame.
    `why_unsendable` is empty, or says for what the frame, found in the outbox, can never be sent: no bank decided it,
    and its outcomes are MALFORMED_FRAME under number 0.
    """

    outcome: BlockOutcome
    records: RecordArray
    control: bytes
    why_unsendable: str = ""


def outcomes_one_by_one(reply: Reply) -> list[Outcome]:
    """The outcomes of a small frame as objects; a code newer than this program is one named CODE_<number>."""
    seat, trade_date, number, sequence, decided_at_ns, body = reply
    found: list[Outcome] = []
    for code, state, _reserved, remaining_fen in _OUTCOMES.iter_unpack(memoryview(body)[OUTCOMES_PREAMBLE_BYTES:]):
        name = _CODES.get(code)
        if name is None:
            name = ReplyCode(code)
        found.append(Outcome(name, number, trade_date, sequence, decided_at_ns, remaining_fen, state, seat))
        number += 1
    return found


def block_outcome(replies: list[Reply]) -> BlockOutcome:
    """Put the parts of a block together; one part is viewed without a copy."""
    arrays = [outcomes_from_body(reply.body) for reply in replies]
    parts = tuple(
        BlockPart(reply.first_number, reply.trade_date, reply.sequence, reply.decided_at_ns, len(array))
        for reply, array in zip(replies, arrays, strict=True)
    )
    outcomes = arrays[0]
    if len(arrays) > 1:
        outcomes = np.frombuffer(b"".join([array.data for array in arrays]), OUTCOME)
    first = replies[0]
    return BlockOutcome(
        first.first_number,
        first.trade_date,
        first.sequence,
        first.decided_at_ns,
        outcomes,
        first.seat,
        parts,
    )


def turned_away(seat: int, trade_date: int, code: int, record_count: int) -> Reply:
    """The reply to a frame that consumed nothing and is not sent again: number 0, sequence 0."""
    outcomes = np.zeros(record_count, OUTCOME)
    outcomes["code"] = code
    preamble = pack_preamble(OutcomesPreamble(0, 0, bytes(32), bytes(32)))
    return Reply(seat, trade_date, 0, 0, 0, preamble + outcomes.tobytes())
