"""Where a seat is: in one thread of one process. A forked child has nothing of it, and closes its copies at once.

Belongs here: the hooks that run around a fork, and telling whether a caller is where the seat is. Never here: what is
closed (outbox_file), what a caller was about to do.
A lock on a file lives as long as any process has a copy of its descriptor or of its map: without this a child that is
not even told of the outbox would keep it locked after its parent is gone.
"""

import os
import threading
from collections.abc import Callable

from ..errors import MisuseError

opening = threading.RLock()
"""Held while a descriptor is made that `at_child` is to be told of: no fork comes in between."""

_to_close: dict[int, Callable[[], None]] = {}  # by the identity of what is closed


class _Process:
    forks = 0  # that lie between the first process of the program and this one


class Origin:
    """Remembers the process and the thread that made it."""

    __slots__ = ("_forks", "_pid", "_thread")

    def __init__(self) -> None:
        self._forks = _Process.forks
        self._pid = os.getpid()
        self._thread = threading.get_ident()

    @property
    def is_here(self) -> bool:
        """False in a forked child of that process."""
        return self._forks == _Process.forks

    def check(self) -> None:
        """Raises MisuseError in a forked child of that process."""
        if self._forks != _Process.forks:
            raise MisuseError(f"this seat stays with process {self._pid}: a forked child opens one of its own")

    def check_task(self) -> None:
        """Raises MisuseError in a forked child, and in another thread: trio wakes only tasks of its own thread."""
        self.check()
        if self._thread != threading.get_ident():
            raise MisuseError("this seat is of another thread: threads share a SyncSeat, or hand their calls over")


def at_child(owner: object, close: Callable[[], None]) -> None:
    """Have `close` called in every forked child, at once, until `forget`."""
    _to_close[id(owner)] = close


def forget(owner: object) -> None:
    """It is closed; a child has nothing of it."""
    _to_close.pop(id(owner), None)


def _after_in_child() -> None:
    _Process.forks += 1
    for close in list(_to_close.values()):
        close()
    _to_close.clear()
    opening.release()


os.register_at_fork(before=opening.acquire, after_in_parent=opening.release, after_in_child=_after_in_child)
