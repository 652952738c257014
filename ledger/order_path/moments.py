"""What time it may be while a group is decided, and what that says of the keys that signed its frames.

Belongs here: keys that are over, or may be. Never here: watching the clock (clock_watch), which keys a party has
(ledger.core.control.keys).
"""

from typing import NamedTuple, Self

from ledger.core import engine
from ledger.core.sequence import Arrival
from ledger.core.state.book import Book
from protocol.header import Header


class Moments(NamedTuple):
    """It is no earlier and no later than this; both are the bank's clock while that is believed."""

    earliest_ns: int
    latest_ns: int
    is_sure: bool

    @classmethod
    def of(cls, now_ns: int, is_sure: bool, off_ns: int) -> Self:
        """By a clock that shows `now_ns` and, unless `is_sure`, was stepped by `off_ns`, above 0: ahead."""
        unstepped_ns = now_ns if is_sure else now_ns - off_ns
        return cls(min(now_ns, unstepped_ns), max(now_ns, unstepped_ns), is_sure)

    def key_over(self, book: Book, header: Header) -> Arrival | None:
        """KEY_OVER when a frame's key decides nothing, UNTIMED when nobody knows, None when it does.

        The gateway let the frame pass before the key was over, or by a clock that is wrong.
        """
        if not engine.is_key_over(book, header.sender, header.seat, header.key_id, self.latest_ns):
            return None
        is_over = engine.is_key_over(book, header.sender, header.seat, header.key_id, self.earliest_ns)
        return Arrival.KEY_OVER if is_over else Arrival.UNTIMED
