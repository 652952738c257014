"""`yzt audit verify`: the whole journal checked from outside the ledger, row by row.

Belongs here: what an auditor asks (chain, bodies, head; with `--redecide` every signature, every decision and every
confirmed roll again)
and the first bad row in one line. Never here: repair, or anything that writes.
"""

import argparse
import sys
import time
from dataclasses import dataclass

import numpy as np

from config.cli.options import add_common_options
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import print_progress
from config.schema import Config
from ledger.at_hand import journal_dsn
from ledger.core.control.rows import accepted_messages, heads_closed, stored_messages
from ledger.core.engine import apply_row, decide_block, decide_control, place_fault
from ledger.core.rows.rolls import Roll, difference, roll_behind
from ledger.core.rows.row import Row
from ledger.core.rows.state_check import check_state
from ledger.core.rows.undecided import is_undecided
from ledger.core.rules_version import ALIKE_SINCE
from ledger.core.state.book import Book
from ledger.core.state.forms.slices import state_slices
from ledger.database.connections import DATABASE_FAULTS, connect
from ledger.database.until_asked import run_until_asked
from ledger.journal.chain import Chain, chain_behind
from ledger.journal.head import ZERO_DIGEST, Head, JournalNewer, JournalTampered
from ledger.journal.reader import JournalReader
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, MisuseError
from protocol.header import unpack_header
from protocol.keys.registry import PartyRegistry
from protocol.limits import HEADER_BYTES, PREFIX_BYTES
from protocol.messages.control import ConfirmRoll, Genesis
from protocol.records import OUTCOME, RECORD

READ_BYTES = 16 * 1024 * 1024
PROGRESS_EVERY_NS = 2_000_000_000
UNDECIDED_NAMED_MAX = 20
"""Rows of frames that were not decided, named in the last line; more are only counted."""


class AuditFinding(ProcessFault):
    """The journal is not what was committed; the message names the first bad row and what is wrong with it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.DATA)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found good: rows `first` to `last`, and the records in them.

    `undecided` of the rows hold a frame that was refused because it could not be decided, which nobody can decide
    again; `undecided_rows` are the first of them.
    """

    first: int
    last: int
    records: int
    undecided: int
    undecided_rows: tuple[int, ...]

    def lines(self, redecided: bool) -> list[str]:
        """What an auditor is told last."""
        what = "signatures verify, decided again, all the same" if redecided else "chain and bodies verify"
        said = [f"rows {self.first} to {self.last}, {self.records:,} records: {what}"]
        if self.undecided:
            more = self.undecided - len(self.undecided_rows)
            named = ", ".join(map(str, self.undecided_rows)) + (f" and {more:,} more" if more else "")
            said.append(
                f"{self.undecided:,} of these rows hold NOT_DECIDED and are taken as they stand: {named} "
                "(why: table quarantine)"
            )
        return said


def main(argv: list[str], config: Config) -> int:
    """Runs `yzt audit`. Returns: 0 when all is well, 65 with one line on stderr when a row is bad.

    Raises: ProcessFault when the command line is wrong or PostgreSQL is not there.
    """
    options = _parser().parse_args(argv)
    if options.redecide and options.first != 1:
        raise ProcessFault("--redecide starts at the first row: leave --from out", ExitCode.USAGE)
    if options.first < 1 or (options.last is not None and options.last < options.first):
        raise ProcessFault("--from is at least 1, and --to not below it", ExitCode.USAGE)
    with journal_dsn(config) as dsn:
        try:
            found = run_until_asked(verify(dsn, options.first, options.last, options.redecide))
        except AuditFinding as finding:
            print(f"audit: {finding}", file=sys.stderr)
            return int(finding.exit_code)
        except DATABASE_FAULTS as error:
            raise ProcessFault(f"the journal cannot be read: {error}", ExitCode.UNAVAILABLE) from error
    for line in found.lines(options.redecide):
        print(line)
    return int(ExitCode.OK)


async def verify(dsn: str, first: int = 1, last: int | None = None, redecide: bool | Book = False) -> Verified:
    """Checks the rows `first` to `last` (None: to the head), which must be there without a gap. `redecide`: also
    decides them again, on an empty book that is given, which then holds the state behind the last one.

    Raises: AuditFinding for the first bad row; JournalNewer for the first of a later program; ProcessFault when
    PostgreSQL cannot be reached.
    """
    connection = await connect(dsn, "audit")
    try:
        reader = JournalReader(connection)
        head = await reader.head() or Head(0, 0, ZERO_DIGEST)
        until = head.sequence if last is None else last
        if until > head.sequence:
            raise AuditFinding(f"row {until} is not there: the head is at {head.sequence}")
        book = redecide if isinstance(redecide, Book) else Book.empty() if redecide else None
        auditor = Auditor(await chain_behind(reader, first - 1, head.epoch), book)
        await auditor.read(reader, until)
        if last is None:
            await _check_head(reader, auditor.chain, head)
        if auditor.unlike_rolls:
            rest = f"(of {auditor.unlike_rolls} such rows the first; rows {first} to {until} are good but for them)"
            raise AuditFinding(f"{auditor.unlike_roll} {rest}")
        rows = tuple(auditor.undecided_rows)
        return Verified(first, auditor.chain.sequence, auditor.records, auditor.undecided, rows)
    except JournalTampered as unreadable:  # a value that no row was ever stored as
        raise AuditFinding(str(unreadable)) from unreadable
    finally:
        await connection.close()


class Auditor:
    """Goes along the chain and, if wished, verifies every signature and decides everything again beside it."""

    def __init__(self, chain: Chain, book: Book | None) -> None:
        """`book`: an empty one to decide everything again on, None: chain and bodies only."""
        self.chain = chain
        self.records = 0
        self.undecided = 0
        self.undecided_rows: list[int] = []  # the first of them
        self.unlike_rolls = 0
        """Rows that confirm a roll with another state than the one which is decided again."""
        self.unlike_roll = ""  # the first of them, and what it says
        self._book = book
        self._roll: Roll | None = None  # that opened the date which is open
        self._registry = PartyRegistry([])

    async def read(self, reader: JournalReader, until: int) -> None:
        """Checks everything from the chain's place to the row `until`."""
        next_report_ns = time.monotonic_ns() + PROGRESS_EVERY_NS
        async for row in reader.rows_after(self.chain.sequence, READ_BYTES, until):
            self.check(row)
            if time.monotonic_ns() >= next_report_ns:
                next_report_ns = time.monotonic_ns() + PROGRESS_EVERY_NS
                print_progress(f"audit: row {row.sequence} of {until}, {self.records:,} records")
        if self.chain.sequence != until:
            raise AuditFinding(f"row {self.chain.sequence + 1} is missing: the journal should reach row {until}")

    def check(self, row: Row) -> None:
        """Goes on to the row that should come next. Raises: AuditFinding with its place, JournalNewer."""
        try:
            fault = self._fault_of(row)
        except JournalNewer:
            raise
        except Exception as error:  # a row that somebody made up may break what reads it in ways nobody foresaw
            fault = f"not what a ledger commits, {type(error).__name__}: {error}"
        if fault is not None:
            raise AuditFinding(f"row {row.sequence}: {fault}")
        self.chain.advance(row)
        self.records += len(row.records) // RECORD.itemsize
        if is_undecided(row):
            self.undecided += 1
            self.undecided_rows += [row.sequence][: UNDECIDED_NAMED_MAX - len(self.undecided_rows)]

    def _fault_of(self, row: Row) -> str | None:
        fault = self.chain.fault_of(row)
        if fault is not None or self._book is None:
            return fault
        try:
            fault = _signature_fault(self._registry, row) or _decision_fault(self._book, row)
            if fault is None:
                self._learn(row, self._book)
        except (InvariantBroken, MisuseError) as error:
            return str(error)
        return fault

    def _learn(self, row: Row, book: Book) -> None:
        """Takes over the keys that an accepted control row, or the genesis, brought, and compares what it confirms.

        Another state than ours does not end the audit here: the row is what was committed.
        """
        for message in accepted_messages(row):
            if isinstance(message, Genesis):
                self._registry = PartyRegistry([message.bank])
            else:
                self._registry.apply(message, row.decided_at_ns)
            fault = difference(self._roll, message) if isinstance(message, ConfirmRoll) else None
            if fault is not None:
                self.unlike_rolls += 1
                self.unlike_roll = self.unlike_roll or f"row {row.sequence}: {fault}"
        if book.roll_sequence == row.sequence:
            self._roll = roll_behind(book, list(state_slices(book)))


async def _check_head(reader: JournalReader, chain: Chain, head: Head) -> None:
    if chain.digest != head.digest:
        raise AuditFinding(f"row {chain.sequence}: its digest is not the one in the journal's head")
    place = await reader.last_place()
    now = await reader.head()  # read after the last row: a serving ledger moves both on together
    if place is not None and (now is None or place.sequence > now.sequence):
        raise AuditFinding(f"row {place.sequence}: it stands behind the journal's head")


def _signature_fault(registry: PartyRegistry, row: Row) -> str | None:
    """Verifies the header signature of every frame with the keys journaled before it; None when all fit."""
    for place, start in enumerate(range(0, len(row.headers), PREFIX_BYTES)):
        header = unpack_header(row.headers, start)
        header_bytes = row.headers[start : start + HEADER_BYTES]
        signature = row.headers[start + HEADER_BYTES : start + PREFIX_BYTES]
        times_ns = (header.sent_at_ns, header.sent_at_ns)
        verifier = registry.verifier(header.sender, header.seat, header.key_id, times_ns)
        whose = f"key {header.key_id} of party {header.sender}"
        if verifier is None or verifier.suite != header.suite:
            return f"frame {place}: {whose} is not known, not valid when it was sent, or bound to another seat"
        if not verifier.verify(header_bytes, signature):
            return f"frame {place}: its signature is not by {whose}"
    return None


def _decision_fault(book: Book, row: Row) -> str | None:
    """Decides the row on the book before it; None when outcomes and state come out as they are stored."""
    if row.rules_version < ALIKE_SINCE:
        return f"rules version {row.rules_version}, this program decides rows from version {ALIKE_SINCE} on again"
    fault = place_fault(book, row)
    if fault is not None:
        return fault
    if not row.headers or is_undecided(row):
        apply_row(book, row)
        outcomes = row.outcomes
    elif row.records:
        outcomes = decide_block(book, row.prefixes(), np.frombuffer(row.records, RECORD), row.decided_at_ns)
    else:
        outcomes = decide_control(book, row.prefixes(), stored_messages(row), row.decided_at_ns)
    if outcomes != row.outcomes:
        return _first_difference(outcomes, row.outcomes)
    if row.headers and row.closing_heads != heads_closed(book, row.trade_date):
        return "what it keeps are not the heads of the seats when the date was closed"
    try:
        check_state(book, row)
    except InvariantBroken as error:
        return str(error)
    return None


def _first_difference(decided: bytes, stored: bytes) -> str:
    ours, theirs = np.frombuffer(decided, OUTCOME), np.frombuffer(stored, OUTCOME)
    if len(ours) != len(theirs):
        return f"{len(theirs)} outcomes are stored, {len(ours)} were decided"
    place = int(np.flatnonzero(ours != theirs)[0])
    codes = [_code_name(int(outcome["code"][place])) for outcome in (theirs, ours)]
    remaining = [int(outcome["remaining_fen"][place]) for outcome in (theirs, ours)]
    return (
        f"record {place}: stored {codes[0]} with {remaining[0]} fen remaining, "
        f"decided again {codes[1]} with {remaining[1]}"
    )


def _code_name(code: int) -> str:
    return ReplyCode(code).name if code in ReplyCode._value2member_map_ else str(code)


class _Parser(argparse.ArgumentParser):
    """Errors of the command line are faults like all others: one line and an exit code."""

    def error(self, message: str) -> None:  # type: ignore[override]  # argparse ends the process here, we raise
        raise ProcessFault(f"{message} (see `yzt audit --help`)", ExitCode.USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="yzt audit", description="check the journal from outside the ledger")
    commands = parser.add_subparsers(dest="command", required=True)
    verify_parser = commands.add_parser("verify", help="verify chain and bodies, name the first bad row")
    add_common_options(verify_parser)
    verify_parser.add_argument(
        "--from", dest="first", type=int, default=1, metavar="SEQ", help="first journal row to check (default: 1)"
    )
    verify_parser.add_argument(
        "--to", dest="last", type=int, default=None, metavar="SEQ", help="last one (default: the newest)"
    )
    verify_parser.add_argument(
        "--redecide", action="store_true", help="verify every signature and decide every row again, from row 1"
    )
    return parser
