"""What a batch says of fees of orders through the bank, and the tables fee_tables and fee_notices.

Belongs here: what was set and announced, its SQL. Never here: which table an order has (rules.orders.fee_tables), the
transaction (read_model).
"""

import asyncpg
import msgspec

from ledger.core.control.rows import Told
from ledger.core.rows.row import Row
from protocol.acts.table import Made
from protocol.messages.orders.fees import FeesMessage, NotifyFees, SetFees, components_of

_PUT_TABLE = """
INSERT INTO fee_tables (number, party, market, product, side, first_date, commission, stamp, transfer, handling,
                        regulatory, notice, set_at_ns, as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (number) DO NOTHING
"""
_PUT_NOTICE = """
INSERT INTO fee_notices (number, party, market, product, side, first_date, commission, stamp, transfer, handling,
                         regulatory, announced_at_ns, as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""


class FeesOfBatch:
    """Tell it of each accepted control frame."""

    def __init__(self) -> None:
        self.tables: list[tuple[object, ...]] = []
        self.notices: list[tuple[object, ...]] = []

    def take(self, told: Told, made: Made, row: Row) -> None:
        """A frame of a row that is no block, and what it makes. A table that says what stands is told by its number."""
        if isinstance(made, SetFees):
            said = (told.given_no, made.party, *_said(made), made.notice)
            self.tables.append((*said, row.decided_at_ns, row.sequence))
        elif isinstance(made, NotifyFees):
            self.notices.append((told.given_no, told.party, *_said(made), row.decided_at_ns, row.sequence))


def _said(made: FeesMessage) -> tuple[object, ...]:
    fees = (list(msgspec.structs.astuple(fee)) for fee in components_of(made))
    return (made.market, made.product, made.side, made.first_date, *fees)


async def write_fees(connection: asyncpg.Connection, of_batch: FeesOfBatch) -> None:
    """Writes what a batch was told."""
    if of_batch.tables:
        await connection.executemany(_PUT_TABLE, of_batch.tables)
    if of_batch.notices:
        await connection.executemany(_PUT_NOTICE, of_batch.notices)
