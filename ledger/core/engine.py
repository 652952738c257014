"""The face of the core: decide what comes, or apply what was decided; both leave the same book.

Belongs here: the order of steps for one journal row. Never here: rules (decide, control), effects (effects), I/O.
"""

from dataclasses import replace

import numpy as np

from ledger.core import lane
from ledger.core.book import Book
from ledger.core.control import add_party, apply_control, judge
from ledger.core.decide import decide_in_order
from ledger.core.effects import apply_effects
from ledger.core.frames import Frames, advance, check_next, check_seats, give_out_pages
from ledger.core.invariants import check_block
from ledger.core.resolve import Block, check_layout, resolve
from ledger.core.room import has_room
from ledger.core.row import FIRST_DIGEST, Row, row_digest
from ledger.core.rules_version import RULES_VERSION
from ledger.core.slices import state_slice_count, state_slice_digest
from ledger.core.totals import buying_power, totals
from ledger.core.trade_dates import is_calendar_date
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, MisuseError
from protocol.header import PrefixArray
from protocol.limits import SEATS_MAX
from protocol.messages import ControlMessage, Genesis, Negotiate, decode_control, encode
from protocol.records import OUTCOME, RECORD, OutcomeArray, RecordArray
from protocol.vocabulary import BANK_PARTY, FrameKind, Role

__all__ = [
    "apply_block",
    "apply_genesis",
    "apply_row",
    "buying_power",
    "check_state",
    "decide_block",
    "decide_control",
    "genesis_row",
    "has_room",
    "row_holding",
    "state_slice_count",
    "state_slice_digest",
    "totals",
]

TINY_BLOCK_RECORDS = 8  # up to here the law itself is faster than the proof


def decide_block(book: Book, prefixes: PrefixArray, records: RecordArray, decided_at_ns: int) -> bytes:
    """Decide and apply one block row: (n,) `records` of (f,) frames that are each next at their seat, in order of
    arrival. Returns the (n × 16) bytes of the outcomes.

    Raises MisuseError, with nothing changed, for frames that are not next or do not fit; InvariantBroken when the
    books are wrong.
    """
    frames = Frames.of(prefixes)
    check_layout(records)
    check_next(book, frames, len(records))
    give_out_pages(book, frames)
    block = resolve(book, frames, records)
    if block.count <= TINY_BLOCK_RECORDS:
        outcomes = np.zeros(block.count, OUTCOME)
        decide_in_order(book, block, slice(None), decided_at_ns, outcomes)
    else:
        outcomes = lane.decide_block(book, block, decided_at_ns)
    apply_block(book, block, outcomes)
    advance(book, frames, decided_at_ns, [book.sequence + 1] * len(frames.seat))
    return outcomes.tobytes()


def decide_control(
    book: Book, prefix: PrefixArray, message: ControlMessage | Negotiate | None, decided_at_ns: int
) -> bytes:
    """Decide and apply one control row: (1,) frame, CONTROL or NEGOTIATE. None stands for a CONTROL body that is no
    control message. Returns the 16 bytes of its outcome.

    Raises MisuseError, with nothing changed, for a frame that is not next or comes from a foreign seat.
    """
    frames = Frames.of(prefix)
    if isinstance(message, Negotiate):
        check_seats(book, frames)
        growing = int(prefix["session_version"][0]) > int(book.session_version[int(prefix["seat"][0])])
        code = ReplyCode.ACCEPTED if growing else ReplyCode.SESSION_VERSION_NOT_GROWING
    else:
        check_next(book, frames, 1)
        code = judge(book, int(prefix["sender"][0]), message)
    _apply_control_row(book, prefix, message, code, decided_at_ns)
    outcome = np.zeros(1, OUTCOME)
    outcome["code"] = code
    return outcome.tobytes()


def apply_row(book: Book, row: Row) -> None:
    """Apply a stored row: afterwards the book equals the one that decided it.

    Raises InvariantBroken when the row is not the next one or does not fit the book.
    """
    if row.sequence != book.sequence + 1:
        raise InvariantBroken(f"row {row.sequence} after row {book.sequence}")
    if not row.headers:
        apply_genesis(book, _genesis_of(row), row.decided_at_ns)
        return
    prefixes = row.prefixes()
    try:
        if row.control:
            _apply_stored_control(book, row, prefixes)
        else:
            records, outcomes = np.frombuffer(row.records, RECORD), np.frombuffer(row.outcomes, OUTCOME)
            if len(records) != len(outcomes):
                raise InvariantBroken(f"row {row.sequence}: records and outcomes do not pair")
            frames = Frames.of(prefixes)
            check_next(book, frames, len(records))
            give_out_pages(book, frames)
            apply_block(book, resolve(book, frames, records), outcomes)
            advance(book, frames, row.decided_at_ns, [row.sequence] * len(frames.seat))
    except MisuseError as error:
        raise InvariantBroken(f"row {row.sequence} does not fit the book: {error}") from error


def genesis_row(genesis: Genesis, shard: int, epoch: int, decided_at_ns: int) -> Row:
    """The first journal row, sequence 1. Raises MisuseError when the genesis does not describe the bank or its
    first date."""
    if genesis.bank.party != BANK_PARTY or genesis.bank.role != Role.BANK:
        raise MisuseError("the genesis must describe the bank's own party")
    if not is_calendar_date(genesis.trade_date):
        raise MisuseError("the genesis must open a day of the calendar")
    row = Row(
        shard=shard,
        sequence=1,
        epoch=epoch,
        trade_date=genesis.trade_date,
        rules_version=RULES_VERSION,
        decided_at_ns=decided_at_ns,
        bank_key_ids=(0, 0),
        headers=b"",
        records=b"",
        annotations=b"",
        control=encode(genesis),
        outcomes=b"",
        state_check=b"",
        digest=b"",
    )
    return replace(row, digest=row_digest(FIRST_DIGEST, row))


def apply_genesis(book: Book, genesis: Genesis, decided_at_ns: int) -> None:
    """Make an empty book the bank's. Raises MisuseError when the book is not empty."""
    if book.sequence:
        raise MisuseError("a genesis in a book that has begun")
    add_party(book, genesis.bank)
    book.trade_date = genesis.trade_date
    book.sequence, book.decided_at_ns = 1, decided_at_ns


def row_holding(book: Book, trade_date: int, seat: int, number: int) -> int:
    """The journal sequence of the row that holds a request number of the open or the previous date; 0 when none
    does: not used yet, or of a date before these."""
    if not 1 <= seat <= SEATS_MAX or number < 1:
        return 0
    if trade_date == book.trade_date:
        used, frames = int(book.next_number[seat]), book.frames
    elif trade_date == book.previous_date:
        used, frames = int(book.previous_next_number[seat]), book.previous_frames
    else:
        return 0
    return frames.sequence_of(seat, number) if number < used else 0


def apply_block(book: Book, block: Block, outcomes: OutcomeArray) -> None:
    """Let (n,) outcomes act on a resolved block. Raises InvariantBroken when the books are wrong afterwards."""
    apply_effects(book, block, outcomes)
    check_block(book, block)


def check_state(book: Book, row: Row) -> bool:
    """Compare the slice of the state that a row names, right after it was applied. Returns whether it names one.

    Raises InvariantBroken when the book is not the one that decided.
    """
    if not row.state_check:
        return False
    place = int.from_bytes(row.state_check[:4], "little", signed=True)
    exists = 0 <= place < state_slice_count(book)
    if not exists or state_slice_digest(book, place) != row.state_check[4:]:
        raise InvariantBroken(f"state slice {place} comes out different")
    return True


def _apply_control_row(
    book: Book,
    prefix: PrefixArray,
    message: ControlMessage | Negotiate | None,
    code: int,
    decided_at_ns: int,
) -> None:
    if isinstance(message, Negotiate):
        book.sequence, book.decided_at_ns = book.sequence + 1, decided_at_ns
        if code == ReplyCode.ACCEPTED:
            book.session_version[int(prefix["seat"][0])] = prefix["session_version"][0]
        return
    # The number takes no page of the request table: control must find room when that is full. It is used before the
    # effect: a roll closes the date that it belongs to.
    advance(book, Frames.of(prefix), decided_at_ns, [book.sequence + 1])
    if code == ReplyCode.ACCEPTED and message is not None:
        apply_control(book, message)


def _apply_stored_control(book: Book, row: Row, prefix: PrefixArray) -> None:
    code = int(np.frombuffer(row.outcomes, OUTCOME)["code"][0])
    message: ControlMessage | Negotiate | None = None
    if int(prefix["kind"][0]) == FrameKind.NEGOTIATE:
        check_seats(book, Frames.of(prefix))
        message = Negotiate(bytes(16), "")
    else:
        check_next(book, Frames.of(prefix), 1)
        if code == ReplyCode.ACCEPTED:
            message = decode_control(row.control)
    _apply_control_row(book, prefix, message, code, row.decided_at_ns)


def _genesis_of(row: Row) -> Genesis:
    message = decode_control(row.control)
    if not isinstance(message, Genesis):
        raise InvariantBroken(f"row {row.sequence} has no frame and is no genesis")
    return message
