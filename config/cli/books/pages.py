"""How pages of the books look: yuan made of whole fen, tables with Chinese in them, CSV files.

Belongs here: form alone. Never here: what stands on a page.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from unicodedata import east_asian_width

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.printable import printable


def yuan(fen: int) -> str:
    """With two decimals and commas: 1,234.05, -0.01."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02}"


def plain_yuan(fen: int) -> str:
    """The same without commas, as a CSV has it."""
    return yuan(fen).replace(",", "")


def sided(fen: int) -> str:
    """Debits less credits as a ledger has it, with its side: 借, 贷, or 平 where there is nothing."""
    return f"{yuan(abs(fen))} {'借' if fen > 0 else '贷' if fen < 0 else '平'}"


def both_sides(fen: int) -> tuple[int, int]:
    """Debits less credits as a debit and a credit, one of which is 0."""
    return max(fen, 0), max(-fen, 0)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int]) -> list[str]:
    """Lines in columns, two spaces between; the columns at `right` end together."""
    lines = [list(heads), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(_width(line[place]) for line in lines) for place in range(len(heads))]
    return ["  ".join(_padded(line[p], widths[p], p in right) for p in range(len(heads))).rstrip() for line in lines]


def _width(text: str) -> int:
    """Columns that a terminal gives it."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int, to_right: bool) -> str:
    spaces = " " * (width - _width(text))
    return spaces + text if to_right else text + spaces


def write_csv(file: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Replaces nothing. Raises ProcessFault DATA when it cannot."""
    try:
        with file.open("x", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)
    except OSError as error:
        raise ProcessFault(f"{file}: {error.strerror}", ExitCode.DATA) from None
