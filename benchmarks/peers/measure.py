"""Measures the peers: pgbench for one order a call, asyncpg for many orders a call.

Belongs here: running them on a PostgreSQL that the caller started. Never here: our own system.
"""

import asyncio
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import numpy as np

SCHEMA = Path(__file__).with_name("schema.sql")
BALANCE_FEN = 2**36
AMOUNT_FEN_REFUSED = 2**40
REFUSED_SHARE = 0.05
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)

# 5 % of the orders ask for more than the balance, as in our own load.
_PROCEDURE = """\\set account_no random(1, {accounts})
\\set luck random(1, 100)
\\if :luck <= 5
\\set amount_fen {refused}
\\else
\\set amount_fen random(1, 1000)
\\endif
SELECT freeze_one(:account_no, :amount_fen);
"""


@dataclass(frozen=True, slots=True)
class PeerServer:
    """A running PostgreSQL with the peers' schema and `accounts` accounts."""

    dsn: str
    pgbench: str  # path of the binary
    accounts: int


async def _prepare(dsn: str, accounts: int) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("DROP TABLE IF EXISTS freezes, accounts CASCADE")
        await connection.execute("DROP AGGREGATE IF EXISTS greedy(bigint, bigint)")
        await connection.execute(
            "DROP FUNCTION IF EXISTS freeze_one(bigint, bigint), freeze_batch(bigint[], bigint[]), "
            "greedy_step(bigint, bigint, bigint)"
        )
        await connection.execute(SCHEMA.read_text())
        await connection.execute(
            "INSERT INTO accounts (account_no, balance_fen) SELECT i, $1::bigint FROM generate_series(1, $2::int) i",
            BALANCE_FEN,
            accounts,
        )
        await connection.execute("VACUUM ANALYZE accounts")
    finally:
        await connection.close()


def prepare(server: PeerServer) -> None:
    """Lay the peers' tables anew and fill them."""
    asyncio.run(_prepare(server.dsn, server.accounts))


def procedure_per_second(server: PeerServer, clients: int, seconds: int) -> float:
    """One order a call through pgbench with prepared statements: calls a second, as pgbench prints it."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_PROCEDURE.format(accounts=server.accounts, refused=AMOUNT_FEN_REFUSED))
        script.flush()
        command = [server.pgbench, "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(2, clients))]
        command += ["-T", str(seconds), "-f", script.name, server.dsn]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = _TPS.search(done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench printed no rate: {done.stdout[-200:]}")
    return float(found.group(1))


async def _stream(dsn: str, batch: int, accounts: int, end: float, seed: int) -> int:
    rng = np.random.default_rng(seed)
    connection = await asyncpg.connect(dsn)
    done = 0
    try:
        call = await connection.prepare("SELECT freeze_batch($1, $2)")
        while time.perf_counter() < end:
            amounts = rng.integers(1, 1_001, batch)
            amounts[rng.random(batch) < REFUSED_SHARE] = AMOUNT_FEN_REFUSED
            await call.fetchval(rng.integers(1, accounts + 1, batch).tolist(), amounts.tolist())
            done += batch
    finally:
        await connection.close()
    return done


async def _batches(server: PeerServer, batch: int, connections: int, seconds: int) -> float:
    begun = time.perf_counter()
    streams = [_stream(server.dsn, batch, server.accounts, begun + seconds, seed) for seed in range(connections)]
    done = sum(await asyncio.gather(*streams))
    return done / (time.perf_counter() - begun)


def unnest_per_second(server: PeerServer, batch: int, connections: int, seconds: int) -> float:
    """`batch` orders a call over `connections` asyncpg connections: orders a second."""
    return asyncio.run(_batches(server, batch, connections, seconds))
