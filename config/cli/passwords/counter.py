"""`yzt passwords set CONTRACT`: a customer's first trading password, at the counter.

Belongs here: from whom the password is read, what is told. Never here: sealing it and asking (protocol.client), what
the desk does (gateway.passwords).

The password comes from a terminal that does not show it, or by a descriptor, for who has a keypad; never as an
argument, which everybody on the machine can read.
"""

import getpass
import os
import sys
import warnings
from collections.abc import Callable
from typing import NamedTuple

from config.kit.exit_codes import ExitCode, ProcessFault
from protocol.client import Clock, MisuseError, PasswordFound, Seat, SeatSettings
from protocol.limits import TRADING_PASSWORD_CHARS_MAX, TRADING_PASSWORD_CHARS_MIN

READ_BYTES_MAX = 4 * TRADING_PASSWORD_CHARS_MAX + 2  # in UTF-8, with the end of its line
SAID: dict[int, tuple[ExitCode, str]] = {
    PasswordFound.SET: (ExitCode.OK, "has its first trading password"),
    PasswordFound.FAILED: (
        ExitCode.FAILED,
        "is unknown, not of scheme A, or has a trading password that must be reset first",
    ),
    PasswordFound.STALE: (ExitCode.FAILED, "was changed meanwhile, or the clocks differ: try again"),
    PasswordFound.BUSY: (ExitCode.UNAVAILABLE, "is being looked at already: try again in a minute"),
    PasswordFound.AWAY: (ExitCode.UNAVAILABLE, "may have one or not: the password desk does not answer, try again"),
}


class Wanted(NamedTuple):
    """Which password is read, and for which command."""

    command: str
    name: str
    chars_min: int
    chars_max: int
    twice: bool  # at a terminal: nobody knows yet whether it is right


OF_TRADING = Wanted("passwords set", "trading password", TRADING_PASSWORD_CHARS_MIN, TRADING_PASSWORD_CHARS_MAX, True)


def password_from(
    descriptor: int | None, shown: Callable[[str], str] = getpass.getpass, wanted: Wanted = OF_TRADING
) -> str:
    """One line of a descriptor; None: asked for at the terminal. Raises: ProcessFault, without a word of it."""
    if descriptor is not None:
        try:
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                line = stream.readline(READ_BYTES_MAX)
            return _bounded(line.removesuffix(b"\n").removesuffix(b"\r").decode(), wanted)
        except OSError as error:
            raise ProcessFault(f"{wanted.command}: descriptor {descriptor}: {error.strerror}", ExitCode.USAGE) from None
        except UnicodeDecodeError:
            pass
        raise ProcessFault(f"{wanted.command}: the password is no text", ExitCode.DATA)
    if not sys.stdin.isatty():
        raise ProcessFault(f"{wanted.command}: a terminal is wanted, or --password-fd", ExitCode.USAGE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)  # it would be shown
            first = _bounded(shown(f"{wanted.name}: "), wanted)
            again = shown("once more: ") if wanted.twice else first
    except (getpass.GetPassWarning, EOFError):
        raise ProcessFault(f"{wanted.command}: nothing was typed that is not shown", ExitCode.USAGE) from None
    if first != again:
        raise ProcessFault(f"{wanted.command}: the two differ", ExitCode.DATA)
    return first


async def set_first(settings: SeatSettings, clock: Clock, contract_no: int, password: list[str]) -> int:
    """Asks, from the teller desk's seat, and tells what came of it. `password` holds it alone, and nothing any more
    once it is sealed. Returns: the exit code. Raises: what the seat raises, ProcessFault for what is out of bounds.
    """
    async with Seat.open(settings, clock) as seat:
        try:
            asked = seat.set_first_password(contract_no, password.pop())
        except MisuseError as error:
            raise ProcessFault(f"passwords set: {error}", ExitCode.DATA) from None
        answer = await asked
    code, words = SAID.get(answer.found, (ExitCode.FAILED, "got an answer that is not known here"))
    print(f"contract {contract_no} {words}")
    return int(code)


def _bounded(password: str, wanted: Wanted) -> str:
    if not wanted.chars_min <= len(password) <= wanted.chars_max:
        reason = f"a {wanted.name} has {wanted.chars_min} to {wanted.chars_max} characters"
        raise ProcessFault(f"{wanted.command}: {reason}", ExitCode.DATA)
    return password
