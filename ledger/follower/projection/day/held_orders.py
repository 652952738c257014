"""Orders that wait for their allotment: the table held_orders, what a batch adds to it and takes from it, its SQL.

Belongs here: which freezes were open when their date was settled, and what is left of each. Never here: what a set may
name (ledger.core.lines.waiting), how old is too old (the views), the transaction (read_model).

When a broker's date is settled, of its freezes only those are open that its set tells as held, or whose type waits; of
a date that ends without a set, all that nobody ended.
"""

from typing import NamedTuple

import asyncpg
import numpy as np

from ledger.core.control.rows import Told
from ledger.core.kind_tables import DEBITS_DATE, NAMES_FREEZE, kinds_where
from ledger.core.lines.compare import seats_freezing_for
from ledger.core.lines.waiting import wait
from ledger.core.rows.row import Row
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.columns import Positions
from ledger.core.state.requests import key_columns, key_parts, request_keys
from ledger.follower.projection.copying.rows import Int64s
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP, contract_nos_from_indices
from protocol.limits import PARTIES_MAX
from protocol.messages.control import EndSettlement
from protocol.messages.day.steps import BeginSettle
from protocol.records import OUTCOME, RECORD
from protocol.vocabulary import LaneState, Role

_ADD = """
INSERT INTO held_orders (trade_date, seat, number, party, contract_no, amount_fen, remaining_fen, held_sequence,
                         held_at_ns)
SELECT n.*, $8, $9
FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[]) AS n
ON CONFLICT DO NOTHING
"""
"""Where all of a date ends, what brokers' sets held is there already."""
_SET = """
UPDATE held_orders h
SET remaining_fen = n.remaining_fen,
    ended_sequence = CASE WHEN n.remaining_fen = 0 THEN n.sequence END,
    ended_at_ns = CASE WHEN n.remaining_fen = 0 THEN n.decided_at_ns END
FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
    AS n (trade_date, seat, number, remaining_fen, sequence, decided_at_ns)
WHERE h.trade_date = n.trade_date AND h.seat = n.seat AND h.number = n.number
"""
_LIMIT = "UPDATE allotment_limit SET working_days = $1 WHERE working_days <> $1"

_TOLD_BY = kinds_where(NAMES_FREEZE | DEBITS_DATE)
_PARTY_BITS = 11
assert PARTIES_MAX < 1 << _PARTY_BITS


class Held(NamedTuple):
    """Freezes that were open when their dates were settled, in one row. (m,) each."""

    keys: Int64s
    parties: Int64s
    contracts: Int64s
    amounts_fen: Int64s
    remaining_fen: Int64s
    sequence: int
    decided_at_ns: int


class Left(NamedTuple):
    """What a record has left of a freeze."""

    remaining_fen: int
    sequence: int
    decided_at_ns: int


class HeldOfBatch:
    """Freezes that begin to wait, and what is left of such. Tell it of each row when the book has applied it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.held: list[Held] = []
        self.left: dict[int, Left] = {}
        """By the request key of the freeze."""

    def take_block(self, row: Row, kinds: frozenset[int]) -> None:
        """A block row: with the last settlement of a lane its open freezes begin to wait; others draw and release."""
        if kinds.isdisjoint(_TOLD_BY):
            return
        records, outcomes = np.frombuffer(row.records, RECORD), np.frombuffer(row.outcomes, OUTCOME)
        kind, is_accepted = records["kind"].view(np.uint8), outcomes["code"] == ReplyCode.ACCEPTED
        self._take_left(row, np.flatnonzero(NAMES_FREEZE[kind] & is_accepted))
        settled = np.flatnonzero(DEBITS_DATE[kind] & is_accepted)
        if len(settled):
            facts = self._book.contract_facts[records["contract_no"][settled] // CONTRACT_NUMBER_STEP]
            for lane, _ in self._book.clearing.named(facts >> PARTY_SHIFT, records["trade_day"][settled]):
                if lane.state >= LaneState.SETTLED:  # by this row: none is settled twice
                    self._take_waiting(lane.trade_date, lane.party, row)

    def take(self, told: Told, row: Row) -> None:
        """An accepted control message of a row: a lane without customers to settle, or the end of a date."""
        message = told.message
        if isinstance(message, BeginSettle):
            if self._book.clearing.lane(message.trade_date, message.party).state >= LaneState.SETTLED:
                self._take_waiting(message.trade_date, message.party, row)
        elif isinstance(message, EndSettlement):
            for party, entry in self._book.parties.items():
                if entry.role == Role.BROKER:
                    self._take_waiting(message.trade_date, party, row)

    def _take_left(self, row: Row, at: Positions) -> None:
        """The accepted records at these places name freezes: of most blocks none is of a date that was settled."""
        if not len(at):
            return
        records, outcomes = np.frombuffer(row.records, RECORD), np.frombuffer(row.outcomes, OUTCOME)
        dates = records["target_date"][at].astype(np.int64)
        reached = [date for date in np.unique(dates).tolist() if self._is_reached(date)]
        if not reached:
            return
        at = at[np.isin(dates, reached)]
        parties = self._book.contract_facts[records["contract_no"][at] // CONTRACT_NUMBER_STEP] >> PARTY_SHIFT
        names = records["target_date"][at].astype(np.int64) << _PARTY_BITS | parties
        found, places = np.unique(names, return_inverse=True)
        at = at[wait(self._book, found >> _PARTY_BITS, found & ((1 << _PARTY_BITS) - 1))[places]]
        columns = [records[name][at].astype(np.int64) for name in ("target_date", "target_seat", "target_number")]
        left_fen = outcomes["remaining_fen"][at].tolist()
        for key, fen in zip(request_keys(*columns).tolist(), left_fen, strict=True):
            self.left[key] = Left(fen, row.sequence, row.decided_at_ns)

    def _is_reached(self, trade_date: int) -> bool:
        """Whether a date, or some broker's part of it, is settled."""
        lanes = self._book.clearing.lanes.values()
        is_settled = any(lane.trade_date == trade_date and lane.state >= LaneState.SETTLED for lane in lanes)
        return is_settled or self._book.unsettled.slot_of(trade_date) < 0

    def _take_waiting(self, trade_date: int, party: int, row: Row) -> None:
        requests, seats = self._book.requests, seats_freezing_for(self._book, party)
        for part in requests.slots_of(trade_date, seats, self._book.trade_date):
            here = slice(part.start, part.stop)
            left_fen = requests.amount_fen[here] - requests.drawn_fen[here] - requests.released_fen[here]
            slots = np.flatnonzero(requests.are_open(here)) + part.start
            if not len(slots):
                continue
            self.held.append(
                Held(
                    requests.keys_of(slots, self._book.trade_date),
                    np.full(len(slots), party, np.int64),
                    requests.contract[slots].astype(np.int64) - 1,
                    requests.amount_fen[slots],
                    left_fen[slots - part.start],
                    row.sequence,
                    row.decided_at_ns,
                )
            )


async def write_held_orders(connection: asyncpg.Connection, of_batch: HeldOfBatch) -> None:
    """Writes which orders begin to wait with a batch, and what it has left of those that do."""
    for each in of_batch.held:
        named = [column.tolist() for column in key_columns(each.keys)]
        of_whom = [each.parties.tolist(), contract_nos_from_indices(each.contracts).tolist()]
        amounts = [each.amounts_fen.tolist(), each.remaining_fen.tolist()]
        await connection.execute(_ADD, *named, *of_whom, *amounts, each.sequence, each.decided_at_ns)
    if of_batch.left:
        rows = [(*key_parts(key), *left) for key, left in of_batch.left.items()]
        await connection.execute(_SET, *map(list, zip(*rows, strict=True)))


async def name_allotment_limit(connection: asyncpg.Connection, working_days: int) -> None:
    """From now on an allotment is overdue for the views after so many working days of the bank."""
    await connection.execute(_LIMIT, working_days)
