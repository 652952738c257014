"""A list of corrections 调账清单 as a CSV file, which people read and sign the digest of.

Belongs here: the file, strictly, and what is said of it. Never here: who signs it, telling it to the bank
(gateway.day.correcting).

The first row has the names of LINE_COLUMNS; each other row is one contract, in ascending order, in whole fen.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import msgspec

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.printable import printable
from config.text_files import NotText, csv_rows
from protocol.limits import CORRECTIONS_PER_LIST_MAX
from protocol.messages.day.steps import ListedCorrection

LINE_COLUMNS = ListedCorrection.__struct_fields__
LINES_MAX = 2 * CORRECTIONS_PER_LIST_MAX  # of a file, empty ones too
_TAG = ListedCorrection.__struct_config__.tag


def read_list(file: Path) -> list[ListedCorrection]:
    """Raises ProcessFault DATA, with file and line, for what is no list."""
    rows: list[tuple[int, list[str]]] = []
    try:
        with file.open("rb") as stream:
            for line_no, row in csv_rows(stream):
                rows += [(line_no, row)] if row else []
                if len(rows) > CORRECTIONS_PER_LIST_MAX + 1 or line_no > LINES_MAX:
                    says = f"a list has at most {CORRECTIONS_PER_LIST_MAX:,} contracts"
                    raise ProcessFault(f"{file}:{line_no}: {says}", ExitCode.DATA)
    except OSError as error:
        raise ProcessFault(f"{file}: {error.strerror}", ExitCode.DATA) from None
    except NotText as error:
        raise ProcessFault(f"{file}:{error.line_no}: {error}", ExitCode.DATA) from None
    if not rows or tuple(rows[0][1]) != LINE_COLUMNS:
        raise ProcessFault(f"{file}:1: the first row is {','.join(LINE_COLUMNS)}", ExitCode.DATA)
    if len(rows) < 2:
        raise ProcessFault(f"{file}: a list has at least one contract", ExitCode.DATA)
    found: list[ListedCorrection] = []
    for place, row in rows[1:]:
        line = _line(f"{file}:{place}", row)
        if found and line.contract_no <= found[-1].contract_no:
            raise ProcessFault(f"{file}:{place}: contracts rise, and each is there once", ExitCode.DATA)
        found.append(line)
    return found


def write_list(file: Path, lines: Sequence[ListedCorrection]) -> None:
    """Replaces nothing. Raises ProcessFault DATA when it cannot."""
    try:
        with file.open("x", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(LINE_COLUMNS)
            writer.writerows(msgspec.structs.astuple(line) for line in lines)
    except OSError as error:
        raise ProcessFault(f"{file}: {error.strerror}", ExitCode.DATA) from None


def said_of(lines: Sequence[ListedCorrection]) -> str:
    """How many corrections a list has, and what it permits at most, in one line."""
    rises_fen = sum(line.rise_max_fen for line in lines)
    good_fen, rejected_fen = sum(line.made_good_max_fen for line in lines), sum(line.rejected_fen for line in lines)
    return (
        f"{len(lines):,} contracts: bought may rise by {yuan(rises_fen)}, brokers may bear {yuan(good_fen)}, "
        f"{yuan(rejected_fen)} of buys are rejected"
    )


def yuan(fen: int) -> str:
    """Yuan with two decimals."""
    return f"{fen // 100:,}.{fen % 100:02}"


def _line(place: str, row: Sequence[str]) -> ListedCorrection:
    if len(row) != len(LINE_COLUMNS):
        raise ProcessFault(f"{place}: {len(row)} fields, expected {len(LINE_COLUMNS)}", ExitCode.DATA)
    for name, text in zip(LINE_COLUMNS, row, strict=True):
        if not (len(text) < 20 and text.isascii() and text.isdecimal() and str(int(text)) == text):
            raise ProcessFault(f"{place}: {name}: {printable(text)[:40]!r} is no whole number", ExitCode.DATA)
    try:
        line = msgspec.convert([_TAG, *map(int, row)], type=ListedCorrection)
    except msgspec.ValidationError:
        raise ProcessFault(f"{place}: a number is out of its bounds", ExitCode.DATA) from None
    if line.rejected_fen > line.cleared_buys_fen:
        raise ProcessFault(f"{place}: more is rejected than was cleared", ExitCode.DATA)
    return line
