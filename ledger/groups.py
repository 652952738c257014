"""Which undecided frames go into the next commit: seats in turn, a barrier alone, never more than the caps.

Belongs here: the queues of undecided frames and the forming of groups; pure, time is an argument. Never here:
deciding, sockets, the journal.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from protocol.frame import Frame
from protocol.limits import (
    COMMIT_BODY_BYTES_MAX,
    COMMIT_RECORDS_MAX,
    JOURNAL_ROW_BYTES_MAX,
    OUTCOME_BYTES,
    PREFIX_BYTES,
    RECORD_BYTES,
)
from protocol.vocabulary import FrameKind

BARRIERS: Final = frozenset({FrameKind.CONTROL, FrameKind.NEGOTIATE})
"""These change what later frames mean, so that each is a journal row of its own."""

GROUP_RECORDS_FLOOR: Final = 1_024
"""The measured cap never falls below this: one slow commit of a single record must not starve the next
group.
"""
GROUP_FRAMES_MAX: Final = 16_384
"""Frames of one row: with their prefixes and the most records the row stays below JOURNAL_ROW_BYTES_MAX."""
DECAY: Final = 0.9
"""Weight of the past in the measured cost of a record: about ten commits are remembered."""

assert GROUP_FRAMES_MAX * PREFIX_BYTES + COMMIT_RECORDS_MAX * (RECORD_BYTES + OUTCOME_BYTES) < JOURNAL_ROW_BYTES_MAX


@dataclass(slots=True)
class GroupCap:
    """How many records the next group may have: what commits within the target time, as measured, or half of what
    is waiting if that is more.

    With a backlog the latency is the backlog's; commits of the target time would then only be too many, and on a
    busy machine, where a commit has a large fixed cost, ever smaller. Half, so that one half commits while the other
    is decided.
    """

    target_ns: int
    records_max: int
    _ns: float = 0.0
    _records: float = 0.0

    def measured(self, records: int, commit_ns: int) -> None:
        """Takes one finished commit into account."""
        self._ns = self._ns * DECAY + commit_ns
        self._records = self._records * DECAY + records

    def records(self, waiting: int) -> int:
        """The cap when `waiting` records are undecided: GROUP_RECORDS_FLOOR to `records_max`."""
        fitting = int(self.target_ns * self._records / self._ns) if self._ns else self.records_max
        return min(self.records_max, max(GROUP_RECORDS_FLOOR, fitting, waiting // 2))


class SeatQueues:
    """Undecided frames, one queue per seat in the order of arrival; seats take turns, one frame a turn.

    A seat may be parked (it waits for something of its own): its frames stay, and the others go on.
    """

    def __init__(self) -> None:
        self._seats: dict[int, deque[tuple[Frame, int]]] = {}
        self._turns: deque[int] = deque()  # seats that have frames and are not parked, each once
        self._parked: set[int] = set()
        self.frames = 0
        self.records = 0
        self.body_bytes = 0

    def __len__(self) -> int:
        """Seats from which a frame can be taken now."""
        return len(self._turns)

    def put(self, frame: Frame, arrived_ns: int) -> None:
        """Adds a frame behind the others of its seat."""
        header = frame.header
        queue = self._seats.get(header.seat)
        if queue is None:
            queue = self._seats[header.seat] = deque()
        if not queue and header.seat not in self._parked:
            self._turns.append(header.seat)
        queue.append((frame, arrived_ns))
        self._count(frame, 1)

    def take(self, records_max: int) -> list[Frame]:
        """Removes and returns the next group, in the order in which it is decided.

        It is one barrier frame, or frames without barriers: at most `records_max` records (a first frame is
        taken whatever its size), COMMIT_BODY_BYTES_MAX bytes and GROUP_FRAMES_MAX frames. Empty when nothing
        can be taken.
        """
        group: list[Frame] = []
        records = body_bytes = 0
        behind_barrier: list[int] = []
        turns, seats = self._turns, self._seats
        while turns and len(group) < GROUP_FRAMES_MAX:
            seat = turns.popleft()
            frame = seats[seat][0][0]
            header = frame.header
            if header.kind in BARRIERS:
                if not group and not behind_barrier:
                    self._pop(seat)
                    return [frame]
                behind_barrier.append(seat)
                continue
            records += header.record_count
            body_bytes += header.body_bytes
            if group and (records > records_max or body_bytes > COMMIT_BODY_BYTES_MAX):
                turns.appendleft(seat)
                break
            self._pop(seat)
            group.append(frame)
        turns.extendleft(reversed(behind_barrier))
        return group

    def put_back(self, frames: list[Frame], arrived_ns: int) -> None:
        """Returns taken frames of one seat to the front of its queue, in the order in which they were
        taken.
        """
        seat = frames[0].header.seat
        queue = self._seats[seat]
        if not queue and seat not in self._parked:
            self._turns.append(seat)
        for frame in reversed(frames):
            queue.appendleft((frame, arrived_ns))
            self._count(frame, 1)

    def park(self, seat: int) -> None:
        """Takes nothing from this seat until it is unparked."""
        self._parked.add(seat)
        if seat in self._turns:
            self._turns.remove(seat)

    def unpark(self, seat: int) -> None:
        """Lets a parked seat have its turn again; it comes first, because it has waited."""
        if seat in self._parked:
            self._parked.remove(seat)
            if self._seats.get(seat):
                self._turns.appendleft(seat)

    def clear(self) -> None:
        """Drops everything: the link that brought the frames is gone."""
        self._seats.clear()
        self._turns.clear()
        self._parked.clear()
        self.frames = self.records = self.body_bytes = 0

    def oldest_arrival_ns(self) -> int | None:
        """When the oldest undecided frame arrived, None when there is none."""
        return min((queue[0][1] for queue in self._seats.values() if queue), default=None)

    def _pop(self, seat: int) -> None:
        queue = self._seats[seat]
        frame, _arrived_ns = queue.popleft()
        self._count(frame, -1)
        if queue:
            self._turns.append(seat)

    def _count(self, frame: Frame, sign: int) -> None:
        self.frames += sign
        self.records += sign * frame.header.record_count
        self.body_bytes += sign * frame.header.body_bytes
