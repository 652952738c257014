"""Work on a database that a signal ends at an await of its own choosing.

An exception that a signal raises between a statement and its answer leaves a connection that waits for the answer when
it is closed: for ever, where the statement waits for a lock. A task that is cancelled has its statement cancelled too.

Belongs here: from a signal to the end of the work. Never here: what is then removed (its owner).
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from config.kit.stop_request import THIS_PROCESS, Interrupted

Result = TypeVar("Result")


def run_until_asked(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs `work` to its end, or until a signal cancels it. Raises: what it raises; Interrupted when it left off."""

    async def listening() -> Result:
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
        with THIS_PROCESS.told(lambda: _cancel(loop, task)):
            return await task

    try:
        return asyncio.run(listening())
    except asyncio.CancelledError:
        if THIS_PROCESS.number is None:
            raise
        raise Interrupted(THIS_PROCESS.number) from None


def _cancel(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> None:
    loop.call_soon_threadsafe(task.cancel)
