"""An older database put back: the gateway remembers what it was told, and the ledger refuses to serve.

The journal's own chain is whole here, so that nothing inside the database can tell; the mark outside it does.
"""

import pytest
import trio

from config.kit.exit_codes import ExitCode
from config.postgres.server import EmbeddedPostgres
from protocol.client import Seat
from tests.conftest import run_sql
from tests.e2e.house import House, house
from tests.e2e.programs import Ended, yzt

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

ROWS_LOST = 2
DELETE_TAIL = f"DELETE FROM journal WHERE sequence > (SELECT sequence FROM journal_head) - {ROWS_LOST}"  # noqa: S608
MOVE_HEAD_BACK = """
UPDATE journal_head SET (sequence, digest) = (SELECT sequence, digest FROM journal ORDER BY sequence DESC LIMIT 1)
"""


def test_a_lost_tail_is_noticed_from_outside_and_its_place_is_named() -> None:
    with house(customers=4) as found:
        trio.run(freeze_three_times, found)
        head = int(found.sql("SELECT sequence FROM journal_head"))
        end = head - ROWS_LOST
        found.supervisor.stop()

        change_database(found, DELETE_TAIL)
        by_itself = serve_again(found)
        change_database(found, MOVE_HEAD_BACK)
        by_the_mark = serve_again(found)

    assert by_itself.code == ExitCode.TAMPERED
    assert by_itself.lines[-1] == (
        f"yzt: ledger ended with exit code 76: ledger: the journal ends at row {end} "
        f"and its head is at {head}: the tail is lost"
    )
    assert by_the_mark.code == ExitCode.TAMPERED
    assert by_the_mark.lines[-1] == (
        f"yzt: ledger ended with exit code 76: ledger: the gateway was told of row {head}, "
        f"the journal ends at {end}: the tail is lost"
    )


async def freeze_three_times(found: House) -> None:
    """Three journal rows, each answered."""
    async with Seat.open(found.seat(31)) as seat:
        for _ in range(3):
            await seat.freeze(found.contracts_of(31)[0], 100)


def change_database(found: House, statement: str) -> None:
    """One statement on the installation's database while nothing else runs."""
    server = EmbeddedPostgres.prepare(found.config.state_directory, found.said.append)
    server.start(found.said.append)
    try:
        run_sql(server, statement)
    finally:
        server.stop(found.said.append)


def serve_again(found: House) -> Ended:
    """`yzt up` on what is there."""
    return yzt("up", "--config", f"{found.config.base}/yzt.toml", folder=found.config.path("."))
