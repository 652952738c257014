"""Which undecided frames go into the next commit: parties in turn, then their seats; never more than the caps.

Belongs here: the queues of undecided frames and the forming of groups; pure, time is an argument. Never here:
deciding, sockets, the journal.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ledger.core.control.rows import stands_alone
from protocol.frame import Frame
from protocol.limits import (
    COMMIT_BODY_BYTES_MAX,
    COMMIT_RECORDS_MAX,
    JOURNAL_ROW_BYTES_MAX,
    ORDERING_PER_FRAME_MAX,
    OUTCOME_BYTES,
    PREFIX_BYTES,
    RECORD_BYTES,
)
from protocol.vocabulary import FrameKind, SeatRole

BARRIERS = frozenset({FrameKind.CONTROL, FrameKind.NEGOTIATE})
"""These change what later frames mean: a run of them is a journal row without records, some stand alone in theirs."""
CONTROL_FRAMES_MAX = 256
"""Of one run: what they take to be decided stays near what their commit takes, and whoever waits waits for both."""
CONTROL_BYTES_MAX = 1024 * 1024
"""Of the bodies of one run of several frames: two of the largest OpenContracts take longer than any other run."""

GROUP_RECORDS_FLOOR = 1_024
"""The measured cap never falls below this: one slow commit of a single record must not starve the next
group.
"""
GROUP_FRAMES_MAX = 2_048
"""Frames of one group: a frame costs its tens of microseconds however few records it has, and when it is only a
repeat, so this bounds how long anybody else waits for a group of the smallest ones.
"""
DECAY = 0.9
"""Weight of the past in the measured cost of a record: about ten commits are remembered."""
UNEVEN_NS = 1_000_000_000
"""So long after a party with little waited beside one with a backlog its next request is expected."""

assert GROUP_FRAMES_MAX * PREFIX_BYTES + COMMIT_RECORDS_MAX * (RECORD_BYTES + OUTCOME_BYTES) < JOURNAL_ROW_BYTES_MAX


@dataclass(slots=True)
class GroupCap:
    """How many records the next group may have: what commits within the target time, as measured, or half of what
    is waiting if that is more.

    With a backlog the latency is the backlog's; commits of the target time would then only be too many, and on a
    busy machine, where a commit has a large fixed cost, ever smaller. Half, so that one half commits while the other
    is decided. But a backlog is one party's own: while another that asks for little waits beside it, or did a moment
    ago, the target time holds.
    """

    target_ns: int
    records_max: int
    _ns: float = 0.0
    _records: float = 0.0
    _uneven_until_ns: int = 0

    def measured(self, records: int, commit_ns: int) -> None:
        """Takes one finished commit into account."""
        self._ns = self._ns * DECAY + commit_ns
        self._records = self._records * DECAY + records

    def records(self, waiting: int, now_ns: int = 0, is_uneven: bool = False) -> int:
        """The cap when `waiting` records are undecided: GROUP_RECORDS_FLOOR to `records_max`. `is_uneven`: as the
        queues say; `now_ns`: monotonic.
        """
        if is_uneven:
            self._uneven_until_ns = now_ns + UNEVEN_NS
        fitting = int(self.target_ns * self._records / self._ns) if self._ns else self.records_max
        backlog = 0 if self.is_shared(now_ns) else waiting // 2
        return min(self.records_max, max(GROUP_RECORDS_FLOOR, fitting, backlog))

    def is_shared(self, now_ns: int) -> bool:
        """Whether a party that asks for little waits beside one with a backlog, or did within UNEVEN_NS."""
        return now_ns < self._uneven_until_ns


class SeatQueues:
    """Undecided frames, one queue per seat in the order of arrival. Parties take turns, one frame a turn, and the
    seats of a party among themselves: whoever has more seats has no more turns. The day desk has its turns too, but is
    nobody who asks for little: its steps would else keep the groups of orders small for as long as they last.

    Of records about orders through the bank, which are decided one by one, a group has no more than a frame may have.

    A seat may be parked (it waits for something of its own): its frames stay, and the others go on.
    """

    def __init__(
        self,
        party_of: Callable[[int], int],
        role_of: Callable[[int], int],
        ordering_in: Callable[[Frame], int] = lambda _frame: 0,
    ) -> None:
        """`party_of` says whose turn it is when a seat sends, any number for one that nobody owns; `role_of` its role;
        `ordering_in` how many records of a frame are about orders through the bank.
        """
        self._party_of = party_of
        self._ordering_in = ordering_in
        self._role_of = role_of
        self._seats: dict[int, deque[tuple[Frame, int]]] = {}
        self._turns: deque[int] = deque()  # parties of which a seat is in `_ready`, each once
        self._ready: dict[int, deque[int]] = {}  # party → its seats that have frames and are not parked, each once
        self._party: dict[int, int] = {}  # whose turn a seat was given last
        self._parked: set[int] = set()
        self._waiting: dict[int, int] = {}  # party → its records and other frames that wait, above 0
        self._is_patient: dict[int, bool] = {}  # by seat: what waits of the day desk's makes nobody hurry
        self.frames = 0
        self.records = 0
        self.body_bytes = 0

    def __len__(self) -> int:
        """Parties of which a frame can be taken now."""
        return len(self._turns)

    @property
    def is_uneven(self) -> bool:
        """Whether a party that asks for little waits beside one with a backlog."""
        waiting = self._waiting.values()
        return len(waiting) > 1 and min(waiting) <= GROUP_RECORDS_FLOOR < max(waiting)

    def put(self, frame: Frame, arrived_ns: int) -> None:
        """Adds a frame behind the others of its seat."""
        seat = frame.header.seat
        queue = self._seats.get(seat)
        if queue is None:
            queue = self._seats[seat] = deque()
        if not queue and seat not in self._parked:
            self._join(seat)
        queue.append((frame, arrived_ns))
        self._count(frame, 1)

    def take(self, records_max: int) -> list[Frame]:
        """Removes and returns the next group, in the order in which it is decided.

        It is a run of barrier frames, or frames without barriers: of the kind whose turn it is, at most `records_max`
        records (a first frame is taken whatever its size) and COMMIT_BODY_BYTES_MAX bytes in GROUP_FRAMES_MAX frames;
        of barriers CONTROL_BYTES_MAX bytes in CONTROL_FRAMES_MAX frames, or one that stands alone. Empty when nothing
        can be taken. Parties that ask for little come first and, up to GROUP_RECORDS_FLOOR records, beside what others
        may have: no backlog keeps them out, and they keep no backlog waiting.
        """
        group: list[Frame] = []
        little = self._little()
        is_begun = False  # with something of a party that has much
        passed_over: dict[int, list[int]] = {}
        records = beside = body_bytes = ordering = 0
        frames_max, bytes_max = GROUP_FRAMES_MAX, COMMIT_BODY_BYTES_MAX
        is_control = False
        turns, ready = self._turns, self._ready
        while turns and len(group) < frames_max:
            party = turns[0]
            seat = ready[party][0]
            frame = self._seats[seat][0][0]
            header = frame.header
            is_barrier = header.kind in BARRIERS
            if not group and is_barrier and not passed_over:
                if header.kind == FrameKind.CONTROL and stands_alone(self._role_of(seat), frame.body):
                    self._pop(party, seat)
                    return [frame]
                is_control, frames_max, bytes_max = True, CONTROL_FRAMES_MAX, CONTROL_BYTES_MAX
            if is_barrier != is_control or (
                is_control and header.kind == FrameKind.CONTROL and stands_alone(self._role_of(seat), frame.body)
            ):
                passed_over.setdefault(party, []).append(seat)
                self._leave(party)
                continue
            ordering += self._ordering_in(frame)
            if group and ordering > ORDERING_PER_FRAME_MAX:
                break
            body_bytes += header.body_bytes
            if party in little and beside + header.record_count <= GROUP_RECORDS_FLOOR:
                beside += header.record_count
            else:
                records += header.record_count
                if is_begun and records > records_max:
                    break
                is_begun = True
            if group and (body_bytes > bytes_max or records + beside > COMMIT_RECORDS_MAX):
                break
            self._pop(party, seat)
            group.append(frame)
        if passed_over:
            self._come_first(passed_over)
        return group

    def _little(self) -> frozenset[int]:
        """The parties that ask for little while others have a backlog. Their turns come first, but not before a
        barrier whose turn it is: it would be passed over again and again.
        """
        if not self.is_uneven:
            return frozenset()
        little = frozenset(party for party, waiting in self._waiting.items() if waiting <= GROUP_RECORDS_FLOOR)
        if self._turns and self._seats[self._ready[self._turns[0]][0]][0][0].header.kind not in BARRIERS:
            self._turns = deque(sorted(self._turns, key=lambda party: party not in little))
        return little

    def put_back(self, frames: list[Frame], arrived_ns: int) -> None:
        """Returns taken frames of one seat to the front of its queue, in the order in which they were
        taken.
        """
        seat = frames[0].header.seat
        queue = self._seats[seat]
        if not queue and seat not in self._parked:
            self._join(seat)
        for frame in reversed(frames):
            queue.appendleft((frame, arrived_ns))
            self._count(frame, 1)

    def park(self, seat: int) -> None:
        """Takes nothing from this seat until it is unparked."""
        self._parked.add(seat)
        party = self._party.get(seat, 0)
        seats = self._ready.get(party)
        if seats is not None and seat in seats:
            seats.remove(seat)
            if not seats:
                del self._ready[party]
                self._turns.remove(party)

    def unpark(self, seat: int) -> None:
        """Lets a parked seat have its turn again; it comes first, because it has waited."""
        if seat in self._parked:
            self._parked.remove(seat)
            if self._seats.get(seat):
                party = self._party[seat] = self._party_of(seat)
                self._come_first({party: [seat]})

    def clear(self) -> None:
        """Drops everything: the link that brought the frames is gone."""
        self._seats.clear()
        self._turns.clear()
        self._ready.clear()
        self._party.clear()
        self._parked.clear()
        self._waiting.clear()
        self.frames = self.records = self.body_bytes = 0

    def oldest_arrival_ns(self) -> int | None:
        """When the oldest undecided frame arrived, None when there is none."""
        return min((queue[0][1] for queue in self._seats.values() if queue), default=None)

    def _pop(self, party: int, seat: int) -> None:
        """Takes the first frame of the seat whose turn it is; seat and party then come last, if they have more."""
        queue = self._seats[seat]
        frame, _arrived_ns = queue.popleft()
        self._count(frame, -1)
        seats = self._ready[party]
        seats.popleft()
        if queue:
            seats.append(seat)
        self._turns.popleft()
        if seats:
            self._turns.append(party)
        else:
            del self._ready[party]

    def _leave(self, party: int) -> None:
        """Takes the seat whose turn it is out of the turns of this group; its party goes on with its next seat."""
        seats = self._ready[party]
        seats.popleft()
        if not seats:
            del self._ready[party]
            self._turns.popleft()

    def _join(self, seat: int) -> None:
        party = self._party[seat] = self._party_of(seat)
        self._is_patient[seat] = self._role_of(seat) == SeatRole.DAY_DESK
        seats = self._ready.get(party)
        if seats is None:
            self._ready[party] = deque((seat,))
            self._turns.append(party)
        else:
            seats.append(seat)

    def _come_first(self, passed_over: dict[int, list[int]]) -> None:
        """These seats, by party, and their parties have the next turns, in this order."""
        for party, seats in passed_over.items():
            self._ready.setdefault(party, deque()).extendleft(reversed(seats))
        self._turns = deque([*passed_over, *(party for party in self._turns if party not in passed_over)])

    def _count(self, frame: Frame, sign: int) -> None:
        party, records = self._party.get(frame.header.seat, 0), frame.header.record_count
        self.frames += sign
        self.records += sign * records
        self.body_bytes += sign * frame.header.body_bytes
        if self._is_patient.get(frame.header.seat):
            return
        left = self._waiting.get(party, 0) + sign * max(1, records)
        if left > 0 and self.frames:
            self._waiting[party] = left
        else:
            self._waiting.pop(party, None)
