"""Running a command's trio part: whatever ends it early is one line with an exit code.

Belongs here: from exceptions, groups of them too, to a ProcessFault. Never here: what the commands do.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVarTuple

import trio

from config.cli.options import CommandParser as CommandParser
from config.kit.exit_codes import ExitCode, ProcessFault, StopAsked
from config.kit.stop_request import THIS_PROCESS, Interrupted
from protocol.client import OutboxError, OutcomeUnknown, SessionEnded

EXIT_CODES: dict[type[Exception], ExitCode] = {
    SessionEnded: ExitCode.UNAVAILABLE,
    OutcomeUnknown: ExitCode.UNAVAILABLE,
    OutboxError: ExitCode.UNAVAILABLE,
}

Arguments = TypeVarTuple("Arguments")


def run_command(command: Callable[[*Arguments], Awaitable[int]], *arguments: *Arguments) -> int:
    """Run `command` with trio. Returns: its exit code.

    SIGINT, SIGTERM or SIGHUP cancels it: it cleans up, and Interrupted is raised when it has ended.

    Raises: ProcessFault for every operating fault that is known here, whatever else went down with it; Interrupted;
    anything else as it came.
    """

    async def until_asked() -> int:
        with trio.CancelScope() as scope:
            token = trio.lowlevel.current_trio_token()
            with THIS_PROCESS.told(lambda: token.run_sync_soon(scope.cancel)):
                return await command(*arguments)
        return int(ExitCode.OK)

    try:
        code = trio.run(until_asked)
    except BaseException as error:
        leaves = list(_leaves(error))
        for leaf in leaves:
            if isinstance(leaf, KeyboardInterrupt):
                raise leaf from None
            if isinstance(leaf, ProcessFault) and not isinstance(leaf, StopAsked):
                raise leaf from None
        if THIS_PROCESS.number is not None and all(isinstance(leaf, StopAsked | trio.Cancelled) for leaf in leaves):
            raise Interrupted(THIS_PROCESS.number) from None
        for leaf in leaves:
            for kind, exit_code in EXIT_CODES.items():
                if isinstance(leaf, kind):
                    raise ProcessFault(str(leaf), exit_code) from None
        raise
    if THIS_PROCESS.number is not None and code == ExitCode.OK:
        raise Interrupted(THIS_PROCESS.number)
    return code


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
