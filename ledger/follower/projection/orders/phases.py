"""What a batch says of phases of markets, and the table market_phases.

Belongs here: the phases that were named last, its SQL. Never here: which holds (rules.orders.phases), the transaction
(read_model).
"""

import asyncpg

from ledger.core.rows.row import Row
from protocol.acts.table import Made
from protocol.messages.orders.phases import SetPhases

_FORGET = "DELETE FROM market_phases WHERE trade_date = $1 AND market = $2"
_ADD = """
INSERT INTO market_phases (trade_date, market, place, from_s, until_s, orders, cancels, as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


class PhasesOfBatch:
    """Tell it of what each accepted control frame makes."""

    def __init__(self) -> None:
        self.named: dict[tuple[int, int], tuple[SetPhases, int]] = {}
        """By trade date and market, with the journal row."""

    def take(self, made: Made, row: Row) -> None:
        """What a frame of a row that is no block makes."""
        if isinstance(made, SetPhases):
            self.named[made.trade_date, made.market] = made, row.sequence


async def write_phases(connection: asyncpg.Connection, of_batch: PhasesOfBatch) -> None:
    """Writes what a batch was told, in place of what was there."""
    for (trade_date, market), (made, sequence) in of_batch.named.items():
        await connection.execute(_FORGET, trade_date, market)
        rows = [
            (trade_date, market, place, each.from_s, each.until_s, each.orders, each.cancels, sequence)
            for place, each in enumerate(made.phases)
        ]
        await connection.executemany(_ADD, rows)
