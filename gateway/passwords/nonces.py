"""Nonces of attempts: a box is good for 60 seconds, and once.

Belongs here: which were used, in bounded memory. Never here: what is inside of a box (protocol.passwords).

A box may be of a second that lies a little ahead, for clocks differ. Three tables of a minute each know a nonce for two
minutes at least; the oldest is dropped when a minute begins. Who starts again knows none: what may have been used
before is no good any more.
"""

GOOD_FOR_S = 60
AHEAD_S_MAX = 5
NONCES_PER_MINUTE_MAX = 1 << 18
_TABLES = 3


class Nonces:
    """Those of the last two minutes."""

    def __init__(self, began_s: int) -> None:
        """None was used since this second."""
        self._tables: list[set[int]] = [set() for _ in range(_TABLES)]
        self._minute = 0
        self._first_s = began_s + AHEAD_S_MAX + 1

    def take(self, nonce: int, second: int, now_s: int) -> bool:
        """Whether a box of a second is good now, with a nonce that was not used; it is used from now on. Where a minute
        has had as many as are kept, none is good.
        """
        self._forget(now_s // GOOD_FOR_S)
        if not (self._first_s <= second and -AHEAD_S_MAX <= now_s - second <= GOOD_FOR_S):
            return False
        if len(self._tables[0]) >= NONCES_PER_MINUTE_MAX or any(nonce in table for table in self._tables):
            return False
        self._tables[0].add(nonce)
        return True

    def _forget(self, minute: int) -> None:
        """A clock that goes back forgets nothing."""
        for _ in range(min(max(0, minute - self._minute), _TABLES)):
            self._tables = [set(), *self._tables[:-1]]
        self._minute = max(self._minute, minute)
