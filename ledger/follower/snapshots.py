"""When a snapshot of the follower's book is due, how one is taken, and how slowly it is written.

Belongs here: the policy and its bounds on effort. Never here: files (ledger.journal.snapshots), what the arrays mean
(ledger.core.state.forms.arrays), which one is read at start (ledger.journal.snapshots.base).
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ledger.core.state.book import Book
from ledger.core.state.columns import NamedArrays
from ledger.core.state.forms.arrays import to_arrays
from ledger.journal.snapshots import snapshot

SNAPSHOTS_KEPT = 3
"""The newest, and two older ones in case it cannot be read or is ahead of a read model that lost its last commits."""
WRITING_REST_FACTOR = 3
"""A rest is so many times as long as the writing of the piece before it: commits of the journal have three quarters of
the disk."""
REST_FACTOR = 2
"""After a snapshot that took t, its rests among it, none is due for 2 t: writing them takes at most a twelfth of the
time."""


@dataclass(slots=True)
class SnapshotPolicy:
    """Due after so many requests or so much time, whichever comes first, if anything was applied since the last."""

    every_requests: int
    every_ns: int
    requests: int = 0
    last_at_ns: int = 0  # monotonic
    rest_until_ns: int = 0  # monotonic
    asked: bool = False

    def applied(self, requests: int) -> None:
        """So many requests more are in the book."""
        self.requests += requests

    def is_due(self, now_ns: int) -> bool:
        """Whether one should be taken at this moment; an asked one waits for nothing."""
        if self.asked:
            return True
        if self.requests == 0 or now_ns < self.rest_until_ns:
            return False
        return self.requests >= self.every_requests or now_ns - self.last_at_ns >= self.every_ns

    def begun(self) -> None:
        """One is being taken of what was applied until now."""
        self.requests = 0
        self.asked = False

    def ended(self, began_ns: int, ended_ns: int) -> None:
        """One was written, or could not be, between these two moments."""
        self.last_at_ns = ended_ns
        self.rest_until_ns = ended_ns + REST_FACTOR * (ended_ns - began_ns)


class WritingPace:
    """The rests of a thread that writes a snapshot, while commits go to the same disk."""

    def __init__(self, hurry: threading.Event, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        """`hurry`: no rests any more, and the one under way ends; somebody waits for the snapshot."""
        self._hurry = hurry
        self._clock_ns = clock_ns
        self._began_ns = clock_ns()

    def rest(self) -> None:
        """Rests after a piece; blocks."""
        worked_ns = self._clock_ns() - self._began_ns
        self._hurry.wait(WRITING_REST_FACTOR * worked_ns / 1e9)
        self._began_ns = self._clock_ns()


def copy_of(book: Book) -> NamedArrays:
    """The book's arrays as they are now, copied, so that the book may go on while they are written."""
    return {name: array.copy() for name, array in to_arrays(book).items()}


def publish(drafted: snapshot.Draft) -> None:
    """Makes a snapshot visible and removes old ones. Raises: OSError."""
    folder = snapshot.publish(drafted)
    snapshot.prune(folder.parent, SNAPSHOTS_KEPT, int(folder.name))
