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


def password_from(descriptor: int | None, shown: Callable[[str], str] = getpass.getpass) -> str:
    """One line of a descriptor; None: asked for twice at the terminal. Raises: ProcessFault, without a word of it."""
    if descriptor is not None:
        try:
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                line = stream.readline(READ_BYTES_MAX)
            return _bounded(line.removesuffix(b"\n").removesuffix(b"\r").decode())
        except OSError as error:
            raise ProcessFault(f"passwords set: descriptor {descriptor}: {error.strerror}", ExitCode.USAGE) from None
        except UnicodeDecodeError:
            pass
        raise ProcessFault("passwords set: the password is no text", ExitCode.DATA)
    if not sys.stdin.isatty():
        raise ProcessFault("passwords set: a terminal is wanted, or --password-fd", ExitCode.USAGE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)  # it would be shown
            first = _bounded(shown("trading password: "))
            again = shown("once more: ")
    except (getpass.GetPassWarning, EOFError):
        raise ProcessFault("passwords set: nothing was typed that is not shown", ExitCode.USAGE) from None
    if first != again:
        raise ProcessFault("passwords set: the two differ", ExitCode.DATA)
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


def _bounded(password: str) -> str:
    if not TRADING_PASSWORD_CHARS_MIN <= len(password) <= TRADING_PASSWORD_CHARS_MAX:
        wanted = f"{TRADING_PASSWORD_CHARS_MIN} to {TRADING_PASSWORD_CHARS_MAX} characters"
        raise ProcessFault(f"passwords set: a trading password has {wanted}", ExitCode.DATA)
    return password
