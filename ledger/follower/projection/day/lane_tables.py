"""The tables lanes, clearing_sets and due_times: what a batch did to them, in SQL.

Belongs here: the statements, and which value goes into which column. Never here: what a batch touched (lanes), the
transaction (read_model).
"""

from decimal import Decimal

import asyncpg

from ledger.core.state.day.clearing import LaneKey
from ledger.follower.projection.day.lanes import LanesOfBatch, LaneStands, SetChange, SetKey
from protocol.errors import InvariantBroken
from protocol.messages.day.steps import SetTotals
from protocol.messages.fields import fen_from_sum
from protocol.vocabulary import LaneState

_PUT_LANE = """
INSERT INTO lanes (trade_date, party, state, sets_count, differences, is_compared, proceeds_due, is_deferred,
                   signed_on_s, reconciled_sequence, reconciled_at_ns, published_sequence, published_at_ns,
                   as_of_sequence)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, COALESCE($10, known.reconciled_sequence),
       COALESCE($11, known.reconciled_at_ns), COALESCE($12, known.published_sequence),
       COALESCE($13, known.published_at_ns), $14
FROM (SELECT) one
LEFT JOIN lanes known ON known.trade_date = $1 AND known.party = $2 AND $15
ON CONFLICT (trade_date, party) DO UPDATE
SET state = excluded.state, sets_count = excluded.sets_count, differences = excluded.differences,
    is_compared = excluded.is_compared, proceeds_due = excluded.proceeds_due, is_deferred = excluded.is_deferred,
    signed_on_s = excluded.signed_on_s,
    reconciled_sequence = excluded.reconciled_sequence, reconciled_at_ns = excluded.reconciled_at_ns,
    published_sequence = excluded.published_sequence, published_at_ns = excluded.published_at_ns,
    as_of_sequence = excluded.as_of_sequence
"""
_SETTLE_LANES = "UPDATE lanes SET settled_sequence = $2, as_of_sequence = $3 WHERE trade_date = $1"
_PUT_WINDOW = """
INSERT INTO due_times (trade_date, window_no, pay_from_s, late_from_s, first_due_s, last_due_s, day_end_s, sequence,
                       as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (trade_date, window_no) DO UPDATE
SET pay_from_s = excluded.pay_from_s, late_from_s = excluded.late_from_s, first_due_s = excluded.first_due_s,
    last_due_s = excluded.last_due_s, day_end_s = excluded.day_end_s, sequence = excluded.sequence,
    as_of_sequence = excluded.as_of_sequence
"""
_ADD_SET = """
INSERT INTO clearing_sets (trade_date, party, number, seat, declared_s, announced_sequence, announced_at_ns,
                           announced_counts, announced_turnover_fen, announced_fees_fen, announced_net_fen,
                           announced_digest, arrived_counts, arrived_turnover_fen, arrived_fees_fen, arrived_net_fen,
                           arrived_digest, listed_count, as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
"""
_SET_ARRIVED = """
UPDATE clearing_sets
SET arrived_counts = $4, arrived_turnover_fen = $5, arrived_fees_fen = $6, arrived_net_fen = $7, arrived_digest = $8,
    listed_count = $9, as_of_sequence = $10
WHERE trade_date = $1 AND party = $2 AND number = $3
"""
_SET_COMPLETED = """
UPDATE clearing_sets SET completed_sequence = $4, completed_at_ns = $5, late_s = $6, as_of_sequence = $7
WHERE trade_date = $1 AND party = $2 AND number = $3
"""
_SET_WITHDRAWN = """
UPDATE clearing_sets SET withdrawn_sequence = $4, withdrawn_at_ns = $5, as_of_sequence = $6
WHERE trade_date = $1 AND party = $2 AND number = $3
"""

_Totals = tuple[list[int], Decimal, list[Decimal], Decimal, bytes]


async def write_lanes(connection: asyncpg.Connection, of_batch: LanesOfBatch, sequence: int) -> None:
    """Writes what a batch up to the row `sequence` did. Raises InvariantBroken when a set is missing."""
    if of_batch.lanes:
        await connection.executemany(_PUT_LANE, [_lane(*each, sequence) for each in of_batch.lanes.items()])
    for trade_date, settled_sequence in of_batch.settled.items():
        await connection.execute(_SETTLE_LANES, trade_date, settled_sequence, sequence)
    for trade_date, (said_in, windows) in of_batch.due_times.items():
        rows = [(trade_date, place, *window, said_in, sequence) for place, window in enumerate(windows, 1)]
        await connection.executemany(_PUT_WINDOW, rows)
    for key, change in of_batch.sets.items():
        await _write_set(connection, key, change, sequence)


def _lane(key: LaneKey, stands: LaneStands, sequence: int) -> tuple[object, ...]:
    *found, reconciled, published = stands
    nothing = (None, None)
    is_reconciled = stands.state >= LaneState.RECONCILED
    return (*key, *found, *(reconciled or nothing), *(published or nothing), sequence, is_reconciled)


async def _write_set(connection: asyncpg.Connection, key: SetKey, change: SetChange, sequence: int) -> None:
    if change.announced is not None:
        assert change.arrived is not None
        seat, declared_s, totals, at = change.announced
        counted = (*_columns(totals), *_columns(change.arrived.totals), change.arrived.listed_count)
        await connection.execute(_ADD_SET, *key, seat, declared_s, *at, *counted, sequence)
    elif change.arrived is not None:
        arrived = (*_columns(change.arrived.totals), change.arrived.listed_count)
        await _change(connection, _SET_ARRIVED, key, *arrived, sequence)
    if change.completed is not None:
        at, late_s = change.completed
        await _change(connection, _SET_COMPLETED, key, *at, late_s, sequence)
    if change.withdrawn is not None:
        await _change(connection, _SET_WITHDRAWN, key, *change.withdrawn, sequence)


async def _change(connection: asyncpg.Connection, statement: str, key: SetKey, *values: object) -> None:
    if await connection.execute(statement, *key, *values) != "UPDATE 1":
        raise InvariantBroken(f"the read model lacks the clearing set {key}")


def _columns(totals: SetTotals) -> _Totals:
    """Counts, turnover, fees, net, digest."""
    turnover_fen, net_fen = Decimal(fen_from_sum(totals.turnover)), Decimal(fen_from_sum(totals.net))
    return totals.counts, turnover_fen, [Decimal(fen_from_sum(fee)) for fee in totals.fees], net_fen, totals.digest
