"""Receipts: when a thread of a program without trio has done with an outcome what it does with it.

Belongs here: the receipt and how a call finds its own. Never here: outcomes, the outbox.

A trio task that was woken has run on before the loop turns again; a thread that was handed a result has not. So the
outbox keeps what it was told until the thread is back for more, has ended, or the seat is closed in order.
"""

import threading
from contextvars import ContextVar


class Receipt:
    """Of the calling thread, for one call. Given by that thread, read by the thread of the seat."""

    __slots__ = ("_is_given", "_thread")

    def __init__(self) -> None:
        self._is_given = False
        self._thread = threading.current_thread()

    def give(self) -> None:
        """The thread is back: whatever it does with the outcome of its last call is done."""
        self._is_given = True

    @property
    def is_given(self) -> bool:
        """Whether the outcome may be forgotten."""
        return self._is_given or not self._thread.is_alive()


RECEIPT: ContextVar[Receipt | None] = ContextVar("receipt", default=None)
"""The receipt that the caller of a verb will give; None: a task, which needs none."""
