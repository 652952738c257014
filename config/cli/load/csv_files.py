"""The bank's master data as CSV files: which kind a file is, by its header row, and its lines as checked messages.

Belongs here: reading and checking. Never here: sending (sending). A file is read as a stream; nothing but one chunk is
kept. Every fault is one line: file, line number, column, reason.
"""

from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec

from config.cli.fees.fields import CHARGED, charged_of, fees_of
from config.cli.fees.fields import FEES as FEES_NAMED
from config.cli.load.fields import Row, bounded, hexadecimal, moment_ns, printable, whole, word
from config.cli.load.securities import PriceLine, key_of, price_line, suspension, version
from config.kit.exit_codes import ExitCode, ProcessFault
from config.text_files import NotText, csv_rows
from protocol.acts.shown_text import is_shown_as_it_is
from protocol.keys.signing import PUBLIC_KEY_BYTES
from protocol.limits import (
    ACCOUNTS_PER_CONTROL_MAX,
    CONTRACTS_PER_CONTROL_MAX,
    HOLDER_BYTES,
    OUTLETS_PER_CONTROL_MAX,
    PRICES_PER_CONTROL_MAX,
    SECURITIES_PER_CONTROL_MAX,
)
from protocol.messages.control import (
    ChangeMode,
    EndKey,
    RegisterChannelSeat,
    RegisterKey,
    RegisterParty,
    RegisterSeat,
    SetScheme,
)
from protocol.messages.customers.accounts import AccountTerms, ContractTerms, SecuritiesAccount
from protocol.messages.fields import BankAccountNo, PartyNo
from protocol.messages.orders.fees import SetFees
from protocol.messages.orders.securities import ResumeSecurity, SecurityVersion, SuspendSecurity
from protocol.messages.outlets import OutletEntry
from protocol.messages.persons import NewPerson, PersonKey, RegisterPersons
from protocol.vocabulary import (
    BANK_PARTY,
    SUITES,
    Market,
    Mode,
    OutletLevel,
    Right,
    Role,
    Scheme,
    SeatRole,
    Suite,
    role_fits_party,
)
from rules.contracts import MAY_SIGN_AS
from rules.outlets import cannot_be
from rules.tellers import can_be

FIELD_CHARS_MAX = 4_096
KEY_NEVER_ENDS_NS = 2**62
_SecuritiesNo = Annotated[str, msgspec.Meta(pattern="^[0-9A-Z]{0,10}$")]


class DataFileError(ProcessFault):
    """A file cannot be loaded: file, line and reason in one line of text."""

    def __init__(self, message: str) -> None:
        """Takes that line; the code is always ExitCode.DATA."""
        super().__init__(message, ExitCode.DATA)


class FileKind(Enum):
    """What a file holds; the value is its header row."""

    PARTIES = ("party", "role", "suite", "name", "proceeds_at_fill")
    MODES = ("party", "mode")
    SCHEMES = ("party", "scheme")
    SEATS = ("seat", "party", "role")
    CHANNEL_SEATS = ("seat", "party", "channel", "broker")
    KEYS = ("party", "seat", "key_id", "public_key", "not_before", "not_after")
    ENDED_KEYS = ("party", "ended_key_id")
    FEES = ("party", *CHARGED, *FEES_NAMED, "notice")
    OUTLETS = ("outlet", "level", "parent", "name")
    ACCOUNTS = ("bank_account_no", "outlet", "holder", "balance_fen")
    CONTRACTS = ("bank_account_no", "party", "shanghai", "shenzhen", "status")
    PERSONS = ("person", "staff_no", "name", "outlet", "rights", "suite", "public_key")
    SECURITIES = (
        *("market", "security", "product", "multiplier", "buy_least", "buy_step", "buy_most"),
        *("sell_least", "sell_step", "sell_most", "odd_lots", "tick_yuan", "par_yuan", "sold_at_once"),
        *("first_date", "last_date"),
    )
    PRICES = ("market", "security", "trade_date", "low_yuan", "high_yuan", "accrued_yuan")
    SUSPENSIONS = ("market", "security", "suspended", "reason")


LINES_PER_PIECE = {
    FileKind.OUTLETS: 1_024,  # a quarter of what a message may have: that many fit with names as long as may be
    FileKind.ACCOUNTS: ACCOUNTS_PER_CONTROL_MAX,
    FileKind.CONTRACTS: CONTRACTS_PER_CONTROL_MAX,
    FileKind.SECURITIES: SECURITIES_PER_CONTROL_MAX,
    FileKind.PRICES: PRICES_PER_CONTROL_MAX,
}
"""Of all others one."""
assert LINES_PER_PIECE[FileKind.OUTLETS] <= OUTLETS_PER_CONTROL_MAX


class ContractLine(msgspec.Struct, frozen=True):
    """A contract to sign, on the account with this number at the bank; "" is no securities account on a market."""

    bank_account_no: BankAccountNo
    party: PartyNo
    shanghai: _SecuritiesNo
    shenzhen: _SecuritiesNo
    status: int

    def terms(self, account_no: int) -> ContractTerms:
        """What is sent once our number of the account is known."""
        named = ((Market.XSHG, self.shanghai), (Market.XSHE, self.shenzhen))
        accounts = [SecuritiesAccount(market, number) for market, number in named if number]
        return ContractTerms(account_no, self.party, accounts, self.status)


Item = (
    RegisterParty
    | ChangeMode
    | SetScheme
    | RegisterSeat
    | RegisterChannelSeat
    | RegisterKey
    | EndKey
    | SetFees
    | OutletEntry
    | AccountTerms
    | ContractLine
    | RegisterPersons
    | SecurityVersion
    | PriceLine
    | SuspendSecurity
    | ResumeSecurity
)


class Piece(NamedTuple):
    """Items of one kind that are sent together, and the line of each."""

    kind: FileKind
    lines: list[int]
    items: list[Item]


def read_pieces(file: Path) -> Iterator[Piece]:
    """A file in its order: in pieces of LINES_PER_PIECE at most, or line by line.

    Raises DataFileError at the first fault; a piece is given out only when all its lines are sound.
    """
    try:
        with file.open("rb") as stream:
            rows = csv_rows(stream)
            kind = _kind_of(file, next(rows, (1, []))[1])
            yield from _pieces(file, _rows(file, rows, kind), kind)
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


def _rows(file: Path, rows: Iterator[tuple[int, list[str]]], kind: FileKind) -> Iterator[tuple[int, Row]]:
    for line_no, fields in rows:
        if not fields:
            continue
        if len(fields) != len(kind.value):
            reason = f"{len(fields)} fields, expected {len(kind.value)}"
            raise DataFileError(f"{file}:{line_no}: {reason}")
        if any(len(field) > FIELD_CHARS_MAX for field in fields):
            raise DataFileError(f"{file}:{line_no}: a field longer than {FIELD_CHARS_MAX} characters")
        yield line_no, dict(zip(kind.value, (field.strip() for field in fields), strict=True))


def _pieces(file: Path, rows: Iterator[tuple[int, Row]], kind: FileKind) -> Iterator[Piece]:
    size = LINES_PER_PIECE.get(kind, 1)
    piece = Piece(kind, [], [])
    line_of: dict[object, int] = {}  # of each account, outlet, security and date in the piece
    for line_no, row in rows:
        try:
            item = bounded(_MAKERS[kind](row))
            if kind in LINES_PER_PIECE:
                column, named = _named(kind, item)
                first = line_of.setdefault(named, line_no)
                if first != line_no:
                    raise ValueError(f"{column}: {named} stands in line {first} already")
        except ValueError as error:
            raise DataFileError(f"{file}:{line_no}: {error}") from None
        piece.lines.append(line_no)
        piece.items.append(item)
        if len(piece.items) == size:
            yield piece
            piece = Piece(kind, [], [])
            line_of.clear()
    if piece.items:
        yield piece


def _named(kind: FileKind, item: Item) -> tuple[str, object]:
    """The column by which an item is told from others, and what it says."""
    if isinstance(item, SecurityVersion | PriceLine):
        return "security", key_of(item)
    return kind.value[0], getattr(item, kind.value[0])


def _party(row: Row) -> Item:
    role = word(row, "role", {"broker": Role.BROKER, "channel": Role.CHANNEL, "bank": Role.BANK})
    suite = word(row, "suite", SUITES)
    proceeds = word(row, "proceeds_at_fill", {"yes": 1, "no": 0})
    return RegisterParty(whole(row, "party"), role, suite, printable(row, "name"), bool(proceeds))


def _mode(row: Row) -> Item:
    return ChangeMode(whole(row, "party"), word(row, "mode", {mode.name.lower(): int(mode) for mode in Mode}))


def _scheme(row: Row) -> Item:
    words = {scheme.name.lower(): int(scheme) for scheme in Scheme}
    return SetScheme(whole(row, "party"), word(row, "scheme", words))


def _key(row: Row) -> Item:
    public_key = hexadecimal(row, "public_key")
    if len(public_key) not in PUBLIC_KEY_BYTES.values():
        raise ValueError(f"public_key: {len(public_key)} bytes, expected 32 (Ed25519) or 65 (P-256)")
    not_before_ns = moment_ns(row, "not_before", 0)
    not_after_ns = moment_ns(row, "not_after", KEY_NEVER_ENDS_NS)
    if not_before_ns >= not_after_ns:
        raise ValueError("not_after is not later than not_before")
    party, seat, key_id = (whole(row, name) for name in ("party", "seat", "key_id"))
    if party == BANK_PARTY and seat == 0:
        raise ValueError("seat: 0, but a key of the bank is one seat's")
    return RegisterKey(party, key_id, public_key, not_before_ns, not_after_ns, seat)


def _ended_key(row: Row) -> Item:
    return EndKey(whole(row, "party"), whole(row, "ended_key_id"))


def _seat(row: Row) -> Item:
    seat, party = whole(row, "seat"), whole(row, "party")
    role = word(row, "role", {role.name.lower(): int(role) for role in SeatRole})
    if not role_fits_party(role, party):
        raise ValueError(f"role: a seat of party {party} is no {row['role']}")
    return RegisterSeat(seat, party, role)


def _channel_seat(row: Row) -> Item:
    return RegisterChannelSeat(*(whole(row, name) for name in FileKind.CHANNEL_SEATS.value))


def _fees(row: Row) -> Item:
    notice = whole(row, "notice") if row["notice"] else 0
    return SetFees(whole(row, "party"), *charged_of(row), *fees_of(row), notice)


def _outlet(row: Row) -> Item:
    level = word(row, "level", {level.name.lower(): int(level) for level in OutletLevel})
    outlet, parent = whole(row, "outlet"), whole(row, "parent") if row["parent"] else 0
    entry = bounded(OutletEntry(outlet, level, parent, printable(row, "name")))
    if cannot_be(outlet, level, parent):
        below = "under nothing" if level == OutletLevel.BRANCH else f"under one {OutletLevel(level - 1).name.lower()}"
        raise ValueError(f"parent: {row['parent']!r}, but {outlet} stands {below}")
    return entry


def _account(row: Row) -> Item:
    holder = hexadecimal(row, "holder")
    if len(holder) != HOLDER_BYTES:
        raise ValueError(f"holder: {len(holder)} bytes, expected {HOLDER_BYTES} of a keyed digest")
    return AccountTerms(whole(row, "bank_account_no"), whole(row, "outlet"), holder, whole(row, "balance_fen"))


def _contract(row: Row) -> Item:
    status = word(row, "status", {status.name.lower(): int(status) for status in sorted(MAY_SIGN_AS)})
    bank_account_no, party = whole(row, "bank_account_no"), whole(row, "party")
    return ContractLine(bank_account_no, party, row["shanghai"].upper(), row["shenzhen"].upper(), status)


def _person(row: Row) -> Item:
    suite, public_key = word(row, "suite", SUITES), hexadecimal(row, "public_key")
    if len(public_key) != PUBLIC_KEY_BYTES[Suite(suite)]:
        raise ValueError(f"public_key: {len(public_key)} bytes, expected {PUBLIC_KEY_BYTES[Suite(suite)]}")
    words = {right.name: int(right) for right in Right if right}
    wanted = [word.strip().upper() for word in row["rights"].split(" ") if word.strip()]
    if unknown := [word for word in wanted if word not in words]:
        raise ValueError(f"rights: {unknown[0]!r} is none of {', '.join(words)}")
    if not is_shown_as_it_is(row["name"]):
        raise ValueError(f"name: {row['name']!r} has a sign that is not seen as what it is")
    rights, outlet = sum({words[word] for word in wanted}), whole(row, "outlet")
    if not can_be(rights, outlet):
        raise ValueError("rights: who has ADMINISTER has no other right, and outlet 0")
    key = PersonKey(1, suite, public_key, 0, 0)
    return RegisterPersons([NewPerson(whole(row, "person"), row["staff_no"], row["name"], outlet, rights, key)])


_MAKERS: dict[FileKind, Callable[[Row], Item]] = {
    FileKind.PARTIES: _party,
    FileKind.MODES: _mode,
    FileKind.SCHEMES: _scheme,
    FileKind.KEYS: _key,
    FileKind.ENDED_KEYS: _ended_key,
    FileKind.SEATS: _seat,
    FileKind.CHANNEL_SEATS: _channel_seat,
    FileKind.FEES: _fees,
    FileKind.OUTLETS: _outlet,
    FileKind.ACCOUNTS: _account,
    FileKind.CONTRACTS: _contract,
    FileKind.PERSONS: _person,
    FileKind.SECURITIES: version,
    FileKind.PRICES: price_line,
    FileKind.SUSPENSIONS: suspension,
}
