"""A clearing set as a CSV file: one line of the set in each row, read into records and written from them.

Belongs here: the columns, which kind of line uses which, reading and writing. Never here: what the bank would make of a
line (checking), sending. Every fault is one line: file, line number, column, reason.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from config.kit.exit_codes import ExitCode, ProcessFault
from config.text_files import NotText, csv_rows
from protocol.client import (
    MisuseError,
    RequestKey,
    buy_line,
    contract_line,
    dividend_line,
    order_line,
    refund_line,
    sell_line,
)
from protocol.client.clearing.lines import LINE_WORDS
from protocol.limits import REQUESTS_PER_SEAT_DATE_MAX
from protocol.records import RECORD, RecordArray
from protocol.vocabulary import ClearedEvent, Fate, Market

Row = dict[str, str]
FEES = ("stamp_fen", "transfer_fen", "handling_fen", "regulatory_fen")
ORDER = ("order_date", "order_seat", "order_number")
HEADER = (
    *("kind", "contract_no", "fate", "event", "market", "quantity", "frozen_fen", "released_fen", "turnover_fen"),
    *("commission_fen", *FEES, "gross_fen", "tax_fen", "amount_fen", *ORDER, "security", "reference"),
)
_TRADE = ("market", "quantity", "turnover_fen", "commission_fen", *FEES)
USED: dict[str, tuple[str, ...]] = {
    "order": ("fate", "quantity", "frozen_fen", "released_fen", *ORDER),
    "buy": (*_TRADE, *ORDER),
    "sell": (*_TRADE, "security", "reference"),
    "dividend": ("market", "quantity", "gross_fen", "tax_fen", "security", "reference"),
    "refund": ("market", "quantity", "amount_fen", "security", "reference"),
    "contract": ("event",),
}
"""Columns that each kind of line uses beside `kind` and `contract_no`; every other cell of its row is empty."""
_WORD_OF = {int(kind): word for word, kind in LINE_WORDS.items()}
MUST_BE_FILLED = frozenset({"contract_no", "fate", "event", *ORDER, "reference"})
"""Of the columns that a kind uses; an empty cell of any other stands for 0, or for no security."""
FATES = {fate.name.lower(): int(fate) for fate in Fate}
EVENTS = {event.name.lower(): int(event) for event in ClearedEvent}
MARKETS = {market.name.lower(): int(market) for market in Market}
_WORDS = {"fate": FATES, "event": EVENTS, "market": MARKETS}
_FIELDS = dict.fromkeys(("frozen_fen", "turnover_fen", "gross_fen"), "amount_fen")
_FIELDS |= {"released_fen": "release_fen", "security": "traded_security"}
"""Columns whose field of the record has another name."""
FIELD_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class BadLine:
    """A row that is no line of a set."""

    line_no: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReadSet:
    """A file that was read to its end."""

    lines: RecordArray  # (n,) RECORD
    line_nos: list[int]  # (n,) of the file
    bad: list[BadLine]


def read_set(file: Path, on: int, told: Callable[[int], None] | None = None) -> ReadSet:
    """All lines of the set of trade date `on`; `told` hears how many rows are read, now and then.

    Raises: ProcessFault DATA for what is no CSV file of this header, or longer than a set may be.
    """
    try:
        with file.open("rb") as stream:
            return _read(file, stream, on, told)
    except OSError as error:
        raise ProcessFault(f"{file}: {error.strerror}", ExitCode.DATA) from None
    except NotText as error:
        raise ProcessFault(f"{file}:{error.line_no}: {error}", ExitCode.DATA) from None


def write_set(stream: IO[str], lines: RecordArray) -> None:
    """The (n,) lines of a set as such a file."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADER)
    columns = {name: lines[_FIELDS.get(name, name)].tolist() for name in HEADER if name not in ("fate", "event")}
    told = lines["event"].tolist()
    for place, kind in enumerate(columns["kind"]):
        word = _WORD_OF[kind]
        used = {"contract_no", *USED[word]}
        row = {name: columns[name][place] for name in used.difference(("fate", "event"))}
        row |= dict.fromkeys(used.intersection(("fate", "event")), told[place])
        writer.writerow([word, *(_cell(name, row[name]) if name in row else "" for name in HEADER[1:])])


def _read(file: Path, stream: IO[bytes], on: int, told: Callable[[int], None] | None) -> ReadSet:
    made: list[bytes] = []
    line_nos: list[int] = []
    bad: list[BadLine] = []
    for line_no, fields in _fields(file, stream):
        if len(line_nos) == REQUESTS_PER_SEAT_DATE_MAX:
            raise ProcessFault(f"{file}:{line_no}: more lines than a seat may send on one date", ExitCode.DATA)
        try:
            made.append(_line(fields, on))
            line_nos.append(line_no)
        except (ValueError, MisuseError) as error:
            bad.append(BadLine(line_no, str(error)))
        if told is not None and line_no % 65_536 == 0:
            told(line_no)
    return ReadSet(np.frombuffer(b"".join(made), RECORD), line_nos, bad)


def _fields(file: Path, stream: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """The rows behind the header, with their line numbers."""
    rows = csv_rows(stream)
    _, head = next(rows, (1, []))
    if tuple(name.strip() for name in head) != HEADER:
        raise ProcessFault(f"{file}:1: the header row is not {','.join(HEADER)}", ExitCode.DATA)
    return ((line_no, fields) for line_no, fields in rows if fields)


def _line(fields: list[str], on: int) -> bytes:
    """The record of a row. Raises ValueError or MisuseError naming the column."""
    if len(fields) != len(HEADER):
        raise ValueError(f"{len(fields)} fields, expected {len(HEADER)}")
    if any(len(field) > FIELD_CHARS_MAX for field in fields):
        raise ValueError(f"a field longer than {FIELD_CHARS_MAX} characters")
    row = dict(zip(HEADER, (field.strip() for field in fields), strict=True))
    kind = row["kind"].lower()
    if kind not in USED:
        raise ValueError(f"kind: {row['kind']!r} is none of {', '.join(USED)}")
    used = ("contract_no", *USED[kind])
    for name, text in row.items():
        if text and name != "kind" and name not in used:
            raise ValueError(f"{name}: a line of kind {kind} has none")
        if not text and name in MUST_BE_FILLED and name in used:
            raise ValueError(f"{name}: empty")
    given = {"on": on} | {name: _value(name, row[name]) for name in used if name != "security"}
    contract_no = given.pop("contract_no")
    if kind == "contract":
        return contract_line(contract_no, given.pop("event"), **given)
    if kind in ("order", "buy"):
        target = RequestKey(*(given.pop(name) for name in ORDER))
        if kind == "buy":
            return buy_line(target, contract_no, **given)
        return order_line(target, contract_no, given.pop("fate"), cancelled=given.pop("quantity"), **given)
    reference, security = given.pop("reference"), _security(row["security"])
    if kind == "sell":
        return sell_line(reference, contract_no, security=security, **given)
    if kind == "dividend":
        return dividend_line(reference, contract_no, security=security, **given)
    return refund_line(reference, contract_no, security=security, **given)


def _value(name: str, text: str) -> int:
    words = _WORDS.get(name)
    if words is not None:
        if text.lower() not in words and (text or name != "market"):
            raise ValueError(f"{name}: {text!r} is none of {', '.join(words)}")
        return words[text.lower()] if text else int(Market.NONE)
    digits = text.replace("_", "")
    if not (digits.isascii() and digits.isdigit()) and text:
        raise ValueError(f"{name}: {text!r} is no whole number")
    return int(digits[:40]) if text else 0


def _security(text: str) -> bytes:
    code = text.encode()
    if len(code) > RECORD["traded_security"].itemsize:
        raise ValueError(f"security: {text!r} has more than {RECORD['traded_security'].itemsize} bytes")
    return code


def _cell(name: str, value: int | bytes) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii", "backslashreplace")
    if name in _WORDS:
        return next((word for word, known in _WORDS[name].items() if known == value), "")
    return str(value)
