"""What a batch says was made of the books at the end of trade dates, and the table day_ends.

Belongs here: what was told, its SQL. Never here: whether a digest is true (who has the backup or the reports compares),
the transaction (read_model).
"""

import asyncpg

from ledger.core.control.rows import Told
from ledger.core.rows.row import Row
from protocol.messages.day.steps import TellDayEnd

_ADD = """
INSERT INTO day_ends (told_sequence, place, told_at_ns, trade_date, what, sequence, digest)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class DayEndsOfBatch:
    """Tell it of each accepted control frame."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def take(self, told: Told, row: Row) -> None:
        """A frame of a row that is no block."""
        if isinstance(told.message, TellDayEnd):
            place = sum(1 for each in self.told if each[0] == row.sequence)
            said = told.message
            self.told.append(
                (row.sequence, place, row.decided_at_ns, said.trade_date, said.what, said.sequence, said.digest)
            )


async def write_day_ends(connection: asyncpg.Connection, of_batch: DayEndsOfBatch) -> None:
    """Writes what a batch was told."""
    if of_batch.told:
        await connection.executemany(_ADD, of_batch.told)
