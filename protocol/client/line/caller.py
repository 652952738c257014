"""One caller that waits for one answer.

Belongs here: parking a task and waking it, once and cheaply. Never here: what is sent, and by whom (seat_turns, calls).
"""

from typing import Protocol

import trio

from ..errors import SessionEnded
from ..outcomes import Outcome
from .receipts import RECEIPT


class Caller:
    """Whoever waits: a task, until it is woken or cancelled. The fields are set by the kind of call."""

    __slots__ = ("body", "error", "is_abandoned", "receipt", "task")

    task: trio.lowlevel.Task | None
    error: Exception | None

    def wake(self) -> None:
        """Resume the caller, if it still waits."""
        if self.task is not None:
            task, self.task = self.task, None
            trio.lowlevel.reschedule(task)


class CallQueue(Protocol):
    """Where a call waits that is in no frame yet."""

    def remove(self, call: "Call", /) -> None:
        """This caller does not wait any more."""
        ...


class Call(Caller):
    """One caller and one record, or one control body."""

    __slots__ = ("outcome", "queue", "valid_until_ns")

    def __init__(self, body: bytes, valid_until_ns: int, queue: CallQueue | None) -> None:
        self.body = body
        self.valid_until_ns = valid_until_ns
        self.task = trio.lowlevel.current_task()
        self.queue = queue  # None: it is in a frame, which can no longer be called back
        self.receipt = RECEIPT.get()
        self.outcome: Outcome | None = None
        self.error = None
        self.is_abandoned = False

    def abort(self, _raise_cancel: object) -> trio.lowlevel.Abort:
        """The caller was cancelled: take the request back if it is not in a frame, else let it go on unattended."""
        self.task = None
        self.is_abandoned = True
        if self.queue is not None:
            self.queue.remove(self)
        return trio.lowlevel.Abort.SUCCEEDED

    def result(self) -> Outcome:
        """What the caller was woken with. Raises the error, when it was that."""
        if self.outcome is None:
            raise self.error or AssertionError("woken without an outcome")
        return self.outcome

    def fail(self, ended: SessionEnded) -> None:
        """Nothing of it was sent, and nothing will be."""
        self.queue = None
        self.error = SessionEnded(ended.code, ended.detail)
        self.wake()
