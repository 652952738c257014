"""How a command is asked to end: SIGINT (Ctrl-C), SIGTERM and SIGHUP, at any moment of it.

What belongs here: the handlers, and who is told. What never may: what a command then removes or stops, or an import
beyond the standard library: this is in force before anything else is loaded.

A signal never breaks into work that leaves something behind: while somebody is `told`, it is passed on as a call, and
the work ends at a place of its own choosing. Before a command has begun it ends the process at once, and in a command
that makes nothing it is an exception, once.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SIGNALLED = 128
"""A process that signal n ended is reported as 128 + n, as a shell does."""
STDERR = 2
LATER_S = 0.005


class Interrupted(KeyboardInterrupt):
    """A signal asked for the end. `exit_code` is what the process then ends with."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.exit_code = SIGNALLED + int(number)


class StopRequest:
    """Whether this process was asked to end, and by which signal first. There is one, as there is one set of handlers:
    `THIS_PROCESS`.
    """

    def __init__(self) -> None:
        self.number: signal.Signals | None = None
        self._told: list[Callable[[], None]] = []
        self._format: Callable[[str], str] = str
        self._raises = False
        self.is_installed = False

    @property
    def asked(self) -> bool:
        """Whether a signal has come."""
        return self.number is not None

    def install(self) -> None:
        """From now on a signal ends the process at once, with 128 + its number. For the main thread.

        SIGINT and SIGTERM count even where a shell started us in the background with SIGINT ignored; SIGHUP that was
        ignored stays so: that is what nohup is for.
        """
        self.is_installed = True
        for number in ASKING:
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._arrived)

    def begin(self) -> None:
        """From now on the first signal raises Interrupted in the main thread, later ones change nothing."""
        self._raises = True

    @contextmanager
    def told(self, action: Callable[[], None], spoken: Callable[[str], str] = str) -> Iterator[None]:
        """While in here a signal raises nothing: `action` is called in the main thread at each, and at once when one
        has come before. It must only take notice, as a signal handler may. Of several, all are called.
        """
        self._told.append(action)
        self._format, before = spoken, self._format
        try:
            if self.asked:
                action()
            yield
        finally:
            self._told.remove(action)
            self._format = before

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        first, self.number = self.number is None, self.number or signal.Signals(number)
        if self._told:
            again = f"{signal.Signals(number).name} again: stopping at once"
            say(self._format(f"{self.number.name}: stopping" if first else again))
            for action in tuple(self._told):
                action()
        elif not self._raises:
            os._exit(SIGNALLED + number)
        elif first:
            self._raise(signal.SIGALRM, frame)

    def _raise(self, _number: int, frame: FrameType | None) -> None:
        """Raises Interrupted, or does so a little later: what an import calls by itself would swallow it."""
        if frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
            signal.signal(signal.SIGALRM, self._raise)
            signal.setitimer(signal.ITIMER_REAL, LATER_S)
            return
        if self.number is not None and not self._told:  # whoever came to be told meanwhile was told at once
            raise Interrupted(self.number)


def say(line: str) -> None:
    """One line on stderr, from a signal handler: past the stream that the interrupted code may be writing to."""
    with suppress(OSError):
        os.write(STDERR, f"{line}\n".encode())


THIS_PROCESS = StopRequest()
