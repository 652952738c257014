"""A file of securities or prices as a list 清单 that two people sign, and as its pieces.

Belongs here: what is signed of it, the message of each piece. Never here: reading lines (csv_files), sending (sending).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from config.cli.load.csv_files import DataFileError, FileKind, read_pieces
from config.cli.load.securities import PriceLine
from protocol.acts.ordering.securities import RegisterSecuritiesAct, SetPricesAct
from protocol.acts.table import word_of
from protocol.limits import DIGEST_BYTES, SECURITIES_MAX
from protocol.messages.orders.securities import PriceLimits, RegisterSecurities, SecurityVersion, SetPrices, rests_of

KINDS_BY_ACT = {word_of(RegisterSecuritiesAct): FileKind.SECURITIES, word_of(SetPricesAct): FileKind.PRICES}
Line = SecurityVersion | PriceLine


class Stand(NamedTuple):
    """Where lines stand in a list: its act, the place of the first one, the digest of those behind the last."""

    act: int
    first: int
    rest: bytes


NO_LIST = Stand(0, 0, bytes(DIGEST_BYTES))


class SignedFile(NamedTuple):
    """A file whose lines are one list."""

    kind: FileKind
    lines: list[int]
    items: list[Line]
    rests: list[bytes]
    """Of each place the digest of the lines from there on."""

    def fields(self) -> dict[str, str]:
        """What an act says of it."""
        said = {"count": str(len(self.items)), "digest": self.rests[0].hex()}
        first = self.items[0]
        return said | ({"trade_date": str(first.trade_date)} if isinstance(first, PriceLine) else {})

    def piece(self, act: int, first: int, end: int) -> RegisterSecurities | SetPrices:
        """The message of some of its lines."""
        return message_of(self.items[first:end], Stand(act, first, self.rests[end]))


def message_of(items: Sequence[Line], stand: Stand) -> RegisterSecurities | SetPrices:
    """The message of lines of one kind, at least one, and of prices of one date."""
    first = items[0]
    if isinstance(first, PriceLine):
        prices = [each.limits for each in items if isinstance(each, PriceLine)]
        return SetPrices(stand.act, stand.first, first.trade_date, prices, stand.rest)
    versions = [each for each in items if isinstance(each, SecurityVersion)]
    return RegisterSecurities(stand.act, stand.first, versions, stand.rest)


def read_list(file: Path) -> SignedFile:
    """Raises DataFileError for a file that is no such list: of another kind, empty, too long, of several dates."""
    kind, lines, items = FileKind.SECURITIES, list[int](), list[Line]()
    for piece in read_pieces(file):
        kind = piece.kind
        lines += piece.lines
        items += [each for each in piece.items if isinstance(each, Line)]
    if not items or len(items) < len(lines):
        raise DataFileError(f"{file}:1: a list that people sign is one of securities or prices, with a line at least")
    if len(items) > SECURITIES_MAX:
        raise DataFileError(f"{file}: a list has at most {SECURITIES_MAX:,} lines")
    dates = [each.trade_date for each in items if isinstance(each, PriceLine)]
    for line_no, date in zip(lines, dates, strict=False):
        if date != dates[0]:
            raise DataFileError(f"{file}:{line_no}: trade_date: a list of prices is of one date, {dates[0]}")
    return SignedFile(kind, lines, items, rests_of([_told(each) for each in items]))


def _told(line: Line) -> SecurityVersion | PriceLimits:
    return line.limits if isinstance(line, PriceLine) else line
