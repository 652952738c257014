"""What pages are drawn of: a report with the first rows of its tables, and how it goes to the process that draws.

Belongs here: the shape, and its bytes. Never here: how pages look (pdf_pages), the process (painter, pages_process).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from config.cli.reports.paper.forms import Cell, Check, Column

SIZE_BYTES = 8
"""In front of what is sent: how long it is."""


@dataclass(frozen=True, slots=True)
class Made:
    """By whom and when a report was made, of which bank, as of which row of its journal."""

    bank: str
    as_of: int
    as_of_at: datetime
    by: str
    at: datetime


class Shown(msgspec.Struct, frozen=True):
    """What pages have of a table: its first rows, the totals of all, and how many these are."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None
    rows_count: int


class Drawing(msgspec.Struct, frozen=True):
    """What the pages of one report say."""

    title: str
    facts: Sequence[tuple[str, str]]
    made: Made
    tables: Sequence[Shown]
    checks: Sequence[Check]
    faults: Sequence[str]


def sent(content: bytes) -> bytes:
    """With its length in front."""
    return len(content).to_bytes(SIZE_BYTES, "big") + content


def packed(drawing: Drawing) -> bytes:
    """As text: a sum may pass 64 bits."""
    return msgspec.json.encode(drawing)


class Line(Protocol):
    """Where what is asked for comes from."""

    def read(self, size: int, /) -> bytes:
        """So many bytes; fewer at the end."""


def next_drawing(line: Line) -> Drawing | None:
    """The next one that is asked for; None when nobody asks any more."""
    size = line.read(SIZE_BYTES)
    if len(size) < SIZE_BYTES:
        return None
    return msgspec.json.decode(line.read(int.from_bytes(size, "big")), type=Drawing)
