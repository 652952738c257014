"""Three ways past trio's comfortable ones, for tasks that wait once a frame: at both ends of a link.

Belongs here: waking one task, receiving from and sending to a plain socket. Never here: frames, TLS.
"""

import os

import trio


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
        """Return when rung since the last return, never in the same pass. On cancellation nothing is lost."""
        if self._rung:
            await trio.lowlevel.checkpoint()
        else:
            self._task = trio.lowlevel.current_task()
            await trio.lowlevel.wait_task_rescheduled(self._abort)
        self._rung = False

    def _abort(self, _raise_cancel: object) -> trio.lowlevel.Abort:
        self._task = None
        return trio.lowlevel.Abort.SUCCEEDED


async def receive(stream: trio.SocketStream, size: int) -> bytes:
    """Up to `size` bytes, none at the end of the stream. A partner's next word has mostly not come yet when it is
    waited for, so the wait comes first.

    Raises OSError when the connection broke, ClosedResourceError when the stream was closed, before or meanwhile. On
    cancellation nothing is lost.
    """
    if stream.socket.fileno() < 0:
        raise trio.ClosedResourceError("the stream was closed")
    while True:
        await trio.lowlevel.wait_readable(stream.socket)
        try:
            return os.read(stream.socket.fileno(), size)  # trio's sockets do not block
        except BlockingIOError:
            continue  # somebody's segment did not pass its checksum


async def send(stream: trio.SocketStream, data: bytes) -> None:
    """Sends all of `data`; mostly the system takes it at once, and then this task goes on: wait elsewhere.

    Raises OSError or BrokenResourceError when the connection broke. On cancellation a part may have been sent.
    """
    try:
        sent = os.write(stream.socket.fileno(), data)
    except BlockingIOError:
        sent = 0
    if sent < len(data):
        await stream.send_all(memoryview(data)[sent:])
