"""What people look into: the tables differences, cases and item_owners, what a batch did to them, and their SQL.

Belongs here: what a comparison that came to its end has found, what decided, corrected or withdrew it, who took it.
Never here: what differs (ledger.core.lines), how many differences a lane has (lanes), the transaction (read_model).

The book is asked right behind the row that ended the comparison; of a set that is withdrawn in the same row nothing is
kept. What is written follows the order of the journal, whatever the batches.
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

import asyncpg
import numpy as np

from ledger.core.control.rows import Told
from ledger.core.kind_tables import IS_CORRECTION, TAKES_BACK
from ledger.core.lines.compare import part_of, told_differences
from ledger.core.rows.row import Row
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.day.clearing import NO_DIFFERENCE, Lane, LaneKey
from protocol.acts.corrections import AssignItemAct, DecideAct
from protocol.acts.table import Made, made_by_text
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.messages.day.steps import Reconcile
from protocol.messages.persons import Act
from protocol.messages.queries import Difference
from protocol.records import OUTCOME, RECORD, OutcomeArray, RecordArray
from protocol.trade_dates import date_of_day
from protocol.vocabulary import ComparedField, DifferenceClass, SeatRole

DIFFERENCES_KEPT_MAX = 65_536
"""Of one comparison, the first ones: nobody works through more, and bank_lanes counts all."""
SUMS = [int(ComparedField.BOUGHT), int(ComparedField.SOLD)]
"""Of a contract: they are corrected, and not decided."""

# What is found again stays since when it was found first; what was closed and differs again is open again, but for what
# people have decided as it is.
_FOUND = """
INSERT INTO differences AS known
    (trade_date, party, set_number, difference_class, compared_field, contract_no, order_date, order_seat, order_number,
     bank_has, set_says, found_sequence, found_at_ns, compared_sequence, act_number, as_of_sequence)
SELECT $1, $2, $3, n.*, $4, $5, $4, 0, $6
FROM unnest($7::smallint[], $8::smallint[], $9::bigint[], $10::integer[], $11::integer[], $12::bigint[], $13::bigint[],
            $14::bigint[]) AS n
ON CONFLICT (trade_date, party, set_number, difference_class, compared_field, contract_no, order_date, order_seat,
             order_number) DO UPDATE
SET bank_has = excluded.bank_has, set_says = excluded.set_says, compared_sequence = excluded.compared_sequence,
    as_of_sequence = excluded.as_of_sequence,
    closed_as = CASE WHEN {stays} THEN known.closed_as END,
    closed_sequence = CASE WHEN {stays} THEN known.closed_sequence END,
    closed_at_ns = CASE WHEN {stays} THEN known.closed_at_ns END,
    act_number = CASE WHEN {stays} THEN known.act_number ELSE 0 END
""".format(stays="known.closed_as = $15 AND known.difference_class = ANY ($16::smallint[])")
_CLOSE = """
UPDATE differences SET closed_as = $1, closed_sequence = $2, closed_at_ns = $3, act_number = $4, as_of_sequence = $5
WHERE trade_date = $6 AND party = $7 AND closed_as IS NULL
"""
_AGREES = _CLOSE + " AND set_number = $8 AND compared_sequence < $2"
_DECIDED = _CLOSE + " AND set_number = $8 AND difference_class = $9 AND NOT compared_field = ANY ($10::smallint[])"
_CORRECTED = """
UPDATE differences d
SET closed_as = $1, closed_sequence = $2, closed_at_ns = $3, act_number = n.act_number, as_of_sequence = $4
FROM unnest($5::integer[], $6::bigint[], $7::bigint[]) AS n (trade_date, contract_no, act_number)
WHERE d.trade_date = n.trade_date AND d.contract_no = n.contract_no AND d.compared_field = ANY ($8::smallint[])
  AND d.closed_as IS NULL
"""
_WITHDRAWN = """
UPDATE differences d
SET closed_as = $1, closed_sequence = s.withdrawn_sequence, closed_at_ns = s.withdrawn_at_ns, as_of_sequence = $2
FROM clearing_sets s
WHERE d.trade_date = $3 AND d.party = $4 AND d.closed_as IS NULL AND s.withdrawn_sequence IS NOT NULL
  AND (s.trade_date, s.party, s.number) = (d.trade_date, d.party, d.set_number)
"""
_PUT_OWNER = """
INSERT INTO item_owners (trade_date, party, contract_no, owner, act_number, as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (trade_date, party, contract_no) DO UPDATE
SET owner = excluded.owner, act_number = excluded.act_number, as_of_sequence = excluded.as_of_sequence
"""


_ADD_CASE = """
INSERT INTO cases (party, case_no, trade_date, contract_no, amount_fen, act_number, opened_sequence, opened_at_ns)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_END_CASE = """
UPDATE cases SET taken_back_sequence = $3, taken_back_at_ns = $4 WHERE party = $1 AND case_no = $2
"""


class ItemEnd(IntEnum):
    """As what a difference was closed; the view bank_worklist has the same words."""

    DECIDED = 1  # two people know it, and it stays
    CORRECTED = 2  # the contract was corrected
    AGREES = 3  # a later comparison of the set found it no more
    WITHDRAWN = 4  # with its set


class At(NamedTuple):
    """A journal row and its time."""

    sequence: int
    decided_at_ns: int


class Found(NamedTuple):
    """What the comparison of a set has found, and of which classes people have signed for just this."""

    lane: LaneKey
    set_number: int
    differences: list[Difference]
    decided: list[int]
    at: At


class Decided(NamedTuple):
    """People know the differences of a class."""

    lane: LaneKey
    set_number: int
    difference_class: int
    act_number: int
    at: At


class CorrectedHere(NamedTuple):
    """(k,) each: contracts that were corrected, and by which acts, 0 for none."""

    trade_dates: list[int]
    contract_nos: list[int]
    act_numbers: list[int]
    made_good_fen: list[int]
    cases: list[int]  # of the brokers, 0 for none
    parties: list[int]
    at: At


class TakenBack(NamedTuple):
    """(k,) each: cases that were taken back with their set, and their brokers."""

    parties: list[int]
    cases: list[int]
    at: At


class DifferencesOfBatch:
    """What rows of a batch did to items. Tell it of each row when the book has applied it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.happened: list[Found | Decided | CorrectedHere | TakenBack] = []
        self.owners: list[tuple[AssignItemAct, int]] = []
        """With the number of the act."""

    def take_block(self, row: Row) -> None:
        """A block row, in which a day desk may have corrected contracts, or taken that back. Costs nothing while there
        is no lane.
        """
        if not self._book.clearing.lanes:
            return
        if not (self._book.seat_role[np.unique(row.prefixes()["seat"])] == SeatRole.DAY_DESK).any():
            return
        records, outcomes = np.frombuffer(row.records, RECORD), np.frombuffer(row.outcomes, OUTCOME)
        self._take_back(records, outcomes, At(row.sequence, row.decided_at_ns))
        is_done = (IS_CORRECTION & ~TAKES_BACK)[records["kind"]] & (outcomes["code"] == 0)
        if not is_done.any():
            return
        done, contracts = records[is_done], records["contract_no"][is_done] // CONTRACT_NUMBER_STEP
        corrected = CorrectedHere(
            trade_dates=[date_of_day(day) for day in done["trade_day"].tolist()],
            contract_nos=done["contract_no"].tolist(),
            act_numbers=done["act_number"].tolist(),
            made_good_fen=(done["made_good_buys_fen"] + done["made_good_proceeds_fen"]).tolist(),
            cases=outcomes["remaining_fen"][is_done].tolist(),
            parties=(self._book.contract_facts[contracts] >> PARTY_SHIFT).tolist(),
            at=At(row.sequence, row.decided_at_ns),
        )
        self.happened.append(corrected)

    def _take_back(self, records: RecordArray, outcomes: OutcomeArray, at: At) -> None:
        """The outcome of a reversal tells the case that goes, 0 for none."""
        is_done = TAKES_BACK[records["kind"]] & (outcomes["code"] == 0) & (outcomes["remaining_fen"] > 0)
        if is_done.any():
            contracts = records["contract_no"][is_done] // CONTRACT_NUMBER_STEP
            parties = (self._book.contract_facts[contracts] >> PARTY_SHIFT).tolist()
            cases = outcomes["remaining_fen"][is_done].tolist()
            self.happened.append(TakenBack(parties, cases, at))

    def take(self, told: Told, row: Row) -> None:
        """An accepted control message of a row."""
        at = At(row.sequence, row.decided_at_ns)
        if isinstance(told.message, Reconcile):
            lane = self._book.clearing.lane(told.message.trade_date, told.message.party)
            if lane.inner and lane.is_compared:
                self.happened.append(self._found(lane, at))
        elif isinstance(told.message, Act):
            self._take_act(made_by_text(told.message.text), at)

    def _take_act(self, made: Made, at: At) -> None:
        number = self._book.persons.acts_count  # it is alone in its row: the last one
        if isinstance(made, DecideAct):
            key = LaneKey(made.trade_date, made.party)
            decided = int(DifferenceClass[made.difference_class])
            self.happened.append(Decided(key, made.set_number, decided, number, at))
        elif isinstance(made, AssignItemAct):
            self.owners.append((made, number))

    def _found(self, lane: Lane, at: At) -> Found:
        pairs = enumerate(zip(lane.digests, lane.decided, strict=True), 1)
        decided = [number for number, (found, signed) in pairs if found == signed != NO_DIFFERENCE]
        return Found(lane.key, lane.number, list(self._listed(lane)), decided, at)

    def _listed(self, lane: Lane) -> Iterator[Difference]:
        """The first ones, some places at a time; nothing is looked at where nothing was found."""
        left, part = min(sum(lane.differences), DIFFERENCES_KEPT_MAX), part_of(self._book, lane, 0)
        while left:
            found = told_differences(self._book, lane, part, left)
            yield from (each for _, each in found)
            left -= len(found)
            if part.is_last:
                return
            part = part_of(self._book, lane, part.end)


async def write_differences(
    connection: asyncpg.Connection, of_batch: DifferencesOfBatch, lanes: Sequence[LaneKey], sequence: int
) -> None:
    """Writes what a batch up to the row `sequence` did; of `lanes`, which it touched, sets may have been withdrawn."""
    for one in of_batch.happened:
        match one:
            case Found():
                await _write_found(connection, one, sequence)
            case Decided(lane, set_number, difference_class, act_number, at):
                how = (int(ItemEnd.DECIDED), *at, act_number, sequence)
                await connection.execute(_DECIDED, *how, *lane, set_number, difference_class, SUMS)
            case CorrectedHere():
                await _write_corrected(connection, one, sequence)
            case TakenBack(parties, cases, at):
                ends = [(party, case, *at) for party, case in zip(parties, cases, strict=True)]
                await connection.executemany(_END_CASE, ends)
    for lane in lanes:
        await connection.execute(_WITHDRAWN, int(ItemEnd.WITHDRAWN), sequence, *lane)
    owners = [
        (act.trade_date, act.party, act.contract_no, act.owner, number, sequence) for act, number in of_batch.owners
    ]
    if owners:
        await connection.executemany(_PUT_OWNER, owners)


async def _write_found(connection: asyncpg.Connection, found: Found, sequence: int) -> None:
    of_set = (*found.lane, found.set_number)
    if found.differences:
        columns = list(zip(*map(_row, found.differences), strict=True))
        known = (int(ItemEnd.DECIDED), found.decided)
        await connection.execute(_FOUND, *of_set, *found.at, sequence, *columns, *known)
    agrees = (int(ItemEnd.AGREES), *found.at, 0, sequence)
    await connection.execute(_AGREES, *agrees, *of_set)


async def _write_corrected(connection: asyncpg.Connection, one: CorrectedHere, sequence: int) -> None:
    named = (one.trade_dates, one.contract_nos, one.act_numbers)
    await connection.execute(_CORRECTED, int(ItemEnd.CORRECTED), *one.at, sequence, *named, SUMS)
    rows = zip(
        one.parties, one.cases, one.trade_dates, one.contract_nos, one.made_good_fen, one.act_numbers, strict=True
    )
    cases = [(*each, *one.at) for each in rows if each[1]]
    if cases:
        await connection.executemany(_ADD_CASE, cases)


def _row(each: Difference) -> tuple[int, ...]:
    order = (each.order_date, each.order_seat, each.order_number)
    return (each.difference_class, each.compared_field, each.contract_no, *order, each.bank_has, each.set_says)
