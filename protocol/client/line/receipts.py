"""Receipts: when a thread of a program without trio has done with an outcome what it does with it.

Belongs here: the receipt and how a call finds its own. Never here: outcomes, the outbox.

A trio task that was woken has run on before the next pass; a thread that was handed a result has not. So the
outbox keeps what it was told until the thread is back for more, has ended, or the seat is closed in order. A thread may
also leave its call by an exception, a signal handler's for one, after the outcome is there and before it has it: then
the call is abandoned, and the outcome is told as one that nobody waits for.
"""

import threading
from collections.abc import Callable
from contextvars import ContextVar


class Receipt:
    """Of the calling thread, for one call. That thread waits, takes and gives; all else is for the seat's thread."""

    __slots__ = ("_is_given", "_reclaim", "_thread", "is_abandoned", "is_taken", "is_waited_for")

    def __init__(self) -> None:
        self.is_waited_for = False
        self.is_taken = False  # the thread has the outcome
        self.is_abandoned = False
        self._is_given = False
        self._reclaim: Callable[[], None] | None = None
        self._thread = threading.current_thread()

    def give(self) -> bool:
        """The thread is back: whatever it does with the outcome of that call is done. False: it still waits for it."""
        self._is_given = self.is_taken
        return self.is_taken or not self.is_waited_for

    def settled(self, reclaim: Callable[[], None]) -> None:
        """The outcome is there; `reclaim` tells it as one that nobody waits for."""
        self._reclaim = reclaim

    def abandon(self) -> None:
        """The thread left the call without the outcome. Saying it again changes nothing."""
        if self.is_abandoned:
            return
        self.is_abandoned = True
        if self._reclaim is not None:
            self._reclaim()

    def is_over(self) -> bool:
        """Whether the thread has done with the outcome. A call whose thread ended without it is abandoned."""
        if self._is_given or self.is_abandoned:
            return True
        if self._thread.is_alive():
            return False
        if not self.is_taken:
            self.abandon()
        return True


RECEIPT: ContextVar[Receipt | None] = ContextVar("receipt", default=None)
"""The receipt that the caller of a verb will give; None: a task, which needs none."""
