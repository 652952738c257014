"""One caller that waits for one answer, and the bell that wakes whoever sends.

Belongs here: parking a task and waking it, once and cheaply. Never here: what is sent, and by whom (turns, calls).
"""

from collections import deque

import trio

from protocol.client.errors import SessionEnded
from protocol.client.outcomes import Outcome
from protocol.client.receipts import RECEIPT


class Bell:
    """Wakes the one task that waits, at once or when it next waits. Cheaper than an event per wait."""

    __slots__ = ("_rung", "_task")

    def __init__(self) -> None:
        self._rung = False
        self._task: trio.lowlevel.Task | None = None

    def ring(self) -> None:
        """There is something to do."""
        self._rung = True
        if self._task is not None:
            task, self._task = self._task, None
            trio.lowlevel.reschedule(task)

    async def wait(self) -> None:
        """Return when rung since the last return, never in the same turn. On cancellation nothing is lost."""
        if self._rung:
            await trio.lowlevel.checkpoint()
        else:
            self._task = trio.lowlevel.current_task()
            await trio.lowlevel.wait_task_rescheduled(self._abort)
        self._rung = False

    def _abort(self, _raise_cancel: object) -> trio.lowlevel.Abort:
        self._task = None
        return trio.lowlevel.Abort.SUCCEEDED


class Call:
    """One caller and one record, or one control body."""

    __slots__ = ("body", "error", "is_abandoned", "outcome", "queue", "receipt", "task")

    def __init__(self, body: bytes, queue: deque["Call"] | None) -> None:
        self.body = body
        self.task: trio.lowlevel.Task | None = trio.lowlevel.current_task()
        self.queue = queue  # None: it is in a frame, which can no longer be called back
        self.receipt = RECEIPT.get()
        self.outcome: Outcome | None = None
        self.error: Exception | None = None
        self.is_abandoned = False

    def wake(self) -> None:
        """Resume the caller, if it still waits."""
        if self.task is not None:
            task, self.task = self.task, None
            trio.lowlevel.reschedule(task)

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
