"""What a block of records names: senders, contracts, accounts, slots and target freezes, looked up once.

Belongs here: reading the layout and every gather by a number that a partner chose, each range-checked before it is
used. Never here: verdicts (decide, lane) or changes (effects).
"""

from dataclasses import dataclass

import numpy as np

from ledger.core.corrections.read import Corrections, read_corrections
from ledger.core.frames import Frames, heads_after, own_slots
from ledger.core.kind_tables import (
    COUNTS_SERIAL,
    EXECUTED,
    HAS_RELEASE,
    HAS_TURNOVER,
    HAS_WAY,
    IS_FACT,
    IS_LINE,
    IS_ORDERING,
    IS_VERDICT,
    NAMES_ACCOUNT,
    NAMES_FREEZE,
    NAMES_RESTRAINT,
    TAKES_SLOT,
    UNUSED_BITS,
)
from ledger.core.lines.ended import are_ended
from ledger.core.lines.proceeds import Proceeds, read_proceeds
from ledger.core.lines.read import Lines, read_lines
from ledger.core.orders.read import Ordering, read_ordering
from ledger.core.orders.verdicts import Verdicts, read_verdicts
from ledger.core.settling.read import Settlements, read_settlements
from ledger.core.state.book import ACCOUNT_MASK, CHECK_SHIFT, FACT_MASK, PARTY_SHIFT, STATE_SHIFT, Book
from ledger.core.state.columns import ByteColumn, FenColumn, LongColumn, Mask, Positions, is_some
from ledger.core.state.unsettled import DAY_CODES
from protocol.errors import MisuseError
from protocol.given_numbers import CONTRACT_NUMBER_STEP, account_nos_from_indices
from protocol.limits import RECORD_BYTES, REQUESTS_PER_SEAT_DATE_MAX, SEATS_MAX
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import BANK_PARTY, Way
from rules.day.states import is_market_closed

_WORDS = RECORD_BYTES // 8
_WAY_SHIFT = 8  # of the way in the head word: byte 1
_DAY_SHIFT = 16  # of the trade day in the head word: bytes 2 and 3
_WORD_HEAD, _WORD_CONTRACT, _WORD_AMOUNT, _WORD_RELEASE, _WORD_TURNOVER, _WORD_TARGET, _WORD_NUMBER, _WORD_REF = range(
    8
)
# Lines, verdicts and orders through the bank are looked at by their own reading.
_UNUSED = [np.where(IS_LINE | IS_VERDICT | IS_ORDERING, 0, bits) for bits in UNUSED_BITS]
_UNUSED_HEAD, _UNUSED_RELEASE, _UNUSED_TURNOVER, _UNUSED_TARGET, _UNUSED_NUMBER = (
    _UNUSED[word] for word in (_WORD_HEAD, _WORD_RELEASE, _WORD_TURNOVER, _WORD_TARGET, _WORD_NUMBER)
)
assert not any(_UNUSED[word].any() for word in (_WORD_CONTRACT, _WORD_AMOUNT, _WORD_REF))
# Its bytes behind the date and seat of a target a withdrawal uses only where it is a judicial deduction.
assert not _UNUSED_NUMBER[NAMES_RESTRAINT].any()
_UNUSED_NUMBER = np.where(NAMES_RESTRAINT, _UNUSED_TARGET, _UNUSED_NUMBER)


@dataclass(slots=True)
class Targets:
    """(m,) each: the records that name a freeze."""

    positions: Positions  # in the block, ascending
    slot: Positions  # 0 ≤ slot; a slot that holds no freeze where nothing is there
    matched: Mask  # an accepted freeze of the contract that the record names, from before this block
    pending: Mask  # the number belongs to this block, so that it is known only when that is decided
    remaining_fen: FenColumn  # of the freeze when the block begins, 0 unless matched
    due_fen: FenColumn  # of it, what a complete clearing set says was bought
    is_ended: Mask | None  # a complete set ends it; None when none does, or no fill is among these
    date: LongColumn  # trade date of the target as named


@dataclass(slots=True)
class Block:
    """(n,) each unless said otherwise; scalars stand for columns of one value."""

    count: int
    kind: int | Positions  # a scalar when all are of one kind; 0 to 255
    unused_bits: int | LongColumn  # not 0 where a field is set that the kind does not use
    role: int | Positions  # of the seat
    proceeds_at_fill: int | Positions
    valid_until_ns: int | LongColumn
    seat: int | LongColumn
    way: LongColumn | None  # of movements, 0 beside other kinds; None when the block has none
    restraint: LongColumn | None  # its number, of judicial deductions, 0 elsewhere; None when the block has none
    serial: LongColumn | None  # of movements, as the way
    market_closed: bool  # nothing that needs the market is accepted
    stopped: int | LongColumn  # the sender is a broker that takes no new orders, which come from its own seats alone
    moves_money: int | LongColumn  # the sender is a broker in transfer mode, whose seats alone freeze
    scheme: int | LongColumn  # of the sender, of the bank B; beside orders through the bank of whose contract it names
    known: Mask  # what it names exists, the check digits fit, and the sender may touch it
    contract: Positions  # index, 0 where there is none
    state: LongColumn  # of the contract or account, see rules.contracts
    account: Positions  # index of the account
    amount_fen: FenColumn
    release_fen: FenColumn | None  # None when no record of the block has one; 0 beside other kinds
    turnover_fen: FenColumn | None  # likewise
    slot: Positions | None  # where a freeze or an order is kept; None when the block opens none
    unsettled_slot: ByteColumn | None  # by the trade day of a fill, NO_SLOT elsewhere; None when the block has no fill
    cleared: Mask | None  # fills whose broker's set of their date is complete; None when there is no such set
    proceeds: Proceeds | None  # None when no record books proceeds
    corrections: Corrections | None  # None when no record closes an order of a date or corrects a contract
    settlements: Settlements | None  # None when no record settles a contract's date, or credits what was gated
    targets: Targets | None  # None when no record names a freeze
    lines: Lines | None  # None when no record is a line of a clearing set
    verdicts: Verdicts | None  # None when no record is a verdict on a password
    ordering: Ordering | None  # None when no record is about an order through the bank

    def executed_on(self, book: Book) -> LongColumn:
        """(n,) trade date on which a fill was executed, 0 where that has no slot in the ring, and for other kinds."""
        if self.unsettled_slot is None:
            return np.zeros(self.count, np.int64)
        return book.unsettled.dates.take(self.unsettled_slot)

    def are_among(self, positions: Positions | slice, named: Positions) -> Mask:
        """(k,) whether each of (k,) `named` positions is one of (m,) `positions`."""
        among = np.zeros(self.count, bool)
        among[positions] = True
        found: Mask = among[named]
        return found


def check_layout(records: RecordArray) -> None:
    """Raises MisuseError unless `records` are RECORD without gaps: numpy lays the shared bytes of a record out anew
    when it joins arrays of them."""
    if records.dtype != RECORD or not records.flags.c_contiguous:
        raise MisuseError("records of another layout")


def resolve(book: Book, frames: Frames, records: RecordArray) -> Block:
    """Look up everything that (n,) `records` name. The pages of their freezes are given out."""
    count = len(records)
    words = records.view("<i8").reshape(count, _WORDS)
    head = np.ascontiguousarray(words[:, _WORD_HEAD])
    kinds = (head & 0xFF).astype(np.intp, copy=False)
    kind: int | Positions = int(kinds[0])
    if is_some(kinds != kind):
        kind = kinds
    sender = frames.sender
    whose = _whose(book, frames, kind, frames.over_records(_brokers(book, frames)))
    known, contract, state, account = _named(book, np.ascontiguousarray(words[:, _WORD_CONTRACT]), kind, whose)
    lines = read_lines(book, frames, records, kind, contract)
    verdicts = read_verdicts(records, kind)
    slot = own_slots(book, frames, count) if is_some(TAKES_SLOT[kind]) else None
    ordering = read_ordering(book, frames, records, kind, contract, slot)
    way = _ways(head, kind)
    role = frames.over_records(book.seat_role[frames.seat].astype(np.int64))
    day = head >> _DAY_SHIFT & (DAY_CODES - 1)
    return Block(
        count=count,
        kind=kind,
        unused_bits=_unused_bits(words, head, kind, way, lines, verdicts, ordering),
        role=role,
        proceeds_at_fill=frames.over_records(book.proceeds_at_fill[sender].astype(np.int64)),
        valid_until_ns=frames.over_records(frames.valid_until_ns),
        seat=frames.over_records(frames.seat),
        way=way,
        restraint=_restraints(words[:, _WORD_NUMBER], way),
        serial=_where_used(words[:, _WORD_REF], COUNTS_SERIAL, kind),
        market_closed=is_market_closed(book.phase),
        stopped=frames.over_records(book.stopped[sender].astype(np.int64)),
        moves_money=frames.over_records(book.moved.mode[sender].astype(np.int64)),
        scheme=_schemes(book, frames, count, ordering),
        known=known,
        contract=contract,
        state=state,
        account=account,
        amount_fen=np.ascontiguousarray(words[:, _WORD_AMOUNT]),
        release_fen=_where_used(words[:, _WORD_RELEASE], HAS_RELEASE, kind),
        turnover_fen=_where_used(words[:, _WORD_TURNOVER], HAS_TURNOVER, kind),
        slot=slot,
        unsettled_slot=_unsettled_slots(book, head, kind),
        cleared=_cleared(book, head, kind, contract),
        proceeds=read_proceeds(book, kind, role, day, contract),
        corrections=read_corrections(book, frames, records, kind, role, day, contract),
        settlements=read_settlements(book, records, kind, role, day, contract),
        targets=_targets(book, frames, records, kind, contract),
        lines=lines,
        verdicts=verdicts,
        ordering=ordering,
    )


def _brokers(book: Book, frames: Frames) -> LongColumn:
    """(f,) the party whose contracts each frame is about: the sender, or the broker whose customers order by its seat
    of a channel."""
    broker = book.orders.channels.broker[frames.seat]
    return np.where(broker > 0, broker, frames.sender) if is_some(broker) else frames.sender


def _schemes(book: Book, frames: Frames, count: int, ordering: Ordering | None) -> int | LongColumn:
    """(n,) or one for all: by which scheme orders of the sender's customers come; who orders for a broker's, or
    cancels, is asked for that broker."""
    now = book.orders.schemes.now
    schemes = frames.over_records(now[frames.sender].astype(np.int64))
    if ordering is None:
        return schemes
    schemes = np.broadcast_to(schemes, (count,)).copy()
    schemes[ordering.positions] = now[ordering.party]
    return schemes


def _where_used(word: LongColumn, is_used: Mask, kind: int | Positions) -> FenColumn | None:
    """A field that some kinds use; None when no record of the block is of such a kind."""
    used = is_used[kind]
    return np.where(used, word, 0) if is_some(used) else None


def _unsettled_slots(book: Book, head: LongColumn, kind: int | Positions) -> ByteColumn | None:
    has_day = EXECUTED[kind]
    if not is_some(has_day):
        return None
    slots: ByteColumn = book.unsettled.slot_of_day.take(np.where(has_day, head >> _DAY_SHIFT & (DAY_CODES - 1), 0))
    return slots


def _cleared(book: Book, head: LongColumn, kind: int | Positions, contract: Positions) -> Mask | None:
    if not len(book.clearing.complete) or not is_some(IS_FACT[kind]):
        return None
    found = np.zeros(len(head), bool)
    days, parties = head >> _DAY_SHIFT & (DAY_CODES - 1), book.contract_facts.take(contract) >> PARTY_SHIFT
    for trade_date, has_set in book.clearing.cleared.items():
        found |= (days == trade_day(trade_date)) & has_set[parties]
    return found & IS_FACT[kind]


def _ways(head: LongColumn, kind: int | Positions) -> LongColumn | None:
    has_way = HAS_WAY[kind]
    if not is_some(has_way):
        return None
    ways: LongColumn = np.where(has_way, head >> _WAY_SHIFT & 0xFF, 0)
    return ways


def _restraints(word: LongColumn, way: LongColumn | None) -> LongColumn | None:
    if way is None or not is_some(way == Way.JUDICIAL):
        return None
    named: LongColumn = np.where(way == Way.JUDICIAL, word, 0)
    return named


def _unused_bits(
    words: LongColumn,
    head: LongColumn,
    kind: int | Positions,
    way: LongColumn | None,
    lines: Lines | None,
    verdicts: Verdicts | None,
    ordering: Ordering | None,
) -> int | LongColumn:
    if lines is not None and len(lines.positions) == len(words):
        return lines.is_malformed.astype(np.int64) if is_some(lines.is_malformed) else 0
    unused = head & _UNUSED_HEAD[kind]
    if way is None:
        unused |= words[:, _WORD_TARGET] & _UNUSED_TARGET[kind] | words[:, _WORD_NUMBER] & _UNUSED_NUMBER[kind]
    else:
        number = np.where(NAMES_RESTRAINT[kind] & (way == Way.JUDICIAL), 0, words[:, _WORD_NUMBER])
        unused |= words[:, _WORD_TARGET] & _UNUSED_TARGET[kind] | number & _UNUSED_NUMBER[kind]
    if not isinstance(kind, int) or _UNUSED_RELEASE[kind] or _UNUSED_TURNOVER[kind]:
        unused |= words[:, _WORD_RELEASE] & _UNUSED_RELEASE[kind]
        unused |= words[:, _WORD_TURNOVER] & _UNUSED_TURNOVER[kind]
    if lines is not None:
        unused[lines.positions] = lines.is_malformed
    if verdicts is not None:
        unused[verdicts.positions] = verdicts.is_malformed
    if ordering is not None:
        unused[ordering.positions] = ordering.is_malformed
    return unused if is_some(unused) else 0


def _whose(book: Book, frames: Frames, kind: int | Positions, party: int | LongColumn) -> int | LongColumn:
    """(n,) or one for all: the party whose contracts each record may name. The bank's own names any; but a line that a
    day desk sends is of the broker in whose place it does.
    """
    open_at = book.clearing.open_at
    if not (open_at and is_some(IS_LINE[kind]) and is_some(frames.sender == BANK_PARTY)):
        return party
    of_frame = [
        open_at[seat].party if seat in open_at else sender
        for seat, sender in zip(frames.seat.tolist(), frames.sender.tolist(), strict=True)
    ]
    of_lines = frames.over_records(np.array(of_frame, np.int64))
    return of_lines if isinstance(kind, int) else np.where(IS_LINE[kind], of_lines, party)


def _named(
    book: Book, numbers: LongColumn, kind: int | Positions, party: int | LongColumn
) -> tuple[Mask, Positions, LongColumn, Positions]:
    """(n,) each: known, contract index, state, account index of the contract or account that each record names."""
    names_account = NAMES_ACCOUNT[kind]
    if not is_some(names_account):
        return _contracts(book, numbers, party)
    known, state, account = _accounts(book, numbers, party)
    contract = np.zeros(len(numbers), np.intp)
    if not isinstance(kind, int):
        others = np.flatnonzero(~names_account)
        if not len(others):
            return known, contract, state, account
        of_others = party if isinstance(party, int) else party[others]
        known[others], contract[others], state[others], account[others] = _contracts(book, numbers[others], of_others)
    return known, contract, state, account


def _accounts(book: Book, numbers: LongColumn, party: int | LongColumn) -> tuple[Mask, LongColumn, Positions]:
    """(n,) each: known, state, account index; 0 stands in where there is no account. They are the bank's alone."""
    account = numbers // CONTRACT_NUMBER_STEP
    inside = (account >= 0) & (account < book.accounts_count)
    account = np.where(inside, account, 0)
    known = inside & (account_nos_from_indices(account) == numbers) & np.equal(party, BANK_PARTY)
    return known, book.account_flags.take(account) >> STATE_SHIFT, account


def _contracts(
    book: Book, numbers: LongColumn, party: int | LongColumn
) -> tuple[Mask, Positions, LongColumn, Positions]:
    """(n,) each: known, contract index, state, account index; index 0 stands in where there is no contract."""
    index = numbers // CONTRACT_NUMBER_STEP
    check_digits = numbers - index * CONTRACT_NUMBER_STEP
    inside = None
    if int(index.min()) < 0 or int(index.max()) >= book.contracts_count:
        inside = (index >= 0) & (index < book.contracts_count)
        index = np.where(inside, index, 0)
    facts = book.contract_facts.take(index)
    known = ((facts >> CHECK_SHIFT) & FACT_MASK) == check_digits
    if inside is not None:
        known &= inside
    if not isinstance(party, int):
        known &= (facts >> PARTY_SHIFT == party) | (party == BANK_PARTY)
    elif party != BANK_PARTY:
        known &= facts >> PARTY_SHIFT == party
    return known, index, (facts >> STATE_SHIFT) & FACT_MASK, facts & ACCOUNT_MASK


def _targets(
    book: Book, frames: Frames, records: RecordArray, kind: int | Positions, contract: Positions
) -> Targets | None:
    names_freeze = NAMES_FREEZE[kind]
    if not is_some(names_freeze):
        return None
    positions = np.flatnonzero(np.broadcast_to(names_freeze, contract.shape))
    dates = records["target_date"][positions].astype(np.int64)
    seats = records["target_seat"][positions].astype(np.int64)
    numbers = records["target_number"][positions]
    inside = (seats >= 1) & (seats <= SEATS_MAX)
    inside &= (numbers >= 1) & (numbers <= REQUESTS_PER_SEAT_DATE_MAX)
    slot = book.requests.slots_named(book.trade_date, dates, seats, numbers, inside)
    is_open = inside & (dates == book.trade_date)
    seats_open, numbers_open = np.where(is_open, seats, 0), np.where(is_open, numbers, 0)
    wanted = contract[positions] + 1
    matched = book.requests.contract.take(slot) == wanted
    remaining = book.requests.amount_fen.take(slot) - book.requests.drawn_fen.take(slot)
    remaining -= book.requests.released_fen.take(slot)
    after = heads_after(book, frames)
    return Targets(
        positions=positions,
        slot=slot,
        matched=matched,
        pending=(numbers_open >= book.next_number.take(seats_open)) & (numbers_open < after.take(seats_open)),
        remaining_fen=np.where(matched, remaining, 0),
        due_fen=book.requests.due_fen(slot, book.clearing.complete),
        is_ended=are_ended(book, slot, dates) if len(book.clearing.complete) and is_some(IS_FACT[kind]) else None,
        date=dates,
    )
