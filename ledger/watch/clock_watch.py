"""The bank's clock as the ledger decides by it: UTC, and whether it is to be believed.

Belongs here: noticing that the wall clock was put forward or back against the clock that never stands still, and when
that is over. Never here: what is not decided meanwhile (deciding), the order of rows (ledger.core.frames.time_after).

The two clocks run beside each other but for what is slewed: their distance, the *line*, moves slowly. A wall clock that
leaves the line by more than CLOCK_STEP_NS was stepped. Nobody here can know which side of the step is right, so what
expires is not decided until the clock has been back on the line for CLOCK_SETTLED_NS, or a person has started the
ledger anew, which takes the clock as it finds it. See docs/decisions/0024.
"""

import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from config.kit.wall_clock import MachineClock, WallClock
from ledger.database.boot_clock import boot_ns
from protocol.limits import CLOCK_SETTLED_NS, CLOCK_SLEW_PARTS, CLOCK_STEP_NS

READ_NS_MAX = 10_000_000
"""Two clocks read further apart than this, because the process was stopped between them, tell nothing of a step."""
READS_MAX = 3
_LOG = logging.getLogger(__name__)


class Moment(NamedTuple):
    """Now."""

    utc_ns: int
    elapsed_ns: int
    """Of the clock that is never stepped."""
    is_sure: bool
    """Whether `utc_ns` may decide what has expired."""
    off_ns: int
    """How far `utc_ns` was stepped, above 0: ahead; when it is to be believed, what is left to be slewed."""


class Doubt(NamedTuple):
    """A time in which the clock was not to be believed, as the bank's clock showed it."""

    since_ns: int  # the last moment that was sure
    until_ns: int  # the first that is sure again; 0 while it lasts


class ClockWatch:
    """Judges readings of both clocks; pure. Begins with a first reading, which is taken as right."""

    __slots__ = ("_back_since_ns", "_line_ns", "_seen_ns", "is_sure", "off_ns", "steps")

    def __init__(self, utc_ns: int, elapsed_ns: int) -> None:
        self._line_ns = utc_ns - elapsed_ns
        self._seen_ns = elapsed_ns
        self._back_since_ns: int | None = None
        self.is_sure = True
        self.off_ns = 0
        """How far the wall clock is from the line, above 0: ahead."""
        self.steps = 0

    def look(self, utc_ns: int, elapsed_ns: int) -> bool:
        """Take a reading. Returns whether the wall clock may decide what has expired."""
        passed_ns, self._seen_ns = max(0, elapsed_ns - self._seen_ns), elapsed_ns
        off_ns = utc_ns - elapsed_ns - self._line_ns
        slewed_ns = min(abs(off_ns), passed_ns // CLOCK_SLEW_PARTS)
        self.off_ns = off_ns - slewed_ns if off_ns > 0 else off_ns + slewed_ns
        if abs(self.off_ns) > CLOCK_STEP_NS:
            self.steps += self.is_sure
            self.is_sure, self._back_since_ns = False, None
            return False
        self._line_ns = utc_ns - elapsed_ns - self.off_ns
        if not self.is_sure:
            self._back_since_ns = elapsed_ns if self._back_since_ns is None else self._back_since_ns
            self.is_sure = elapsed_ns - self._back_since_ns >= CLOCK_SETTLED_NS
        return self.is_sure


class LedgerClock:
    """Reads both clocks, has them judged, and says when the judgement changes."""

    def __init__(
        self,
        utc_ns: Callable[[], int] = time.time_ns,
        elapsed_ns: Callable[[], int] = boot_ns,
        shown: WallClock | None = None,
    ) -> None:
        """`utc_ns`: the machine's, which is judged. `shown`: the clock by which the bank decides, if another: that
        somebody puts a simulated one forward is time, and no fault of the machine's.
        """
        self._utc_ns = utc_ns
        self._elapsed_ns = elapsed_ns
        self._shown = shown or MachineClock(utc_ns)
        self.watch = ClockWatch(utc_ns(), elapsed_ns())
        self._sure_ns = self._shown.at(utc_ns())
        self._doubt: Doubt | None = None

    def now(self) -> Moment:
        """UTC, elapsed time, and whether the former is to be believed."""
        watch = self.watch
        for _ in range(READS_MAX):
            elapsed_ns = self._elapsed_ns()
            utc_ns = self._utc_ns()
            if self._elapsed_ns() - elapsed_ns <= READ_NS_MAX:
                was_sure = watch.is_sure
                if watch.look(utc_ns, elapsed_ns) != was_sure:
                    self._say()
                break
        moment = Moment(self._shown.at(utc_ns), elapsed_ns, watch.is_sure, watch.off_ns)
        self._follow(moment)
        return moment

    @property
    def over(self) -> Doubt | None:
        """The doubt that is over and was not taken in: of several the whole time from the first to the last."""
        return self._doubt if self._doubt is not None and self._doubt.until_ns else None

    def take_in(self) -> None:
        """What there is to do after a doubt is done."""
        self._doubt = None

    def _follow(self, moment: Moment) -> None:
        doubt = self._doubt
        if not moment.is_sure:
            self._doubt = Doubt(doubt.since_ns if doubt is not None else self._sure_ns, 0)
            return
        if doubt is not None and not doubt.until_ns:
            self._doubt = Doubt(doubt.since_ns, max(doubt.since_ns, moment.utc_ns))
        self._sure_ns = moment.utc_ns

    def _say(self) -> None:
        if self.watch.is_sure:
            _LOG.warning("the wall clock agrees again: what expires is decided")
            return
        _LOG.error(
            "the wall clock went %+.1f s against elapsed time: what expires is told BUSY until it has been back for "
            "%.0f s, or the ledger is started anew with a clock that is right",
            self.watch.off_ns / 1e9,
            CLOCK_SETTLED_NS / 1e9,
        )
