"""The options that all commands share, and how an error in any is told.

What belongs here: their names and their help, and whole numbers within their bounds. What never may: what is done with
them (config.cli.commands).
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.printable import printable
from protocol.limits import (
    ACT_AHEAD_S_MAX,
    ACT_NUMBER_MAX,
    AMOUNT_FEN_MAX,
    CONTRACTS_MAX,
    PARTIES_MAX,
    PERSONS_MAX,
    SEATS_MAX,
)
from protocol.trade_dates import is_trade_date

DEFAULT_FILE = Path("yzt.toml")


class CommandParser(argparse.ArgumentParser):
    """An argument parser whose errors are faults like all others: one line, exit code 64."""

    def error(self, message: str) -> NoReturn:
        """Raises: ProcessFault with what is wrong."""
        raise ProcessFault(f"{message} (see `{self.prog} --help`)", ExitCode.USAGE)


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--config` and `--dsn`. `yzt` reads both before a package's own command sees the rest of the line; its
    parser has them for its help.
    """
    parser.add_argument("--config", metavar="FILE", help=f"configuration file (default: {DEFAULT_FILE} if it is there)")
    parser.add_argument("--dsn", metavar="DSN", help="use this PostgreSQL instead of the embedded one")


def whole(first: int, last: int) -> Callable[[str], int]:
    """The type of an option that is a whole number from one to another: what the bank cannot mean is said before it is
    asked. Raises ArgumentTypeError with what stands there and both bounds.
    """

    def number(text: str) -> int:
        digits = text.removeprefix("-")
        is_one = digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS_MAX
        if not is_one or not first <= int(text) <= last:
            raise argparse.ArgumentTypeError(f"{printable(text)[:40]!r} is no whole number from {first} to {last}")
        return int(text)

    return number


def _date(text: str) -> int:
    """Raises ArgumentTypeError for what is no trade date."""
    if not (text.isascii() and text.isdecimal() and len(text) == 8 and is_trade_date(int(text))):
        raise argparse.ArgumentTypeError(f"{printable(text)[:40]!r} is no date yyyymmdd")
    return int(text)


_DIGITS_MAX = 40
DATE = _date
PARTY = whole(1, PARTIES_MAX)
SEAT = whole(1, SEATS_MAX)
KEY_ID = whole(1, 2**31 - 1)
PORT = whole(1, 65_535)
PERSON = whole(1, PERSONS_MAX)
SERIAL = ACT = whole(1, ACT_NUMBER_MAX)
VALID_S = whole(1, ACT_AHEAD_S_MAX)
_LAST_CONTRACT = 100 * (CONTRACTS_MAX - 1)
CONTRACT = whole(1, _LAST_CONTRACT + 98 - _LAST_CONTRACT % 97)  # its check digits; the vocabulary would load numpy
FEN = whole(0, AMOUNT_FEN_MAX)
