"""Which outlets the accounts of some files name, and whether these files register them.

Belongs here: noting while files are read, and the line that warns. Never here: what the bank has registered
(known_data), reading (csv_files). An account may name an outlet that is registered nowhere, so this refuses nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from config.cli.load.csv_files import Piece
from protocol.messages.customers.accounts import AccountTerms
from protocol.messages.outlets import OutletEntry


class _Named(NamedTuple):
    """Of one outlet: the place that names it first, and how many lines do."""

    place: str
    lines: int


@dataclass(slots=True)
class OutletsNamed:
    """What was noted so far, in whatever order the files came."""

    _named: dict[int, _Named] = field(default_factory=dict)  # in the order in which they were named first
    _registered: set[int] = field(default_factory=set)

    def watched(self, file: Path, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces as they are; each is noted before it is given out."""
        for piece in pieces:
            for line_no, item in zip(piece.lines, piece.items, strict=True):
                if isinstance(item, OutletEntry):
                    self._registered.add(item.outlet)
                elif isinstance(item, AccountTerms):
                    place, lines = self._named.get(item.outlet) or (f"{file}:{line_no}", 0)
                    self._named[item.outlet] = _Named(place, lines + 1)
            yield piece

    def in_no_file(self) -> set[int]:
        """Outlets that are named and not registered by the files."""
        return self._named.keys() - self._registered

    def warning(self, missing: set[int], *, asked: bool) -> str:
        """The line that names the first of them; "" when there is none. `asked`: the bank has none of them either."""
        first = next((number for number in self._named if number in missing), None)
        if first is None:
            return ""
        count = sum(self._named[number].lines for number in missing)
        where = "neither in these files nor in the bank" if asked else "not in these files; the bank cannot be asked"
        lines = "1 such line" if count == 1 else f"{count:,} such lines"
        return f"{self._named[first].place}: warning: outlet {first} is registered {where} ({lines})"
