"""What the log says of brokers and strangers: logons, refusals, ends, handshakes; bounded for each of them.

Belongs here: the lines, how many of them one party or address may cause, and how many all strangers together. Never
here: writing a log (config.kit.telling.logs), counting (statistics), customers, accounts, amounts, or anything per
request.
"""

import logging
from collections.abc import Callable
from typing import Protocol

LINES_MAX = 6  # of one kind and place within a window: one that comes and goes is seen, a storm is not
PARTY_LINES_MAX = 60  # of one kind and party: all its seats come back at once
STRANGERS_LINES_MAX = 120  # of one kind and all addresses within a window: they are as many as they like
WINDOW_NS = 60_000_000_000
ADDRESSES_MAX = 1_024  # counted apart at once; more share one count
SUMMARIES_MAX = 30  # lines that tell at once what was left out
OTHERS = "other addresses"
SWEEP_S = 10.0
_LOG = logging.getLogger("gateway.links")


class LoggedLink(Protocol):
    """What is said of a link."""

    number: int
    seat: int
    end_reason: str
    frames: int
    received_bytes: int

    @property
    def party(self) -> int:
        """Whose key signed its logon, 0: nobody's yet."""
        ...

    @property
    def address(self) -> str:
        """Where it comes from."""
        ...


class Bounded:
    """How often something was said of each kind and name within a window. Times are elapsed ns."""

    def __init__(self, lines_max: int, all_lines_max: int | None = None) -> None:
        """`lines_max`: of one kind and name; `all_lines_max`: of one kind and all names, None: without a bound."""
        self._lines_max = lines_max
        self._all_lines_max = all_lines_max
        self._windows: dict[tuple[str, str], list[int]] = {}  # [began, lines said, left out]
        self._of_all: dict[str, list[int]] = {}  # by kind: [began, lines said]

    def may_say(self, kind: str, name: str, now_ns: int) -> bool:
        """Counts one line of this kind. Returns: whether it is among those that are said."""
        key = (kind, name)
        if key not in self._windows and (len(self._windows) >= ADDRESSES_MAX or self._are_enough(kind, now_ns)):
            key = (kind, OTHERS)
        window = self._windows.setdefault(key, [now_ns, 0, 0])
        if window[1] < self._lines_max and not self._are_enough(kind, now_ns):
            window[1] += 1
            self._of_all[kind][1] += 1
            return True
        window[2] += 1
        return False

    def _are_enough(self, kind: str, now_ns: int) -> bool:
        of_all = self._of_all.setdefault(kind, [now_ns, 0])
        if now_ns - of_all[0] >= WINDOW_NS:
            of_all[:] = [now_ns, 0]
        return self._all_lines_max is not None and of_all[1] >= self._all_lines_max

    def ended(self, now_ns: int) -> list[tuple[str, str, int]]:
        """Forgets the windows that are over. Returns: (kind, name, lines left out) of those that left some out, the
        ones that left out most, and as one what further ones would say.
        """
        over = [key for key, window in self._windows.items() if now_ns - window[0] >= WINDOW_NS]
        left_out = [(*key, lines) for key in over if (lines := self._windows.pop(key)[2])]
        left_out.sort(key=lambda one: -one[2])
        told, rest = left_out[:SUMMARIES_MAX], left_out[SUMMARIES_MAX:]
        return told + ([("lines of all kinds", OTHERS, sum(one[2] for one in rest))] if rest else [])


class LinkLog:
    """One per gateway. None of its methods waits."""

    def __init__(self, elapsed_ns: Callable[[], int]) -> None:
        self._elapsed_ns = elapsed_ns
        self._of_parties = Bounded(PARTY_LINES_MAX)  # registered ones only: few enough, and no stranger hides them
        self._of_strangers = Bounded(LINES_MAX, STRANGERS_LINES_MAX)

    def logged_on(self, link: LoggedLink, version: int) -> None:
        """The link serves a seat."""
        self._say_of(logging.INFO, "logon", link, f"{_whose(link)}: logged on, session version {version}")

    def ended(self, link: LoggedLink, age_ns: int) -> None:
        """The link is gone: who ended it and why, or whose logon was refused."""
        reason = link.end_reason or "the connection ended"
        counts = f"{age_ns / 1e9:.1f} s, {link.frames:,} frames, {link.received_bytes:,} bytes"
        if link.seat:
            self._say_of(logging.INFO, "end of a link", link, f"{_whose(link)}: ended after {counts}: {reason}")
        else:
            self._say_of(logging.WARNING, "refused logon", link, f"{_whose(link)}: no logon, {counts}: {reason}")

    def handshake_failed(self, address: str, reason: str) -> None:
        """A TLS handshake did not come about."""
        self._say(logging.WARNING, "failed handshake", address, f"{address}: TLS handshake failed: {reason}")

    def certificate_refused(self, address: str, reason: str) -> None:
        """A certificate seems to name a party and does not."""
        self._say(logging.WARNING, "refused certificate", address, f"{address}: certificate refused: {reason}")

    def sweep(self) -> None:
        """Tells what was left out, of windows that are over. To be called every SWEEP_S."""
        now_ns = self._elapsed_ns()
        for kind, name, left_out in self._of_parties.ended(now_ns) + self._of_strangers.ended(now_ns):
            _LOG.warning("%s: %s: %d more within a minute, not told one by one", name, kind, left_out)

    def _say_of(self, level: int, kind: str, link: LoggedLink, line: str) -> None:
        """Counted by the party whose signature was verified; without one the link is a stranger's."""
        if not link.party:
            self._say(level, kind, link.address, line)
        elif self._of_parties.may_say(kind, f"party {link.party}", self._elapsed_ns()):
            _LOG.log(level, "%s", line)

    def _say(self, level: int, kind: str, address: str, line: str) -> None:
        if self._of_strangers.may_say(kind, address, self._elapsed_ns()):
            _LOG.log(level, "%s", line)


def _whose(link: LoggedLink) -> str:
    seat = f", seat {link.seat}" if link.seat else ""
    party = f", party {link.party}" if link.party else ""
    return f"link {link.number} from {link.address or 'nowhere'}{party}{seat}"
