"""Exit codes of every process, and the fault that carries one.

What belongs here: the numbers, what they mean and whether a restart can help. What never may: the decision to
restart itself (config.supervise.supervisor), or any message text of one particular fault.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a process of Yinzhengtong says with its exit status (numbers after sysexits.h where one fits)."""

    OK = 0
    """Ended as asked."""
    FAILED = 1
    """A check failed or a figure differs; also what the interpreter gives for an exception nobody named."""
    USAGE = 64
    """The command line is wrong."""
    DATA = 65
    """An input file is wrong: its name, line and reason are in the message."""
    UNAVAILABLE = 69
    """Something needed is not there or went away: PostgreSQL, a socket, a port. A restart may help."""
    BROKEN = 70
    """InvariantBroken: the books are wrong. Nothing may serve until a person has looked."""
    FENCED = 74
    """The journal belongs to another ledger by now. A restart would take it back from the one that serves."""
    TAMPERED = 76
    """The journal's chain does not verify, or its tail is lost: journal and high-water mark disagree."""
    CONFIG = 78
    """The configuration or a key is wrong: file, key path and reason are in the message."""


MUST_NOT_SERVE: frozenset[int] = frozenset(
    {ExitCode.USAGE, ExitCode.DATA, ExitCode.BROKEN, ExitCode.FENCED, ExitCode.TAMPERED, ExitCode.CONFIG}
)
"""Codes after which a restart would do harm or the same again: the supervisor stops everything with that
code.
"""


class ProcessFault(Exception):
    """An operating fault that ends a command: one clear line, and the exit code that goes with it."""

    def __init__(self, message: str, exit_code: ExitCode) -> None:
        """Takes the one line that a person reads, and the code that a script reads."""
        super().__init__(message)
        self.exit_code = exit_code


class ConfigFault(ProcessFault):
    """The configuration is wrong; the message names file, key path and reason."""

    def __init__(self, message: str) -> None:
        """Takes the one line; the code is always ExitCode.CONFIG."""
        super().__init__(message, ExitCode.CONFIG)


class StopAsked(ProcessFault):
    """Work was left because somebody asked for the end: nothing is wrong. Whoever asked knows which code it gets."""

    def __init__(self, message: str) -> None:
        """Takes what was left."""
        super().__init__(message, ExitCode.OK)
