"""What a command prints: on any terminal, and with one clear line when it cannot be printed.

What belongs here: standard output that says so when it is lost. What never may: what is printed.
"""

import errno
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.stop_request import SIGNALLED

STDOUT = 1
CLOSED_PIPE = SIGNALLED + int(signal.SIGPIPE)


class OutputLost(ProcessFault):
    """Standard output takes nothing any more. `is_closed`: whoever read it has read enough."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"standard output: {error.strerror}", ExitCode.UNAVAILABLE)
        self.is_closed = error.errno == errno.EPIPE


class _Output(io.TextIOWrapper):
    """Standard output whose loss is a fault like others, and that writes signs a terminal lacks as \\uXXXX."""

    def write(self, text: str) -> int:
        """Raises: OutputLost."""
        try:
            return super().write(text)
        except OSError as error:
            raise OutputLost(error) from None

    def flush(self) -> None:
        """Raises: OutputLost."""
        try:
            super().flush()
        except OSError as error:
            raise OutputLost(error) from None


@contextmanager
def checked_output() -> Iterator[None]:
    """Standard output is checked meanwhile. Does nothing where somebody has replaced it, as a test does.

    Raises: OutputLost, at the latest at the end.
    """
    plain = sys.stdout
    if plain is not sys.__stdout__ or not isinstance(plain, io.TextIOWrapper):
        yield
        return
    plain.flush()
    checked = _Output(
        io.BufferedWriter(io.FileIO(STDOUT, "w", closefd=False)),
        encoding=plain.encoding,
        errors="backslashreplace",
        line_buffering=plain.line_buffering,
    )
    sys.stdout = checked
    try:
        yield
        checked.flush()
    except SystemExit:  # how argparse ends after its help
        _flush_or_forget(checked)
        raise
    except OutputLost:
        _forget(checked)
        raise
    except BaseException:  # a fault that is told on stderr anyway, and by its own code
        with suppress(OutputLost):
            _flush_or_forget(checked)
        raise
    finally:
        sys.stdout = plain


def _flush_or_forget(checked: _Output) -> None:
    try:
        checked.flush()
    except OutputLost:
        _forget(checked)
        raise


def _forget(checked: _Output) -> None:
    """What is still buffered goes nowhere: the interpreter would complain about it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDOUT)
    os.close(nowhere)
    checked.flush()
