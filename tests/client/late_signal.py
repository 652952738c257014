"""A signal handler that raises, at a line of the blocking face that a test chooses.

Belongs here: the tracing. Never here: what is called, what must be true afterwards.
"""

import linecache
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


class Late(Exception):
    """What a signal handler raises when its timer is over."""


def leave_at(line: int, files: str | tuple[str, ...], call: Callable[[], object], but: str = "") -> tuple[object, bool]:
    """Call; as a signal would, `Late` comes at the `line`-th line that this thread runs in files of these endings.

    Lines that read `but` do not count. Returns what the call gave, None when it was left, and whether there was such a
    line.
    """
    left = line

    def watch(frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401 - a trace function gives itself
        nonlocal left
        file = frame.f_code.co_filename
        if not file.endswith(files):
            return None
        if event == "line" and not (but and linecache.getline(file, frame.f_lineno).strip() == but):
            left -= 1
            if left == 0:
                raise Late
        return watch

    sys.settrace(watch)
    try:
        return call(), left <= 0
    except Late:
        return None, True
    finally:
        sys.settrace(None)
