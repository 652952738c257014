"""In which order connections that have spoken are let in, and which of them goes when there are too many.

Belongs here: queues and turns. Never here: sockets, signatures, what tells a known place from others.

First come those whose prefix a party has signed, by party; then those from places where a party has logged on, place by
place; then the rest: first places that had no turn lately, so that strangers delay a newcomer once for each place that
they have and not again and again. Nobody starves: every fourth turn goes to the rest, and every fourth of these to
places that had one.
"""

import enum
import socket
from dataclasses import dataclass

from gateway.entrance.crowds import Crowds
from gateway.entrance.places import ServedPlaces

SPOKEN_MAX = 512  # connections that wait for their turn
SPOKEN_PER_TURN_MAX = 64  # of one place and one party named: what is let in within a second, or two with TLS
REST_EVERY = 4  # turns


@dataclass(slots=True, eq=False)
class Stranger:
    """One connection. `address`: what counts as one place; `since`: trio's time; `lane`: with whom it shares turns;
    `is_known`: whether a party had logged on from there when it came.
    """

    socket: socket.socket
    address: str
    since: float
    lane: str = ""
    is_known: bool = False


class Standing(enum.Enum):
    """What speaks for a connection before it is let in."""

    SIGNED = "a party has signed its prefix"
    KNOWN = "a party has logged on from its place"
    FRESH = "its place had no turn lately"
    SERVED = "its place had one"


_REST = (Standing.FRESH, Standing.SERVED)
_ALLOWED = {
    Standing.SIGNED: SPOKEN_MAX // 4,
    Standing.KNOWN: SPOKEN_MAX // 4,
    Standing.FRESH: SPOKEN_MAX * 3 // 8,
    Standing.SERVED: SPOKEN_MAX // 8,
}
assert sum(_ALLOWED.values()) == SPOKEN_MAX


class Lanes:
    """Strangers of one standing: by turns over lanes, then over the parties named, first come first."""

    def __init__(self) -> None:
        self._by_lane: dict[str, dict[int, dict[Stranger, None]]] = {}
        self._crowds = Crowds()
        self.count = 0

    def put(self, stranger: Stranger, party: int) -> Stranger | None:
        """Returns who has to go for it: of the same lane and party, when so many wait, the one that has longest."""
        queue = self._by_lane.setdefault(stranger.lane, {}).setdefault(party, {})
        queue[stranger] = None
        self._crowds.add(stranger.lane)
        self.count += 1
        if len(queue) <= SPOKEN_PER_TURN_MAX:
            return None
        longest = next(iter(queue))
        self._remove(longest, party)
        return longest

    def take(self) -> Stranger | None:
        """The next one; None when nobody waits."""
        if not self.count:
            return None
        lane = next(iter(self._by_lane))
        party = next(iter(self._by_lane[lane]))
        stranger = next(iter(self._by_lane[lane][party]))
        self._remove(stranger, party)
        if lane in self._by_lane:  # behind the other lanes, and the party behind the lane's others
            parties = self._by_lane[lane] = self._by_lane.pop(lane)
            if party in parties:
                parties[party] = parties.pop(party)
        return stranger

    def is_full(self, lane: str, party: int) -> bool:
        """Whether one more of them makes another go."""
        return len(self._by_lane.get(lane, {}).get(party, ())) >= SPOKEN_PER_TURN_MAX

    def drop_longest(self) -> Stranger | None:
        """Takes out the one that waits longest, of the lane that has most; None when nobody waits."""
        lane = self._crowds.largest()
        if lane is None:
            return None
        oldest = ((next(iter(queue)), party) for party, queue in self._by_lane[lane].items())
        longest, party = min(oldest, key=lambda one: one[0].since)
        self._remove(longest, party)
        return longest

    def _remove(self, stranger: Stranger, party: int) -> None:
        lane = stranger.lane
        parties = self._by_lane[lane]
        del parties[party][stranger]
        self.count -= 1
        self._crowds.remove(lane)
        if not parties[party]:
            del parties[party]
        if not parties:
            del self._by_lane[lane]


class Order:
    """All that have spoken, by standing."""

    def __init__(self) -> None:
        self._turns = {standing: Lanes() for standing in Standing}
        self._served = ServedPlaces()
        self._since_rest = 0  # turns
        self._rest_turns = 0

    @property
    def count(self) -> int:
        """Connections that wait for their turn."""
        return sum(turns.count for turns in self._turns.values())

    def put(self, stranger: Stranger, party: int, is_signed: bool, is_known: bool, now_s: float) -> Stranger | None:
        """Queues it. Returns who has to go for it: never it, and never one of another standing."""
        stranger.lane = stranger.address
        if is_signed:
            standing = Standing.SIGNED
            stranger.lane = _lane_of(party)  # whatever place it is: the signature says whose turn it is
        elif is_known:
            standing = Standing.KNOWN
        else:
            standing = Standing.SERVED if self._served.was_served(stranger.address, now_s) else Standing.FRESH
        turns = self._turns[standing]
        gone = turns.put(stranger, party)
        if gone is None and turns.count > _ALLOWED[standing]:
            gone = turns.drop_longest()
        return gone

    def is_full_of_signed(self, party: int) -> bool:
        """Whether so many wait that this party has signed that no further signature of it is worth a look."""
        return self._turns[Standing.SIGNED].is_full(_lane_of(party), party)

    def take(self, now_s: float) -> Stranger | None:
        """The next one; None when nobody waits."""
        for standing in self._standings():
            stranger = self._turns[standing].take()
            if stranger is not None:
                if standing in _REST:
                    self._since_rest = 0
                    self._rest_turns += 1
                    self._served.served(stranger.address, now_s)
                else:
                    self._since_rest += 1
                return stranger
        return None

    def _standings(self) -> tuple[Standing, ...]:
        """Who comes first this time."""
        rest = _REST if (self._rest_turns + 1) % REST_EVERY else _REST[::-1]
        best = (Standing.SIGNED, Standing.KNOWN)
        return (*rest, *best) if self._since_rest + 1 >= REST_EVERY else (*best, *rest)


def _lane_of(party: int) -> str:
    return f"party {party}"
