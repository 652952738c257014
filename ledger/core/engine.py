"""The face of the core: decide what comes, or apply what was decided; both leave the same book.

Belongs here: the order of steps for one journal row. Never here: rules (decide, control), effects (effects), I/O.
"""

from dataclasses import replace

import numpy as np

from ledger.core import lane
from ledger.core.control.customers.open_items import open_items
from ledger.core.control.customers.pushes import open_pushes, push_facts
from ledger.core.control.day.resumption import serve_again
from ledger.core.control.feeds import count_accepted
from ledger.core.control.keys import is_key_over
from ledger.core.control.parties import add_party
from ledger.core.control.rows import apply_control_row, decide_control, genesis_message, judge_version
from ledger.core.decide import decide_in_order
from ledger.core.effects import apply_effects
from ledger.core.frames import Frames, advance, check_next, give_out_pages, time_after
from ledger.core.invariants import check_block
from ledger.core.lines.answers import clearing_set, proceeds_to_book, set_differences
from ledger.core.lines.apply import apply_lines
from ledger.core.orders.feed_entries import tell_orders
from ledger.core.orders.verdicts import apply_verdicts
from ledger.core.resolve import Block, check_layout, resolve
from ledger.core.rows.half_acted import HalfActed
from ledger.core.rows.layouts import ROW_LAYOUT, row_digest
from ledger.core.rows.row import FIRST_DIGEST, Row
from ledger.core.rows.row_form import form_fault, time_fault
from ledger.core.rows.stored_blocks import check_outcomes, check_targets
from ledger.core.rows.undecided import apply_undecided, is_undecided, leave_undecided
from ledger.core.rules_version import RULES_VERSION
from ledger.core.savings.days import before_counting, count_days
from ledger.core.state.book import Book
from ledger.core.state.customers.moved import NOTHING_POSTED
from ledger.core.state.forms.slices import state_slice_count, state_slice_digest
from ledger.core.state.orders.acted import NOTHING_ACTED
from ledger.core.state.room import has_room
from ledger.core.state.totals import account_facts, buying_power, signed_on_power, totals
from protocol.acts.table import BANK_ID_BYTES
from protocol.errors import InvariantBroken, MisuseError
from protocol.header import PrefixArray
from protocol.limits import SEATS_MAX
from protocol.messages.codec import encode
from protocol.messages.control import Genesis, SeatEntry, ServesAgain
from protocol.records import OUTCOME, RECORD, OutcomeArray, RecordArray
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, Role, SeatRole, role_fits_party

__all__ = [
    "account_facts",
    "apply_block",
    "apply_genesis",
    "apply_resumption",
    "apply_row",
    "buying_power",
    "clearing_set",
    "decide_block",
    "decide_control",
    "genesis_row",
    "has_room",
    "is_key_over",
    "judge_version",
    "leave_undecided",
    "open_items",
    "open_pushes",
    "place_fault",
    "proceeds_to_book",
    "push_facts",
    "row_holding",
    "set_differences",
    "signed_on_power",
    "state_slice_count",
    "state_slice_digest",
    "totals",
]

NS_PER_S = 1_000_000_000
TINY_BLOCK_RECORDS = 8  # up to here the law alone: the proof would spare some 20 us, and the law is asked every day


def decide_block(book: Book, prefixes: PrefixArray, records: RecordArray, decided_at_ns: int) -> bytes:
    """Decide and apply one block row: (n,) `records` of (f,) frames that are each next at their seat, in order of
    arrival. Returns the (n × 16) bytes of the outcomes.

    Raises MisuseError, with nothing changed, for frames that are not next or do not fit; InvariantBroken when the
    books are wrong, HalfActed when outcomes did not act to their end.
    """
    frames = Frames.of(prefixes)
    check_layout(records)
    check_next(book, frames, len(records), decided_at_ns)
    pages_before, uncounted = book.requests.pages_used, before_counting(book, decided_at_ns)
    accounts = np.zeros(0, np.intp)
    try:
        count_days(book, decided_at_ns)
        give_out_pages(book, frames, records)
        block = resolve(book, frames, records)
        accounts = block.account
        outcomes = _decided(book, block, decided_at_ns)
    except Exception:
        # Nothing has acted yet: what was made ready is taken back, and the book is as it was.
        book.requests.take_back(pages_before)
        book.savings = uncounted
        lane.clear_scratch(book, accounts)
        raise
    try:
        apply_block(book, frames, block, outcomes)
        advance(book, frames, time_after(book.ordered_at_ns, decided_at_ns), [book.sequence + 1] * len(frames.seat))
    except InvariantBroken:
        raise
    except Exception as error:
        # Outcomes have begun to act, and nobody knows what the book is now.
        raise HalfActed(book.sequence + 1, prefixes.tobytes(), error) from error
    return outcomes.tobytes()


def _decided(book: Book, block: Block, decided_at_ns: int) -> OutcomeArray:
    if block.count > TINY_BLOCK_RECORDS or block.lines is not None or block.verdicts is not None:
        return lane.decide_by_lane(book, block, decided_at_ns)
    outcomes = np.zeros(block.count, OUTCOME)
    decide_in_order(book, block, slice(None), decided_at_ns, outcomes)
    return outcomes


def apply_row(book: Book, row: Row) -> None:
    """Apply a stored row: afterwards the book equals the one that decided it.

    Raises InvariantBroken when the row is not the next one, not formed as a row is, or does not fit the book.
    """
    if row.sequence != book.sequence + 1:
        raise InvariantBroken(f"row {row.sequence} after row {book.sequence}")
    fault = form_fault(row) or place_fault(book, row)
    if fault is not None:
        raise InvariantBroken(f"row {row.sequence}: {fault}")
    try:
        if not row.headers and row.sequence > 1:
            apply_resumption(book, _resumption_of(book, row), row.decided_at_ns)
        elif not row.headers:
            apply_genesis(book, _genesis_of(row), row.decided_at_ns, row.digest)
        elif is_undecided(row):
            apply_undecided(book, row)
        elif row.records:
            _apply_stored_block(book, row)
        else:
            apply_control_row(book, row)
    except (MisuseError, InvariantBroken) as error:
        raise InvariantBroken(f"row {row.sequence} does not fit the book: {error}") from error


def genesis_row(genesis: Genesis, shard: int, epoch: int, decided_at_ns: int) -> Row:
    """The first journal row, sequence 1. Raises MisuseError when the genesis does not describe the bank or its
    first date."""
    _check_genesis(genesis)
    row = Row(
        layout=ROW_LAYOUT,
        shard=shard,
        sequence=1,
        epoch=epoch,
        trade_date=genesis.trade_date,
        rules_version=RULES_VERSION,
        decided_at_ns=decided_at_ns,
        ordered_at_ns=time_after(0, decided_at_ns),
        bank_key_ids=(0, 0),
        headers=b"",
        records=b"",
        closing_heads=b"",
        control=encode(genesis),
        outcomes=b"",
        state_check=b"",
        digest=b"",
    )
    return replace(row, digest=row_digest(FIRST_DIGEST, row))


def apply_resumption(book: Book, message: ServesAgain, decided_at_ns: int) -> None:
    """Take in that nobody served for a while: a row of the bank's own, behind the book's last."""
    sequence = book.sequence + 1
    book.feeds.begin_row(sequence, decided_at_ns)
    book.obligations.begin_row()
    book.clearing_accounts.begin_row()
    book.orders.securities.begin_row()
    serve_again(book, message)
    book.sequence, book.ordered_at_ns = sequence, time_after(book.ordered_at_ns, decided_at_ns)


def apply_genesis(book: Book, genesis: Genesis, decided_at_ns: int, digest: bytes) -> None:
    """Make an empty book the bank's; `digest` is that of the genesis row. Raises MisuseError when the book has
    begun."""
    if book.sequence:
        raise MisuseError("a genesis in a book that has begun")
    add_party(book, genesis.bank)
    book.bank_id = digest[:BANK_ID_BYTES]
    book.begin(genesis.trade_date, genesis.unsettled_dates_max)
    book.sequence, book.ordered_at_ns = 1, time_after(0, decided_at_ns)


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


def apply_block(book: Book, frames: Frames, block: Block, outcomes: OutcomeArray) -> None:
    """Let (n,) outcomes act on a resolved block of these frames.

    Raises InvariantBroken when the books are wrong afterwards.
    """
    lines = block.lines
    # Also by a block of lines alone, which moves none.
    book.restraints.moved, book.moved.posted, book.gated.posted = [], NOTHING_POSTED, []
    book.orders.acted = NOTHING_ACTED
    if lines is None or len(lines.positions) < block.count:
        apply_effects(book, block, outcomes)
        count_accepted(book, frames, block, outcomes)
        check_block(book, block)
    apply_lines(book, block, outcomes)
    if block.verdicts is not None:
        apply_verdicts(book, block.verdicts, block.contract, outcomes)
    tell_orders(book, frames, block, outcomes)


def apply_stored_block(book: Book, frames: Frames, block: Block, outcomes: OutcomeArray) -> None:
    """`apply_block` for outcomes that were read: raises InvariantBroken also when nobody can have decided them."""
    check_outcomes(book, block, outcomes)
    apply_block(book, frames, block, outcomes)
    check_targets(book, block, outcomes)


def place_fault(book: Book, row: Row) -> str | None:
    """What is wrong with where a row stands, in date and time, after what the book has seen; None when nothing is."""
    if row.headers and row.trade_date != book.trade_date:
        return f"it is of {row.trade_date}, when {book.trade_date} was open"
    return time_fault(book.ordered_at_ns, row)


def _apply_stored_block(book: Book, row: Row) -> None:
    records, outcomes = np.frombuffer(row.records, RECORD), np.frombuffer(row.outcomes, OUTCOME)
    frames = Frames.of(row.prefixes())
    check_next(book, frames, len(records), row.decided_at_ns)
    give_out_pages(book, frames, records)
    count_days(book, row.decided_at_ns)
    apply_stored_block(book, frames, resolve(book, frames, records), outcomes)
    advance(book, frames, row.ordered_at_ns, [row.sequence] * len(frames.seat))


def _resumption_of(book: Book, row: Row) -> ServesAgain:
    message = genesis_message(row)
    if not isinstance(message, ServesAgain) or row.trade_date != book.trade_date:
        raise InvariantBroken(f"row {row.sequence} has no frame, and says nothing of the open date")
    if not message.alive_s <= message.serves_s <= row.decided_at_ns // NS_PER_S:
        raise InvariantBroken(f"row {row.sequence}: nobody can have served again then")
    return message


def _genesis_of(row: Row) -> Genesis:
    message = genesis_message(row)
    if not isinstance(message, Genesis) or message.trade_date != row.trade_date:
        raise InvariantBroken(f"row {row.sequence} has no frame and is no genesis of its date")
    _check_genesis(message)
    return message


def _check_genesis(genesis: Genesis) -> None:
    bank = genesis.bank
    if bank.party != BANK_PARTY or bank.role != Role.BANK:
        raise MisuseError("the genesis must describe the bank's own party")
    seats = {one.seat for one in bank.seats if role_fits_party(one.role, BANK_PARTY)}
    if SeatEntry(BANK_SEAT, SeatRole.MASTER_DATA) not in bank.seats or len(seats) != len(bank.seats):
        raise MisuseError("the genesis must give the bank its seat of master data, and no seat of a broker")
    if not seats.issuperset(key.seat for key in bank.keys):
        raise MisuseError("the genesis must bind each key of the bank to one of its seats")
    if not is_trade_date(genesis.trade_date):
        raise MisuseError("the genesis must open a day of the calendar")
