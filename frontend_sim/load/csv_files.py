"""The bank's master data as CSV files: which kind a file is, by its header row, and each line as a checked message.

Belongs here: reading and checking. Never here: sending (load). A file is read as a stream; nothing but one chunk is
kept. Every fault is one line: file, line number, column, reason.
"""

import csv
import datetime
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import msgspec

from config.text_files import NotText, text_lines
from protocol.limits import CONTRACTS_PER_CONTROL_MAX
from protocol.messages.control import (
    ContractTerms,
    ControlMessage,
    EndKey,
    OpenContracts,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
)
from protocol.signing import PUBLIC_KEY_BYTES
from protocol.vocabulary import (
    BANK_PARTY,
    SUITES,
    ContractStatus,
    Role,
    SeatRole,
    contract_no_from_index,
    index_from_contract_no,
    role_fits_party,
)

FIELD_CHARS_MAX = 4_096
KEY_NEVER_ENDS_NS = 2**62
NS_PER_SECOND = 1_000_000_000
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class DataFileError(Exception):
    """A file cannot be loaded: file, line and reason in one line of text."""


class FileKind(Enum):
    """What a file holds; the value is its header row."""

    PARTIES = ("party", "role", "suite", "name", "proceeds_at_fill")
    SEATS = ("seat", "party", "role")
    KEYS = ("party", "seat", "key_id", "public_key", "not_before", "not_after")
    ENDED_KEYS = ("party", "ended_key_id")
    CONTRACTS = ("contract_no", "account_no", "party", "status", "balance_fen")


class Piece(NamedTuple):
    """One control message with the lines that it was made of."""

    first_line: int
    last_line: int
    message: ControlMessage


Row = dict[str, str]


def read_pieces(file: Path) -> Iterator[Piece]:
    """A file as control messages in its order, contracts in chunks of up to 8,192.

    Raises DataFileError at the first fault; a piece is given out only when all its lines are sound.
    """
    try:
        with file.open("rb") as stream:
            reader = csv.reader(text_lines(stream), strict=True)
            try:
                kind = _kind_of(file, next(reader, []))
            except csv.Error as error:
                raise DataFileError(f"{file}:1: {error}") from None
            rows = _rows(file, reader, kind)
            yield from _contract_pieces(file, rows) if kind is FileKind.CONTRACTS else _single_pieces(file, rows, kind)
    except OSError as error:
        raise DataFileError(f"{file}: {error.strerror}") from None
    except NotText as error:
        raise DataFileError(f"{file}:{error.line_no}: {error}") from None


def _kind_of(file: Path, head: list[str]) -> FileKind:
    names = tuple(name.strip() for name in head)
    for kind in FileKind:
        if names == kind.value:
            return kind
    known = "; ".join(",".join(kind.value) for kind in FileKind)
    raise DataFileError(f"{file}:1: header row {','.join(head)!r} is none of: {known}")


def _rows(file: Path, reader: Iterator[list[str]], kind: FileKind) -> Iterator[tuple[int, Row]]:
    line_no = 1
    while True:
        line_no += 1
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise DataFileError(f"{file}:{line_no}: {error}") from None
        if fields is None:
            return
        if not fields:
            continue
        if len(fields) != len(kind.value):
            reason = f"{len(fields)} fields, expected {len(kind.value)}"
            raise DataFileError(f"{file}:{line_no}: {reason}")
        if any(len(field) > FIELD_CHARS_MAX for field in fields):
            raise DataFileError(f"{file}:{line_no}: a field longer than {FIELD_CHARS_MAX} characters")
        yield line_no, dict(zip(kind.value, (field.strip() for field in fields), strict=True))


def _single_pieces(file: Path, rows: Iterator[tuple[int, Row]], kind: FileKind) -> Iterator[Piece]:
    make = _MAKERS[kind]
    for line_no, row in rows:
        try:
            message = _bounded(make(row))
        except ValueError as error:
            raise DataFileError(f"{file}:{line_no}: {error}") from None
        yield Piece(line_no, line_no, message)


def _contract_pieces(file: Path, rows: Iterator[tuple[int, Row]]) -> Iterator[Piece]:
    terms: list[ContractTerms] = []
    first_line = last_line = first_index = 0
    for line_no, row in rows:
        try:
            index = index_from_contract_no(_whole(row, "contract_no"))
            if index < 0:
                raise ValueError(f"contract_no {row['contract_no']}: check digits do not fit")
            if terms and index != first_index + len(terms):
                expected = contract_no_from_index(first_index + len(terms))
                raise ValueError(f"contract_no {row['contract_no']} does not follow, expected {expected}")
            one = _terms(row)
            _bounded(OpenContracts(contract_no_from_index(index), [one]))
        except ValueError as error:
            raise DataFileError(f"{file}:{line_no}: {error}") from None
        if not terms:
            first_line, first_index = line_no, index
        terms.append(one)
        last_line = line_no
        if len(terms) == CONTRACTS_PER_CONTROL_MAX:
            yield Piece(first_line, last_line, OpenContracts(contract_no_from_index(first_index), terms))
            first_index += len(terms)
            first_line, terms = line_no + 1, []
    if terms:
        yield Piece(first_line, last_line, OpenContracts(contract_no_from_index(first_index), terms))


def _bounded(message: ControlMessage) -> ControlMessage:
    """The message, if every field is within the bounds of the wire. Raises ValueError naming the field."""
    try:
        return msgspec.convert(msgspec.to_builtins(message), type(message))
    except msgspec.ValidationError as error:
        raise ValueError(_spoken(error, message)) from None


def _spoken(error: msgspec.ValidationError, message: ControlMessage) -> str:
    """msgspec names places in an array by number; a person wants the field's name."""
    reason, _, place = str(error).partition(" - at `$")
    numbers = [int(part.rstrip("]`")) for part in place.split("[")[1:] if part.rstrip("]`").isdigit()]
    fields: tuple[str, ...] = type(message).__struct_fields__
    if isinstance(message, OpenContracts) and len(numbers) > 1:
        fields, numbers = ContractTerms.__struct_fields__, numbers[2:]
    name = fields[numbers[0] - 1] if numbers and 1 <= numbers[0] <= len(fields) else "line"
    return f"{name}: {reason}"


def _whole(row: Row, name: str) -> int:
    text = row[name].replace("_", "")
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{name}: {row[name]!r} is no whole number")
    return int(text[:40])


def _word(row: Row, name: str, words: Mapping[str, int]) -> int:
    if row[name].lower() not in words:
        raise ValueError(f"{name}: {row[name]!r} is none of {', '.join(words)}")
    return words[row[name].lower()]


def _moment_ns(row: Row, name: str, when_empty: int) -> int:
    if not row[name]:
        return when_empty
    try:
        moment = datetime.datetime.fromisoformat(row[name])
    except ValueError:
        raise ValueError(f"{name}: {row[name]!r} is no time such as 2026-01-05T09:00:00+08:00") from None
    if moment.tzinfo is None:
        raise ValueError(f"{name}: {row[name]!r} names no time zone")
    return max(0, (moment - _EPOCH) // datetime.timedelta(seconds=1) * NS_PER_SECOND)


def _party(row: Row) -> ControlMessage:
    role = _word(row, "role", {"broker": Role.BROKER, "bank": Role.BANK})
    suite = _word(row, "suite", SUITES)
    proceeds = _word(row, "proceeds_at_fill", {"yes": 1, "no": 0})
    if not row["name"].isprintable():
        raise ValueError(f"name: {row['name']!r} has a sign that cannot be printed")
    return RegisterParty(_whole(row, "party"), role, suite, row["name"], bool(proceeds))


def _key(row: Row) -> ControlMessage:
    try:
        public_key = bytes.fromhex(row["public_key"])
    except ValueError:
        raise ValueError("public_key: not hexadecimal") from None
    if len(public_key) not in PUBLIC_KEY_BYTES.values():
        raise ValueError(f"public_key: {len(public_key)} bytes, expected 32 (Ed25519) or 65 (P-256)")
    not_before_ns = _moment_ns(row, "not_before", 0)
    not_after_ns = _moment_ns(row, "not_after", KEY_NEVER_ENDS_NS)
    if not_before_ns >= not_after_ns:
        raise ValueError("not_after is not later than not_before")
    party, seat, key_id = (_whole(row, name) for name in ("party", "seat", "key_id"))
    if party == BANK_PARTY and seat == 0:
        raise ValueError("seat: 0, but a key of the bank is one seat's")
    return RegisterKey(party, key_id, public_key, not_before_ns, not_after_ns, seat)


def _ended_key(row: Row) -> ControlMessage:
    return EndKey(_whole(row, "party"), _whole(row, "ended_key_id"))


def _seat(row: Row) -> ControlMessage:
    seat, party = _whole(row, "seat"), _whole(row, "party")
    role = _word(row, "role", {role.name.lower(): int(role) for role in SeatRole})
    if not role_fits_party(role, party):
        raise ValueError(f"role: a seat of party {party} is no {row['role']}")
    return RegisterSeat(seat, party, role)


def _terms(row: Row) -> ContractTerms:
    status = _word(row, "status", {status.name.lower(): int(status) for status in ContractStatus})
    account_no, party = _whole(row, "account_no"), _whole(row, "party")
    return ContractTerms(account_no, party, status, _whole(row, "balance_fen"))


_MAKERS: dict[FileKind, Callable[[Row], ControlMessage]] = {
    FileKind.PARTIES: _party,
    FileKind.KEYS: _key,
    FileKind.ENDED_KEYS: _ended_key,
    FileKind.SEATS: _seat,
}
