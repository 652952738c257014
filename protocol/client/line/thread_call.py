"""One call of a thread that is no trio task: run in the thread of the seat, waited for in its own.

Belongs here: handing the call over and its result back, and what happens when the waiting thread leaves by an
exception. Never here: verbs (sync), frames.
"""

import threading
from collections.abc import Coroutine
from typing import Generic, TypeVar

import trio

from ...codes import ReplyCode
from ..errors import SessionEnded
from .receipts import RECEIPT, Receipt

T = TypeVar("T")


class ThreadCall(Generic[T]):
    """`call`: what the verb gave, not yet begun."""

    __slots__ = ("_call", "_error", "_is_begun", "_is_done", "_results", "_scope", "receipt")

    def __init__(self, call: Coroutine[object, object, T]) -> None:
        self.receipt = Receipt()
        self._call = call
        self._is_begun = False
        self._scope = trio.CancelScope()
        self._results: list[T] = []
        self._error: Exception = SessionEnded(ReplyCode.FINISHED, "the seat was closed")
        self._is_done = threading.Lock()
        self._is_done.acquire()

    def wait(self, token: trio.lowlevel.TrioToken) -> T:
        """Run it in the trio thread of `token`, and return what it gives. Raises what it raises.

        When an exception comes in between (Ctrl-C, a signal handler's) the call is abandoned: what was sent goes on,
        and its outcome is told as one that nobody waits for. That exception is raised.
        """
        try:
            self.receipt.is_waited_for = True
            token.run_sync_soon(self._begin)
            self._is_done.acquire()
            return self._take()  # no signal can come between this and the caller: there is no call to come in
        except BaseException:
            try:
                self._leave(token)
            except BaseException:  # a second one while the first is dealt with
                self._leave(token)
            raise

    def _take(self) -> T:
        if not self._results:
            raise self._error
        self.receipt.is_taken = True
        return self._results[0]

    def _leave(self, token: trio.lowlevel.TrioToken) -> None:
        self.receipt.is_waited_for = False
        try:
            token.run_sync_soon(self._abandon)
        except trio.RunFinishedError:
            if not self._is_begun:
                self._call.close()

    def _begin(self) -> None:
        self._is_begun = True
        try:
            trio.lowlevel.spawn_system_task(self._run)
        except RuntimeError:  # the seat's thread is ending
            self._call.close()
            self._is_done.release()

    async def _run(self) -> None:
        RECEIPT.set(self.receipt)
        try:
            with self._scope:
                self._results.append(await self._call)
        except Exception as error:  # told to whoever called
            self._error = error
        finally:
            self._is_done.release()

    def _abandon(self) -> None:
        if not self._is_begun:  # left before it was handed over
            self._call.close()
        self.receipt.abandon()
        self._scope.cancel()
