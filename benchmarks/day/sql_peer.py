"""The peer of case k: the same day's end set-based in PostgreSQL: COPY of what the brokers say, joins, UPDATE … FROM.

Belongs here: its tables, statements and time. Never here: our own system. What the bank has stands in tables already,
as it would in a bank that keeps its orders in SQL; only what comes from the brokers is counted in.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
import numpy as np

from benchmarks.day import steps
from benchmarks.day.steps import Steps
from benchmarks.day.trade import BrokerTrade, Longs

SECONDS_MAX = 1_200.0  # of one statement
_NAMES = (
    *("contracts", "accounts", "orders", "told_contracts", "told_orders", "told_buys", "told_credits"),
    *("obligations", "units", "gated", "entries"),
)
_TABLES = """
CREATE TABLE k_contracts (contract bigint PRIMARY KEY, party int NOT NULL);
CREATE TABLE k_accounts (contract bigint PRIMARY KEY, balance bigint NOT NULL, frozen bigint NOT NULL,
                         bought bigint NOT NULL, sold bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE k_orders (party int, number bigint, contract bigint, frozen bigint, drawn bigint, released bigint,
                       PRIMARY KEY (party, number)) WITH (fillfactor = 80);
CREATE TABLE k_obligations (party int PRIMARY KEY, owed bigint NOT NULL, paid bigint NOT NULL);
CREATE TABLE k_gated (party int, contract bigint PRIMARY KEY, proceeds bigint NOT NULL, other bigint NOT NULL);
CREATE TABLE k_entries (kind text, party int, contract bigint, amount bigint NOT NULL);
CREATE INDEX ON k_entries (contract); -- statements ask for them
CREATE UNLOGGED TABLE k_told_contracts (party int, contract bigint);
CREATE UNLOGGED TABLE k_told_orders (party int, number bigint, contract bigint, frozen bigint, released bigint,
                                     fate int);
CREATE UNLOGGED TABLE k_told_buys (party int, number bigint, contract bigint, cost bigint);
CREATE UNLOGGED TABLE k_told_credits (party int, contract bigint, proceeds bigint, other bigint);
"""
_TOLD = ("k_told_contracts", "k_told_orders", "k_told_buys", "k_told_credits")
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
            (SELECT o.party, o.contract, sum(CASE WHEN o.drawn + o.released < o.frozen THEN COALESCE(b.cost, 0)
                                                  ELSE o.drawn END) AS drawn
             FROM k_orders o LEFT JOIN k_told_buys b USING (party, number) GROUP BY o.party, o.contract) o
            FULL JOIN (SELECT party, contract, sum(cost) AS cost FROM k_told_buys GROUP BY party, contract) b
            USING (party, contract)
        WHERE COALESCE(o.drawn, 0) <> COALESCE(b.cost, 0)""",
    "sold": """
        SELECT count(*) FROM k_accounts a
        FULL JOIN (SELECT contract, sum(proceeds) AS proceeds FROM k_told_credits GROUP BY contract) t USING (contract)
        WHERE COALESCE(a.sold, 0) <> COALESCE(t.proceeds, 0)""",
}
_NET = """
INSERT INTO k_obligations
SELECT party, COALESCE(c.fen, 0) - COALESCE(b.fen, 0), 0
FROM (SELECT party, sum(proceeds + other) AS fen FROM k_told_credits GROUP BY party) c
FULL JOIN (SELECT party, sum(cost) AS fen FROM k_told_buys GROUP BY party) b USING (party)"""
_CLOSE = """
WITH ended AS (
    UPDATE k_orders o
    SET drawn = o.drawn + e.drawn, released = o.released + e.left_open - e.drawn
    FROM (SELECT party, number, frozen - drawn - released AS left_open,
                 LEAST(frozen - drawn - released, GREATEST(0, COALESCE(b.cost, 0) - drawn)) AS drawn
          FROM k_orders LEFT JOIN k_told_buys b USING (party, number)
          WHERE drawn + released < frozen) e
    WHERE (o.party, o.number) = (e.party, e.number)
    RETURNING o.contract, e.left_open, e.drawn
)
UPDATE k_accounts a SET frozen = a.frozen - e.left_open, bought = a.bought + e.drawn
FROM (SELECT contract, sum(left_open) AS left_open, sum(drawn) AS drawn FROM ended GROUP BY contract) e
WHERE a.contract = e.contract"""
# What a customer of a broker that owes is credited at once is what its own buys need beyond what it has.
_SETTLE = (
    """
    CREATE UNLOGGED TABLE k_units AS
    SELECT c.party, contract, a.bought, a.sold, COALESCE(o.other, 0) AS other,
           CASE WHEN k.owed > 0
                THEN LEAST(a.sold, GREATEST(0, a.bought - GREATEST(0, a.balance - a.frozen)))
                ELSE a.sold + COALESCE(o.other, 0) END AS credited,
           k.owed > 0 AS is_gated
    FROM k_accounts a
    JOIN k_contracts c USING (contract)
    JOIN k_obligations k USING (party)
    LEFT JOIN (SELECT contract, sum(other) AS other FROM k_told_credits GROUP BY contract) o USING (contract)
    WHERE a.bought > 0 OR a.sold > 0 OR COALESCE(o.other, 0) > 0""",
    """
    UPDATE k_accounts a
    SET balance = a.balance - u.bought + u.credited, bought = 0,
        sold = CASE WHEN u.is_gated THEN a.sold - u.credited ELSE 0 END
    FROM k_units u WHERE a.contract = u.contract""",
    "INSERT INTO k_entries SELECT 'DEBITED', party, contract, bought FROM k_units WHERE bought > 0",
    "INSERT INTO k_entries SELECT 'CREDITED', party, contract, credited FROM k_units WHERE credited > 0",
    """
    INSERT INTO k_gated
    SELECT party, contract, sold - credited, other FROM k_units WHERE is_gated AND sold - credited + other > 0""",
)
_PAY = "UPDATE k_obligations SET paid = owed"
_CREDIT = (
    """
    UPDATE k_accounts a SET balance = a.balance + g.proceeds + g.other, sold = a.sold - g.proceeds
    FROM k_gated g JOIN k_obligations k USING (party) WHERE a.contract = g.contract AND k.paid = k.owed""",
    """
    INSERT INTO k_entries
    SELECT 'CREDITED', g.party, contract, proceeds + other FROM k_gated g JOIN k_obligations k USING (party)
    WHERE k.paid = k.owed""",
    "DELETE FROM k_gated g USING k_obligations k WHERE g.party = k.party AND k.paid = k.owed",
)


@dataclass(slots=True)
class SqlDay:
    """Seconds of each step, and what came out."""

    steps: Steps = field(default_factory=Steps)
    differences: int = 0
    nets_fen: list[int] = field(default_factory=list)
    gated_fen: int = 0  # proceeds, once all are settled
    balances_fen: Longs = field(default_factory=lambda: np.zeros(0, np.int64))  # by contract index


def ended_in_sql(dsn: str, trades: Sequence[BrokerTrade]) -> SqlDay:
    """End the day of these brokers."""
    return asyncio.run(_ended(dsn, trades))


async def _ended(dsn: str, trades: Sequence[BrokerTrade]) -> SqlDay:
    connection, day = await asyncpg.connect(dsn), SqlDay()
    drop = "DROP TABLE IF EXISTS " + ", ".join(f"k_{name}" for name in _NAMES)
    try:
        await connection.execute(drop)
        await connection.execute(_TABLES)
        for one in trades:
            await _fill_own(connection, one)
        await connection.execute("VACUUM ANALYZE k_contracts, k_accounts, k_orders")
        told = [_told(one) for one in trades]
        await _take_in(connection, told, day)
        await _settle(connection, day)
        day.balances_fen = np.array(
            [row[0] for row in await connection.fetch("SELECT balance FROM k_accounts ORDER BY contract")], np.int64
        )
        await connection.execute(drop)
    finally:
        await connection.close()
    return day


async def _take_in(connection: asyncpg.Connection, told: Sequence[Sequence["Rows"]], day: SqlDay) -> None:
    """Up to what is published."""
    with day.steps.timed(steps.SETS):
        for rows in told:
            for table, records in zip(_TOLD, rows, strict=True):
                await connection.copy_records_to_table(table, records=records)
        await connection.execute("ANALYZE " + ", ".join(_TOLD))
    with day.steps.timed(steps.COMPARED):
        for statement in _COMPARE.values():
            day.differences += await connection.fetchval(statement, timeout=SECONDS_MAX)
    with day.steps.timed(steps.PUBLISHED):
        await connection.execute(_NET, timeout=SECONDS_MAX)
    day.nets_fen = [int(row[0]) for row in await connection.fetch("SELECT owed FROM k_obligations ORDER BY party")]


async def _settle(connection: asyncpg.Connection, day: SqlDay) -> None:
    """From what is published to the last credit; each step is one transaction."""
    for step, statements in (
        (steps.CLOSED, (_CLOSE,)),
        (steps.SETTLED, _SETTLE),
        (steps.PAID, (_PAY,)),
        (steps.CREDITED, _CREDIT),
    ):
        with day.steps.timed(step):
            async with connection.transaction():
                for statement in statements:
                    await connection.execute(statement, timeout=SECONDS_MAX)
        if step == steps.SETTLED:
            gated_fen = await connection.fetchval("SELECT sum(proceeds)::bigint FROM k_gated")
            day.gated_fen = gated_fen or 0


async def _fill_own(connection: asyncpg.Connection, one: BrokerTrade) -> None:
    contracts = (np.arange(one.contracts) + one.first_contract).tolist()
    await connection.copy_records_to_table("k_contracts", records=[(each, one.party) for each in contracts])
    drawn_fen = np.where(one.is_left, 0, one.charge_fen)
    released_fen = np.where(one.is_left, 0, one.frozen_fen - one.charge_fen)
    bought_fen, open_fen = one.by_contract(drawn_fen), one.by_contract(one.frozen_fen - drawn_fen - released_fen)
    columns = (one.balance_fen, open_fen, bought_fen, one.sold_fen)
    accounts = zip(contracts, *(column.tolist() for column in columns), strict=True)
    await connection.copy_records_to_table("k_accounts", records=list(accounts))
    rows = zip(
        range(one.first_number, one.first_number + len(one.who)),
        *(column.tolist() for column in (one.who, one.frozen_fen, drawn_fen, released_fen)),
        strict=True,
    )
    await connection.copy_records_to_table("k_orders", records=[(one.party, *row) for row in rows])


Rows = list[tuple[int, ...]]


def _told(one: BrokerTrade) -> list[Rows]:
    """Rows of what a broker says, made before the time begins."""
    numbers = np.arange(one.first_number, one.first_number + len(one.who))
    own = np.arange(one.contracts) + one.first_contract
    contracts: Rows = [(one.party, each) for each in own.tolist()]
    filled = one.charge_fen > 0
    released_fen = np.where(one.is_left, 0, one.frozen_fen - one.charge_fen)
    orders = _rows(one, numbers, one.who, one.frozen_fen, released_fen, np.where(filled, 1, 3))
    buys = _rows(one, numbers[filled], one.who[filled], one.charge_fen[filled])
    sold, paid, none = np.flatnonzero(one.sold_fen), np.flatnonzero(one.dividend_fen), np.zeros(one.contracts, np.int64)
    credits = _rows(one, own[sold], one.sold_fen[sold], none[sold])
    return [contracts, orders, buys, credits + _rows(one, own[paid], none[paid], one.dividend_fen[paid])]


def _rows(one: BrokerTrade, *columns: Longs) -> Rows:
    return [(one.party, *row) for row in zip(*(column.tolist() for column in columns), strict=True)]
