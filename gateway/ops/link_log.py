"""What the log says of brokers and strangers: logons, refusals, ends, handshakes; bounded for each address.

Belongs here: the lines, and how many of them one address may cause. Never here: writing a log (config.logs), counting
(statistics), customers, accounts, amounts, or anything per request.
"""

import logging
from collections.abc import Callable
from typing import Final, Protocol

LINES_MAX: Final = 6  # of one kind and address within a window: a partner that comes and goes is seen, a storm is not
WINDOW_NS: Final = 60_000_000_000
ADDRESSES_MAX: Final = 1_024  # counted apart at once; more share one count
OTHERS: Final = "other addresses"
SWEEP_S: Final = 10.0
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
    """How often something was said of each kind and address within a window. Times are elapsed ns."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], list[int]] = {}  # [began, lines said, left out]

    def may_say(self, kind: str, address: str, now_ns: int) -> bool:
        """Counts one line of this kind. Returns: whether it is among those that are said."""
        key = (kind, address)
        if key not in self._windows and len(self._windows) >= ADDRESSES_MAX:
            key = (kind, OTHERS)
        window = self._windows.setdefault(key, [now_ns, 0, 0])
        if window[1] < LINES_MAX:
            window[1] += 1
            return True
        window[2] += 1
        return False

    def ended(self, now_ns: int) -> list[tuple[str, str, int]]:
        """Forgets the windows that are over. Returns: (kind, address, lines left out) of those that left some out."""
        over = [key for key, window in self._windows.items() if now_ns - window[0] >= WINDOW_NS]
        return [(*key, left_out) for key in over if (left_out := self._windows.pop(key)[2])]


class LinkLog:
    """One per gateway. None of its methods waits."""

    def __init__(self, elapsed_ns: Callable[[], int]) -> None:
        self._elapsed_ns = elapsed_ns
        self._bounded = Bounded()

    def logged_on(self, link: LoggedLink, version: int) -> None:
        """The link serves a seat."""
        self._say(logging.INFO, "logon", link.address, f"{_whose(link)}: logged on, session version {version}")

    def ended(self, link: LoggedLink, age_ns: int) -> None:
        """The link is gone: who ended it and why, or whose logon was refused."""
        reason = link.end_reason or "the connection ended"
        counts = f"{age_ns / 1e9:.1f} s, {link.frames:,} frames, {link.received_bytes:,} bytes"
        if link.seat:
            self._say(logging.INFO, "end of a link", link.address, f"{_whose(link)}: ended after {counts}: {reason}")
        else:
            self._say(logging.WARNING, "refused logon", link.address, f"{_whose(link)}: no logon, {counts}: {reason}")

    def handshake_failed(self, address: str, reason: str) -> None:
        """A TLS handshake did not come about."""
        self._say(logging.WARNING, "failed handshake", address, f"{address}: TLS handshake failed: {reason}")

    def certificate_refused(self, address: str, reason: str) -> None:
        """A certificate seems to name a party and does not."""
        self._say(logging.WARNING, "refused certificate", address, f"{address}: certificate refused: {reason}")

    def sweep(self) -> None:
        """Tells what was left out, of windows that are over. To be called every SWEEP_S."""
        for kind, address, left_out in self._bounded.ended(self._elapsed_ns()):
            _LOG.warning("%s: %s: %d more within a minute, not told one by one", address, kind, left_out)

    def _say(self, level: int, kind: str, address: str, line: str) -> None:
        if self._bounded.may_say(kind, address, self._elapsed_ns()):
            _LOG.log(level, "%s", line)


def _whose(link: LoggedLink) -> str:
    seat = f", seat {link.seat}" if link.seat else ""
    party = f", party {link.party}" if link.party else ""
    return f"link {link.number} from {link.address or 'nowhere'}{party}{seat}"
