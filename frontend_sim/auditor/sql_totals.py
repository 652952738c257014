"""The control totals by plain SQL on the read model, asked with the psql of the embedded PostgreSQL.

Belongs here: one statement and the reading of its answer. Never here: any other table, any writing.
"""

import csv
import subprocess

import trio

from config.kit.exit_codes import ExitCode, ProcessFault
from config.postgres.server import ENVIRONMENT, EmbeddedPostgres
from frontend_sim.auditor.register import Totals

POLL_SECONDS = 0.1
STATEMENT = """
SELECT as_of_sequence, party, balance_fen, frozen_fen, bought_unsettled_fen, sold_unsettled_fen
FROM party_totals ORDER BY party
"""


async def totals_by_sql(server: EmbeddedPostgres, sequence: int, patience_seconds: float) -> dict[int, Totals]:
    """Sums per party, once the read model is at journal `sequence` or later.

    Raises: ProcessFault when it does not get there in time, or psql fails.
    """
    reached = -1
    with trio.move_on_after(patience_seconds):
        while True:
            reached, totals = parse(await asked(server, STATEMENT))
            if reached >= sequence:
                return totals
            await trio.sleep(POLL_SECONDS)
    message = f"the read model is at journal row {reached} after {patience_seconds:.0f} s, expected {sequence}"
    raise ProcessFault(message, ExitCode.UNAVAILABLE)


def parse(text: str) -> tuple[int, dict[int, Totals]]:
    """psql's CSV rows as (sequence, totals by party); (-1, {}) when there is no row yet."""
    rows = [[int(field) for field in row] for row in csv.reader(text.splitlines())]
    return (rows[0][0] if rows else -1), {party: Totals(*sums) for _, party, *sums in rows}


async def asked(server: EmbeddedPostgres, statement: str) -> str:
    """The rows of a statement as psql's CSV. Raises: ProcessFault when psql fails."""
    options = ["--no-psqlrc", "--csv", "--tuples-only", "--set", "ON_ERROR_STOP=1"]
    command = [server.binary("psql"), *options, "--command", statement, server.dsn]
    try:
        done = await trio.run_process(command, capture_stdout=True, capture_stderr=True, env=dict(ENVIRONMENT))
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise ProcessFault(f"psql: {' '.join(reason)}", ExitCode.UNAVAILABLE) from None
    return done.stdout.decode()
