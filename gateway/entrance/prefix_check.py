"""Whether the first 160 bytes of a connection are a party's own: looked at while it waits, at a bounded cost.

Belongs here: that one question, and how often it may be answered with no. Never here: what follows from it, sockets,
the logon itself: its session judges the same bytes again when they are read.
"""

from gateway.clock import Clock
from gateway.dispatch.budget import Budget
from protocol.errors import PeerViolation
from protocol.header import unpack_header
from protocol.keys.key_ring import KeyRing
from protocol.keys.registry import PartyRegistry
from protocol.limits import HEADER_BYTES, NEGOTIATE_FRESH_NS
from protocol.session.caller_check import CallerCheck
from protocol.session.logon import check_fresh
from protocol.vocabulary import FrameKind

LOGONS = (FrameKind.NEGOTIATE, FrameKind.ESTABLISH)
FORGED_INTERVAL_NS = 1_000_000  # for each signature that does not hold: a tenth of a processor, for all strangers
FORGED_AT_ONCE = 200
FORGED_PLACE_INTERVAL_NS = 4_000_000_000  # of one place: so that few places do not use up what is there for all
FORGED_PLACE_AT_ONCE = 4
PLACES_MAX = 4_096
SEEN_MAX = 4_096
SEEN_NS = 2 * NEGOTIATE_FRESH_NS  # a clock may be ahead by as much as another is behind


class PrefixCheck:
    """One per gateway. Nothing here waits."""

    def __init__(self, registry: PartyRegistry, keys: KeyRing, clock: Clock) -> None:
        self._registry = registry
        self._keys = keys
        self._clock = clock
        self._forged = Budget(FORGED_INTERVAL_NS, FORGED_AT_ONCE)
        self._forged_of_place: dict[str, Budget] = {}  # the one that was charged longest ago first
        self._seen: dict[bytes, int] = {}  # signature: when, elapsed ns; the oldest first
        self.checked = 0  # signatures

    def is_signed(self, prefix: bytes, place: str) -> bool:
        """Whether 160 bytes are a fresh logon, signed by the party that it names, and come for the first time.

        False also when too many that were none have come, from this place or from all of them.
        """
        now_ns = self._clock.elapsed_ns()
        caller = CallerCheck(self._registry, self._keys)
        caller.utc_ns = now_ns + self._clock.utc_offset_ns()
        signature = prefix[HEADER_BYTES:]
        try:
            header = unpack_header(prefix)
            check_fresh(header.sent_at_ns, caller.utc_ns)
        except PeerViolation:
            return False
        if header.kind not in LOGONS or self._was_seen(signature, now_ns) or not self._may_check(place, now_ns):
            return False
        self.checked += 1
        try:
            caller.check(header, prefix[:HEADER_BYTES], signature)
        except PeerViolation:
            self._charge(place, now_ns)
            return False
        self._remember(signature, now_ns)
        return True

    def _was_seen(self, signature: bytes, now_ns: int) -> bool:
        """Whoever heard it on the line can say it again, and has no place before others for that."""
        seen_ns = self._seen.get(signature)
        return seen_ns is not None and now_ns - seen_ns < SEEN_NS

    def _remember(self, signature: bytes, now_ns: int) -> None:
        self._seen.pop(signature, None)
        self._seen[signature] = now_ns
        if len(self._seen) > SEEN_MAX:
            del self._seen[next(iter(self._seen))]

    def _may_check(self, place: str, now_ns: int) -> bool:
        own = self._forged_of_place.get(place)
        return self._forged.take(0, now_ns) == 0 and (own is None or own.take(0, now_ns) == 0)

    def _charge(self, place: str, now_ns: int) -> None:
        """Into debt by one at most: `_may_check` comes before."""
        self._forged.spend(1, now_ns)
        own = self._forged_of_place.pop(place, None) or Budget(FORGED_PLACE_INTERVAL_NS, FORGED_PLACE_AT_ONCE)
        self._forged_of_place[place] = own
        own.spend(1, now_ns)
        if len(self._forged_of_place) > PLACES_MAX:
            del self._forged_of_place[next(iter(self._forged_of_place))]
