"""Which seat takes single calls next, of those that share a queue of them.

Belongs here: turns of the seats, how many frames of single calls are under way, parking their callers. Never here:
which calls go together (pending), what a frame is made of (calls), numbers and credit of a seat (window), links.

A seat opened alone has a queue of its own; the seats of a pool share one. All that is pending goes with the seat whose
turn it is; few such frames are under way together, so that load forms the batch: a frame costs much the same for one
record as for a hundred, at each of its stations. Callers who were answered together call again together.

A line that answers nothing must not stop the others: a seat whose frames have waited for CALL_FRAME_LATE_S without one
answer is late. It takes no more, and its frames do not count, as long as another seat can send.
"""

import math
from collections import deque

import trio

from ..errors import SessionEnded
from ..forks import Origin
from ..outcomes import Outcome
from ..settings import CALL_FRAME_LATE_S, CALL_FRAMES_MAX
from ..verbs.arguments import whole_number
from .caller import Call
from .pending import PendingCalls
from .waits import Bell


class SeatTurns:
    """Not thread-safe. The queue is no longer than its callers are many: each waits for its one record."""

    def __init__(self, frames_max: int) -> None:
        """`frames_max`: frames of single calls under way together, over all seats that can send and are not late.

        Raises MisuseError unless 1 ≤ frames_max ≤ CALL_FRAMES_MAX.
        """
        self._frames_max = whole_number("call_frames_max", frames_max, 1, CALL_FRAMES_MAX)
        self._pending = PendingCalls()
        self._seats: deque[SeatTurn] = deque()  # the one that took a frame last stands last
        self._next: SeatTurn | None = None
        self._ended: SessionEnded | None = None
        self._origin = Origin()
        self._late_at = math.inf  # when the first of the seats that count will be late, by trio's clock

    def join(self, bell: Bell) -> "SeatTurn":
        """A place for one more seat, whose sender `bell` wakes. It takes nothing before it is `ready`."""
        self._origin = Origin()  # every seat that joins is of the same thread
        turn = SeatTurn(self, bell)
        self._seats.append(turn)
        self._ended = None
        return turn

    @trio.lowlevel.enable_ki_protection
    async def record(self, record: bytes, valid_until_ns: int) -> Outcome:
        """Wait for the outcome of one 64-byte record, which goes with whatever else is pending and has its valid-until.

        Raises SessionEnded (never sent), OutcomeUnknown. On cancellation: taken back if not yet sent, else the
        outcome comes in `recovered` of the seat that sent it.
        """
        self._origin.check_task()
        if self._ended is not None:
            raise SessionEnded(self._ended.code, self._ended.detail)
        call = Call(record, valid_until_ns, self._pending)
        self._pending.append(call)
        if self._next is not None:
            self._next.bell.ring()
        else:
            self.look_at_time()
        await trio.lowlevel.wait_task_rescheduled(call.abort)
        return call.result()

    def calls_for(self, turn: "SeatTurn", count_max: int) -> list[Call]:
        """What `turn` may put into a frame now; it stays pending until taken."""
        return self._pending.first(count_max) if turn is self._next else []

    def taken(self, turn: "SeatTurn", count: int) -> None:
        """The first `count` calls are in a frame of `turn`, and the next seat has its turn."""
        self._pending.taken(count)
        self._seats.remove(turn)
        self._seats.append(turn)
        self.choose()

    def look_at_time(self) -> None:
        """A seat may have become late, without anything having happened."""
        if self._next is None and self._pending and trio.current_time() >= self._late_at:
            self.choose()

    def choose(self, awake: "SeatTurn | None" = None) -> None:
        """Something that turns depend on has changed: find who is next, and wake it if there is something to take.

        Of the seats that are ready and not late the one with the fewest frames under way; where all are late, of all.
        `awake` looks for itself.
        """
        late_before = trio.current_time() - CALL_FRAME_LATE_S
        ready = [seat for seat in self._seats if seat.is_ready]
        counted = [seat for seat in ready if not seat.frames or seat.heard_at > late_before] or ready
        is_full = sum([seat.frames for seat in counted]) >= self._frames_max
        self._next = None if is_full else min(counted, key=_frames_under_way, default=None)
        heard_at = min([seat.heard_at for seat in counted if seat.frames], default=math.inf)
        self._late_at = heard_at + CALL_FRAME_LATE_S
        if self._next is not None and self._next is not awake and self._pending:
            self._next.bell.ring()

    def leave(self, turn: "SeatTurn", ended: SessionEnded) -> None:
        """This seat will never send again. When it was the last, everything pending fails, and every later call."""
        if turn in self._seats:
            self._seats.remove(turn)
            self.choose()
        if not self._seats:
            self.end(ended)

    def end(self, ended: SessionEnded) -> None:
        """Nothing more is taken: everything pending fails with `ended`, and every later call."""
        self._ended = self._ended or ended
        for call in self._pending.take_all():
            call.fail(ended)


class SeatTurn:
    """One seat's place among those that share a queue."""

    __slots__ = ("_turns", "bell", "frames", "heard_at", "is_ready")

    def __init__(self, turns: SeatTurns, bell: Bell) -> None:
        """Use `SeatTurns.join`."""
        self._turns = turns
        self.bell = bell
        self.frames = 0  # of single calls, unanswered
        self.heard_at = 0.0  # when the last of them was answered, or the first was sent
        self.is_ready = False

    def ready(self, is_ready: bool) -> None:
        """Whether a frame of single calls could be sent now; while it could not, what is under way holds up no other.

        Told by this seat's own sender, when it has sent what it could.
        """
        if self.is_ready != is_ready:
            self.is_ready = is_ready
            self._turns.choose(awake=self)

    def calls(self, count_max: int) -> list[Call]:
        """The calls for the next frame, of one valid-until; none when it is another seat's turn, or nobody's.

        Who asks is ready.
        """
        self.ready(True)
        return self._turns.calls_for(self, count_max)

    def look_at_time(self) -> None:
        """Called now and then by this seat's link: callers may wait for another seat that is late."""
        self._turns.look_at_time()

    def taken(self, count: int) -> None:
        """The first `count` of `calls` are in a frame now."""
        if not self.frames:
            self.heard_at = trio.current_time()
        self.frames += 1
        self._turns.taken(self, count)

    def answered(self) -> None:
        """A frame of single calls has its answer."""
        self.frames -= 1
        self.heard_at = trio.current_time()
        self._turns.choose()

    def leave(self, ended: SessionEnded) -> None:
        """No session will come any more."""
        self.is_ready = False
        self._turns.leave(self, ended)


def _frames_under_way(turn: SeatTurn) -> int:
    return turn.frames
