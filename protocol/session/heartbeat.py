"""Signs of life on an established link: when to give one, when to demand one, when the peer is dead.

Belongs here: arithmetic on times that are handed in. Never here: frames, clocks, timers.
"""

from enum import Enum

from ..codes import ReplyCode
from ..errors import PeerViolation
from ..limits import SILENT_INTERVALS_MAX

DEMAND_AFTER_INTERVALS = 2  # the peer owed a sign one interval ago; one more remains for its answer
assert 1 < DEMAND_AFTER_INTERVALS < SILENT_INTERVALS_MAX


class Sign(Enum):
    """What is due now."""

    NOTHING = "nothing"
    GIVE = "give"
    DEMAND = "demand"  # a heartbeat that wants an answer; it is a sign of ours as well


class LifeSigns:
    """The two clocks of one established link: since we last sent, since we last heard. Times are ns of one clock."""

    __slots__ = ("_demanded", "_heard_ns", "_interval_ns", "_sent_ns")

    def __init__(self, interval_ns: int, now_ns: int) -> None:
        self._interval_ns = interval_ns
        self._heard_ns = now_ns
        self._sent_ns = now_ns
        self._demanded = False

    def heard(self, now_ns: int) -> None:
        """Bytes of the peer came."""
        self._heard_ns = now_ns
        self._demanded = False

    def sent(self, now_ns: int) -> None:
        """Something was queued for the peer."""
        self._sent_ns = now_ns

    def next_deadline_ns(self) -> int:
        """The earliest time at which `on_deadline` has something to do."""
        intervals = SILENT_INTERVALS_MAX if self._demanded else DEMAND_AFTER_INTERVALS
        return min(self._sent_ns, self._heard_ns + (intervals - 1) * self._interval_ns) + self._interval_ns

    def on_deadline(self, now_ns: int) -> Sign:
        """What is due at `now_ns`. Raises PeerViolation PEER_SILENT after three intervals without a byte."""
        silent_ns = now_ns - self._heard_ns
        if silent_ns >= SILENT_INTERVALS_MAX * self._interval_ns:
            raise PeerViolation(ReplyCode.PEER_SILENT, f"nothing heard for {silent_ns // 1_000_000} ms")
        if silent_ns >= DEMAND_AFTER_INTERVALS * self._interval_ns and not self._demanded:
            self._demanded = True
            return Sign.DEMAND
        if now_ns - self._sent_ns >= self._interval_ns:
            return Sign.GIVE
        return Sign.NOTHING
