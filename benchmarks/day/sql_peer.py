"""The peer of case k1: the same day compared set-based in PostgreSQL: COPY of what the brokers say, then joins.

Belongs here: its tables, statements and time. Never here: our own system. What the bank has stands in tables already,
as it would in a bank that keeps its orders in SQL; only what comes from the brokers is counted in.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import numpy as np

from benchmarks.day.trade import BrokerTrade

_TABLES = """
CREATE TABLE k_contracts (contract bigint PRIMARY KEY, party int NOT NULL);
CREATE TABLE k_orders (party int, number bigint, contract bigint, frozen bigint, drawn bigint, released bigint,
                       PRIMARY KEY (party, number));
CREATE UNLOGGED TABLE k_told_contracts (party int, contract bigint);
CREATE UNLOGGED TABLE k_told_orders (party int, number bigint, contract bigint, frozen bigint, released bigint,
                                     fate int);
CREATE UNLOGGED TABLE k_told_buys (party int, number bigint, contract bigint, cost bigint);
"""
_COMPARE = {
    "contracts": """
        SELECT count(*) FROM k_contracts c FULL JOIN k_told_contracts t USING (party, contract)
        WHERE c.contract IS NULL OR t.contract IS NULL""",
    "orders": """
        SELECT count(*) FROM k_orders o FULL JOIN k_told_orders t USING (party, number)
        LEFT JOIN k_told_buys b USING (party, number)
        WHERE o.contract IS NULL OR t.contract IS NULL OR o.contract <> t.contract OR o.frozen <> t.frozen
           OR o.released <> t.released OR (t.fate IN (3, 4) AND (o.drawn > 0 OR b.cost > 0))
           OR (t.fate IN (1, 2) AND COALESCE(b.cost, 0) = 0)""",
    "bought": """
        SELECT count(*) FROM
            (SELECT party, contract, sum(drawn) AS drawn FROM k_orders GROUP BY party, contract) o
            FULL JOIN (SELECT party, contract, sum(cost) AS cost FROM k_told_buys GROUP BY party, contract) b
            USING (party, contract)
        WHERE COALESCE(o.drawn, 0) <> COALESCE(b.cost, 0)""",
}
_NET = "SELECT party, -sum(cost) FROM k_told_buys GROUP BY party ORDER BY party"


@dataclass(frozen=True, slots=True)
class SqlDay:
    """Seconds of each step, and what came out."""

    copy_seconds: float
    compare_seconds: float
    net_seconds: float
    differences: int
    nets_fen: list[int]

    @property
    def seconds(self) -> float:
        """Of all steps."""
        return self.copy_seconds + self.compare_seconds + self.net_seconds


def compared_in_sql(dsn: str, trades: Sequence[BrokerTrade]) -> SqlDay:
    """Compare the day of these brokers."""
    return asyncio.run(_compared(dsn, trades))


async def _compared(dsn: str, trades: Sequence[BrokerTrade]) -> SqlDay:
    connection = await asyncpg.connect(dsn)
    try:
        names = ", ".join(f"k_{name}" for name in ("contracts", "orders", "told_contracts", "told_orders", "told_buys"))
        await connection.execute(f"DROP TABLE IF EXISTS {names}")
        await connection.execute(_TABLES)
        for one in trades:
            await _fill_own(connection, one)
        await connection.execute("VACUUM ANALYZE k_contracts, k_orders")
        told = [_told(one) for one in trades]
        begun = time.perf_counter()
        for contracts, orders, buys in told:
            await connection.copy_records_to_table("k_told_contracts", records=contracts)
            await connection.copy_records_to_table("k_told_orders", records=orders)
            await connection.copy_records_to_table("k_told_buys", records=buys)
        await connection.execute("ANALYZE k_told_contracts, k_told_orders, k_told_buys")
        copied = time.perf_counter()
        found = sum([await connection.fetchval(statement, timeout=600) for statement in _COMPARE.values()])
        compared = time.perf_counter()
        nets = await connection.fetch(_NET)
        done = time.perf_counter()
        await connection.execute(f"DROP TABLE {names}")
    finally:
        await connection.close()
    return SqlDay(copied - begun, compared - copied, done - compared, found, [int(row[1]) for row in nets])


async def _fill_own(connection: asyncpg.Connection, one: BrokerTrade) -> None:
    contracts = np.arange(one.contracts) + one.first_contract
    await connection.copy_records_to_table("k_contracts", records=[(each, one.party) for each in contracts.tolist()])
    released = one.frozen_fen - one.charge_fen
    rows = zip(
        range(one.first_number, one.first_number + len(one.who)),
        *(column.tolist() for column in (one.who, one.frozen_fen, one.charge_fen, released)),
        strict=True,
    )
    await connection.copy_records_to_table("k_orders", records=[(one.party, *row) for row in rows])


Rows = list[tuple[int, ...]]
Told = tuple[Rows, Rows, Rows]


def _told(one: BrokerTrade) -> Told:
    """Rows of what a broker says, made before the time begins."""
    numbers = np.arange(one.first_number, one.first_number + len(one.who))
    own = (np.arange(one.contracts) + one.first_contract).tolist()
    contracts: Rows = [(one.party, each) for each in own]
    filled = one.charge_fen > 0
    columns = (numbers, one.who, one.frozen_fen, one.frozen_fen - one.charge_fen, np.where(filled, 1, 3))
    orders = [(one.party, *row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    bought = (numbers[filled], one.who[filled], one.charge_fen[filled])
    buys = [(one.party, *row) for row in zip(*(column.tolist() for column in bought), strict=True)]
    return contracts, orders, buys
