"""What one seat sends next: single calls that coalesce, blocks, control messages; and who is told which outcome.

Belongs here: the queues of what is not yet numbered. Never here: whose turn it is to take single calls (seat_turns),
numbers and credit (window), the outbox, the socket. Nothing lingers for a timer: what is pending when the
sender may send goes together. A queue holds one entry for each task that waits in it, so it is no longer than its
callers are many.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
import trio

from ...kinds import ORDERING_KINDS
from ...limits import (
    FRAME_RECORDS_MAX,
    ORDERING_PER_FRAME_MAX,
    OUTCOME_BYTES,
    OUTCOMES_PREAMBLE_BYTES,
    RECORD_BYTES,
)
from ...records import RECORD
from ...vocabulary import FrameKind
from ..errors import OutcomeUnknown, SessionEnded
from ..forks import Origin
from ..outcomes import BlockOutcome, Outcome, Recovered, Reply, block_outcome, outcomes_one_by_one
from .caller import Call, Caller
from .receipts import RECEIPT
from .seat_turns import SeatTurn
from .waits import Bell

_RECORDS = int(FrameKind.RECORDS)
_CONTROL = int(FrameKind.CONTROL)


class Waiter(Protocol):
    """Whoever wants the outcome of one frame."""

    is_call: bool  # a frame of single calls: few of these are in flight, so that load forms the batch

    @property
    def is_unclaimed(self) -> bool:
        """Whether an outcome of it was told to nobody who waited, but in `recovered`."""
        ...

    @property
    def is_received(self) -> bool:
        """Whether every thread that was told has given its receipt; True where only tasks were told."""
        ...

    def settle(self, reply: Reply) -> None:
        """The answer came. Raises PeerViolation when it cannot be read."""
        ...

    def lose(self, trade_date: int, first_number: int, record_count: int) -> None:
        """No answer will come in this process."""
        ...


class KnownDigests(NamedTuple):
    """Of a block that was cut into frames before: how long each but the last is, and the SHA-256 of each."""

    frame_bytes: int
    digests: list[bytes]

    def of(self, start: int, size: int, whole: int) -> bytes:
        """That of `size` bytes from `start` on, of a block of `whole`; none when it was not cut there."""
        place, beside = divmod(start, self.frame_bytes)
        is_frame = not beside and size == min(self.frame_bytes, whole - start)
        return self.digests[place] if is_frame else b""


class Draft:
    """A frame without a number. `body_digest`: SHA-256 of `body`, (32,), where it is known."""

    __slots__ = ("body", "body_digest", "kind", "record_count", "valid_until_ns", "waiter")

    def __init__(
        self,
        kind: int,
        body: bytes,
        record_count: int,
        valid_until_ns: int,
        waiter: "FrameOfCalls | FrameOfBlock",
        body_digest: bytes = b"",
    ) -> None:
        self.kind = kind
        self.body = body
        self.body_digest = body_digest
        self.record_count = record_count
        self.valid_until_ns = valid_until_ns
        self.waiter = waiter


class FrameOfCalls:
    """Single calls that went as one frame, or one control message."""

    __slots__ = ("_calls", "_kind", "_unclaimed", "is_call", "is_unclaimed")

    def __init__(self, kind: int, calls: list[Call], unclaimed: Callable[[Recovered], None]) -> None:
        self.is_call = kind == _RECORDS
        self.is_unclaimed = False
        self._kind = kind
        self._calls = calls
        self._unclaimed = unclaimed

    @property
    def is_received(self) -> bool:
        return all(call.receipt is None or call.receipt.is_over() for call in self._calls)

    def settle(self, reply: Reply) -> None:
        outcomes = outcomes_one_by_one(reply)
        for index, (call, outcome) in enumerate(zip(self._calls, outcomes, strict=True)):
            if call.is_abandoned:
                self._reclaim(reply, index)
                continue
            call.outcome = outcome
            if call.receipt is not None:
                call.receipt.settled(partial(self._reclaim, reply, index))
            call.wake()

    def lose(self, trade_date: int, first_number: int, record_count: int) -> None:
        for index, call in enumerate(self._calls):
            call.error = OutcomeUnknown(trade_date, first_number + index, 1)
            call.wake()

    def _reclaim(self, reply: Reply, index: int) -> None:
        self.is_unclaimed = True
        self._unclaimed(recovered(self._kind, self._calls[index].body, [_cut(reply, index)]))


class BlockCall(Caller):
    """One caller and a block, which goes in as many frames as it needs."""

    __slots__ = (
        *("_unclaimed", "done", "frame_records_max", "is_unclaimed", "known", "replies", "sent_bytes"),
        "valid_until_ns",
    )

    def __init__(
        self, body: bytes, valid_until_ns: int, known: KnownDigests | None, unclaimed: Callable[[Recovered], None]
    ) -> None:
        self.is_unclaimed = False
        self.known = known
        self._unclaimed = unclaimed
        self.receipt = RECEIPT.get()
        self.body = body
        self.frame_records_max = _frame_records_max(body)
        self.valid_until_ns = valid_until_ns
        self.sent_bytes = 0
        self.replies: list[Reply | None] = []  # by part
        self.done: BlockOutcome | None = None
        self.error = None
        self.is_abandoned = False
        self.task = trio.lowlevel.current_task()

    def abort(self, _raise_cancel: object) -> trio.lowlevel.Abort:
        """The caller was cancelled: what is not in a frame is taken back, the rest goes on unattended."""
        self.task = None
        self.is_abandoned = True
        self.body = self.body[: self.sent_bytes]
        if self.body:
            self.finish_if_whole()
        return trio.lowlevel.Abort.SUCCEEDED

    def finish_if_whole(self) -> None:
        """Tell the outcome once the last part is answered."""
        replies = [reply for reply in self.replies if reply is not None]
        if self.sent_bytes < len(self.body) or len(replies) < len(self.replies):
            return
        if self.is_abandoned:
            self._reclaim(replies)
            return
        self.done = block_outcome(replies)
        if self.receipt is not None:
            self.receipt.settled(partial(self._reclaim, replies))
        self.wake()

    def _reclaim(self, replies: list[Reply]) -> None:
        self.is_unclaimed = True
        self._unclaimed(recovered(_RECORDS, self.body, replies))


class FrameOfBlock:
    """One part of a block."""

    __slots__ = ("_block", "_part")
    is_call = False

    def __init__(self, block: BlockCall, part: int) -> None:
        self._block = block
        self._part = part

    @property
    def is_received(self) -> bool:
        receipt = self._block.receipt
        return receipt is None or receipt.is_over()

    @property
    def is_unclaimed(self) -> bool:
        return self._block.is_unclaimed

    def settle(self, reply: Reply) -> None:
        self._block.replies[self._part] = reply
        self._block.finish_if_whole()

    def lose(self, trade_date: int, first_number: int, record_count: int) -> None:
        if self._block.error is None:
            self._block.error = OutcomeUnknown(trade_date, first_number, record_count)
        self._block.wake()


class Calls:
    """Everything that one seat is asked for and has not yet numbered. Not thread-safe."""

    def __init__(self, bell: Bell, turn: SeatTurn, unclaimed: Callable[[Recovered], None]) -> None:
        """`bell` wakes the sender; `turn` has the single calls; `unclaimed` gets outcomes that nobody waits for."""
        self._bell = bell
        self._turn = turn
        self._unclaimed = unclaimed
        self._controls: deque[Call] = deque()
        self._blocks: deque[BlockCall] = deque()
        self._ended: SessionEnded | None = None
        self._origin = Origin()

    @property
    def is_waiting(self) -> bool:
        """True when something that only this seat can send is not yet in a frame."""
        return bool(self._controls or self._blocks)

    @trio.lowlevel.enable_ki_protection
    async def control(self, body: bytes) -> Outcome:
        """Wait for the outcome of a control message, which is a frame of its own.

        Raises SessionEnded (never sent), OutcomeUnknown. On cancellation: taken back if not yet sent, else the
        outcome comes in `Seat.recovered`.
        """
        self._check_open()
        call = Call(body, 0, self._controls)
        self._controls.append(call)
        self._bell.ring()
        await trio.lowlevel.wait_task_rescheduled(call.abort)
        return call.result()

    @trio.lowlevel.enable_ki_protection
    async def block(self, body: bytes, valid_until_ns: int, known: KnownDigests | None = None) -> BlockOutcome:
        """Wait for the outcomes of the records in `body`, one at least. Raises and on cancellation as `control`.

        `known`: digests of its frames, for whoever has made them already.
        """
        self._check_open()
        block = BlockCall(body, valid_until_ns, known, self._unclaimed)
        self._blocks.append(block)
        self._bell.ring()
        await trio.lowlevel.wait_task_rescheduled(block.abort)
        if block.done is None:
            raise block.error or AssertionError("woken without an outcome")
        return block.done

    def draft(self, records_max: int) -> Draft | None:
        """The next frame: the rest of a block begun, else a control, else all single calls if this seat has the turn,
        else the next block.

        At most `records_max` records. Stays in its queue until `taken`.
        """
        self._drop_abandoned_blocks()
        if self._controls:
            call = self._controls[0]
            return Draft(_CONTROL, call.body, 1, 0, FrameOfCalls(_CONTROL, [call], self._unclaimed))
        blocks = self._blocks
        if not (blocks and blocks[0].sent_bytes):
            calls = self._turn.calls(min(records_max, FRAME_RECORDS_MAX))
            if calls:
                body = b"".join([call.body for call in calls])
                until_ns = calls[0].valid_until_ns  # the same for all of them
                return Draft(_RECORDS, body, len(calls), until_ns, FrameOfCalls(_RECORDS, calls, self._unclaimed))
        if not blocks:
            return None
        block = blocks[0]
        part_bytes = min(records_max, block.frame_records_max) * RECORD_BYTES
        body = block.body
        if len(body) > part_bytes:
            body = body[block.sent_bytes : block.sent_bytes + part_bytes]
        waiter = FrameOfBlock(block, len(block.replies))
        digest = block.known.of(block.sent_bytes, len(body), len(block.body)) if block.known is not None else b""
        return Draft(_RECORDS, body, len(body) // RECORD_BYTES, block.valid_until_ns, waiter, digest)

    def taken(self, draft: Draft) -> None:
        """The draft has its number and is in the outbox: it leaves its queue."""
        if draft.kind == _CONTROL:
            self._controls.popleft().queue = None
        elif draft.waiter.is_call:
            self._turn.taken(draft.record_count)
        else:
            block = self._blocks[0]
            block.sent_bytes += len(draft.body)
            block.replies.append(None)
            if block.sent_bytes == len(block.body):
                self._blocks.popleft()

    def end(self, ended: SessionEnded) -> None:
        """No session will come: everything not sent fails with `ended`, and so does every later call."""
        self._ended = ended
        self._turn.leave(ended)
        for call in self._controls:
            call.fail(ended)
        for block in self._blocks:
            if block.error is None:
                block.error = SessionEnded(ended.code, ended.detail)
            block.wake()
        self._controls.clear()
        self._blocks.clear()

    def _check_open(self) -> None:
        self._origin.check_task()
        if self._ended is not None:
            raise SessionEnded(self._ended.code, self._ended.detail)

    def _drop_abandoned_blocks(self) -> None:
        while self._blocks and self._blocks[0].is_abandoned:
            self._blocks.popleft()


def recovered(kind: int, body: bytes, replies: list[Reply], why_unsendable: str = "") -> Recovered:
    """An outcome for `Seat.recovered`, with what it answers."""
    is_records = kind == _RECORDS and len(body) % RECORD_BYTES == 0
    records = np.frombuffer(body if is_records else b"", RECORD)
    return Recovered(block_outcome(replies), records, b"" if is_records else body, why_unsendable)


def _frame_records_max(body: bytes) -> int:
    """How many records of a block go in one frame: of orders through the bank the bank takes fewer."""
    kinds = body[::RECORD_BYTES]
    has_ordering = any(kinds.count(kind) for kind in ORDERING_KINDS)
    return ORDERING_PER_FRAME_MAX if has_ordering else FRAME_RECORDS_MAX


def _cut(reply: Reply, index: int) -> Reply:
    """The reply to record `index` alone."""
    start = OUTCOMES_PREAMBLE_BYTES + index * OUTCOME_BYTES
    body = reply.body[:OUTCOMES_PREAMBLE_BYTES] + reply.body[start : start + OUTCOME_BYTES]
    return reply._replace(first_number=reply.first_number + index, body=body)
