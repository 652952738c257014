"""What a block and a control frame cost beside lanes, contracts and freezes that they do not name.

Belongs here: the measurement behind docs/performance.md, in one process. Never here: anything that the product runs,
sockets, PostgreSQL.
Run: python -m benchmarks.micro.lanes

A million contracts of as many brokers as there are lanes a date, side by side by turns; a freeze of each on every date,
and of the broker that is named FREEZES more on the first two. Each figure is the lowest of ROUNDS.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ledger.core.control.day import lanes
from ledger.core.control.parties import add_party
from ledger.core.corrections import answers
from ledger.core.corrections.at_hand import DatesAtHand
from ledger.core.corrections.later import money_of
from ledger.core.frames import Frames
from ledger.core.lines.answers import proceeds_to_book
from ledger.core.lines.compare import part_of
from ledger.core.resolve import resolve
from ledger.core.rows.row import FIRST_DIGEST, Row
from ledger.core.state.book import CHECK_SHIFT, PARTY_SHIFT, STATE_SHIFT, Book, BookSize
from ledger.core.state.day.clearing import ClearedContracts, Lane
from ledger.core.state.forms.slices import state_slice_count, state_slice_digest
from ledger.core.state.requests import PAGES_PER_SEAT
from ledger.follower.projection.day.differences import DifferencesOfBatch
from ledger.follower.projection.day.lanes import LanesOfBatch
from protocol.given_numbers import contract_no_from_index
from protocol.header import PREFIX
from protocol.limits import REQUEST_PAGE_RECORDS, REQUESTS_PER_DATE_MAX
from protocol.messages.control import PartyEntry, SeatEntry
from protocol.messages.day.corrections import CorrectionQuery
from protocol.messages.day.steps import Publish
from protocol.records import OUTCOME, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import BANK_PARTY, ContractStatus, LaneState, RecordKind, Role, SeatRole, Suite
from tests.frames import make_records

DATES = (20_260_105, 20_260_106, 20_260_107, 20_260_108, 20_260_109)
CONTRACTS, FREEZES, RECORDS, ROUNDS = 1_000_000, 1_000_000, 512, 5
DAY_SEAT, FIRST_PARTY, FIRST_SEAT = 5, 2, 20
SIZES = ((300, 4), (1_000, 5))
"""Brokers and dates: as many lanes as they have together."""
NAMED = FIRST_PARTY


class Bank(NamedTuple):
    """A book, and what of it is named."""

    book: Book
    brokers: int
    own: list[int]
    """Contracts of the broker that is named."""

    @property
    def lane(self) -> Lane:
        """The lane that is named."""
        return self.book.clearing.lane(DATES[0], NAMED)


def bank(brokers: int, dates: int) -> Bank:
    """All lanes are there; the one that is named is complete, and all others of its date are collecting."""
    size = BookSize(contracts_max=2**20, requests_max=REQUESTS_PER_DATE_MAX, accounts_max=2**20)
    book, index = Book.empty(size), np.arange(CONTRACTS)
    add_party(book, PartyEntry(BANK_PARTY, Role.BANK, Suite.ED25519_SHA256, "bank", False, [], [_day_seat()]))
    for place in range(brokers):
        seats = [SeatEntry(FIRST_SEAT + place, SeatRole.BROKER)]
        add_party(book, PartyEntry(FIRST_PARTY + place, Role.BROKER, Suite.ED25519_SHA256, "broker", False, [], seats))
    book.accounts_count = book.contracts_count = CONTRACTS
    check_digits = np.array([contract_no_from_index(each) % 100 for each in range(CONTRACTS)])
    facts = (FIRST_PARTY + index % brokers) << PARTY_SHIFT | int(ContractStatus.ACTIVE) << STATE_SHIFT
    book.contract_facts[:CONTRACTS] = facts | check_digits << CHECK_SHIFT | index
    book.account_flags[:CONTRACTS] = index + 1
    book.balance_fen[:CONTRACTS] = book.power_fen[:CONTRACTS] = 2**40
    book.sequence = 1
    book.begin(DATES[0], 8)
    own = list(range(0, CONTRACTS, brokers))
    for place, date in enumerate(DATES[:dates]):
        if place:
            book.roll(date)
        _freeze(book, brokers, FREEZES if place < 2 else 0)
        book.clearing.by_contract[date] = ClearedContracts.empty(size.contracts_max)
        for broker in range(brokers):
            book.clearing.inner_given += 1
            seat = FIRST_SEAT + broker if not place else 0
            state = LaneState.COLLECTING if not place else LaneState.COMPLETE
            inner = book.clearing.inner_given
            book.clearing.put(Lane(date, FIRST_PARTY + broker, state, number=1, inner=inner, seat=seat))
    book.unsettled.agreed[book.unsettled.slot_of(DATES[0])] = 1
    return Bank(book, brokers, own)


def _day_seat() -> SeatEntry:
    return SeatEntry(DAY_SEAT, SeatRole.DAY_DESK)


def _freeze(book: Book, brokers: int, further: int) -> None:
    """One of each contract by its broker's seat, and so many more by the broker that is named."""
    for broker in range(brokers):
        contracts = np.arange(broker, CONTRACTS, brokers)
        others = contracts[RECORDS:] if not broker else contracts[:0]  # those of which no record is
        _fill(book, FIRST_SEAT + broker, np.concatenate((contracts, np.resize(others, further if len(others) else 0))))


def _fill(book: Book, seat: int, contracts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    table = book.requests
    for page, start in enumerate(range(0, len(contracts), REQUEST_PAGE_RECORDS)):
        begin, part = table.slots_used, contracts[start : start + REQUEST_PAGE_RECORDS]
        table.give_out(np.array([seat * PAGES_PER_SEAT + page]))
        slots = slice(begin, begin + len(part))
        table.contract[slots], table.amount_fen[slots] = part + 1, 500
        np.add.at(book.frozen_fen, part, 500)


def records_of(kind: RecordKind, own: list[int]) -> RecordArray:
    """A block that names contracts of one broker, one after the other, on the first date."""
    made = make_records(RECORDS, 0, 1, kind, trade_day=trade_day(DATES[0]))
    made["contract_no"] = [contract_no_from_index(each) for each in own[:RECORDS]]
    return made


def prefixes(count: int) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """One frame of the day desk."""
    made = np.zeros(1, PREFIX)
    made["sender"], made["seat"], made["first_number"], made["record_count"] = BANK_PARTY, DAY_SEAT, 1, count
    return made


def row_of(records: RecordArray) -> Row:
    """The row of such a block, of which nothing was accepted."""
    outcomes = np.zeros(len(records), OUTCOME)
    outcomes["code"] = 1
    headers = prefixes(len(records)).tobytes()
    parts = {"control": b"", "closing_heads": b"", "state_check": b"", "digest": FIRST_DIGEST}
    return Row(
        layout=0,
        shard=0,
        sequence=2,
        epoch=1,
        trade_date=DATES[0],
        rules_version=1,
        decided_at_ns=1,
        ordered_at_ns=1,
        bank_key_ids=(0, 0),
        headers=headers,
        records=records.tobytes(),
        outcomes=outcomes.tobytes(),
        **parts,
    )


def spent_us(does: Callable[[], object]) -> float:
    """The lowest processor time of ROUNDS, after one that is not counted."""
    found = []
    for _ in range(1 + ROUNDS):
        begun_ns = time.process_time_ns()
        does()
        found.append((time.process_time_ns() - begun_ns) / 1e3)
    return min(found[1:])


def measured(made: Bank) -> dict[str, float]:
    """Microseconds of each."""
    book, lane, found = made.book, made.lane, dict[str, float]()
    frames, corrections = Frames.of(prefixes(RECORDS)), records_of(RecordKind.CORRECT, made.own)
    proceeds = records_of(RecordKind.PROCEEDS, made.own)
    found["a lane kept behind a block of lines"] = spent_us(lambda: book.clearing.put(lane))
    found["a lane's slice of the state digest"] = spent_us(lambda: state_slice_digest(book, _lane_slice(book)))
    lane.state = LaneState.COMPLETE
    book.clearing.put(lane)
    found["512 corrections: looked up"] = spent_us(lambda: resolve(book, frames, corrections))
    found["512 corrections: dates at hand"] = spent_us(
        lambda: DatesAtHand(book, resolve(book, frames, corrections), slice(None))
    )
    query = CorrectionQuery(DATES[0], NAMED, 0, contract_no_from_index(made.own[1]), 0)
    found["what one correction would be"] = spent_us(lambda: answers.correction(book, query))
    accounts = np.array(made.own[1:2])
    found["what later dates brought to one account"] = spent_us(lambda: money_of(book, accounts, DATES[0]))
    row = row_of(corrections)
    found["follower: such a row"] = spent_us(lambda: _follow(book, row))
    lane.state = LaneState.RECONCILED
    book.clearing.put(lane)
    found["512 bookings of proceeds: looked up"] = spent_us(lambda: resolve(book, frames, proceeds))
    found["proceeds to book, a page"] = spent_us(lambda: proceeds_to_book(book, NAMED, DATES[0], 0))
    found["Publish: judged"] = spent_us(lambda: lanes.judge_publishing(book, Publish(DATES[0], NAMED)))
    begins = part_of(book, lane, 0).places.before_contracts
    found["Reconcile: contracts, a part"] = spent_us(lambda: part_of(book, lane, begins))
    parts, place = 1, begins
    while not (part := part_of(book, lane, place)).is_last:
        parts, place = parts + 1, part.end
    found["Reconcile: parts with contracts"] = parts
    return found


def _follow(book: Book, row: Row) -> None:
    LanesOfBatch(book).take_block(row)
    DifferencesOfBatch(book).take_block(row)


def _lane_slice(book: Book) -> int:
    """The last slice but those of pushes, of which there are none, and of orders that are not there, likewise."""
    return state_slice_count(book) - 1


def main() -> None:
    """Print a line for each, with a column for each size."""
    columns = []
    for brokers, dates in SIZES:
        columns.append(measured(bank(brokers, dates)))
        print(f"{brokers * dates:,} lanes, {CONTRACTS:,} contracts, {FREEZES:,} freezes of the broker named")
    for name in columns[0]:
        print(f"{name}: " + ", ".join(f"{column[name]:,.0f}" for column in columns) + " µs")


if __name__ == "__main__":
    main()
