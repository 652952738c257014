"""Any column of any row changed, cut or swapped, also with digests that fit: audit, recovery and follower name a place.

Belongs here: the three that read a journal, without a database. Never here: what becomes of exit codes (test_audit,
test_process).

Some forgeries cannot be told from the truth by whoever reads the journal alone: with a digest that fits, a later time
of decision, another epoch or another key id of the bank is as good as the one that was there (the partners' signed
outcomes and the gateway's mark know better). These may pass; nothing may pass that changes a decision, and nothing may
come out as anything but a finding with its place.
"""

import hashlib
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from ledger.audit import AuditFinding, Auditor
from ledger.core.rows.layouts import row_digest
from ledger.core.rows.row import Row
from ledger.core.rows.runs import runs
from ledger.core.state.book import Book
from ledger.follower.projection.batch import Batch
from ledger.follower.replay import Replica
from ledger.journal.chain import Chain
from ledger.journal.head import ZERO_DIGEST, JournalNewer, JournalTampered
from ledger.journal.replaying import apply_stored
from ledger.recovery import check_portion
from protocol.given_numbers import contract_no_from_index
from protocol.header import PREFIX
from protocol.limits import DIGEST_BYTES, RECORD_BYTES
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.session import Negotiate
from protocol.vocabulary import ContractEvent, RecordKind
from tests.bank_seats import SAVINGS_SEAT
from tests.customers import restraint
from tests.follower.journal_maker import DATE, OTHER_SEAT, SEAT, SMALL, account_no_of, freezes, joined, record
from tests.follower.story import next_morning, trading

SEED = 20_260_921
TRIES = 1  # of each column of each row
NUMBERS = (
    "layout",  # of another layout no digest fits
    "shard",
    "sequence",
    "epoch",
    "trade_date",
    "rules_version",
    "decided_at_ns",
    "ordered_at_ns",
    "bank_key_ids",
)
BYTES = ("headers", "records", "closing_heads", "control", "outcomes", "state_check", "digest")
EXTREMES = (-(2**63), -(2**31), -1, 0, 1, 2**31 - 1, 2**62, 2**63 - 1)
LONG = {"sequence", "epoch", "decided_at_ns", "ordered_at_ns"}  # bigint in the table, the other numbers are integer
MAY_PASS = {"epoch", "decided_at_ns", "bank_key_ids", "state_check"}
"""Columns of which another value can be as good: `state_check` when it is left out."""
Reader = Callable[[list[Row]], None]


def story() -> list[Row]:
    """Every kind of row, two dates, a run of control frames, one not decided, and slices of the state told."""
    made = trading()
    contract_no = contract_no_from_index(2)
    made.control_run(
        (SEAT, ChangeContract(contract_no, ContractEvent.RESUME), 2),
        (OTHER_SEAT, Negotiate(bytes(16), "test"), 4),
        (SAVINGS_SEAT, restraint(account_no_of(2), 5), 1),
        (SEAT, ChangeContract(contract_no, ContractEvent.RESUME), 2),
    )
    next_morning(made)
    target = {"target_date": DATE, "target_seat": SEAT, "target_number": 4}
    made.block((SEAT, joined([freezes([1], 10), record(RecordKind.RELEASE, 0, 3, **target)])), check_slice=2)
    made.undecided(SEAT, freezes([0, 1], 1))
    made.block((SEAT, freezes([0] * 9, 1)), (OTHER_SEAT, freezes([1], 1)), check_slice=0)
    return made.rows


ROWS = story()


def audited(rows: list[Row]) -> None:
    """`yzt audit verify --redecide`. Raises AuditFinding."""
    auditor = Auditor(Chain(), Book.empty(SMALL))
    for row in rows:
        auditor.check(row)


def recovered(rows: list[Row]) -> None:
    """What recovery does with pages. Raises JournalTampered."""
    book = Book.empty(SMALL)
    check_portion(Chain(), rows)
    for run in runs(rows):
        apply_stored(book, run)


def followed(rows: list[Row]) -> None:
    """What the follower does with rows before it writes. Raises JournalTampered."""
    replica = Replica(Book.empty(SMALL), Chain())
    batch = Batch(replica.book)
    for run in runs(rows):
        replica.apply(run)
        for row in run:
            batch.add(row)
    found = batch.runs()
    assert found is not None
    assert b"".join(found.chunks())


READERS: dict[str, Reader] = {"audit": audited, "recovery": recovered, "follower": followed}


def rechained(rows: list[Row], first: int) -> list[Row]:
    """The same rows with digests that fit from index `first` on, as whoever can write all of the journal makes them."""
    chained = rows[:first]
    digest = chained[-1].digest if chained else ZERO_DIGEST
    for row in rows[first:]:
        digest = row_digest(digest, row)
        chained.append(replace(row, digest=digest))
    return chained


def rehashed(row: Row) -> Row:
    """The row with body digests in its headers that fit its bodies, where the lengths allow it."""
    prefixes = np.frombuffer(bytearray(row.headers[: len(row.headers) // PREFIX.itemsize * PREFIX.itemsize]), PREFIX)
    bodies, end = row.records or row.control, 0
    for prefix in prefixes:
        start, end = end, end + max(0, int(prefix["body_bytes"]))
        prefix["body_digest"] = np.void(hashlib.sha256(bodies[start:end]).digest())
    return replace(row, headers=prefixes.tobytes())


def changed_bytes(value: bytes, dice: random.Random, others: list[bytes]) -> bytes:
    """Bits flipped, a piece cut out, lengthened, swapped with another row's, an integer made extreme, or emptied."""
    how = dice.randrange(6)
    if how == 0 or not value:
        return dice.choice(others)
    place = dice.randrange(len(value))
    if how == 1:
        return value[:place] + bytes([value[place] ^ 1 << dice.randrange(8)]) + value[place + 1 :]
    if how == 2:
        return value[:place] + value[place + dice.choice((1, 8, RECORD_BYTES, DIGEST_BYTES)) :]
    if how == 3:
        return value + dice.randbytes(dice.choice((1, 16, RECORD_BYTES, PREFIX.itemsize)))
    if how == 4:
        start = place // 8 * 8
        return value[:start] + dice.choice(EXTREMES).to_bytes(8, "little", signed=True) + value[start + 8 :]
    return b""


def forgeries(column: str) -> Iterator[tuple[int, Row]]:
    """(index, the row in its place), TRIES for each row of the story."""
    dice = random.Random(f"{SEED} {column}")
    others = [getattr(row, column) for row in ROWS]
    for index, row in enumerate(ROWS):
        for _try in range(TRIES):
            value = getattr(row, column)
            if column == "bank_key_ids":
                forged = replace(row, bank_key_ids=(dice.choice(EXTREMES[1:6]), value[1]))
            elif column in NUMBERS:
                extremes = EXTREMES if column in LONG else EXTREMES[1:6]
                number = dice.choice((*extremes, value + 1, value - 1, dice.choice(others)))
                forged = replace(row, **{column: number})
            else:
                forged = replace(row, **{column: changed_bytes(value, dice, others)})  # type: ignore[arg-type]
            if getattr(forged, column) != value:
                yield index, forged
                if column in ("records", "control"):
                    yield index, rehashed(forged)


def finding_of(reader: Reader, rows: list[Row]) -> str | None:
    """What the reader finds, None for nothing; whatever else it raises fails the test."""
    try:
        reader(rows)
    except (AuditFinding, JournalNewer, JournalTampered) as finding:
        return str(finding)
    return None


def names_place(finding: str, sequence: int) -> bool:
    """Whether a finding names a row, or a span of rows, at or behind the forged one."""
    numbers = [int(number) for pair in re.findall(r"rows? (-?\d+)(?: to (\d+))?", finding) for number in pair if number]
    return bool(numbers) and max(numbers) >= sequence


@pytest.mark.parametrize("name", READERS)
def test_the_story_itself_is_found_good(name: str) -> None:
    assert finding_of(READERS[name], ROWS) is None


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("column", [*NUMBERS, *BYTES])
def test_a_changed_column_is_found_with_its_place(column: str, name: str) -> None:
    for index, forged in forgeries(column):
        if forged == ROWS[index]:
            continue
        finding = finding_of(READERS[name], [*ROWS[:index], forged, *ROWS[index + 1 :]])
        assert finding is not None, (index, forged)
        assert names_place(finding, index + 1), (finding, index + 1)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("column", [*NUMBERS[1:], *BYTES[:-1]])
def test_a_column_forged_with_digests_that_fit_is_found_with_its_place_or_changes_nothing(
    column: str, name: str
) -> None:
    for index, forged in forgeries(column):
        rows = rechained([*ROWS[:index], forged, *ROWS[index + 1 :]], index)
        finding = finding_of(READERS[name], rows)
        if finding is not None:
            assert names_place(finding, index + 1), (finding, index + 1)
        elif name == "audit":
            assert column in MAY_PASS, (index, forged)


@pytest.mark.parametrize("name", READERS)
def test_rows_left_out_moved_or_doubled_are_found_with_their_place(name: str) -> None:
    for index in range(len(ROWS) - 1):
        for rows in (
            [*ROWS[:index], *ROWS[index + 1 :]],
            [*ROWS[:index], ROWS[index + 1], ROWS[index], *ROWS[index + 2 :]],
            [*ROWS[: index + 1], *ROWS[index:]],
        ):
            for made in (rows, rechained(rows, index)):
                finding = finding_of(READERS[name], made)
                assert finding is not None
                assert names_place(finding, index + 1), (finding, index + 1)
