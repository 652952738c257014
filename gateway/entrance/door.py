"""Whether a connection that was accepted comes in at all, or is closed at once.

Belongs here: how many of a place, and of all strangers, come in per time. Never here: sockets, who waits inside
(waiting_room), what a place is (places).

To wait inside costs the gateway ten times what it costs to be closed, and whoever is not accepted in time is dropped by
the operating system, the partner too. So all are accepted, and of strangers only so many come in that they together
cost a fifth of a processor: places that have not come lately apart from those that have, so that a thousand that
come again and again shut nobody else out. A place where a party has logged on has a share of its own.
"""

from gateway.dispatch.budget import Budget
from gateway.entrance.places import KnownPlaces, ServedPlaces

INTERVAL_NS = 4_000_000  # for each one: more than twice as many as are let on to log on
FRESH_AT_ONCE = 256  # of places that have not come in lately
AGAIN_AT_ONCE = 512  # of those that have: a party's seats behind one address come back together
KNOWN_AT_ONCE = 512  # of one place where a party has logged on
KNOWN_PLACES_MAX = 4_096


class Door:
    """One per listener. Times are monotonic seconds and are handed in."""

    def __init__(self, places: KnownPlaces) -> None:
        self._places = places
        self._came = ServedPlaces()
        self._fresh = Budget(INTERVAL_NS, FRESH_AT_ONCE)
        self._again = Budget(INTERVAL_NS, AGAIN_AT_ONCE)
        self._of_known: dict[str, Budget] = {}  # the one that is there for longest first

    def lets_in(self, place: str, now_s: float) -> bool:
        """Whether one more of this place comes in now."""
        now_ns = int(now_s * 1e9)
        if self._places.is_known(place, now_s):
            return self._budget_of(place).take(1, now_ns) == 0
        if self._came.was_served(place, now_s):
            return self._again.take(1, now_ns) == 0
        if self._fresh.take(1, now_ns):
            return False
        self._came.served(place, now_s)
        return True

    def _budget_of(self, place: str) -> Budget:
        budget = self._of_known.get(place)
        if budget is None:
            budget = self._of_known[place] = Budget(INTERVAL_NS, KNOWN_AT_ONCE)
            if len(self._of_known) > KNOWN_PLACES_MAX:
                del self._of_known[next(iter(self._of_known))]
        return budget
