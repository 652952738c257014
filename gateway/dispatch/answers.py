"""Answers of the ledger that wait to be signed and said: by seat, in the ledger's order, at their party's turn.

Belongs here: the queues. Never here: what an answer means and to whom it goes (dispatcher), whose turn it is
(party_turns).
"""

from collections import defaultdict, deque
from collections.abc import Callable

from gateway.clock import Clock
from gateway.dispatch.party_turns import PartyTurns
from gateway.links.in_flight import PARTY_FRAMES_MAX
from protocol.errors import InvariantBroken

Say = Callable[[], None]


class _SeatAnswers:
    """What one seat is to be told next; a worker of its party."""

    __slots__ = ("_owner", "party", "seat", "waiting")

    def __init__(self, owner: "Answers", party: int, seat: int) -> None:
        self._owner = owner
        self.party = party
        self.seat = seat
        self.waiting: deque[tuple[int, Say]] = deque()

    def take_turn(self, ends_ns: int) -> bool:
        return self._owner.say(self, ends_ns)


class Answers:
    """All that wait. A party for which too many do is told BUSY, so that their number is bounded."""

    def __init__(
        self, turns: PartyTurns, clock: Clock, said: Callable[[], None], failed: Callable[[int], None]
    ) -> None:
        """`said`: called when a turn of answers is over; `failed`: with the link of one that could not be said."""
        self._turns = turns
        self._elapsed_ns = clock.elapsed_ns
        self._said = said
        self._failed = failed
        self._seats: dict[int, _SeatAnswers] = {}
        self._of_party: defaultdict[int, int] = defaultdict(int)
        self.count = 0

    def are_many(self, party: int) -> bool:
        """Whether as many wait for a party as it may have requests under way."""
        return self._of_party[party] >= PARTY_FRAMES_MAX

    def put(self, party: int, seat: int, link_number: int, say: Say) -> None:
        """To be said behind everything else that waits for this seat, from the next `PartyTurns.run` on."""
        answers = self._seats.get(seat)
        if answers is None:
            answers = self._seats[seat] = _SeatAnswers(self, party, seat)
            self._turns.put(party, answers)
        answers.waiting.append((link_number, say))
        self._of_party[answers.party] += 1
        self.count += 1

    def say(self, answers: _SeatAnswers, ends_ns: int) -> bool:
        """A turn of one seat. Returns whether more wait."""
        waiting = answers.waiting
        while waiting:
            link_number, say = waiting.popleft()
            self._of_party[answers.party] -= 1
            self.count -= 1
            try:
                say()
            except InvariantBroken:
                raise
            except Exception:
                self._failed(link_number)
            if waiting and self._elapsed_ns() >= ends_ns:
                break
        if not waiting:
            del self._seats[answers.seat]
        self._said()
        return bool(waiting)
