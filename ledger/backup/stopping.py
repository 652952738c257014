"""Work of a backup that a signal ends at a place of its own choosing, so that it removes what it has made.

Belongs here: from a signal to the end of the work. Never here: what is then removed (making, restoring).
"""

from collections.abc import Callable
from typing import TypeVar

from config.kit.exit_codes import StopAsked
from config.kit.stop_request import THIS_PROCESS, Interrupted

Result = TypeVar("Result")


def unbroken(work: Callable[[], Result]) -> Result:
    """Does `work`, into which no signal breaks: it asks whether one has come. Raises: Interrupted when it left off."""
    try:
        with THIS_PROCESS.told(_notice):
            return work()
    except StopAsked:
        if THIS_PROCESS.number is None:
            raise
        raise Interrupted(THIS_PROCESS.number) from None


def refuse_if_asked() -> None:
    """Raises: StopAsked when a signal has come."""
    if THIS_PROCESS.asked:
        raise StopAsked("a backup was left")


def _notice() -> None:
    """Whoever works asks by himself."""
